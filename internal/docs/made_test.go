package docs

import (
	"fmt"
	"reflect"
	"regexp"
	"sort"
	"strings"
	"testing"

	"spaniel/decode"
	"spaniel/decode/body"
	"spaniel/decode/frame"
	"spaniel/decode/http1"
	"spaniel/detect"
	"spaniel/event"
	"spaniel/internal/config"
)

// makers are the tables that pages hold between <!-- made: NAME --> and
// <!-- end -->.
func makers(t *testing.T) map[string]string {
	return map[string]string{
		"fields":         fieldTable(),
		"functions":      functionTable(t),
		"calls":          columnTable(event.CallColumns()),
		"alerts":         columnTable(event.AlertColumns()),
		"flows":          columnTable(event.FlowColumns()),
		"notes":          columnTable(event.NoteColumns()),
		"config":         configTable(),
		"anomalies-http": anomalyTable(),
		"anomalies-body": bodyTable(),
		"caps":           capTable(),
	}
}

// TestMadeTables: what is made from the code is as the code is now.
func TestMadeTables(t *testing.T) {
	made := makers(t)
	part := regexp.MustCompile(`(?s)<!-- made: ([a-z-]+) -->\n(.*?)<!-- end -->`)
	used := map[string]bool{}
	for _, p := range pages(t) {
		for _, m := range part.FindAllStringSubmatch(p.text, -1) {
			want, ok := made[m[1]]
			used[m[1]] = true
			switch {
			case !ok:
				t.Errorf("%s: nothing makes %q", p.name, m[1])
			case m[2] != want && *update:
				p.save(t, m[0], fmt.Sprintf("<!-- made: %s -->\n%s<!-- end -->", m[1], want))
			case m[2] != want:
				t.Errorf("%s: the table %q is not what the code says; go test ./internal/docs -update writes it", p.name, m[1])
			}
		}
	}
	for name := range made {
		if !used[name] {
			t.Errorf("no page shows the table %q", name)
		}
	}
}

// table renders rows for Markdown.
func table(head []string, rows [][]string) string {
	var b strings.Builder
	line := func(cells []string) {
		for i, c := range cells {
			cells[i] = strings.ReplaceAll(c, "|", `\|`)
		}
		b.WriteString("| " + strings.Join(cells, " | ") + " |\n")
	}
	line(head)
	b.WriteString("|" + strings.Repeat("---|", len(head)) + "\n")
	for _, r := range rows {
		line(r)
	}
	return b.String()
}

// code puts s between backticks; an empty cell stays empty.
func code(s string) string {
	if s == "" {
		return ""
	}
	return "`" + s + "`"
}

func fieldTable() string {
	var rows [][]string
	for _, f := range detect.Fields() {
		rows = append(rows, []string{code(f.Name), f.Type, f.Meaning, code(f.Column)})
	}
	return table([]string{"field", "type", "meaning", "column"}, rows)
}

func columnTable[T any](cols []event.Column[T]) string {
	types := map[event.ColumnType]string{event.TypeString: "text", event.TypeEnum: "text", event.TypeTime: "time", event.TypeDate: "date", event.TypeID: "text",
		event.TypeIP: "text", event.TypeU16: "number", event.TypeU32: "number", event.TypeU64: "number", event.TypeF32: "number",
		event.TypeStrings: "list of text", event.TypeHeaders: "map: name → list of text", event.TypeValues: "map: place → text"}
	var rows [][]string
	for _, c := range cols {
		rows = append(rows, []string{code(c.Name), types[c.Type], c.Meaning})
	}
	return table([]string{"column", "type", "meaning"}, rows)
}

func configTable() string {
	var rows [][]string
	for _, k := range configKeys(reflect.ValueOf(config.Default()).Elem(), "") {
		rows = append(rows, []string{code(k.path), k.value, k.about})
	}
	return table([]string{"key", "default", "meaning"}, rows)
}

// configKey is one setting as the page shows it.
type configKey struct{ path, value, about string }

// configKeys lists the settings of a struct; those of a list's elements have
// [] in their path.
func configKeys(v reflect.Value, prefix string) []configKey {
	var out []configKey
	for i := range v.NumField() {
		f := v.Type().Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		k := configKey{path: prefix + name, about: f.Tag.Get("jsonschema_description")}
		switch inner := f.Type; {
		case inner.Kind() == reflect.Struct && inner.NumField() > 0:
			out = append(append(out, k), configKeys(v.Field(i), k.path+".")...)
			continue
		case inner.Kind() == reflect.Pointer && inner.Elem().Kind() == reflect.Struct:
			out = append(append(out, k), configKeys(reflect.New(inner.Elem()).Elem(), k.path+".")...)
			continue
		case inner.Kind() == reflect.Slice && inner.Elem().Kind() == reflect.Struct:
			out = append(append(out, k), configKeys(reflect.New(inner.Elem()).Elem(), k.path+"[].")...)
			continue
		}
		k.value = configValue(v.Field(i))
		out = append(out, k)
	}
	return out
}

