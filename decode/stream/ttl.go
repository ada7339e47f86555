package stream

import (
	"spaniel/decode/frame"
	"spaniel/event"
)

const (
	// ttlOutlier is by how much a TTL must differ from the usual one to tell:
	// routes change by a hop or two, and one that ends before the server
	// while the sensor still sees it ends some hops short.
	ttlOutlier = 5
	// ttlSure packets in favour make a TTL the usual one, and ttlTop is the
	// most they count, so that a new route is believed soon.
	ttlSure, ttlTop = 3, 8
)

// otherTTL handles a packet whose TTL is not the usual one of its direction.
// Such a packet may be meant for the sensor alone: it is marked, and read.
func (t *Table) otherTTL(f *flow, d event.Direction, p *frame.Packet) {
	h := &f.half[d]
	if h.ttlVotes == 0 {
		h.ttl, h.ttlVotes = p.TTL, 1
		return
	}
	if h.foreignTTL(p.TTL, ttlSure) {
		t.raise(f, d, noteTTL, h.position(p.Seq), len(p.Payload), p.Stamp)
	}
	h.ttlVotes--
}

func (h *half) foreignTTL(ttl, sure uint8) bool {
	return h.ttlVotes >= sure && max(ttl, h.ttl)-min(ttl, h.ttl) >= ttlOutlier
}

// elsewhere reports whether p, whose TTL was voted on already, hardly comes
// from where the direction's others do.
func (h *half) elsewhere(p *frame.Packet) bool { return h.foreignTTL(p.TTL, ttlSure-1) }
