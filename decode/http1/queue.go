package http1

import "spaniel/event"

// entry is one place in a connection's order of calls.
type entry struct {
	// call is nil once the call was given up while its response is still to
	// come: the response is read for its length and dropped.
	call    *event.Call
	clock   int64 // when the call began, by the packet clock
	head    bool  // its response has no body, whatever its fields say
	connect bool
	old     bool // HTTP/0.9
	reqDone bool
	resDone bool
	joined  bool     // sent in the segment that ended the request before
	before  bool     // waited when bytes from the server were lost
	doubt   bool     // came behind a hole, so that its response may be another's
	orphan  bool     // a response that came before any request
	unseen  bool     // … when bytes of the client were acknowledged and not seen
	claimed bool     // … but within a request's head, whose answer it must be
	late    bool     // stands behind a hole where whole messages may have been
	ahead   bool     // answered behind a hole, when bytes of the client were acknowledged and not seen
	tape    [2]*tape // by direction; seldom any
	place            // of the request
	texts   int      // what the call's heads take
}

// place is where a message stands in the stream: its head, text, begins at start,
// its body at body. linear says that each byte of it is one of the body; else
// chunks are where those begin, as far as none of them is lost.
type place struct {
	text         string
	start, body  uint64
	linear, lost bool
	chunks       []chunkMark
}

// queue holds the calls of a connection that were not emitted, in order:
// first the answered ones, then those that wait, then responses that came
// before their request.
type queue struct {
	q        []entry
	first    [1]entry // what q begins with: most connections make one call at a time
	off      int
	answered int
	orphans  int
	ghosts   int // entries without a call; they stand before the others
	raw      int // body bytes kept by them, and by what may be read another way
	bodies   int // the former
	texts    int // what their heads take
}

// keptEntries is for how many entries an empty queue keeps its memory.
const keptEntries = 16

func (q *queue) len() int { return len(q.q) - q.off }

func (q *queue) at(i int) *entry { return &q.q[q.off+i] }

// fieldCost is what a header field takes beside its text.
const fieldCost = 48

// weigh notes what a head of e takes, or its trailers.
func (q *queue) weigh(e *entry, text string, fields int) {
	n := len(text) + fields*fieldCost
	e.texts += n
	q.texts += n
}

// waiting counts requests without a whole response.
func (q *queue) waiting() int { return q.len() - q.answered - q.pendingOrphans() }

// pendingOrphans counts orphans whose response has not ended: 0 or 1.
func (q *queue) pendingOrphans() int {
	if q.orphans > 0 && !q.q[len(q.q)-1].resDone {
		return 1
	}
	return 0
}

func (q *queue) push(e entry) *entry {
	if q.off > 32 && 2*q.off > len(q.q) {
		n := copy(q.q, q.q[q.off:])
		clear(q.q[n:])
		q.q, q.off = q.q[:n], 0
	}
	if q.q == nil {
		q.q = q.first[:0]
	}
	q.q = append(q.q, e)
	return &q.q[len(q.q)-1]
}

// shift removes the first entry.
func (q *queue) shift() entry {
	e := q.q[q.off]
	q.q[q.off] = entry{}
	q.off++
	if q.off == len(q.q) {
		if q.q, q.off = q.q[:0], 0; cap(q.q) > keptEntries {
			q.q = nil
		}
	}
	if e.resDone {
		q.answered--
	}
	if e.orphan {
		q.orphans--
	}
	if e.call == nil {
		q.ghosts--
	}
	return e
}
