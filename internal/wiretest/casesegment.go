package wiretest

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
)

// crafted is a segment of a section "segment": what its words say of it.
type crafted struct {
	c      *Conn
	end    int // who sends it
	seg    Segment
	next   bool // the sender goes on behind it
	marked bool // flags were given
	rest   []string
}

// segment adds one segment as its words have it, to the connection or into
// it: unless it says "next", neither end's numbers move.
func (p *parser) segment(args []string, data []byte) error {
	if len(args) == 0 || args[0] != "client" && args[0] != "server" {
		return fmt.Errorf("want client or server, then an optional name")
	}
	end := 0
	if args[0] == "server" {
		end = 1
	}
	name, words := connName(args[1:])
	c, err := p.conn(name)
	if err != nil {
		return err
	}
	s := crafted{c: c, end: end, seg: c.segmentFrom(end)}
	for _, w := range words {
		if err := s.word(w); err != nil {
			return fmt.Errorf("%q: %w", w, err)
		}
	}
	if len(s.rest) == 0 || s.rest[0] == "lost" {
		s.rest = append(s.rest, "quoted")
	}
	b, lost, err := wireBytes(data, s.rest)
	if err != nil {
		return err
	}
	s.seg.Payload = b
	if len(b) > 0 && !s.marked {
		s.seg.Flags |= PSH
	}
	if lost {
		p.c.lost[len(p.c.b.segs)] = true
	}
	p.c.Crafted = true
	c.add(end, s.seg, s.next)
	return nil
}

// segmentFrom returns an empty segment with ACK at the end's present place.
func (c *Conn) segmentFrom(end int) Segment {
	from, to := &c.ends[end], &c.ends[1-end]
	return Segment{Src: from.addr, Dst: to.addr, Seq: from.seq, Ack: to.seq, Flags: ACK, Window: 502,
		TTL: from.ttl, IPID: from.ipid, VLAN: c.vlan, Iface: c.iface}
}

// add appends a segment at the clock and moves on the numbers of its sender
// if next says so.
func (c *Conn) add(end int, s Segment, next bool) {
	from := &c.ends[end]
	s.Time = c.b.now
	from.ipid++
	if next {
		from.seq = s.Seq + uint32(len(s.Payload))
		if s.Flags&(SYN|FIN) != 0 {
			from.seq++
		}
	}
	c.b.segs = append(c.b.segs, s)
	c.b.now += int64(c.b.Step)
}

// word applies one word of the section's name.
func (s *crafted) word(w string) error {
	key, value, _ := strings.Cut(w, "=")
	switch key {
	case "next":
		s.next = true
	case "badsum":
		s.seg.BadSum = true
	case "badip":
		s.seg.BadIPSum = true
	case "md5":
		s.seg.Options = append(s.seg.Options, 1, 1, 19, 18)
		s.seg.Options = append(s.seg.Options, make([]byte, 16)...)
	case "flags":
		return s.flags(value)
	case "opts":
		b, err := hex.DecodeString(value)
		s.seg.Options = append(s.seg.Options, b...)
		return err
	case "quoted", "raw", "hex", "lost":
		s.rest = append(s.rest, w)
	default:
		n, err := strconv.ParseInt(value, 10, 64)
		if err != nil {
			return err
		}
		return s.number(key, n)
	}
	return nil
}

// number applies a word whose value is a number. seq and ack count from where
// the end stands, pos and ackpos from its first byte.
func (s *crafted) number(key string, n int64) error {
	from, to := &s.c.ends[s.end], &s.c.ends[1-s.end]
	switch key {
	case "seq":
		s.seg.Seq = from.seq + uint32(n)
	case "pos":
		s.seg.Seq = from.isn + 1 + uint32(n)
	case "ack":
		s.seg.Ack = to.seq + uint32(n)
	case "ackpos":
		s.seg.Ack = to.isn + 1 + uint32(n)
	case "win":
		s.seg.Window = uint16(n)
	case "ttl":
		s.seg.TTL = uint8(n)
	case "id":
		s.seg.IPID = uint16(n)
	case "urg":
		s.seg.Urgent, s.seg.Flags = uint16(n), s.seg.Flags|URG
	case "scale":
		s.seg.Options = append(s.seg.Options, 1, 3, 3, byte(n))
	case "ts":
		s.seg.Options = append(s.seg.Options, 1, 1, 8, 10)
		s.seg.Options = binary.BigEndian.AppendUint32(s.seg.Options, uint32(s.c.b.now/1e6+n))
		s.seg.Options = binary.BigEndian.AppendUint32(s.seg.Options, uint32(s.c.b.now/1e6))
	case "sack": // from the peer's next byte, 100 bytes
		s.seg.Options = append(s.seg.Options, 1, 1, 5, 10)
		s.seg.Options = binary.BigEndian.AppendUint32(s.seg.Options, to.seq+uint32(n))
		s.seg.Options = binary.BigEndian.AppendUint32(s.seg.Options, to.seq+uint32(n)+100)
	case "vlan":
		s.seg.VLAN = []uint16{uint16(n)}
	case "iface":
		s.seg.Iface = int(n)
	default:
		return fmt.Errorf("unknown word")
	}
	return nil
}

// flags sets the flags by their letters; "-" is none.
func (s *crafted) flags(letters string) error {
	s.seg.Flags = 0
	s.marked = true
	for _, l := range letters {
		i := strings.IndexRune("FSRPAU-", l)
		if i < 0 {
			return fmt.Errorf("flags are letters of FSRPAU, or -")
		}
		if l != '-' {
			s.seg.Flags |= 1 << i
		}
	}
	if s.seg.Flags&ACK == 0 {
		s.seg.Ack = 0
	}
	return nil
}
