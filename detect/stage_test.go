package detect

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"spaniel/event"
)

const burstRule = `id: burst
title: Many calls
severity: low
category: dos/burst
when: req.seen
by: [client.ip, principal.id]
over: 10s
having: count() >= 3
suppress: 20s
`

func burst(at ...float64) (calls []*event.Call) {
	for _, s := range at {
		calls = append(calls, newCall("GET /x", 200, s))
	}
	return calls
}

func TestSlidingAndSuppression(t *testing.T) {
	set := load(t, burstRule)
	for _, tc := range []struct {
		name string
		at   []float64
		want []float64 // when alerts are raised
	}{
		{"too few", []float64{0, 1}, nil},
		{"three in time", []float64{0, 1, 9.9}, []float64{9.9}},
		{"the first has left", []float64{0, 1, 10}, nil},
		{"quiet while suppressed", []float64{0, 1, 2, 3, 4, 21.9}, []float64{2}},
		{"again afterwards", []float64{0, 1, 2, 20, 21, 22}, []float64{2, 22}},
		{"window slides on", []float64{0, 9, 18, 27, 27.5}, []float64{27.5}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var got []float64
			ids := map[event.ID]bool{}
			for _, a := range fresh(run(set, &Config{}, burst(tc.at...)...)) {
				got = append(got, float64(a.Time)/1e9)
				ids[a.ID] = true
				if !strings.HasPrefix(a.DedupKey, "burst|203.0.113.9") {
					t.Errorf("dedup key %s", a.DedupKey)
				}
			}
			if fmt.Sprint(got) != fmt.Sprint(tc.want) || len(ids) != len(got) {
				t.Errorf("alerts at %v with %d ids, want %v", got, len(ids), tc.want)
			}
		})
	}
}

// TestOneCallOneAlert: when a call makes two keys of a rule fire, that is one
// alert, and both keys are quiet afterwards.
func TestOneCallOneAlert(t *testing.T) {
	set := load(t, strings.Replace(burstRule, "principal.id", "endpoint", 1))
	alerts := run(set, &Config{}, burst(0, 1, 2, 3, 4)...)
	if len(alerts) != 1 {
		t.Errorf("%d alerts", len(alerts))
	}
}

func TestNoKeyNoWindow(t *testing.T) {
	set := load(t, strings.Replace(burstRule, "[client.ip, principal.id]", "[[client.ip, principal.id]]", 1))
	if alerts := run(set, &Config{}, burst(0, 1, 2, 3)...); len(alerts) != 0 {
		t.Errorf("calls without a principal were counted together: %d alerts", len(alerts))
	}
	set = load(t, strings.Replace(burstRule, "by: [client.ip, principal.id]\n", "", 1))
	if alerts := run(set, &Config{}, burst(0, 1, 2, 3)...); len(alerts) != 1 {
		t.Errorf("without by: %d alerts", len(alerts))
	}
}

// TestOutcomeOfAWindow: clauses of a window rule are window expressions.
func TestOutcomeOfAWindow(t *testing.T) {
	set := load(t, burstRule+"succeeded: {when: count_if(resp.status == 200) == 3, severity: high}\nrefused: {when: ratio(resp.status == 403) == 1}\n")
	a := run(set, &Config{}, burst(0, 1, 2)...)
	if len(a) != 1 || a[0].Outcome != event.LikelySucceeded || a[0].Severity != event.High {
		t.Errorf("%+v", a)
	}
	var calls []*event.Call
	for i := range 3 {
		calls = append(calls, newCall("GET /x", 403, float64(i)))
	}
	if a = run(set, &Config{}, calls...); len(a) != 1 || a[0].Outcome != event.Refused || a[0].Severity != event.Low {
		t.Errorf("%+v", a)
	}
}

