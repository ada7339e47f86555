package http1

import (
	"slices"
	"strings"

	"spaniel/event"
)

// tape holds a message that can be read in two ways, as it came, so that it
// can be read the other way once all of it is there: its head, and the bytes
// behind it until its call is emitted, since the other reading may end later
// than the first. Only an ambiguous head starts one; the next one ends it.
type tape struct {
	why  string // the anomaly that makes it ambiguous
	head string
	body []byte
	own  int  // how much of body the first reading takes; -1 while it goes on
	over bool // the first reading of the message has ended
	cut  bool // not all could be kept
	out  bool // its call was emitted
	// length is what Content-Length says of a response, -1 without.
	length int64
}

// ambiguities are the anomalies of a request that give it a second reading,
// those that weigh more first.
var ambiguities = [...]string{AnomalySmuggling, AnomalyHost, AnomalyContentLength, AnomalyObsFold, AnomalySpaceColon, AnomalyNUL, AnomalyBareCR, AnomalyBareLF}

// record starts a tape where the head of a request, text, is ambiguous.
func (h *half) record(e *entry, f *facts, text string) {
	if h.conn.reading != firstReading || h.cut {
		return
	}
	why := ""
	for _, a := range ambiguities {
		if slices.Contains(e.call.Anomalies, a) && (a != AnomalyBareLF || strings.Contains(text, "\r\n")) {
			why = a
			break
		}
	}
	if why == "" && f.look {
		why = AnomalySmuggling // or not: the body will say
	}
	if why != "" {
		h.insert(e, &tape{why: why, head: text, own: -1, cut: h.seen > uint64(len(text))})
	}
}

// recordBody starts a tape where the body of a response is ambiguous.
func (h *half) recordBody(e *entry, f *facts) {
	if !h.cut && (f.hasTE && (f.hasLength || f.badLength || f.oddTE) || f.split || f.look) {
		t := &tape{why: AnomalySmuggling, own: -1, length: -1}
		if f.hasLast {
			t.length = int64(f.last)
		}
		h.insert(e, t)
	}
}

func (h *half) insert(e *entry, t *tape) { e.tape[h.dir], h.tape = t, t }

// maxKept bounds what the connections of a pool keep for second readings
// together: 256 KiB, that is 16 MiB in all partitions.
const maxKept = 256 << 10

// room is how much more the connection may keep for second readings.
func (c *Conn) room() int { return min(pendingRaw-c.raw, maxKept-c.pool.kept) }

// hold counts n bytes more, or less, that are kept for second readings.
func (c *Conn) hold(n int) {
	c.raw += n
	c.pool.kept += n
}

// wind puts b, which the last step took, on the tape that was there before it.
func (h *half) wind(before *tape, b []byte) {
	if before != nil && !before.out {
		room := max(0, min(h.conn.pool.cfg.BodyCap-len(before.body), h.conn.room()))
		before.cut = before.cut || len(b) > room && before.own < 0
		b = b[:min(len(b), room)]
		before.body = append(before.body, b...)
		h.conn.hold(len(b))
		before.end()
	}
	if t := h.tape; t != nil && t != before {
		t.end()
	}
}

// stop ends the tape before its time.
func (h *half) stop() {
	if h.tape != nil {
		h.tape.cut, h.tape = h.tape.cut || h.tape.own < 0, nil
	}
}

// end notes where the first reading ended.
func (t *tape) end() {
	if t.over && t.own < 0 {
		t.own = len(t.body)
	}
}

// eject takes the tape of a direction from an entry whose call is emitted, nil
// without.
func (c *Conn) eject(e *entry, d event.Direction) *tape {
	t := e.tape[d]
	if t == nil {
		return nil
	}
	e.tape[d] = nil
	if h := &c.half[d]; h.tape == t {
		h.tape = nil
	}
	c.hold(-len(t.body))
	if t.out = true; t.own < 0 {
		t.own = len(t.body)
	}
	if c.during == d { // how much more came does not depend on the cut of the bytes
		t.body = t.body[:t.own]
	}
	return t
}
