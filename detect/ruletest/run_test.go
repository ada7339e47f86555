package ruletest

import (
	"errors"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"spaniel/detect"
	"spaniel/event"
)

const rule = `id: some-rule
title: t
severity: low
category: recon/probing
when: req.path == "/x"
tests:
  - fires: GET /x
    severity: low
    outcome: tried
    alerts: 1
  - silent: GET /y
  - misses: GET /z
---
id: untested
title: t
severity: low
category: recon/probing
when: req.path == "/x"
`

func TestRun(t *testing.T) {
	set, err := detect.Load([]detect.Source{{FS: fstest.MapFS{"r.yaml": {Data: []byte(rule)}}}}, detect.LoadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	alert := &event.Alert{Severity: event.Low, Outcome: event.Tried, Rule: event.AlertRule{ID: "some-rule"}}
	for _, tc := range []struct {
		name   string
		replay func(target string) ([]*event.Alert, error)
		want   string // details of the five results, joined
	}{
		{"all well", func(target string) ([]*event.Alert, error) {
			if target == "/x" {
				return []*event.Alert{alert}, nil
			}
			return nil, nil
		}, "|||the rule has no test of kind fires|the rule has no test of kind silent"},
		{"never fires", func(string) ([]*event.Alert, error) { return nil, nil }, "it does not fire|||"},
		{"always fires", func(string) ([]*event.Alert, error) { return []*event.Alert{alert}, nil }, "|it fires: low tried|a known miss fires now: make it a test that fires|"},
		{"other severity", func(string) ([]*event.Alert, error) {
			b := *alert
			b.Severity = event.High
			return []*event.Alert{&b}, nil
		}, "no alert has severity low: high tried|"},
		{"too many", func(string) ([]*event.Alert, error) {
			b := *alert
			b.ID[0] = 1
			return []*event.Alert{alert, &b}, nil
		}, "2 alerts, not 1|"},
		{"another rule", func(string) ([]*event.Alert, error) {
			return []*event.Alert{{Rule: event.AlertRule{ID: "other"}}}, nil
		}, "it does not fire (fired: other)|||"},
		{"fault", func(string) ([]*event.Alert, error) { return nil, errors.New("no path") }, "replaying: no path|"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			results := Run(set, func(_ *detect.Set, frames []event.Frame) ([]*event.Alert, error) {
				for _, f := range frames {
					if _, after, ok := strings.Cut(string(f.Data), "GET "); ok {
						return tc.replay(after[:2])
					}
				}
				return nil, errors.New("no request in the frames")
			})
			var details []string
			for _, r := range results {
				if r.OK != (r.Detail == "") {
					t.Errorf("%+v", r)
				}
				details = append(details, r.Detail)
			}
			if got := strings.Join(details, "|"); len(results) != 5 || !strings.HasPrefix(got, tc.want) {
				t.Errorf("got  %s\nwant %s", got, tc.want)
			}
		})
	}
}

func TestFramesOfAPhase(t *testing.T) {
	test := &detect.Test{Phases: []detect.Phase{
		{Requests: []string{"GET /a{{n}}"}, Repeat: 3, Every: time.Second, Took: time.Millisecond},
		{Requests: []string{"GET /b"}, Repeat: 1, After: time.Minute, From: "2001:db8::1", To: "[2001:db8::2]:8080", Slow: 7 * time.Second, Each: true},
	}}
	frames, err := Frames(test)
	if err != nil {
		t.Fatal(err)
	}
	at := map[string]time.Duration{}
	for _, f := range frames {
		if _, after, ok := strings.Cut(string(f.Data), "GET /"); ok {
			at[after[:2]] = time.Duration(f.Time - frames[0].Time).Round(time.Second)
		}
	}
	if at["a1"] != 0 || at["a2"] != time.Second || at["a3"] != 2*time.Second || at["b "] != 63*time.Second {
		t.Errorf("requests at %v", at)
	}
	if last := time.Duration(frames[len(frames)-1].Time - frames[0].Time).Round(time.Second); last != 71*time.Second {
		t.Errorf("the last frame is at %s", last)
	}
	again, err := Frames(test)
	if err != nil || len(again) != len(frames) || string(again[5].Data) != string(frames[5].Data) {
		t.Errorf("not the same twice: %v", err)
	}
}