// TestAdvanceChangesNothing: the ordered stage says the same whenever epochs
// end, here after every call, or never.
func TestAdvanceChangesNothing(t *testing.T) {
	set := load(t, burstRule, stuffingRule)
	cfg := &Config{Limits: Limits{WindowKeys: 6, WindowEntries: 40}}
	var calls []*event.Call
	for i := range 400 {
		c := login(fmt.Sprint("u", i*7%11), 401, float64(i)*0.7)
		if i%3 == 0 {
			c.Flow.Client = event.Flow{}.Client
		}
		calls = append(calls, c)
	}
	play := func(advance bool) string {
		var out []string
		j := NewJudge(set, cfg)
		st := NewStage(set, cfg, func(a *event.Alert) {
			b, err := json.Marshal(a)
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, string(b))
		})
		for _, c := range calls {
			var f Findings
			j.Call(c, &f)
			if advance {
				st.Advance(c.Order.Clock)
			}
			for i := range f.Observations {
				st.Observe(&f.Observations[i])
			}
			if advance {
				st.Advance(c.Order.Clock)
			}
		}
		return strings.Join(out, "\n")
	}
	if a, b := play(true), play(false); a != b || a == "" {
		t.Errorf("not the same:\n%s\n\n%s", a, b)
	}
	if a, b := play(false), play(false); a != b {
		t.Error("not the same twice")
	}
}

// TestSwap: a rule that did not change keeps its windows over a reload, one
// that changed begins anew, and observations of an old set are counted.
func TestSwap(t *testing.T) {
	before := load(t, burstRule)
	for _, tc := range []struct {
		name  string
		after *Set
		want  int
	}{
		{"the same", load(t, burstRule, sqliRule), 1},
		{"changed", load(t, strings.Replace(burstRule, "Many", "Very many", 1)), 0},
	} {
		var n int
		st := NewStage(before, &Config{}, func(*event.Alert) { n++ })
		var f Findings
		old := NewJudge(before, &Config{})
		for _, c := range burst(0, 1) {
			old.Call(c, &f)
		}
		late := f.Observations[1]
		st.Observe(&f.Observations[0])
		st.Observe(&late)
		st.Swap(tc.after)
		f = Findings{}
		NewJudge(tc.after, &Config{}).Call(burst(2)[0], &f)
		st.Observe(&f.Observations[0])
		if n != tc.want {
			t.Errorf("%s: %d alerts", tc.name, n)
		}
		st.Observe(&late)
		if stale := st.Stats().Stale; stale != uint64(1-tc.want) {
			t.Errorf("%s: %d stale", tc.name, stale)
		}
	}
}

// TestRedaction: no text leaves the shard unredacted.
func TestRedaction(t *testing.T) {
	const secret = "hunter2"
	cfg := &Config{Redact: func(_, text string) string { return strings.ReplaceAll(text, secret, "[redacted]") }}
	rule := `id: all-texts
title: t
severity: low
category: recon/probing
when: any(leaves, reads(#, "hunter"))
message: "at {req.target} by {req.user_agent} {req.path + req.query}"
`
	windowed := `id: all-windows
title: t
severity: low
category: recon/probing
when: req.seen
by: [req.query, [req.path, req.user_agent]]
over: 10s
having: count() >= 1 && last(req.query) != ""
message: "{req.target} {last(req.user_agent)} {first(req.query)}"
`
	c := newCall("GET /"+secret+"?p="+secret, 200, 1, leaf("query.p", secret))
	c.Req.Headers[1].Value = "agent " + secret
	alerts := run(load(t, rule, windowed), cfg, c)
	if len(alerts) != 2 {
		t.Fatalf("%d alerts", len(alerts))
	}
	for _, a := range alerts {
		b, err := json.Marshal(a)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(b), secret) || !strings.Contains(a.Message, "[redacted]") {
			t.Errorf("%s", b)
		}
	}
	var f Findings
	NewJudge(load(t, windowed), cfg).Call(c, &f)
	if text := fmt.Sprintf("%+v", f.Observations[0]); strings.Contains(text, secret) {
		t.Errorf("the observation holds it: %s", text)
	}
}

// TestHashedPeople: where names and addresses are kept as hashes, alerts,
// keys, windows and messages have the hash, and conditions still see the truth.
func TestHashedPeople(t *testing.T) {
	cfg := &Config{User: func(string) string { return "USER" }, Addr: func(netip.Addr) netip.Addr { return netip.MustParseAddr("fd00::1") }}
	single := good + "when: cidr(client.ip, \"203.0.113.0/24\") && req.user == \"alice\"\nmessage: \"{req.user} from {client.ip}\"\n"
	window := strings.NewReplacer("[client.ip, principal.id]", "[[client.ip, req.user]]", "count() >= 3", "count() >= 1 && last(req.user) != \"\"").Replace(burstRule) +
		"message: \"{req.user} from {client.ip}\"\n"
	c := login("alice", 401, 1)
	alerts := run(load(t, single, window), cfg, c)
	if len(alerts) != 2 {
		t.Fatalf("%d alerts", len(alerts))
	}
	for _, a := range alerts {
		b, err := json.Marshal(a)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(b), "alice") || strings.Contains(string(b), "203.0.113") || a.Message != "USER from fd00::1" || a.Client.IP != "fd00::1" {
			t.Errorf("%s", b)
		}
	}
}

