package detect

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"spaniel/detect/window"
)

// maxSteps bounds the conditions of a sequence.
const maxSteps = 8

// alertRef is a rule, or several, whose alerts an aggregate counts.
type alertRef struct {
	name      string // as written: an id, pack/kind, pack/* or *
	aggregate int
}

// addTracker reads the arguments of an aggregate that follows the calls as
// they come, and puts it into the plan.
func (p *plan) addTracker(l *language, name string, op aggregateOp, args []arg, at int) (int, []fault) {
	m := window.Aggregate{Op: op.op, Arg: -1}
	texts := make([]string, len(args))
	for i, a := range args {
		texts[i] = strings.TrimSpace(a.src)
	}
	agg := aggregate{text: name + "(" + strings.Join(texts, ", ") + ")", kind: window.Number, whole: op.gives == "int"}
	if op.gives == "bool" {
		agg.kind = window.Bool
	}
	wrong := func(message string) (int, []fault) {
		return 0, []fault{{from: at, width: len(name), message: name + " " + message, remedy: "write " + op.example}}
	}
	var faults []fault
	condition := func(a arg) int {
		prog, fs := l.compile(a.src, wantBool)
		faults = append(faults, shift(fs, a.from)...)
		if len(fs) > 0 {
			return 0
		}
		return p.arg(l, strings.TrimSpace(a.src), prog)
	}
	duration := func(a arg) int64 {
		d, err := parseDuration(unquoted(a.src))
		if err != nil || d <= 0 || d > maxOver {
			faults = append(faults, fault{from: a.from, width: len([]rune(a.src)), message: "this must be a duration of at most 24h", remedy: `write "30s", "10m" or "1h"`})
		}
		return int64(d)
	}
	switch op.op {
	case window.Bucket:
		if len(args) == 0 || len(args) > 2 || unquoted(args[len(args)-1].src) == "" {
			return wrong("needs the time in which one leaks out, and may have a condition or a value before it")
		}
		if len(args) == 2 {
			prog, fs := l.compile(args[0].src, wantText)
			if len(fs) > 0 {
				return 0, shift(fs, args[0].from)
			}
			m.Arg, m.Different = p.arg(l, texts[0], prog), valueType(prog.typ) != "bool"
		}
		m.Span = duration(args[len(args)-1])
	case window.Sequence:
		for i, a := range args {
			if unquoted(a.src) == "" {
				m.Args, m.Gaps = append(m.Args, condition(a)), append(m.Gaps, 0)
			} else if i == 0 || i == len(args)-1 || unquoted(args[i-1].src) != "" {
				return wrong("has a gap that is not between two conditions")
			} else {
				m.Gaps[len(m.Gaps)-1] = duration(a)
			}
		}
		if len(m.Args) < 2 || len(m.Args) > maxSteps {
			return wrong(fmt.Sprintf("needs 2 to %d conditions", maxSteps))
		}
		m.Gaps = m.Gaps[:len(m.Gaps)-1]
	case window.Absent:
		if len(args) != 3 || unquoted(args[2].src) == "" {
			return wrong("needs what happened, what should follow, and within what time")
		}
		m.Args = []int{condition(args[0]), condition(args[1])}
		m.Span = duration(args[2])
	case window.Alerts:
		if len(args) != 1 || unquoted(args[0].src) == "" {
			return wrong("needs a rule's id between quotes, a category, pack/* or *")
		}
	case window.Baseline:
		of, fs := p.baselineOf(l, args)
		if len(fs) > 0 {
			return 0, fs
		}
		if of < 0 {
			return wrong("needs one aggregate that is a number")
		}
		m.Of = of
	}
	if len(faults) > 0 {
		return 0, faults
	}
	n := p.put(agg, m)
	if op.op == window.Alerts {
		p.alerts = append(p.alerts, alertRef{unquoted(args[0].src), n})
	}
	return n, nil
}

// baselineOf reads the one aggregate that a baseline is of; -1 if it is none.
func (p *plan) baselineOf(l *language, args []arg) (int, []fault) {
	if len(args) != 1 {
		return -1, nil
	}
	lifted, fs := p.lift(l, args[0].src)
	if len(fs) > 0 {
		return -1, shift(fs, args[0].from)
	}
	number, ok := strings.CutPrefix(strings.TrimSpace(lifted), aggregatePrefix)
	of, err := strconv.Atoi(number)
	if !ok || err != nil || p.aggregates[of].kind != window.Number || p.measures[of].Op == window.Baseline {
		return -1, nil
	}
	return of, nil
}

// unquoted is the text between the quotes of a literal, "" if it is none.
func unquoted(src string) string {
	s := strings.TrimSpace(src)
	if n := len(s); n >= 2 && strings.ContainsRune("\"'`", rune(s[0])) && s[n-1] == s[0] && !strings.ContainsAny(s[1:n-1], "\\"+s[:1]) {
		return s[1 : n-1]
	}
	return ""
}

// uses reports whether the plan has an aggregate of that operation.
func (p *plan) uses(op window.Op) bool {
	for i := range p.measures {
		if p.measures[i].Op == op {
			return true
		}
	}
	return false
}

// tooLong is an aggregate that waits longer than a window lasts, "" if none does.
func (p *plan) tooLong(over time.Duration) string {
	for i, m := range p.measures {
		if m.Op == window.Absent && m.Span >= int64(over) || m.Op == window.Bucket && m.Span > int64(over) {
			return p.aggregates[i].text
		}
	}
	return ""
}
