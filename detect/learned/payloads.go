package learned

// payloads knows pieces of script that requests stored, by the hash of a piece and
// its host: in places chosen by the hash; the latest has its place.
type payloads []payload

type payload struct {
	hash  uint64
	clock int64
	call  [16]byte
}

// payloadsKept is how many there are at most, payloadLasts for how long each is
// looked for.
const (
	payloadsKept = 4096
	payloadLasts = 7 * 24 * 3600 * int64(1e9)
)

func (p *payloads) learn(l *Lesson) {
	for _, h := range l.Stored {
		if *p == nil {
			*p = make(payloads, payloadsKept)
		}
		if at := &(*p)[h%payloadsKept]; at.hash != h || l.Clock-at.clock > payloadLasts { // who stored it first is told
			*at = payload{h, l.Clock, l.Call}
		}
	}
}

// Stored counts the pieces in the answer of l that a call before it stored; by is
// the first of those calls, ago how long before, ns.
func (f *Facts) Stored(l *Lesson) (n int, by [16]byte, ago int64) {
	if f.payloads == nil {
		return 0, by, 0
	}
	for _, h := range l.Served {
		at := &f.payloads[h%payloadsKept]
		if at.hash != h || l.Clock-at.clock > payloadLasts {
			continue
		}
		if n++; n == 1 {
			by, ago = at.call, l.Clock-at.clock
		}
	}
	return n, by, ago
}
