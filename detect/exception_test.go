package detect

import (
	"maps"
	"net/netip"
	"strings"
	"testing"
	"time"

	"spaniel/event"
)

const nightRule = "id: b-rule\ntitle: t\nseverity: low\ncategory: recon/probing\nwhen: hour() == 5\n"

// exceptSet is of two rules that hold for each call, b-rule since it is five
// o'clock where the rules are, with exceptions to them until second 100.
func exceptSet(t *testing.T) *Set {
	t.Helper()
	texts := []string{strings.NewReplacer("b-rule", "a-rule", "hour() == 5", "req.seen").Replace(nightRule), nightRule,
		strings.NewReplacer("b-rule", "c-rule", "hour() == 5", "note.name == \"x\"\non: anomaly").Replace(nightRule)}
	until := time.Unix(100, 0)
	set, err := Load([]Source{{Name: "test", FS: files(texts...)}}, LoadOptions{Zone: time.FixedZone("there", 5*3600), Exceptions: []Exception{
		{Rule: "a-rule", Route: "/export/*", Until: until, Why: "the export"},
		{Rule: "a-rule", Route: "/export/all", Until: until, Why: "the other export"},
		{Source: netip.MustParsePrefix("203.0.113.10/32"), Until: until, Why: "a test"},
		{Rule: "c-rule", Until: until, Why: "known"},
		{Source: netip.MustParsePrefix("203.0.113.9/32"), Host: "tested.*", Until: until, Why: "a test"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// exceptCalls are one of each kind: kept from a rule, from all, from none, and
// one after the exceptions ended.
func exceptCalls() (calls []*event.Call) {
	tested := newCall("GET /x", 200, 3)
	tested.Req.Host = "tested.example"
	calls = []*event.Call{newCall("GET /export/all", 200, 1), newCall("GET /export/1", 200, 2), tested, newCall("GET /x", 200, 4), newCall("GET /export/1", 200, 101)}
	for _, c := range calls { // as another judge has made sense of them
		c.RealIP = c.Flow.Client.Addr()
	}
	return calls
}

// TestExceptionsAreCounted: each call that is not judged by a rule is counted,
// once, for that rule or for all.
func TestExceptionsAreCounted(t *testing.T) {
	set := exceptSet(t)
	j := NewJudge(set, &Config{})
	fired := map[string]int{}
	for _, c := range exceptCalls() {
		var f Findings
		j.Call(c, &f)
		for _, a := range f.Alerts {
			fired[a.Rule.ID]++
		}
	}
	for _, from := range []string{"203.0.113.10:5000", "198.51.100.7:5000"} { // what is no call is not counted as one
		var f Findings
		j.Note(event.Order{}, 1e9, &event.Flow{FlowKey: event.FlowKey{Client: netip.MustParseAddrPort(from)}}, &event.Noted{Kind: event.KindAnomaly, Name: "x"}, &f)
		for _, a := range f.Alerts {
			fired[a.Rule.ID]++
		}
	}
	kept := map[string]uint64{}
	for _, s := range j.Stats() {
		kept[s.ID] = s.Excepted
	}
	want := map[string]uint64{"a-rule": 2, "b-rule": 0, "c-rule": 0, "": 1}
	if !maps.Equal(kept, want) || fired["a-rule"] != 2 || fired["b-rule"] != 4 || fired["c-rule"] != 0 {
		t.Errorf("kept %v, fired %v", kept, fired)
	}
}

// TestExceptionsAreExplained: explain and backtest judge as the sensor does,
// exceptions and the rules' time zone included.
func TestExceptionsAreExplained(t *testing.T) {
	set := exceptSet(t)
	for _, rule := range []string{"a-rule", "b-rule"} {
		for n, want := range map[string][]string{
			"a-rule": {"an exception keeps the call from the rule: the export", "an exception keeps the call from the rule: the export", "an exception keeps the call from all rules: a test", "", ""},
			"b-rule": {"", "", "an exception keeps the call from all rules: a test", "", ""},
		}[rule] {
			x, call := NewExplainer(set, rule, exceptCalls()[n].ID, &Config{}), exceptCalls()[n]
			x.Judge(call)
			x.Turn(call.ID, call.Order)
			out := x.End()
			if out == nil || out.Fired != (want == "") || want != "" && out.Reason != want {
				t.Errorf("%s on call %d: %+v, want %q", rule, n, out, want)
			}
		}
	}
	for rule, want := range map[string][2]uint64{"a-rule": {3, 2}, "b-rule": {1, 4}} {
		b := NewBacktest(set, rule, &Config{})
		for _, c := range exceptCalls() {
			b.Judge(c)
			if err := b.Turn(c.ID, c.Order.Clock); err != nil {
				t.Fatal(err)
			}
		}
		if st := b.Stats(); st.Excepted != want[0] || uint64(len(b.Alerts())) != want[1] {
			t.Errorf("backtest of %s: %d calls excepted, %d alerts, want %v", rule, st.Excepted, len(b.Alerts()), want)
		}
	}
}
