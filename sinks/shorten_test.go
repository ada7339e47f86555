package sinks

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"spaniel/event"
	"spaniel/sinks/encode"
)

// Whatever is too large and by what: the copy fits, is no shorter in anything
// that it does not name, names nothing that is whole, and what identifies the
// alert is as it was. The alert itself is not touched.
func TestShorten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := func(name string) string {
			return strings.Repeat(rapid.SampledFrom([]string{"a", "é", "\x00", "漢", "\"", ""}).Draw(t, name), rapid.SampledFrom([]int{0, 1, 100, 5_000, 70_000}).Draw(t, name+" times"))
		}
		a := &event.Alert{ID: event.ID{1}, Severity: event.High, Outcome: event.Tried, DedupKey: "rule|key", Message: text("message"), Calls: make([]event.ID, rapid.IntRange(0, 2000).Draw(t, "calls"))}
		a.Rule.ID, a.Req.Target, a.Req.UserAgent, a.Req.Host, a.Links.Query = "rule", text("target"), text("agent"), text("host"), text("query")
		for range rapid.IntRange(0, 8).Draw(t, "evidence") {
			a.Evidence = append(a.Evidence, event.Evidence{Place: text("place"), Text: text("text")})
		}
		before := string(encode.AppendAlert(nil, a))
		limit := rapid.IntRange(1500, 100_000).Draw(t, "limit")
		fits := func(a *event.Alert) bool { return len(encode.AppendAlert(nil, a)) <= limit }
		short, ok := Shorten(a, fits)
		if after := string(encode.AppendAlert(nil, a)); after != before {
			t.Fatal("the alert was changed")
		}
		if fits(a) {
			if ok {
				t.Fatal("cut, though it fits")
			}
			return
		}
		if !ok {
			t.Fatalf("%d bytes do not fit into %d", len(before), limit)
		}
		if !fits(short) || len(short.Cut) == 0 || short.ID != a.ID || short.DedupKey != a.DedupKey || short.Rule.ID != a.Rule.ID {
			t.Fatalf("cut to %s", encode.AppendAlert(nil, short))
		}
		if !strings.HasSuffix(short.Message, " (cut to fit: "+strings.Join(short.Cut, ", ")+")") {
			t.Fatalf("the message says nothing of %v: %q", short.Cut, short.Message)
		}
		for name, pair := range map[string][2]string{"req.target": {a.Req.Target, short.Req.Target}, "req.user_agent": {a.Req.UserAgent, short.Req.UserAgent},
			"req.host": {a.Req.Host, short.Req.Host}, "links.query": {a.Links.Query, short.Links.Query}} {
			whole, cut := pair[0], pair[1]
			if named := slices.Contains(short.Cut, name); named != (whole != cut) {
				t.Fatalf("%s: cut is %v, named %v", name, whole != cut, named)
			}
			if head, is := strings.CutSuffix(cut, "…"); whole != cut && (!is || !strings.HasPrefix(whole, head) || !utf8.ValidString(head)) {
				t.Fatalf("%s is cut to %q", name, cut)
			}
		}
		if named := slices.Contains(short.Cut, "calls"); named != (len(short.Calls) < len(a.Calls)) {
			t.Fatalf("calls: %d of %d, named %v", len(short.Calls), len(a.Calls), named)
		}
		var back event.Alert
		if err := json.Unmarshal(encode.AppendAlert(nil, short), &back); err != nil || !slices.Equal(back.Cut, short.Cut) {
			t.Fatalf("read back: %v, %v", back.Cut, err)
		}
		most := len(encode.AppendAlert(nil, short)) - 1
		if again, ok := Shorten(short, func(a *event.Alert) bool { return len(encode.AppendAlert(nil, a)) <= most }); ok && strings.Count(again.Message, "(cut to fit") != 1 {
			t.Fatalf("cut again: %q", again.Message)
		}
	})
}
