package frame

import (
	"net/netip"
	"time"

	"spaniel/decode/defrag"
	"spaniel/event"
)

// Config is what a Decoder may be told. The zero value means the defaults.
type Config struct {
	// Checksums says what to do about wrong ones; Auto by default.
	Checksums Checksums
	// KeepDuplicates hands on what a mirror sent twice. By default a TCP packet
	// that comes again within CopyWithin, with the same headers (TTL and VLAN
	// apart), IP identification and bytes, is a FrameDuplicate; one without
	// identification (IPv6) must come within 1 ms, too.
	KeepDuplicates bool
	// CopyWithin is how much later a copy may come, by the packet clock; 0 is 5 ms.
	CopyWithin time.Duration
	// JoinVLANs leaves the VLAN out of a flow's identity, so that directions
	// that are mirrored with different tags meet. By default equal addresses in
	// two VLANs are two tenants.
	JoinVLANs bool
	// JoinTunnels does the same for the ids of tunnels: for overlays that route,
	// where each direction may come in a network of its own.
	JoinTunnels bool
	// VXLANPorts are UDP ports of VXLAN beside 4789.
	VXLANPorts []uint16
	// Teredo looks into IPv6 in UDP port 3544. By default that is ordinary UDP:
	// hosts that still speak it are few, and anybody can send to a port.
	Teredo bool
	// Defrag bounds the memory for fragments.
	Defrag defrag.Config
}

// A Decoder reads frames. It belongs to one goroutine; between frames it
// remembers fragments and the packets of the last milliseconds.
type Decoder struct {
	cfg   Config
	led   *event.Ledger
	note  func(event.Anomaly)
	frags *defrag.Reassembler
	frag  defrag.Fragment
	whole defrag.Datagram
	seen  copies

	senders senders
	claims  claims

	// Skim, if set, looks at each segment before its checksum is made up, and says
	// what becomes of it: FrameStream is that it is read. Of p only the payload may
	// still be broken.
	Skim func(p *Packet) event.FrameFate

	// Fact, if set, is told who claims which address, by ARP or by neighbour
	// discovery; the same claim once a minute.
	Fact func(event.Fact)

	// Of the frame being decoded.
	p     *Packet
	mac   []byte // source of the innermost Ethernet header
	cut   bool   // the capture has less than was on the wire
	parts []uint64
	depth uint8  // tunnels entered
	notes uint32 // anomalies reported
	clock int64
	frame uint64

	tallies tallies
}

// New returns a Decoder that counts in led and reports anomalies to note,
// which may be nil. Anomalies carry their clock, frame and an ordinal within
// the frame from 0. Of each name NoteTop are reported within NoteSpan, and how
// many more there were.
func New(cfg Config, led *event.Ledger, note func(event.Anomaly)) *Decoder {
	d := &Decoder{cfg: cfg, led: led, note: note, tallies: newTallies()}
	if d.seen.within = int64(cfg.CopyWithin); d.seen.within <= 0 {
		d.seen.within = copyWithin
	}
	d.frags = defrag.New(cfg.Defrag, led, d.report, d.fragmentsDied)
	return d
}

// Decode reads one frame and counts it. The answers FrameStream and
// FrameDuplicate mean that p holds a TCP segment; with any other, p's content
// has no meaning. p.Payload is valid until the next call.
//
// A frame that held a fragment is counted as FrameFragment; should its
// datagram die later, the count moves to FrameFragDropped.
func (d *Decoder) Decode(f *event.Frame, p *Packet) event.FrameFate {
	d.notes, d.clock, d.frame = 0, f.Clock, f.Number
	if f.Clock >= d.tallies.due {
		d.release(f.Clock, f.Number)
	}
	d.frags.Advance(f.Clock)
	p.reset(f)
	d.p, d.depth, d.mac, d.parts = p, 0, nil, d.parts[:0]
	d.cut = f.Length > len(f.Data)
	fate := d.link(f.Link, f.Data)
	d.p, d.mac = nil, nil
	d.led.FramesIn++
	d.led.FrameBytes += uint64(max(f.Length, len(f.Data)))
	d.led.Frames[fate]++
	return fate
}

// Flush ends the capture: fragments still waiting become FrameFragDropped, and
// what was held back is told.
func (d *Decoder) Flush() {
	d.frags.Flush()
	for _, t := range d.tallies.of {
		t.since = d.clock - NoteSpan
	}
	d.release(d.clock, d.frame)
}

// Copies returns what was seen of packets that the mirror sent twice.
func (d *Decoder) Copies() CopyStats { return d.seen.stats }

// Parts returns the frames that brought the fragments which the last frame
// completed, if Config.Defrag keeps them; borrowed until the next call of
// Decode.
func (d *Decoder) Parts() []uint64 { return d.parts }

// fragmentsDied moves frames that were counted as used to those that were not.
func (d *Decoder) fragmentsDied(frames int) {
	d.led.Frames[event.FrameFragment] -= uint64(frames)
	d.led.Frames[event.FrameFragDropped] += uint64(frames)
}

// anomaly reports one of the present frame, between two addresses.
func (d *Decoder) anomaly(name, detail string, src, dst netip.Addr) {
	s := d.p.Stamp
	d.report(event.Anomaly{
		Order: event.Order{Clock: s.Clock, OfFrame: true, Seq: s.Frame},
		Time:  s.Time, Frame: s.Frame, Name: name, Detail: detail,
		Key: event.FlowKey{Client: netip.AddrPortFrom(src, 0), Server: netip.AddrPortFrom(dst, 0), VLAN: d.p.VLAN, VNI: d.p.VNI, Inner: d.p.Inner},
	})
}

// short is the fate of a frame whose bytes end inside a header: the
// capture's fault if it cut the frame, else the sender's.
func (d *Decoder) short() event.FrameFate {
	if d.cut {
		return event.FrameTruncated
	}
	return event.FrameMalformed
}
