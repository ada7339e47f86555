package detect

import (
	"fmt"
	"strings"
	"testing"

	"spaniel/event"
)

// stageOf plays calls through a judge and a stage; end closes the capture.
func stageOf(set *Set, cfg *Config, end int64, calls ...*event.Call) (out []*event.Alert, stats StageStats) {
	st := NewStage(set, cfg, func(a *event.Alert) { out = append(out, a) })
	j := NewJudge(set, cfg)
	for _, c := range calls {
		var f Findings
		j.Call(c, &f)
		for _, a := range f.Alerts {
			st.Alert(a)
		}
		for i := range f.Observations {
			st.Observe(&f.Observations[i])
		}
	}
	st.Close(end)
	return out, st.Stats()
}

// TestFinalCount: when the quiet of a key ends, or the capture, its alert comes
// once more with the number of all its calls; with nothing new it does not.
func TestFinalCount(t *testing.T) {
	set := load(t, burstRule) // 3 in 10 s, quiet for 20 s
	for _, tc := range []struct {
		name string
		at   []float64
		end  float64
		want string // id number:count@clock of when it was told
	}{
		{"nothing more", []float64{0, 1, 2}, 100, "0:3@2"},
		{"until the quiet ends", []float64{0, 1, 2, 3, 4, 5, 21.5}, 100, "0:3@2 0:7@22"},
		{"until the capture ends", []float64{0, 1, 2, 3, 4}, 10, "0:3@2 0:5@10"},
		{"before the next one", []float64{0, 1, 2, 3, 30, 31, 32, 33}, 100, "0:3@2 0:4@22 1:3@32 1:4@52"},
	} {
		alerts, _ := stageOf(set, &Config{}, int64(tc.end*1e9), burst(tc.at...)...)
		numbers := map[event.ID]int{}
		var got []string
		for _, a := range alerts {
			if _, ok := numbers[a.ID]; !ok {
				numbers[a.ID] = len(numbers)
			}
			got = append(got, fmt.Sprintf("%d:%d@%v", numbers[a.ID], a.Count, float64(a.Order.Clock)/1e9))
		}
		if strings.Join(got, " ") != tc.want {
			t.Errorf("%s: %v, want %s", tc.name, got, tc.want)
		}
	}
}

// TestOpenAlertsAreBounded: at the cap the one that would end first is told
// its count early, and that is counted.
func TestOpenAlertsAreBounded(t *testing.T) {
	set := load(t, strings.Replace(burstRule, "by: [client.ip, principal.id]", "by: [req.path]", 1))
	var calls []*event.Call
	for i := range 40 {
		calls = append(calls, newCall(fmt.Sprintf("GET /%d", i/4), 200, float64(i)/100))
	}
	alerts, stats := stageOf(set, &Config{Limits: Limits{OpenAlerts: 3}}, 1e12, calls...)
	if len(alerts) != 20 || stats.ClosedEarly != 7 {
		t.Fatalf("%d alerts, %d closed early", len(alerts), stats.ClosedEarly)
	}
	for i, a := range alerts {
		if a.Count != 3 && a.Count != 4 || i >= 17 && a.Order.Clock < 20e9 {
			t.Errorf("alert %d: count %d at %d", i, a.Count, a.Order.Clock)
		}
	}
}

// TestFloodOfAlerts: a rule raises so many alerts of a severity in a minute;
// one more says how many there were. Those that are worse still pass.
func TestFloodOfAlerts(t *testing.T) {
	single := good + "when: req.seen\nsucceeded: {when: resp.status == 201, severity: critical}\n"
	set := load(t, single)
	var calls []*event.Call
	for i := range 100 {
		calls = append(calls, newCall("GET /x", 200, float64(i)))
	}
	calls[50].Resp.Status = 201
	alerts, stats := stageOf(set, &Config{Limits: Limits{RuleAlerts: 10}}, 1e12, calls...)
	var told, critical int
	var held []uint64
	ids := map[event.ID]bool{}
	for _, a := range alerts {
		ids[a.ID] = true
		switch {
		case strings.Contains(a.Message, "suppressed"):
			held = append(held, a.Count)
		case a.Severity == event.Critical:
			critical++
		default:
			told++
		}
	}
	// 0 to 59 s hold 59 of low severity, 60 to 99 s hold 40.
	if fmt.Sprint(held) != "[49 30]" || told != 20 || critical != 1 || stats.Held != 79 || len(ids) != len(alerts) {
		t.Errorf("%d told, %d critical, held %v, %d in all, %d ids of %d", told, critical, held, stats.Held, len(ids), len(alerts))
	}
}

// TestWorseAfterHeldBack: an alert that was held back in a flood and then got
// worse is told, and so is the number of its calls in the end.
func TestWorseAfterHeldBack(t *testing.T) {
	set := load(t, strings.NewReplacer("by: [client.ip, principal.id]", "by: [req.path]").Replace(burstRule)+"escalate: {when: count_if(resp.status == 201) > 0, severity: critical}\n")
	var calls []*event.Call
	for i := range 30 { // ten keys, three calls each
		calls = append(calls, newCall(fmt.Sprintf("GET /%d", i/3), 200, float64(i)/100))
	}
	calls = append(calls, newCall("GET /9", 201, 1), newCall("GET /9", 200, 2), newCall("GET /9", 200, 3))
	alerts, stats := stageOf(set, &Config{Limits: Limits{RuleAlerts: 4}}, 1e12, calls...)
	var got []string
	for _, a := range alerts {
		if strings.HasSuffix(a.DedupKey, "/9") {
			got = append(got, fmt.Sprintf("%s×%d", a.Severity, a.Count))
		}
	}
	if fmt.Sprint(got) != "[critical×4 critical×6]" || stats.Held != 6 {
		t.Errorf("%v, %d held back", got, stats.Held)
	}
}
