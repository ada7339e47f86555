package detect

import (
	"regexp"
	"regexp/syntax"
)

// pattern is a regular expression with what a byte of text costs it: on hostile
// text each step of its program may be busy at each byte.
type pattern struct {
	*regexp.Regexp
	cost int
}

// stepsAByte is how many steps of a program are worth one byte that is looked
// at plainly.
const stepsAByte = 16

func newPattern(src string) (*pattern, error) {
	re, err := regexp.Compile(src)
	if err != nil {
		return nil, err
	}
	return &pattern{re, 1 + programSize(src)/stepsAByte}, nil
}

// programSize is how many steps an expression compiles to; of what does not,
// 0.
func programSize(src string) int {
	tree, err := syntax.Parse(src, syntax.Perl)
	if err != nil {
		return 0
	}
	prog, err := syntax.Compile(tree.Simplify())
	if err != nil {
		return 0
	}
	return len(prog.Inst)
}

// weighing runs f while looking at a byte costs so much.
func (s *scope) weighing(cost int, f func() bool) bool {
	before := s.weight
	s.weight = cost
	found := f()
	s.weight = before
	return found
}

// weighing is the expression, while looking at a byte costs so much.
func (x native) weighing(cost int) native {
	f := x.truth
	if f == nil || cost <= 1 {
		return x
	}
	return native{truth: func(ev *eval) bool {
		before := ev.scope.weight
		ev.scope.weight = cost
		found := f(ev)
		ev.scope.weight = before
		return found
	}}
}
