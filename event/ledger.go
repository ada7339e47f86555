package event

import "fmt"

// FrameFate is what became of a frame: each has exactly one.
type FrameFate uint8

// The fates of a frame. FrameStream was handed to TCP reassembly; the others
// name why not.
const (
	FrameStream      FrameFate = iota // a TCP segment, handed to reassembly
	FrameFragment                     // a fragment held for, or used up by, a datagram another frame completed
	FrameFragDropped                  // a fragment of a datagram that never became whole, or a forbidden overlap
	FrameNotIP                        // ARP, spanning tree, …
	FrameNotTCP                       // UDP, ICMP, …
	FrameUnknownLink                  // link type or encapsulation we do not read
	FrameTruncated                    // the capture cut it before its headers end
	FrameMalformed                    // its headers contradict themselves
	FrameChecksum                     // bad checksum
	FrameFiltered                     // the user's filter left it out
	FrameShed                         // dropped under load
	FrameDuplicate                    // the mirror sent it twice
	FrameBypassed                     // left out under load, since nothing in it is looked at; its flow counts it
	NumFrameFates
)

var frameFateNames = [NumFrameFates]string{"stream", "fragment", "fragment_dropped", "not_ip", "not_tcp", "unknown_link",
	"truncated", "malformed", "bad_checksum", "filtered", "shed", "duplicate", "bypassed"}

func (f FrameFate) String() string { return frameFateNames[f] }

// ByteFate is what became of the payload bytes of TCP segments: each byte
// that reached reassembly has exactly one.
type ByteFate uint8

// The fates of a payload byte.
const (
	ByteDelivered ByteFate = iota // handed to a protocol parser, once, in order
	ByteOverlap                   // seen before: retransmission or overlap
	ByteBeyond                    // outside the window, before the start, after FIN or RST
	ByteCapped                    // over a memory cap
	ByteEvicted                   // waiting behind a hole when its flow was evicted or ended
	NumByteFates
)

var byteFateNames = [NumByteFates]string{"delivered", "overlap", "beyond", "capped", "evicted"}

func (f ByteFate) String() string { return byteFateNames[f] }

// CallFate is what became of a call's record: each has exactly one.
type CallFate uint8

// The fates of a call.
const (
	CallAcked    CallFate = iota // printed, or taken by the spool
	CallShed                     // dropped under pressure, counted
	CallFailed                   // our own fault, logged
	CallFiltered                 // the user asked for others (--where)
	NumCallFates
)

var callFateNames = [NumCallFates]string{"acked", "shed", "failed", "filtered"}

func (f CallFate) String() string { return callFateNames[f] }

// DatagramFate is what became of an IP datagram that came in fragments: each
// has exactly one, or waits.
type DatagramFate uint8

// The fates of a fragmented datagram.
const (
	DatagramWhole     DatagramFate = iota // put together
	DatagramConflict                      // fragments that contradict each other, as hosts drop them
	DatagramMalformed                     // ends that contradict each other, an empty fragment, more than 65,535 bytes
	DatagramCapped                        // more fragments than one may have
	DatagramTimeout                       // its fragments did not come in time
	DatagramEvicted                       // it was the oldest when the memory for fragments was used up
	DatagramShare                         // it was its sender's oldest when that one's share was used up
	DatagramUnended                       // incomplete at the capture's end
	NumDatagramFates
)

var datagramFateNames = [NumDatagramFates]string{"whole", "conflict", "malformed", "capped", "timeout", "evicted", "share", "unended"}

func (f DatagramFate) String() string { return datagramFateNames[f] }

// A CapHit is a cap over all connections of a partition that was reached.
type CapHit uint8

// The caps that are counted.
const (
	CapHead      CapHit = iota // a head that had not ended was given up
	CapBody                    // a call with a body was given out before it was whole
	CapCall                    // a call was given out before its response
	CapOwed                    // the responses owed to such calls of a connection were forgotten
	CapHandshake               // a TLS handshake was given up
	CapMemory                  // something was given up because all kinds together were too much
	NumCapHits
)

var capHitNames = [NumCapHits]string{"heads_given_up", "bodies_given_up", "calls_given_up", "owed_forgotten", "handshakes_given_up", "memory_full"}

func (c CapHit) String() string { return capHitNames[c] }

// A Ledger counts everything that came in and what became of it. The sums
// must be equal: Check says where they are not. A Ledger belongs to one
// goroutine; Add joins several.
type Ledger struct {
	FramesIn, FrameBytes uint64
	Frames               [NumFrameFates]uint64
	// DatagramsBegun came in fragments; DatagramsHeld of them are incomplete now.
	DatagramsBegun, DatagramsHeld uint64
	Datagrams                     [NumDatagramFates]uint64
	// FragmentsRefused are those that a host refuses alone (IPv6), and keeps what
	// it has of their datagram.
	FragmentsRefused uint64
	// StreamIn counts the payload bytes of the FrameStream frames.
	StreamIn uint64
	Stream   [NumByteFates]uint64
	// Buffered is what waits behind holes now; 0 once all flows are closed.
	Buffered uint64
	// GapBytes were never seen; Gaps counts the holes.
	Gaps, GapBytes uint64
	// ParserBytes are delivered bytes by what the parser made of them.
	// Delivered = Head + Body + Skipped.
	HeadBytes, BodyBytes, SkippedBytes uint64
	Flows, FlowsEnded                  uint64
	CallsMade                          uint64
	Calls                              [NumCallFates]uint64
	Alerts                             uint64
	// Anomalies were told, AnomaliesHeld only counted: there were too many of
	// their name.
	Anomalies, AnomaliesHeld uint64
	Losses                   uint64
	// Caps counts how often each was reached.
	Caps [NumCapHits]uint64
}

