package main

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"testing"

	"spaniel/capture"
	"spaniel/detect"
	"spaniel/event"
	"spaniel/internal/config"
	"spaniel/internal/demo"
	"spaniel/internal/sensor"
	"spaniel/rules"
	"spaniel/sinks/redact"
)

// demoRun runs the bundled capture through a sensor of the rules, in one
// goroutine.
func demoRun(t *testing.T, sc sensor.Config, use func(*event.Item)) {
	t.Helper()
	f, err := capture.NewFile("demo", bytes.NewReader(demo.Capture()))
	if err != nil {
		t.Fatal(err)
	}
	s, err := sensor.New(sc, func(it *event.Item) event.CallFate { use(it); return event.CallAcked })
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Run(context.Background(), f); err != nil {
		t.Fatal(err)
	}
}

func demoConfig(set *detect.Set) sensor.Config {
	return sensor.Config{Name: "file", Version: "test", Workers: 1, Rules: set, Decode: decodeConfig(config.Default()), Redactor: redact.New(make([]byte, 32), redact.Option{})}
}

// TestExplanationsAgreeWithTheSensor: for every shipped rule, calls that raised
// an alert are explained as such, and others are not; what the whole condition
// is said to be is what its parts are said to be.
func TestExplanationsAgreeWithTheSensor(t *testing.T) {
	set, err := detect.Load([]detect.Source{{Name: "builtin", FS: rules.FS}}, detect.LoadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	raised := map[string]event.ID{} // rule and call
	var calls []event.ID
	var last event.Order
	demoRun(t, demoConfig(set), func(it *event.Item) {
		switch it.Kind {
		case event.KindCall:
			calls, last = append(calls, it.Call.ID), it.Order
		case event.KindAlert:
			if it.Alert.Order == last { // not one that only tells its count
				raised[it.Alert.Rule.ID+" "+calls[len(calls)-1].String()] = it.Alert.ID
			}
		}
	})
	if len(raised) < 10 {
		t.Fatalf("the capture raises %d alerts only", len(raised))
	}
	none, err := detect.Load(nil, detect.LoadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	sc := demoConfig(none)
	judging, err := sc.Judging(redact.New(make([]byte, 32), redact.Option{}))
	if err != nil {
		t.Fatal(err)
	}
	type asked struct {
		rule string
		call event.ID
		x    *detect.Explainer
	}
	var list []asked
	rng := rand.New(rand.NewPCG(1, 2))
	for _, r := range set.Rules() {
		targets := []event.ID{calls[rng.IntN(len(calls))], calls[rng.IntN(len(calls))]}
		for _, c := range calls {
			if _, ok := raised[r.ID+" "+c.String()]; ok && len(targets) < 5 {
				targets = append(targets, c)
			}
		}
		for _, c := range targets {
			list = append(list, asked{r.ID, c, detect.NewExplainer(set, r.ID, c, judging)})
		}
	}
	sc.Where = func(c *event.Call) bool {
		for _, a := range list {
			a.x.Judge(c)
		}
		return true
	}
	demoRun(t, sc, func(it *event.Item) {
		if it.Kind == event.KindCall {
			for _, a := range list {
				a.x.Turn(it.Call.ID, it.Order)
			}
		}
	})
	fired := 0
	for _, a := range list {
		out := a.x.End()
		if out == nil {
			t.Fatalf("%s: the call %s did not come", a.rule, a.call)
		}
		id, want := raised[a.rule+" "+a.call.String()]
		if out.Fired != want || out.Reason == "" || want && out.Raised[len(out.Raised)-1].ID != id {
			t.Errorf("%s on %s: fired %v, want %v: %s", a.rule, a.call, out.Fired, want, out.Reason)
		}
		if out.Fired {
			fired++
		}
		if err := consistent(out.When); err != nil {
			t.Errorf("%s on %s: %v", a.rule, a.call, err)
		}
		for _, w := range out.Windows {
			if err := consistent(w.Having); err != nil {
				t.Errorf("%s on %s: %v", a.rule, a.call, err)
			}
		}
	}
	if fired < 10 {
		t.Errorf("%d of %d explanations are of calls that raised an alert", fired, len(list))
	}
}

// consistent checks that no part failed, and that of the parts of a condition
// the last that was needed decides.
func consistent(steps []detect.Step) error {
	for i, s := range steps {
		if s.State == detect.StepFailed {
			return fmt.Errorf("%s: %s", s.Text, s.Note)
		}
		if (s.State == detect.StepNotNeeded) != (s.Value == "") {
			return fmt.Errorf("%s is %s and has the value %q", s.Text, s.State, s.Value)
		}
		if i > 0 && s.Depth > steps[i-1].Depth+1 {
			return fmt.Errorf("%s stands too deep", s.Text)
		}
		if s.State == detect.StepNotNeeded && i+1 < len(steps) && steps[i+1].Depth > s.Depth {
			return fmt.Errorf("%s was not needed, but a part of it was", s.Text)
		}
	}
	return nil
}
