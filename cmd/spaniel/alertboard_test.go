package main

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"spaniel/event"
	"spaniel/internal/render"
)

// raised is an alert of the test's making; its rule is named after its id.
func raised(id byte, at int64, sev event.Severity) *event.Alert {
	return &event.Alert{ID: event.ID{id}, Time: event.Nanos(at * 1e9), Severity: sev, Rule: event.AlertRule{ID: fmt.Sprintf("rule-%d", id)}, Message: fmt.Sprintf("at %d", at)}
}

func TestUpdatesAreNoFurtherAlerts(t *testing.T) {
	sum := newSummary("")
	for _, a := range []*event.Alert{raised(1, 1, event.Medium), raised(2, 2, event.Low), raised(1, 3, event.High), raised(1, 4, event.Critical)} {
		sum.count(&event.Item{Kind: event.KindAlert, Alert: a})
	}
	b, err := sum.MarshalJSON()
	if err != nil || !strings.Contains(string(b), `"alerts":2,"alert_updates":2,`) {
		t.Errorf("%s, %v", b, err)
	}
	if sum.bySeverity[event.Medium] != 0 || sum.bySeverity[event.Critical] != 1 || sum.bySeverity[event.Low] != 1 {
		t.Errorf("%v", sum.bySeverity)
	}
}

func TestOldAlertsAreForgotten(t *testing.T) {
	s := newAlertSet()
	for i := range maxSeenAlerts + 10 {
		s.add(&event.Alert{ID: event.ID{byte(i), byte(i >> 8), byte(i >> 16)}})
	}
	if len(s.seen) != maxSeenAlerts || len(s.order) != maxSeenAlerts || s.n != maxSeenAlerts+10 {
		t.Errorf("%d ids, %d in order, %d counted", len(s.seen), len(s.order), s.n)
	}
	if _, update := s.add(&event.Alert{ID: event.ID{9}}); update {
		t.Error("the oldest is still known")
	}
	if _, update := s.add(&event.Alert{ID: event.ID{10, 0, 1}}); update {
		t.Error("one that never was is known")
	}
}

// show prints the alerts that come, as the board keeps them.
func show(t *testing.T, limit int, alerts ...*event.Alert) (string, uint64) {
	t.Helper()
	known := newAlertSet()
	board := newAlertBoard(limit, known, func(word, _ string) string { return word })
	for _, a := range alerts {
		known.add(a)
		board.add(a)
	}
	var out bytes.Buffer
	more, err := board.print(render.Screen{W: &out})
	if err != nil {
		t.Fatal(err)
	}
	return out.String(), more
}

func TestTheBoardShowsAnUpdatedAlertOnce(t *testing.T) {
	out, more := show(t, 10, raised(1, 1, event.Medium), raised(2, 2, event.Low), raised(1, 3, event.High))
	if lines := strings.Split(out, "\n"); more != 0 || len(lines) != 4 || !strings.HasPrefix(lines[1], "high  00:00:01  rule-1 ") || !strings.HasSuffix(lines[1], "at 3") {
		t.Errorf("%d more\n%s", more, out)
	}
}

func TestTheBoardKeepsTheWorst(t *testing.T) {
	out, more := show(t, 2, raised(1, 1, event.High), raised(2, 2, event.Low), raised(3, 3, event.Low), raised(4, 4, event.Info), raised(2, 5, event.Critical))
	if more != 2 || !strings.Contains(out, "rule-1") || !strings.Contains(out, "critical  00:00:02  rule-2") {
		t.Errorf("%d more\n%s", more, out)
	}
}

// What is left out is never worse than what is shown.
func TestTheBoardHidesNothingWorse(t *testing.T) {
	severities := []event.Severity{event.Info, event.Low, event.Medium, event.High, event.Critical}
	rapid.Check(t, func(rt *rapid.T) {
		known := newAlertSet()
		board := newAlertBoard(rapid.IntRange(1, 6).Draw(rt, "limit"), known, func(word, _ string) string { return word })
		latest := map[event.ID]event.Severity{}
		for i, id := range rapid.SliceOfN(rapid.ByteRange(0, 12), 0, 40).Draw(rt, "ids") {
			a := raised(id, int64(i), max(latest[event.ID{id}], rapid.SampledFrom(severities).Draw(rt, "severity")))
			latest[a.ID] = a.Severity // updates only make it worse
			known.add(a)
			board.add(a)
		}
		if len(board.rows) != min(len(latest), board.limit) || len(board.byID) != len(board.rows) {
			rt.Fatalf("%d rows of %d, %d by id", len(board.rows), len(latest), len(board.byID))
		}
		for id, sev := range latest {
			if row := board.byID[id]; row != nil && row.severity != sev {
				rt.Fatalf("%v is shown as %v, and is %v", id, row.severity, sev)
			} else if row == nil && sev > board.rows[0].severity {
				rt.Fatalf("%v, which is %v, is hidden by one that is %v", id, sev, board.rows[0].severity)
			}
		}
	})
}
