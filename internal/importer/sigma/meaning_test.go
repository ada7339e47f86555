package sigma

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"spaniel/detect"
	"spaniel/event"
	"spaniel/internal/importer"
)

// This is what Sigma's specification says of a rule, written anew and knowing
// nothing of the translator: a rule on a record of a log, whose fields are texts.

// want is one field with its modifiers and values.
type want struct {
	field, mod string // mod: "", contains, startswith, endswith, gte, lt
	all, cased bool
	values     []string
}

// matches is how a value with wildcards matches a text: * is any number of
// characters, ? is one.
func matches(pattern, text string) bool {
	switch {
	case pattern == "":
		return text == ""
	case pattern[0] == '*':
		return matches(pattern[1:], text) || text != "" && matches(pattern, text[1:])
	case text == "":
		return false
	}
	return (pattern[0] == '?' || pattern[0] == text[0]) && matches(pattern[1:], text[1:])
}

func (w *want) holds(record map[string]string) bool {
	have := record[w.field]
	for _, v := range w.values {
		if w.one(have, v) != w.all {
			return !w.all
		}
	}
	return w.all
}

func (w *want) one(have, v string) bool {
	n, err := strconv.Atoi(have)
	limit, bad := strconv.Atoi(v)
	switch w.mod {
	case "gte":
		return err == nil && bad == nil && n >= limit
	case "lt":
		return err == nil && bad == nil && n < limit
	case "contains":
		v = "*" + v + "*"
	case "startswith":
		v += "*"
	case "endswith":
		v = "*" + v
	}
	if !w.cased {
		have, v = strings.ToLower(have), strings.ToLower(v)
	}
	return matches(v, have)
}

func (w *want) yaml() string {
	key := w.field
	if w.mod != "" {
		key += "|" + w.mod
	}
	if w.all {
		key += "|all"
	}
	if w.cased {
		key += "|cased"
	}
	quoted := make([]string, len(w.values))
	for i, v := range w.values {
		quoted[i] = "'" + strings.ReplaceAll(v, "'", "''") + "'"
	}
	return "'" + key + "': [" + strings.Join(quoted, ", ") + "]"
}

func drawWant(t *rapid.T) *want {
	w := &want{field: rapid.SampledFrom([]string{"cs-method", "cs-uri-stem", "cs-uri-query", "cs-user-agent", "cs-host", "sc-status"}).Draw(t, "field")}
	if w.field == "sc-status" {
		w.mod = rapid.SampledFrom([]string{"", "gte", "lt"}).Draw(t, "modifier")
		w.values = rapid.SliceOfN(rapid.SampledFrom([]string{"200", "404", "500"}), 1, 2).Draw(t, "values")
		return w
	}
	w.mod = rapid.SampledFrom([]string{"", "contains", "startswith", "endswith"}).Draw(t, "modifier")
	w.all, w.cased = w.mod != "" && rapid.Bool().Draw(t, "all"), rapid.Bool().Draw(t, "cased")
	w.values = rapid.SliceOfN(rapid.StringMatching(`[aAbB.=+*()\[_]{1,3}`), 1, 3).Draw(t, "values")
	return w
}

// condition draws a condition over selections, as text and as what it says.
func drawCondition(t *rapid.T, selections []func(map[string]string) bool, depth int) (string, func(map[string]string) bool) {
	kind := rapid.IntRange(0, 5).Draw(t, "kind")
	if depth == 0 {
		kind = min(kind, 1)
	}
	switch kind {
	case 2:
		text, a := drawCondition(t, selections, depth-1)
		return "not (" + text + ")", func(r map[string]string) bool { return !a(r) }
	case 3, 4:
		left, a := drawCondition(t, selections, depth-1)
		right, b := drawCondition(t, selections, depth-1)
		if kind == 3 {
			return "(" + left + ") and (" + right + ")", func(r map[string]string) bool { return a(r) && b(r) }
		}
		return "(" + left + ") or (" + right + ")", func(r map[string]string) bool { return a(r) || b(r) }
	case 5:
		all := rapid.Bool().Draw(t, "all of")
		text := "1 of s*"
		if all {
			text = "all of them"
		}
		return text, func(r map[string]string) bool {
			for _, s := range selections {
				if s(r) != all {
					return !all
				}
			}
			return all
		}
	}
	i := rapid.IntRange(0, len(selections)-1).Draw(t, "selection")
	return fmt.Sprint("s", i), selections[i]
}

// nothing makes neither bodies nor leaves.
type nothing struct{}

func (nothing) Body(*event.Call, *event.Message) []byte             { return nil }
func (nothing) Leaves(_ *event.Call, dst []event.Leaf) []event.Leaf { return dst }

// callOf is the call that a log would write the record of.
func callOf(record map[string]string) *event.Call {
	c := &event.Call{}
	c.Reset(nothing{})
	c.Flow = &event.Flow{}
	c.Req.Seen, c.Resp.Seen = true, true
	c.Req.Method, c.Req.Path, c.Req.Query, c.Req.Host = record["cs-method"], record["cs-uri-stem"], record["cs-uri-query"], record["cs-host"]
	c.Req.Headers = append(c.Req.Headers, event.Header{Name: "User-Agent", Value: record["cs-user-agent"]})
	c.Resp.Status, _ = strconv.Atoi(record["sc-status"])
	return c
}

// TestExactMeansExact: whatever is called exact finds on a call what the
// specification finds on the record of it, and nothing else.
func TestExactMeansExact(t *testing.T) {
	set, err := detect.Load(nil, detect.LoadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	exact, held := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		var selections []func(map[string]string) bool
		var text strings.Builder
		for i := range rapid.IntRange(1, 3).Draw(t, "selections") {
			fields := map[string]*want{}
			for range rapid.IntRange(1, 2).Draw(t, "fields") {
				w := drawWant(t)
				fields[w.field] = w // a mapping has a key once
			}
			fmt.Fprintf(&text, "  s%d:\n", i)
			for _, w := range fields {
				fmt.Fprintf(&text, "    %s\n", w.yaml())
			}
			selections = append(selections, func(r map[string]string) bool {
				for _, w := range fields {
					if !w.holds(r) {
						return false
					}
				}
				return true
			})
		}
		condition, says := drawCondition(t, selections, 3)
		rule := head + "detection:\n" + text.String() + "  condition: " + condition + "\n"
		list := Translate([]importer.File{{Name: "s.yml", Text: []byte(rule)}}, "")
		if len(list) != 1 || list[0].Verdict != importer.Exact {
			return
		}
		exact++
		w, err := detect.CompileWhere(list[0].Rule.When, set)
		if err != nil {
			t.Fatalf("%s\n%s\n%v", rule, list[0].Rule.When, err)
		}
		for range 8 {
			word := rapid.StringMatching(`[aAbB.=+*()\[_]{0,5}`)
			record := map[string]string{"sc-status": rapid.SampledFrom([]string{"200", "404", "503"}).Draw(t, "status")}
			for _, f := range []string{"cs-method", "cs-uri-stem", "cs-uri-query", "cs-user-agent", "cs-host"} {
				record[f] = word.Draw(t, f)
			}
			got, err := w.Match(callOf(record))
			if err != nil {
				t.Fatal(err)
			}
			if got != says(record) {
				t.Fatalf("%v on %v, the specification says %v\n%s\n%s", got, record, says(record), rule, list[0].Rule.When)
			}
			if got {
				held++
			}
		}
	})
	if !testing.Short() && (exact < 20 || held < 20) {
		t.Errorf("too little was tried: %d rules, which held %d times", exact, held)
	}
}
