package detect

import (
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

// A halfSieve is what the sieve says of one half's body, once asked.
type halfSieve struct {
	asked bool
	found text.Sifted
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
