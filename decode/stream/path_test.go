package stream

import (
	"fmt"
	"net/netip"
	"testing"
	"time"

	"spaniel/decode/frame"
	"spaniel/event"
)

// sink is a receiver that only counts, to measure the table alone.
type sink struct {
	led  *event.Ledger
	last *byte
}

func (s *sink) Data(_ event.Direction, b []byte, _ event.Stamp) {
	s.led.SkippedBytes += uint64(len(b))
	s.last = &b[0]
}
func (s *sink) Other(event.Direction, int64, []byte, event.Stamp) {}

func (s *sink) Useless(event.Direction) uint64              { return 0 }
func (s *sink) Passed(event.Direction, uint64, event.Stamp) {}
func (s *sink) Unseen(event.Direction, uint64, event.Stamp) {}
func (s *sink) Gap(event.Direction, uint64, event.Stamp)    {}
func (s *sink) End(event.Direction, event.Stamp)            {}
func (s *sink) Close(event.Stamp)                           {}

func newSinkTable(s *sink) *Table {
	return NewTable(DefaultConfig(), s.led, func(*event.Flow) Receiver { return s }, func(*event.Flow, event.Stamp) {},
		func(event.Anomaly) {}, func(event.Loss) {})
}

// TestInOrderPathBorrows shows that segments in order are handed on in place,
// without an allocation, in both directions.
func TestInOrderPathBorrows(t *testing.T) {
	s := &sink{led: new(event.Ledger)}
	table := newSinkTable(s)
	p := frame.Packet{Src: clientAddr, Dst: serverAddr, Seq: 1, Ack: 1, Flags: frame.ACK, Payload: make([]byte, 1400), WireLen: 1400}
	q := p
	q.Src, q.Dst = p.Dst, p.Src
	round := func() {
		for _, p := range []*frame.Packet{&p, &q} {
			p.Stamp.Clock += 1000
			p.Stamp.Frame++
			table.Packet(p)
			if s.last != &p.Payload[0] {
				t.Fatal("bytes were copied")
			}
			p.Seq += 1400
		}
		p.Ack, q.Ack = q.Seq, p.Seq
	}
	for range 100 {
		round()
	}
	if n := testing.AllocsPerRun(1000, round); n != 0 {
		t.Errorf("%v allocations for two packets in order", n)
	}
}

// TestReorderedPathReusesMemory shows that steady reordering allocates nothing
// either once pages are there.
func TestReorderedPathReusesMemory(t *testing.T) {
	s := &sink{led: new(event.Ledger)}
	table := newSinkTable(s)
	p := frame.Packet{Src: clientAddr, Dst: serverAddr, Seq: 1, Flags: frame.ACK, Payload: make([]byte, 1400), WireLen: 1400}
	seq := uint32(1)
	round := func() {
		for _, i := range []uint32{1, 3, 2, 0} {
			p.Seq = seq + i*1400
			p.Stamp.Clock += 1000
			p.Stamp.Frame++
			table.Packet(&p)
		}
		seq += 4 * 1400
	}
	p.Seq = 0
	p.Stamp.Frame = 1
	p.Payload = p.Payload[:1]
	p.WireLen = 1
	table.Packet(&p)
	seq = 1
	p.Payload = p.Payload[:1400]
	p.WireLen = 1400
	for range 100 {
		round()
	}
	if n := testing.AllocsPerRun(1000, round); n != 0 {
		t.Errorf("%v allocations for four packets out of order", n)
	}
	if s.led.Gaps != 0 {
		t.Errorf("ledger %+v", *s.led)
	}
}

