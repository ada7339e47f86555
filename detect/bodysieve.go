package detect

import (
	"github.com/expr-lang/expr/ast"

	"spaniel/detect/prefilter"
	"spaniel/detect/text"
	"spaniel/event"
)

// noFinder is the number of a finder that may find something in any body.
const noFinder = -1

// bodyFinder numbers what rules look for in bodies by its key, which is the
// function with its literals: one look at a body tells which of them all are
// worth asking. What has no words may find something anywhere.
func (l *language) bodyFinder(key string, words []string) int {
	if key == "" || len(words) == 0 {
		return noFinder
	}
	if _, known := l.bodyFinders[key]; !known {
		l.bodyWords = append(l.bodyWords, words)
	}
	return number(l.bodyFinders, key)
}

// bodyOf returns what an expression looks for in a body.
func (l *language) bodyOf(n ast.Node) (need prefilter.BodyNeed, ok bool) {
	switch n := n.(type) {
	case *ast.CallNode:
		need, ok = l.bodyAsked(n)
	case *ast.BinaryNode:
		if half, word := l.bodyHolds(n); word != "" {
			need.Half = half
			need.Finder, ok = l.bodyFinders[containsKey+word]
		}
	}
	if ok {
		need.Slow = text.AnyShort(l.bodyWords[need.Finder])
	}
	return need, ok
}

// containsKey stands before a word that a body is to contain, in the keys of
// finders.
const containsKey = "contains\x00"

// bodyHolds returns the word that a body is to contain, "" where it is not that
// which is asked.
func (l *language) bodyHolds(n *ast.BinaryNode) (half event.Direction, word string) {
	i, isField := l.index[listName(n.Left)]
	s, isText := n.Right.(*ast.StringNode)
	if n.Operator != "contains" || !isField || i != l.reqBody && i != l.respBody || !isText || len(s.Value) < 2 {
		return 0, ""
	}
	return l.halfOf(i), lowerASCII(s.Value)
}

// halfOf is the half whose body a field is.
func (l *language) halfOf(field int) event.Direction {
	if field == l.respBody {
		return event.ToClient
	}
	return event.ToServer
}

// bodyAsked returns what a call of a function looks for in a body.
func (l *language) bodyAsked(n *ast.CallNode) (need prefilter.BodyNeed, ok bool) {
	if len(n.Arguments) == 0 {
		return need, false
	}
	switch name := calleeName(n); name {
	case "sql_error", "stack_trace", "file_leak", "command_output":
		if id, isName := n.Arguments[0].(*ast.IdentifierNode); !isName || !l.groups[id.Value] {
			return need, false
		}
		need.Half = event.ToClient
		need.Finder, ok = l.bodyFinders[name]
	case "reads", "contains_any":
		i, isField := l.index[listName(n.Arguments[0])]
		if !isField || i != l.reqBody && i != l.respBody {
			return need, false
		}
		need.Half = l.halfOf(i)
		need.Finder, ok = l.bodyFinders[prefilter.Key(n)]
	}
	return need, ok
}

// A halfSieve is what the sieve says of one half's body, once asked.
type halfSieve struct {
	asked bool
	found text.Sifted
}

// MayFind and Sifted are what the prefilter asks of bodies.
func (s *scope) MayFind(half event.Direction, finder int) bool { return s.bodyMayHold(half, finder) }

func (s *scope) Sifted(half event.Direction) (sifted, nothing bool) {
	h := &s.sifted[half]
	return h.asked, h.asked && h.found.Nothing()
}

// bodyMayHold reports whether the finder may find something in that half's
// body.
func (s *scope) bodyMayHold(half event.Direction, finder int) bool {
	sieve := s.lang.bodySieve
	if finder == noFinder || sieve == nil || finder >= sieve.Finders() {
		return true // it was met after the sieve was made
	}
	h := &s.sifted[half]
	if !h.asked {
		h.asked = true
		sieve.Sift(borrowed(bodyOf(s.call, half)), &h.found)
	}
	return h.found.MayFind(finder)
}

func bodyOf(c *event.Call, half event.Direction) []byte {
	if half == event.ToClient {
		return c.RespBody()
	}
	return c.ReqBody()
}
