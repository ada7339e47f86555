package detect

import "errors"

// errSteps is the error of a rule that cost too much on one call.
var errSteps = errors.New("evaluating: it looks at more text than a rule may on one call")

// stepsOfCall is what looking at a text costs beside its bytes.
const stepsOfCall = 64

// spend counts what looking at n bytes costs; it returns false when the rule
// has spent all it may.
func (s *scope) spend(n int) bool {
	s.steps += n*max(1, s.weight) + stepsOfCall
	return !s.exhausted()
}

// exhausted reports that the rule under judgement has spent more than it may.
func (s *scope) exhausted() bool { return s.budget > 0 && s.steps > s.budget }
