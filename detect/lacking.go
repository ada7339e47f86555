package detect

import (
	"github.com/expr-lang/expr/ast"

	"spaniel/detect/learned"
)

// counted are the facts of which a condition needs more than none: where there is
// none of one of them, it does not hold.
func (p *plan) counted(n ast.Node) (list []learnedFact) {
	for _, o := range operandsOf(n) {
		if i, ok := aggregateIndex(o); ok {
			list = append(list, p.aggregates[i].fact)
			continue
		}
		b, ok := o.(*ast.BinaryNode)
		if !ok {
			continue
		}
		if bd, ok := boundOf(b); ok && !bd.holds(0) {
			list = append(list, p.aggregates[bd.aggregate].fact)
		}
	}
	return list
}

// lacks reports that the stage will find no more than none of one of the facts
// that the rule's condition needs, whatever it has learned: the call has nothing
// that could be one, or learning rests. An observation would be in vain.
func (r *windowRule) lacks(l *learned.Lesson) bool {
	for _, a := range r.counted {
		switch a {
		case factForeignIDs, factNewIDs:
			if l == nil || l.Name == nil || len(l.Asked) == 0 || l.Name.SkipIDs(l.Clock) {
				return true
			}
		case factNewReturned, factOthersReturned:
			if l == nil || len(l.Returned) == 0 {
				return true
			}
		case factOddSyntax:
			if l == nil || !l.Syntax() {
				return true
			}
		case factOddAlg, factOtherSignature:
			if l == nil || l.Token.Content == 0 {
				return true
			}
		case factStored:
			if l == nil || len(l.Served) == 0 {
				return true
			}
		case factOddTypes, factNewFields, factReadOnly:
			if l == nil || len(l.Fields) == 0 {
				return true
			}
		}
	}
	return false
}