// Add adds o to l.
func (l *Ledger) Add(o *Ledger) {
	from := o.fields()
	for i, p := range l.fields() {
		*p += *from[i]
	}
}

// fields returns a pointer to every counter, in a fixed order.
func (l *Ledger) fields() []*uint64 {
	f := []*uint64{&l.FramesIn, &l.FrameBytes, &l.StreamIn, &l.Buffered, &l.Gaps, &l.GapBytes, &l.HeadBytes, &l.BodyBytes,
		&l.SkippedBytes, &l.Flows, &l.FlowsEnded, &l.CallsMade, &l.Alerts, &l.Anomalies, &l.Losses,
		&l.DatagramsBegun, &l.DatagramsHeld, &l.FragmentsRefused, &l.AnomaliesHeld}
	for i := range l.Datagrams {
		f = append(f, &l.Datagrams[i])
	}
	for i := range l.Frames {
		f = append(f, &l.Frames[i])
	}
	for i := range l.Stream {
		f = append(f, &l.Stream[i])
	}
	for i := range l.Calls {
		f = append(f, &l.Calls[i])
	}
	for i := range l.Caps {
		f = append(f, &l.Caps[i])
	}
	return f
}

// A Sum is one of the equalities: a count, and the parts it must be the sum of.
type Sum struct {
	Of    Entry
	Parts []Entry
}

// Sums lists the equalities.
func (l *Ledger) Sums() []Sum {
	frames, bytes, calls := Sum{Of: Entry{"frames", "frames in", l.FramesIn}}, Sum{Of: Entry{"stream_bytes", "stream bytes in", l.StreamIn}}, Sum{Of: Entry{"calls", "calls made", l.CallsMade}}
	for i, n := range l.Frames {
		frames.Parts = append(frames.Parts, Entry{"frames", FrameFate(i).String(), n})
	}
	datagrams := Sum{Of: Entry{"datagrams", "datagrams begun", l.DatagramsBegun}, Parts: []Entry{{"datagrams", "waiting", l.DatagramsHeld}}}
	for i, n := range l.Datagrams {
		datagrams.Parts = append(datagrams.Parts, Entry{"datagrams", DatagramFate(i).String(), n})
	}
	for i, n := range l.Stream {
		bytes.Parts = append(bytes.Parts, Entry{"stream_bytes", ByteFate(i).String(), n})
	}
	bytes.Parts = append(bytes.Parts, Entry{"stream_bytes", "buffered", l.Buffered})
	for i, n := range l.Calls {
		calls.Parts = append(calls.Parts, Entry{"calls", CallFate(i).String(), n})
	}
	return []Sum{frames, datagrams, bytes, {Entry{"stream_bytes", "bytes delivered", l.Stream[ByteDelivered]},
		[]Entry{{"parsed_bytes", "head", l.HeadBytes}, {"parsed_bytes", "body", l.BodyBytes}, {"parsed_bytes", "skipped", l.SkippedBytes}}}, calls}
}

// Check returns an error naming the first equality that does not hold.
func (l *Ledger) Check() error {
	for _, s := range l.Sums() {
		sum := uint64(0)
		for _, p := range s.Parts {
			sum += p.N
		}
		if sum != s.Of.N {
			return fmt.Errorf("ledger: %s: %d is not %d, the sum of its fates", s.Of.Name, s.Of.N, sum)
		}
	}
	return nil
}

// An Entry is one line of the ledger as printed.
type Entry struct {
	Section, Name string
	N             uint64
}

// Entries lists the ledger's lines in their order, zeros included.
func (l *Ledger) Entries() []Entry {
	e := []Entry{{"frames", "in", l.FramesIn}, {"frames", "bytes", l.FrameBytes}}
	for i, n := range l.Frames {
		e = append(e, Entry{"frames", FrameFate(i).String(), n})
	}
	e = append(e, Entry{"datagrams", "begun", l.DatagramsBegun})
	for i, n := range l.Datagrams {
		e = append(e, Entry{"datagrams", DatagramFate(i).String(), n})
	}
	e = append(e, Entry{"datagrams", "waiting", l.DatagramsHeld}, Entry{"datagrams", "refused_fragments", l.FragmentsRefused},
		Entry{"stream_bytes", "in", l.StreamIn})
	for i, n := range l.Stream {
		e = append(e, Entry{"stream_bytes", ByteFate(i).String(), n})
	}
	e = append(e, Entry{"stream_bytes", "buffered", l.Buffered},
		Entry{"parsed_bytes", "head", l.HeadBytes}, Entry{"parsed_bytes", "body", l.BodyBytes}, Entry{"parsed_bytes", "skipped", l.SkippedBytes},
		Entry{"gaps", "holes", l.Gaps}, Entry{"gaps", "bytes", l.GapBytes},
		Entry{"flows", "made", l.Flows}, Entry{"flows", "ended", l.FlowsEnded},
		Entry{"calls", "made", l.CallsMade})
	for i, n := range l.Calls {
		e = append(e, Entry{"calls", CallFate(i).String(), n})
	}
	e = append(e, Entry{"alerts", "made", l.Alerts}, Entry{"anomalies", "made", l.Anomalies}, Entry{"anomalies", "held", l.AnomaliesHeld}, Entry{"losses", "made", l.Losses})
	for i, n := range l.Caps {
		e = append(e, Entry{"caps", CapHit(i).String(), n})
	}
	return e
}
