package detect

import "testing"

// TestReference: every function and aggregate is listed, and every example of
// an aggregate is a condition that compiles.
func TestReference(t *testing.T) {
	l := newLanguage()
	listed := map[string]bool{}
	for _, f := range Functions() {
		listed[f.Name] = true
		if f.Meaning == "" {
			t.Errorf("%s has no meaning", f.Name)
		}
		if !f.Window {
			continue
		}
		if _, faults := l.compileWindow(newPlan(), f.Example, wantBool); len(faults) > 0 {
			t.Errorf("%s: %+v", f.Example, faults)
		}
	}
	for name := range aggregateOps() {
		if !listed[name] {
			t.Errorf("%s is not listed", name)
		}
	}
	for _, f := range functionTable() {
		if !listed[f.name] {
			t.Errorf("%s is not listed", f.name)
		}
	}
}
