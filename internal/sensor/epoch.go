package sensor

import (
	"spaniel/decode/frame"
	"spaniel/detect"
)

// An epoch is a batch of frames. Where it is cut changes nothing in the
// output; it only bounds how much is under way at once.
type epoch struct {
	set     *detect.Set
	number  int     // from 0
	clock   int64   // packet clock at its end
	last    bool    // nothing follows
	rate    float64 // share of the connections that were read
	passing bool    // packets that tell nothing are left out
	frames  int
	load    int // bytes of its frames
	// countRules asks the workers for what their rules did.
	countRules bool
	reader     results    // what the reader itself found: anomalies of fragments
	results    []*results // by worker

	// With more than one worker the packets wait here, their payloads copied
	// into bytes, since the source uses its own memory again at once.
	packets []packetFor
	bytes   []byte
	// stops is where workers say that they are at rest.
	stops chan stop
}

// packetFor is a packet and its partition. Its payload is bytes[from:to],
// cut only once bytes has stopped moving.
type packetFor struct {
	part     uint8
	from, to int
	p        frame.Packet
}

func newEpoch(workers int) *epoch {
	e := &epoch{results: make([]*results, workers), stops: make(chan stop, workers)}
	for i := range e.results {
		e.results[i] = new(results)
	}
	return e
}

// reset makes the epoch ready for reuse.
func (e *epoch) reset() {
	e.clock, e.last, e.countRules, e.frames, e.load, e.packets, e.bytes = 0, false, false, 0, 0, e.packets[:0], e.bytes[:0]
	e.reader.reset()
	for _, r := range e.results {
		r.reset()
	}
}

// share looks at the sampler: the share of connections holds for a whole epoch.
func (e *epoch) share(s *sampler) {
	e.rate, e.passing = 1, false
	if s != nil {
		s.step()
		e.rate, e.passing = s.share, s.bypass
	}
	for _, r := range e.results {
		r.rate = e.rate
	}
}

// hold keeps a packet for the worker that owns its partition.
func (e *epoch) hold(part uint8, p *frame.Packet) {
	from := len(e.bytes)
	e.bytes = append(e.bytes, p.Payload...)
	e.packets = append(e.packets, packetFor{part: part, from: from, to: len(e.bytes), p: *p})
}

// seal points the payloads at the epoch's own memory.
func (e *epoch) seal() {
	for i := range e.packets {
		h := &e.packets[i]
		h.p.Payload = e.bytes[h.from:h.to:h.to]
	}
}

// run lets a worker handle its share of the epoch.
func (e *epoch) run(w *worker) {
	w.begin(e)
	for i := range e.packets {
		w.packet(e.packets[i].part, &e.packets[i].p)
	}
	w.end(e)
}