// TestRuntimeErrors are counted and in the end put a rule out of service; the
// others go on.
func TestRuntimeErrors(t *testing.T) {
	set := load(t, strings.Replace(good, "a-rule", "z-bad", 1)+"when: int(req.host) > 3\n", good+"when: req.seen\n",
		strings.Replace(burstRule, "count() >= 3", `int(last(req.host)) > 3`, 1))
	cfg := &Config{Limits: Limits{RuleErrors: 5}}
	j := NewJudge(set, cfg)
	alerts := 0
	st := NewStage(set, cfg, func(*event.Alert) {})
	for i := range 9 {
		var f Findings
		j.Call(newCall("GET /", 200, float64(i)), &f)
		alerts += len(f.Alerts)
		for k := range f.Observations {
			st.Observe(&f.Observations[k])
		}
	}
	for _, s := range j.Stats() {
		if s.ID == "z-bad" && (s.Errors != 5 || !s.Quarantined || s.LastError == "" || s.Considered != 5) {
			t.Errorf("%+v", s)
		}
		if s.ID != "z-bad" && (s.Errors != 0 || s.Quarantined || s.Matched != 9) {
			t.Errorf("%+v", s)
		}
	}
	if alerts != 9 {
		t.Errorf("the sound rule gave %d alerts", alerts)
	}
	if s := st.Stats().Rules[0]; s.Errors != 5 || !s.Quarantined {
		t.Errorf("stage: %+v", s)
	}
}

func TestIncompleteAndCaps(t *testing.T) {
	set := load(t, good+"when: req.seen\nincomplete: skip\n", strings.Replace(good, "a-rule", "b-rule", 1)+"when: req.seen\n")
	c := newCall("GET /", 200, 1)
	c.Flags = event.FlagGap
	alerts := run(set, &Config{}, c)
	if len(alerts) != 1 || alerts[0].Rule.ID != "b-rule" || alerts[0].Confidence >= 0.9 {
		t.Errorf("%d alerts", len(alerts))
	}
	j := NewJudge(set, &Config{Limits: Limits{CallAlerts: 1}})
	var f Findings
	c.Flags = 0
	j.Call(c, &f)
	j.Call(c, &f)
	if len(f.Alerts) != 2 || j.Capped() != 2 {
		t.Errorf("%d alerts, %d capped", len(f.Alerts), j.Capped())
	}
	silent := newCall("GET /", 0, 1)
	silent.Resp.Seen = false
	if a := run(set, &Config{}, silent); a[0].Outcome != event.Unknown {
		t.Errorf("no response, outcome %s", a[0].Outcome)
	}
}

// TestCapInEvidence: a window that could not hold all says so, and by how much
// what it measured may be off.
func TestCapInEvidence(t *testing.T) {
	set := load(t, strings.NewReplacer("count() >= 3", "count() > 4500 && distinct(req.query) > 4000 && last(req.path) == \"/end\"", "10s", "1h").Replace(burstRule))
	var calls []*event.Call
	for i := range 5000 {
		calls = append(calls, newCall(fmt.Sprintf("GET /x?u%d", i), 200, float64(i)/100))
	}
	a := run(set, &Config{}, append(calls, newCall("GET /end", 200, 51))...)
	if len(a) != 1 || a[0].Count != 5001 || len(a[0].Calls) != 64 || a[0].FirstSeen != 0 || len(a[0].Evidence) != 4 {
		t.Fatalf("%+v", a)
	}
	distinct, off, capped := a[0].Evidence[1], a[0].Evidence[2], a[0].Evidence[3]
	if off.Place != "window.error.distinct(req.query)" || off.Want < 100 || distinct.Got < 5001-off.Want || distinct.Got > 5001+off.Want {
		t.Errorf("%v, off by %v", distinct, off)
	}
	if capped.Place != "window.capped" || capped.Want != 4096 || capped.Got != 5001 {
		t.Errorf("%+v", capped)
	}
}
