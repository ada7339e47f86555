package detect

import (
	"fmt"
	"math"
	"strconv"

	"github.com/expr-lang/expr/vm"

	"spaniel/detect/window"
)

// test runs a program whose result is a bool.
func (p *program) test(m *vm.VM, env any) (bool, error) {
	if f := p.native.truth; f != nil {
		return f(evalOf(env)), nil
	}
	v, err := m.Run(p.code, env)
	if err != nil {
		return false, fmt.Errorf("evaluating: %w", err)
	}
	b, ok := v.(bool)
	if !ok {
		return false, fmt.Errorf("evaluating: the result is %T, not bool", v)
	}
	return b, nil
}

// holds is test for the condition of a rule, which is mostly false: then what was
// noted on the way is of no interest, and no machine need say so.
func (p *program) holds(m *vm.VM, s *scope) (bool, error) {
	finds, steps := len(s.finds), s.steps
	for _, g := range p.guard {
		if !g(&s.own) && !s.exhausted() {
			return false, nil
		}
	}
	s.finds, s.steps = s.finds[:finds], steps
	return p.test(m, s)
}

// value runs a program for what goes into a window.
func (p *program) value(m *vm.VM, env any) (window.Value, error) {
	switch n := &p.native; {
	case n.truth != nil:
		return window.BoolOf(n.truth(evalOf(env))), nil
	case n.text != nil:
		return window.TextOf(n.text(evalOf(env))), nil
	case n.whole != nil:
		return window.NumberOf(float64(n.whole(evalOf(env)))), nil
	case n.real != nil:
		return window.NumberOf(finite(n.real(evalOf(env)))), nil
	}
	v, err := m.Run(p.code, env)
	if err != nil {
		return window.Value{}, fmt.Errorf("evaluating: %w", err)
	}
	return toValue(v)
}

// appendText adds the text that a program gives.
func (p *program) appendText(dst []byte, m *vm.VM, env any) ([]byte, error) {
	if len(p.pieces) > 0 {
		for _, piece := range p.pieces {
			dst = append(dst, piece(evalOf(env))...)
		}
		return dst, nil
	}
	text, err := p.display(m, env)
	return append(dst, text...), err
}

// display runs a program for a text that is shown or is a key.
func (p *program) display(m *vm.VM, env any) (string, error) {
	switch n := &p.native; {
	case n.truth != nil:
		return strconv.FormatBool(n.truth(evalOf(env))), nil
	case n.text != nil:
		return n.text(evalOf(env)), nil
	case n.whole != nil:
		return strconv.Itoa(n.whole(evalOf(env))), nil
	case n.real != nil:
		return display(n.real(evalOf(env))), nil
	}
	v, err := m.Run(p.code, env)
	if err != nil {
		return "", fmt.Errorf("evaluating: %w", err)
	}
	return display(v), nil
}

// finite is f, or 0 for what would poison every sum.
func finite(f float64) float64 {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return 0
	}
	return f
}
