package encode

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"net/netip"
	"reflect"
	"strings"
	"testing"

	"spaniel/event"
)

func sample(s string) *event.Record {
	return &event.Record{Time: 1795334400123456000, ID: event.ID{1, 0xab}, FlowID: 1<<64 - 1, ClientIP: netip.MustParseAddr("203.0.113.9"),
		ServerIP: netip.MustParseAddr("2001:db8::1"), Method: s, Host: s, Target: "/" + s, Status: 200, SampleRate: 1,
		ReqHeaders: event.HeaderMap{{Name: "Accept", Value: s}, {Name: "X-" + s, Value: "1"}, {Name: "ACCEPT", Value: "b"}},
		Leaves:     event.ValueMap{{Name: "query." + s, Value: s}, {Name: "query." + s, Value: "second"}}, Flags: []string{"gap", s}}
}

func alert(s string) *event.Alert {
	return &event.Alert{Schema: event.AlertSchema, ID: event.ID{9}, DedupKey: s, Time: 1795334400123456000, Severity: event.High, SevNum: 70,
		Confidence: 0.9, Outcome: event.LikelySucceeded, Rule: event.AlertRule{ID: "r", Title: s, Refs: []string{s}},
		Client: event.AlertClient{IP: "203.0.113.9", Port: 51514, Country: s}, Principal: event.AlertWho{Kind: "none", User: s},
		Req: event.AlertRequest{Target: s, UserAgent: s}, Evidence: []event.Evidence{{Place: "query.q", Chain: "percent", Text: s, Offset: 3},
			{Place: "window.count()", Op: ">=", Want: 20, Got: 61.5}}, Message: s, Calls: []event.ID{{1}, {2}}, SpooledDay: "2026-11-22"}
}

func TestCallLine(t *testing.T) {
	b := NewRows().AppendItem(nil, &event.Item{Kind: event.KindCall, Call: sample("a")})
	want := `{"kind":"call","ts":"2026-11-22T08:00:00.123456Z","call_id":"01ab0000000000000000000000000000",`
	if !strings.HasPrefix(string(b), want) {
		t.Errorf("got  %s\nwant %s…", b, want)
	}
	for _, part := range []string{`"flow_id":18446744073709551615,`, `"client_ip":"203.0.113.9"`, `"client_real_ip":null`,
		`"req_headers":{"accept":["a","b"],"x-a":["1"]}`, `"req_leaves":{"query.a":"a"}`, `"call_flags":["gap","a"]`} {
		if !bytes.Contains(b, []byte(part)) {
			t.Errorf("the line lacks %s:\n%s", part, b)
		}
	}
}

// FuzzItem: whatever the strings hold, a line is one line, and encoding/json
// reads every field back.
func FuzzItem(f *testing.F) {
	f.Add("a\xffb\u2028\r\n\x1b\u009f\"\\=,")
	rows := NewRows()
	f.Fuzz(func(t *testing.T, s string) {
		clean := string([]rune(s))
		line := rows.AppendItem(nil, &event.Item{Kind: event.KindCall, Call: sample(s)})
		oneLine(t, line[:len(line)-1])
		var call struct {
			Method  string              `json:"req_method"`
			Headers map[string][]string `json:"req_headers"`
			Leaves  map[string]string   `json:"req_leaves"`
			Flags   []string            `json:"call_flags"`
		}
		if err := json.Unmarshal(line, &call); err != nil {
			t.Fatal(err)
		}
		values := 0
		for _, v := range call.Headers {
			values += len(v)
		}
		if call.Method != clean || call.Flags[1] != clean || call.Leaves["query."+clean] != clean || values != 3 {
			t.Fatalf("got %+v from %q", call, s)
		}
		checkAlert(t, rows, s)
		checkCSV(t, rows, s)
	})
}

func checkAlert(t *testing.T, rows *Rows, s string) {
	line := AppendAlert(nil, alert(s))
	oneLine(t, line)
	var got, want event.Alert
	if err := json.Unmarshal(line, &got); err != nil {
		t.Fatalf("%s: %v", line, err)
	}
	std, err := json.Marshal(alert(s))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(std, &want); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, want) {
		t.Fatalf("got  %+v\nwant %+v", got, want)
	}
	var a, b any
	if json.Unmarshal(line, &a) != nil || json.Unmarshal(std, &b) != nil || !reflect.DeepEqual(a, b) {
		t.Fatalf("the object differs from what encoding/json writes:\n%s\n%s", line, std)
	}
}

func checkCSV(t *testing.T, rows *Rows, s string) {
	for _, it := range []*event.Item{{Kind: event.KindCall, Call: sample(s)}, {Kind: event.KindAlert, Alert: alert(s)}} {
		b, err := rows.AppendCSV(rows.AppendCSVHeader(nil, it.Kind), it)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Count(b, []byte("\n")) != 2 {
			t.Fatalf("a record takes more than its line: %q", b)
		}
		lines, err := csv.NewReader(bytes.NewReader(b)).ReadAll()
		if err != nil {
			t.Fatalf("%q: %v", b, err)
		}
		if len(lines) != 2 || len(lines[0]) != len(lines[1]) {
			t.Fatalf("header and line differ: %q", lines)
		}
		for _, cell := range lines[1] {
			if isFormula(cell) {
				t.Fatalf("a spreadsheet would run %q", cell)
			}
		}
	}
}

