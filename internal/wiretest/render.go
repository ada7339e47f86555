package wiretest

import (
	"cmp"
	"encoding/binary"
	"slices"

	"spaniel/event"
)

// EtherTypes and link types, as in the registries.
const (
	etherIPv4 = 0x0800
	etherIPv6 = 0x86dd
	etherVLAN = 0x8100
	etherQinQ = 0x88a8

	LinkNull     = 0   // BSD loopback, host byte order
	LinkEthernet = 1   // Ethernet
	LinkRaw      = 101 // IPv4 or IPv6, nothing before it
	LinkLoop     = 108 // OpenBSD loopback, network byte order
	LinkSLL      = 113 // Linux cooked v1
	LinkIPv4     = 228 // IPv4 only
	LinkIPv6     = 229 // IPv6 only
	LinkSLL2     = 276 // Linux cooked v2
)

// Render puts segments into Ethernet frames with right checksums, sorted by
// time (equal times keep their order) and numbered from 1.
func Render(segs []Segment) []event.Frame {
	order := make([]int, len(segs))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(segs[a].Time, segs[b].Time) })
	frames := make([]event.Frame, 0, len(segs))
	for _, i := range order {
		data := segs[i].Ethernet()
		frames = append(frames, event.Frame{Time: segs[i].Time, Length: len(data), Iface: segs[i].Iface, Link: LinkEthernet, Data: data})
	}
	return Number(frames)
}

// Number numbers frames from 1 in their order and sets their packet clock to
// the largest time so far. Every operator on frames calls it last.
func Number(frames []event.Frame) []event.Frame {
	var clock int64
	for i := range frames {
		clock = max(clock, frames[i].Time)
		frames[i].Number, frames[i].Clock = uint64(i+1), clock
	}
	return frames
}

// Ethernet returns the segment as an Ethernet frame.
func (s *Segment) Ethernet() []byte {
	b := append(mac(s.Dst.Addr().AsSlice()), mac(s.Src.Addr().AsSlice())...)
	for i, id := range s.VLAN {
		tpid := uint16(etherVLAN)
		if i < len(s.VLAN)-1 {
			tpid = etherQinQ
		}
		b = binary.BigEndian.AppendUint16(b, tpid)
		b = binary.BigEndian.AppendUint16(b, id)
	}
	kind := uint16(etherIPv6)
	if s.Src.Addr().Is4() {
		kind = etherIPv4
	}
	b = binary.BigEndian.AppendUint16(b, kind)
	b = append(b, s.IP()...)
	return append(b, make([]byte, max(0, 60-len(b)))...)
}

// mac makes a locally administered address from the end of an IP address.
func mac(ip []byte) []byte {
	return append([]byte{0x02, 0x00}, ip[len(ip)-4:]...)
}

// IP returns the segment as an IPv4 or IPv6 packet, by its addresses.
func (s *Segment) IP() []byte {
	src, dst := s.Src.Addr().AsSlice(), s.Dst.Addr().AsSlice()
	tcp := s.TCP()
	if s.Src.Addr().Is4() {
		b := make([]byte, 20, 20+len(tcp))
		b[0], b[8], b[9] = 0x45, s.TTL, protoTCP
		binary.BigEndian.PutUint16(b[2:], uint16(20+len(tcp)))
		binary.BigEndian.PutUint16(b[4:], s.IPID)
		b[6] = 0x40 // do not fragment, as every stack with path MTU discovery sends
		copy(b[12:], src)
		copy(b[16:], dst)
		binary.BigEndian.PutUint16(b[10:], Checksum(b))
		if s.BadIPSum {
			b[10] ^= 0x55
		}
		return append(b, tcp...)
	}
	b := make([]byte, 40, 40+len(tcp))
	b[0], b[6], b[7] = 0x60, protoTCP, s.TTL
	binary.BigEndian.PutUint16(b[4:], uint16(len(tcp)))
	copy(b[8:], src)
	copy(b[24:], dst)
	return append(b, tcp...)
}

const (
	protoTCP  = 6
	protoFrag = 44
)

// TCP returns the TCP header and payload, checksum included.
func (s *Segment) TCP() []byte {
	opts := append(slices.Clone(s.Options), make([]byte, -len(s.Options)&3)...)
	head := 20 + len(opts)
	b := make([]byte, head, head+len(s.Payload))
	binary.BigEndian.PutUint16(b[0:], s.Src.Port())
	binary.BigEndian.PutUint16(b[2:], s.Dst.Port())
	binary.BigEndian.PutUint32(b[4:], s.Seq)
	binary.BigEndian.PutUint32(b[8:], s.Ack)
	b[12], b[13] = byte(head/4)<<4, s.Flags
	binary.BigEndian.PutUint16(b[14:], s.Window)
	binary.BigEndian.PutUint16(b[18:], s.Urgent)
	copy(b[20:], opts)
	b = append(b, s.Payload...)
	pseudo := append(s.Src.Addr().AsSlice(), s.Dst.Addr().AsSlice()...)
	pseudo = binary.BigEndian.AppendUint32(pseudo, uint32(len(b)))
	pseudo = binary.BigEndian.AppendUint32(pseudo, protoTCP)
	binary.BigEndian.PutUint16(b[16:], Checksum(append(pseudo, b...)))
	if s.BadSum {
		b[16] ^= 0x55
	}
	return b
}

// Checksum is the Internet checksum (RFC 1071) of b.
func Checksum(b []byte) uint16 {
	var sum uint32
	for i := 0; i+1 < len(b); i += 2 {
		sum += uint32(b[i])<<8 | uint32(b[i+1])
		sum = sum&0xffff + sum>>16
	}
	if len(b)%2 == 1 {
		sum += uint32(b[len(b)-1]) << 8
	}
	sum = sum&0xffff + sum>>16
	return ^uint16(sum&0xffff + sum>>16)
}