// TestTimersDoNotDependOnAdvance sends flows with holes and pauses, with the
// timers advanced at every packet or never: the same comes out.
func TestTimersDoNotDependOnAdvance(t *testing.T) {
	play := func(advance func(i int) bool) string {
		r := newRig(t, func(c *Config) { c.Flows = 40 })
		out := ""
		r.table.closed = func(f *event.Flow, at event.Stamp) { out += fmt.Sprintf("%d %s %+v\n", f.FirstFrame, f.Ended, at) }
		for i := range 3000 {
			p := r.packet(true, ".", uint32(1+i/50*10), 1, "abcdef")
			p.Src = netip.AddrPortFrom(clientAddr.Addr(), uint16(40000+i%50))
			if i%7 == 0 {
				p.Seq += 3
			}
			r.wait(time.Duration(i%13) * 700 * time.Millisecond)
			p.Stamp.Clock, p.Stamp.Time = r.clock, r.clock
			if advance(i) {
				r.table.Advance(r.clock)
			}
			r.push(&p)
		}
		r.close()
		return out + fmt.Sprintf("%+v %+v %+v", r.losses, r.anomalies, r.led)
	}
	want := play(func(int) bool { return false })
	for name, f := range map[string]func(int) bool{
		"always":  func(int) bool { return true },
		"seventh": func(i int) bool { return i%7 == 0 },
	} {
		if got := play(f); got != want {
			t.Errorf("%s: other output:\n%.2000s\nwant\n%.2000s", name, got, want)
		}
	}
}

func BenchmarkInOrder(b *testing.B) {
	for _, flows := range []int{1, 1000} {
		b.Run(fmt.Sprintf("flows=%d", flows), func(b *testing.B) {
			s := &sink{led: new(event.Ledger)}
			table := newSinkTable(s)
			pkts := make([]frame.Packet, flows)
			for i := range pkts {
				pkts[i] = frame.Packet{Src: netip.AddrPortFrom(clientAddr.Addr(), uint16(i+1)), Dst: serverAddr, Seq: 1, Ack: 1,
					Flags: frame.ACK, Payload: make([]byte, 1400), WireLen: 1400}
				if i%4 != 0 { // three of four go to the client
					pkts[i].Src, pkts[i].Dst = pkts[i].Dst, pkts[i].Src
				}
			}
			b.ReportAllocs()
			b.SetBytes(1400)
			for i := 0; b.Loop(); i++ {
				p := &pkts[i*7919%flows]
				p.Stamp.Clock += 1000
				p.Stamp.Frame++
				table.Packet(p)
				p.Seq += 1400
			}
		})
	}
}

func BenchmarkReordered(b *testing.B) {
	s := &sink{led: new(event.Ledger)}
	table := newSinkTable(s)
	p := frame.Packet{Src: clientAddr, Dst: serverAddr, Seq: 1, Flags: frame.ACK, Payload: make([]byte, 1400), WireLen: 1400}
	table.Packet(&p)
	b.ReportAllocs()
	b.SetBytes(1400)
	for i := 0; b.Loop(); i++ {
		p.Seq = 1401 + uint32(i^1)*1400 // every pair swapped
		p.Stamp.Frame++
		p.Stamp.Clock++
		table.Packet(&p)
	}
}

// BenchmarkFlows opens a connection, exchanges a request for a response and
// closes it: eight packets an operation.
func BenchmarkFlows(b *testing.B) {
	s := &sink{led: new(event.Ledger)}
	table := newSinkTable(s)
	data := make([]byte, 500)
	var frames uint64
	send := func(port uint16, fromClient bool, fl string, seq, ack uint32, n int) {
		frames++
		p := frame.Packet{Src: netipPort(port), Dst: serverAddr, Seq: seq, Ack: ack, Flags: flags(fl), Payload: data[:n], WireLen: n,
			Stamp: event.Stamp{Time: int64(frames) * 1e6, Clock: int64(frames) * 1e6, Frame: frames}}
		if !fromClient {
			p.Src, p.Dst = p.Dst, p.Src
		}
		table.Packet(&p)
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		port, isn := uint16(i), uint32(i)*100_003
		send(port, true, "S", isn, 0, 0)
		send(port, false, "S.", 7, isn+1, 0)
		send(port, true, ".", isn+1, 8, 0)
		send(port, true, ".", isn+1, 8, 200)
		send(port, false, ".", 8, isn+201, 500)
		send(port, true, "F.", isn+201, 508, 0)
		send(port, false, "F.", 508, isn+202, 0)
		send(port, true, ".", isn+202, 509, 0)
	}
}