func TestCells(t *testing.T) {
	for in, want := range map[string]string{
		"a":                 "a",
		`a,"b"`:             `"a,""b"""`,
		"=cmd|' /C calc'!A": `"'=cmd|' /C calc'!A"`,
		"-1":                `"'-1"`,
		"@x":                `"'@x"`,
		"\tx":               `"'\u0009x"`,
		"a\nb":              `a\u000ab`,
		"＝1":                `"'＝1"`,
		"":                  "",
	} {
		if got := string(AppendCell(nil, in)); got != want {
			t.Errorf("%q: got %s, want %s", in, got, want)
		}
	}
}

func TestAlertOfNothingHasLists(t *testing.T) {
	b := AppendAlert(nil, &event.Alert{Severity: event.Low})
	for _, part := range []string{`"refs":[]`, `"evidence":[]`, `"calls":[]`} {
		if !bytes.Contains(b, []byte(part)) {
			t.Errorf("%s is missing in %s", part, b)
		}
	}
}

func TestFlatRecordsAllocateNothing(t *testing.T) {
	rows, buf := NewRows(), make([]byte, 0, 1<<16)
	it := event.Item{Kind: event.KindCall, Call: sample("shoe")}
	if n := testing.AllocsPerRun(100, func() { buf = rows.AppendItem(buf[:0], &it) }); n != 0 {
		t.Errorf("%v allocations a line", n)
	}
}

func BenchmarkCallLine(b *testing.B) {
	rows, buf := NewRows(), make([]byte, 0, 1<<16)
	it := event.Item{Kind: event.KindCall, Call: sample("shoe")}
	b.ReportAllocs()
	for b.Loop() {
		buf = rows.AppendItem(buf[:0], &it)
	}
	b.SetBytes(int64(len(buf)))
}

func TestTimeIsWhatTheLayoutSays(t *testing.T) {
	for _, n := range []event.Nanos{0, 1, -1, 999, 1000, 1763800000123456789, -62135596800000000000 / 8, 1<<63 - 1, -1 << 63, 951782400e9, 951868799999999999} {
		want := `"` + n.Time().Format("2006-01-02T15:04:05.000000Z") + `"`
		if got := string(appendTime(nil, n)); got != want {
			t.Errorf("%d: %s, want %s", int64(n), got, want)
		}
	}
}

func TestHeadersThatMayBeEqualAreCompared(t *testing.T) {
	for in, want := range map[*event.HeaderMap]string{
		{{Name: "A", Value: "1"}, {Name: "b", Value: "2"}, {Name: "a", Value: "3"}}:            `{"a":["1","3"],"b":["2"]}`,
		{{Name: "abc", Value: "1"}, {Name: "axc", Value: "2"}}:                                 `{"abc":["1"],"axc":["2"]}`,
		{{Name: "", Value: "1"}, {Name: "", Value: "2"}}:                                       `{"":["1","2"]}`,
		{{Name: "\xff", Value: "1"}, {Name: "\xfe", Value: "2"}, {Name: "\ufffd", Value: "3"}}: `{"\ufffd":["1","2","3"]}`,
	} {
		if got := string(appendHeaders(nil, *in)); got != want {
			t.Errorf("%q: %s, want %s", *in, got, want)
		}
	}
}

// A line is the columns' own JSON one after another, whatever is written at once.
func TestLineIsTheValuesOfItsColumns(t *testing.T) {
	for _, rec := range []*event.Record{sample("shoe"), sample(""), sample("a\"b\xff\u2028 and more than eight"), {}} {
		want := []byte(`{`)
		for i, c := range event.CallColumns() {
			if i > 0 {
				want = append(want, ',')
			}
			want = AppendValue(append(AppendString(want, c.Name), ':'), c.Field(rec))
		}
		want = append(want, '}')
		if got := NewRow(event.CallColumns()).AppendObject(nil, rec); string(got) != string(want) {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}

// Names that are known and names that are not give the same JSON.
func TestKnownNamesAreWrittenAsAnyOther(t *testing.T) {
	known := 0
	for _, k := range knownNames {
		if k.usual == "" {
			continue
		}
		known++
		for _, name := range []string{k.usual, k.lower, strings.ToUpper(k.usual), "X" + k.usual[1:]} {
			want := `{"` + strings.ToLower(name) + `":["v"]}`
			if got := string(appendHeaders(nil, event.HeaderMap{{Name: name, Value: "v"}})); got != want {
				t.Errorf("%s: %s, want %s", name, got, want)
			}
		}
	}
	if known < 40 {
		t.Errorf("only %d names have a mark of their own", known)
	}
}
