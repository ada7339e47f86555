package evidence

import (
	"errors"
	"net/netip"

	"spaniel/decode/frame"
	"spaniel/event"
)

const (
	// lead is how long before a call's first byte its connection's packets are
	// looked at, in ns: bytes that wait behind a hole come before the byte that
	// makes them count. It is twice what they wait for at most by default.
	lead = int64(10e9)
	// maxPackets bounds what is remembered of the packets of all connections.
	maxPackets = 4 << 20
)

// ErrTooLong says that the calls' connections have more packets than are
// remembered.
var ErrTooLong = errors.New("the connection has more than 4,194,304 packets")

// sighting is what is remembered of a packet. start and end are positions in
// the stream that grow without wrapping; they are equal without payload.
type sighting struct {
	frame      uint64
	time       int64
	start, end uint64
	dir        event.Direction
	parts      []uint64 // other frames, of a packet in fragments
}

func (s *sighting) data() bool { return s.end > s.start }

// connection gathers the packets among which those of its calls are.
type connection struct {
	key     event.FlowKey
	calls   []*Call
	from    uint64 // first frame of interest
	since   int64  // first time of interest, unless a call is the connection's first
	to      uint64 // last frame, or
	until   int64  // last time of interest
	packets []sighting
	seq     [2]tracker
}

// tracker makes positions of sequence numbers.
type tracker struct {
	known bool
	seq   uint32
	pos   uint64
}

// at returns the position of seq, which is at most 2 GiB from the last one.
func (t *tracker) at(seq uint32) uint64 {
	if !t.known {
		t.known, t.seq, t.pos = true, seq, 1<<40
	}
	t.pos += uint64(int64(int32(seq - t.seq)))
	t.seq = seq
	return t.pos
}

// ends is what a packet shows of its connection whichever way it goes; the
// VLAN is left to holds, since a copy may come in another one.
type ends struct {
	low, high netip.AddrPort
	vni       uint32
}

func endsOf(a, b netip.AddrPort, vni uint32) ends {
	if b.Compare(a) < 0 {
		a, b = b, a
	}
	return ends{a, b, vni}
}

// connections groups calls by their connection.
func connections(calls []Call) map[ends][]*connection {
	all := map[ends][]*connection{}
	for i := range calls {
		c := &calls[i]
		k := endsOf(c.key.Client, c.key.Server, c.key.VNI)
		var conn *connection
		for _, x := range all[k] {
			if x.key == c.key && x.from == c.from {
				conn = x
			}
		}
		if conn == nil {
			conn = &connection{key: c.key, from: c.from, since: 1<<63 - 1}
			all[k] = append(all[k], conn)
		}
		conn.add(c)
	}
	return all
}

func (c *connection) add(call *Call) {
	c.calls = append(c.calls, call)
	for _, m := range call.messages {
		if m.seen {
			c.to, c.until = max(c.to, m.last), max(c.until, m.end)
			c.since = min(c.since, m.start-lead)
		}
	}
	if call.first {
		c.since = -1 << 63
	}
}

// holds reports whether a frame is one of those the calls may be in. A copy
// that the mirror sent may have come in another VLAN.
func (c *connection) holds(f *event.Frame, fate event.FrameFate, p *frame.Packet) bool {
	return f.Number >= c.from && f.Time >= c.since && (f.Number <= c.to || f.Time <= c.until) &&
		(p.VLAN == c.key.VLAN && p.Inner == c.key.Inner || fate == event.FrameDuplicate)
}

// note remembers a packet of the connection.
func (c *connection) note(f *event.Frame, p *frame.Packet, parts []uint64) {
	s := sighting{frame: f.Number, time: f.Time, parts: parts}
	if p.Src != c.key.Client {
		s.dir = event.ToClient
	}
	s.start = c.seq[s.dir].at(p.Seq)
	if p.Has(frame.SYN) {
		s.start++
	}
	s.end = s.start + uint64(p.WireLen)
	c.packets = append(c.packets, s)
}