func configValue(v reflect.Value) string {
	if v.Kind() == reflect.Pointer || v.IsZero() && (v.Kind() == reflect.String || v.Kind() == reflect.Slice) {
		return ""
	}
	if m, ok := v.Interface().(interface{ MarshalText() ([]byte, error) }); ok {
		if b, err := m.MarshalText(); err == nil {
			return code(string(b))
		}
	}
	return code(fmt.Sprint(v.Interface()))
}

func anomalyTable() string {
	var rows [][]string
	for _, a := range http1.Anomalies() {
		rows = append(rows, []string{code(a.Name), a.Meaning})
	}
	sort.Slice(rows, func(i, j int) bool { return rows[i][0] < rows[j][0] })
	return table([]string{"anomaly of a call", "meaning"}, rows)
}

func bodyTable() string {
	var rows [][]string
	for _, a := range body.Anomalies() {
		rows = append(rows, []string{code(a.Name), a.Meaning})
	}
	sort.Slice(rows, func(i, j int) bool { return rows[i][0] < rows[j][0] })
	return table([]string{"anomaly of a body", "meaning"}, rows)
}

// capTable lists the decoder's caps.
func capTable() string {
	c := decode.DefaultConfig()
	size := func(n int) string { return config.ByteSize(n).String() }
	var rows [][]string
	for _, r := range [][3]string{
		{"connections of a partition", fmt.Sprint(c.Stream.Flows), "the oldest that was never answered goes, else the one unused for longest"},
		{"bytes of a partition that wait behind holes", size(c.Stream.Buffer), "the oldest hole is closed"},
		{"how far ahead one direction is buffered", size(c.Stream.Window), "its holes are closed"},
		{"wait behind a hole that nobody acknowledges", c.Stream.HoleWait.String(), "the hole is closed"},
		{"connection that never got beyond its SYN", c.Stream.SynIdle.String(), "it ends as idle"},
		{"connection without packets", c.Stream.OpenIdle.String(), "it ends as idle"},
		{"connection of which one side has ended", c.Stream.HalfIdle.String(), "it ends as idle"},
		{"anomalies of lone frames, of one name within 10s", fmt.Sprint(frame.NoteTop), "the others are counted; one more says how many, and when the last"},
		{"memory for fragments of IP datagrams", "16MiB", "the oldest incomplete datagram goes"},
		{"the same of one sender", "25%", "its oldest datagram goes"},
		{"fragments of a datagram that bring bytes", "64", "the datagram goes"},
		{"body kept", size(c.HTTP.BodyCap), "the rest is counted only"},
		{"message head", size(c.HTTP.HeadCap), "the rest is passed over, but for its framing"},
		{"header fields of a message", fmt.Sprint(c.HTTP.MaxFields), "the others are passed over"},
		{"requests of a connection that wait for a response", fmt.Sprint(c.HTTP.MaxPending), "the oldest is a call without response"},
		{"heads of a partition that have not ended, and what else waits for its end", size(c.HTTP.MaxHeads), "the one that came no further for longest is a call of what there is; what follows is looked for behind it"},
		{"bodies of a partition's calls that wait", size(c.HTTP.MaxBodies), "the call with one that came no further for longest is given out as it is"},
		{"heads of those calls", size(c.HTTP.MaxTexts), "as next"},
		{"calls of a partition that wait", fmt.Sprint(c.HTTP.MaxCalls), "the oldest of a connection with more than 8 is given out as it is, else that of the one that came no further for longest"},
		{"responses of a partition owed to calls that were given out", fmt.Sprint(c.HTTP.MaxOwed), "those of the connection are forgotten; what answers its next requests is in doubt"},
		{"TLS handshakes of a partition that are gathered, and what hellos said", size(c.MaxHandshake), "the one begun first is not told, or as far as it came; its flow is marked"},
		{"all that connections of a partition hold", size(c.Memory), "of the kind that uses the most of its own cap some is given up as if that were reached"},
		{"decoded body", size(c.Body.MaxOutput), "the rest is not decoded"},
		{"decoded body, beside what came in", fmt.Sprintf("%d times", c.Body.MaxRatio), "past 64 KiB, decoding stops"},
		{"leaves of a request", fmt.Sprint(c.Body.MaxLeaves), "what remains is one leaf"},
		{"depth of JSON and XML", fmt.Sprint(c.Body.MaxDepth), "what lies deeper is one leaf"},
	} {
		rows = append(rows, []string{r[0], r[1], r[2]})
	}
	return table([]string{"of what", "cap", "at the cap"}, rows)
}
