package main

import (
	"fmt"
	"strings"
)

// floors are the figures of the tuned half that go test holds, by name: those
// that must not fall by more than a point, and those that must not rise.
type floors map[string]float64

// floorsOf takes them from a score.
func floorsOf(s *score) floors {
	f := floors{"recall": s.Attacks.percent(s.Attacks.Found), "right-family": s.Attacks.percent(s.Attacks.Right), "macro-recall": s.Macro, "recall-odd": s.Odd.percent(s.Odd.Found)}
	for name, t := range s.Families {
		f["family "+name] = t.percent(t.Found)
	}
	for name, t := range s.Groups {
		f["false-alarms "+name] = t.percent(t.Found)
	}
	return f
}

// names lists them in order.
func (f floors) names() []string {
	t := table{}
	for n := range f {
		t.at(n)
	}
	return t.names()
}

// String is the file's form.
func (f floors) String() string {
	var b strings.Builder
	b.WriteString(";; What go test holds the tuned half to: recall may be a point lower, false alarms\n;; may not be more. Written by\n;; go run ./bench/accuracy -floors bench/accuracy/floors.txt.\n")
	for _, n := range f.names() {
		fmt.Fprintf(&b, "%s: %.2f\n", n, f[n])
	}
	return b.String()
}

func readFloors(text string) (floors, error) {
	f := floors{}
	for l := range strings.SplitSeq(text, "\n") {
		if l == "" || strings.HasPrefix(l, ";;") {
			continue
		}
		name, number, ok := strings.Cut(l, ": ")
		var v float64
		if _, err := fmt.Sscan(number, &v); !ok || err != nil {
			return nil, fmt.Errorf("floors: %q is no `name: number`", l)
		}
		f[name] = v
	}
	return f, nil
}

// worse says how a measurement breaks the floors.
func (f floors) worse(got floors) []string {
	var out []string
	for _, n := range f.names() {
		want, have := f[n], got[n]
		// Figures are recorded to two digits.
		switch {
		case strings.HasPrefix(n, "false-alarms ") && have > want+0.006:
			out = append(out, fmt.Sprintf("%s: %.2f %%, more than %.2f", n, have, want))
		case !strings.HasPrefix(n, "false-alarms ") && have < want-1.006:
			out = append(out, fmt.Sprintf("%s: %.2f %%, more than a point below %.2f", n, have, want))
		}
	}
	return out
}
