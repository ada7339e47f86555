package decode

import (
	"encoding/binary"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"spaniel/decode/frame"
	"spaniel/event"
	"spaniel/internal/wiretest"
)

// flood is a whole decoder under attack: what it found, and what it holds.
type flood struct {
	t      *testing.T
	dec    *frame.Decoder
	parts  [Partitions]*Partition
	led    event.Ledger
	frames uint64
	clock  int64
	calls  []string
	flows  int
	notes  map[string]int
	before uint64
	pkt    frame.Packet
}

func newFlood(t *testing.T, change func(*Config)) *flood {
	f := &flood{t: t, clock: wiretest.CaseStart, notes: map[string]int{}}
	cfg := DefaultConfig()
	cfg.Frame.Checksums = frame.Ignore // frames are patched here
	if change != nil {
		change(&cfg)
	}
	note := func(a *event.Anomaly) { f.notes[a.Name]++ }
	f.dec = frame.New(cfg.Frame, &f.led, func(a event.Anomaly) { note(&a) })
	for i := range f.parts {
		f.parts[i] = NewPartition(&cfg, &f.led, Output{
			Call: func(c *event.Call) {
				f.led.Calls[event.CallAcked]++
				f.calls = append(f.calls, describe(c))
			},
			Flow:    func(event.Order, *event.Flow) { f.flows++ },
			Anomaly: note,
		})
	}
	f.before = heap()
	return f
}

func heap() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// send decodes one frame, step ns after the last.
func (f *flood) send(data []byte, step int64) {
	f.frames++
	f.clock += step
	fr := event.Frame{Number: f.frames, Time: f.clock, Clock: f.clock, Length: len(data), Link: 1, Data: data}
	if f.dec.Decode(&fr, &f.pkt) == event.FrameStream {
		f.parts[f.pkt.Partition(0)].Packet(&f.pkt)
	}
}

// within fails if the heap grew by more than n bytes.
func (f *flood) within(n int64) {
	f.t.Helper()
	if grown := int64(heap()) - int64(f.before); grown > n {
		f.t.Errorf("the heap grew by %d KiB, more than %d", grown>>10, n>>10)
	}
	runtime.KeepAlive(f)
}

func (f *flood) close() (sum int) {
	f.t.Helper()
	f.dec.Flush()
	for _, p := range f.parts {
		p.Close(f.clock)
		s := p.Stats()
		sum += int(s.SynOnly + s.HolesCapped + s.Evicted)
	}
	if err := f.led.Check(); err != nil {
		f.t.Error(err)
	}
	if f.led.Buffered != 0 || f.led.Flows != f.led.FlowsEnded {
		f.t.Errorf("ledger %+v", f.led)
	}
	return sum
}

// good is a conversation of n calls, cut in n parts of frames.
func good(n int) (parts [][]event.Frame) {
	b := wiretest.New(1, wiretest.CaseStart)
	c := b.Conn(addr("203.0.113.9:51514"), addr("10.0.0.5:80"))
	c.Open()
	done := 0
	for i := range n {
		c.Client([]byte(fmt.Sprintf("GET /%d HTTP/1.1\r\nHost: shop\r\n\r\n", i)))
		c.Server([]byte("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"))
		all := b.Frames()
		parts = append(parts, all[done:])
		done = len(all)
	}
	return parts
}

// template is the frame of one segment between two fixed hosts.
func template(flags uint8, payload string) []byte {
	s := wiretest.Segment{Src: addr("11.0.0.0:1024"), Dst: addr("10.0.0.5:80"), Flags: flags, TTL: 64, Window: 500, Payload: []byte(payload)}
	return s.Ethernet()
}

const (
	atID, atSource, atPort, atSeq = 18, 26, 34, 38
)

// size is how many packets a flood has.
func size() int {
	if testing.Short() {
		return 100_000
	}
	return 1_000_000
}

func TestFloodOfSYNs(t *testing.T) {
	f := newFlood(t, nil)
	b := template(frame.SYN, "")
	n := size()
	for _, part := range good(10) {
		for _, fr := range part {
			f.send(fr.Data, 1000)
		}
		for range n / 10 {
			binary.BigEndian.PutUint32(b[atSource:], 11<<24|uint32(f.frames))
			binary.BigEndian.PutUint32(b[atSeq:], uint32(f.frames)*2654435761)
			f.send(b, 20_000)
		}
	}
	f.within(64 << 20)
	capped := f.close()
	if len(f.calls) != 10 || strings.Contains(strings.Join(f.calls, " "), "incomplete") {
		t.Errorf("calls %q", f.calls)
	}
	if spans := n/500_000 + 1; f.notes["syn_flood"] < 1 || f.notes["syn_flood"] > spans || len(f.notes) != 1 {
		t.Errorf("anomalies %v", f.notes)
	}
	if f.flows > 16*Partitions*4+1 || capped+f.flows != n+1 {
		t.Errorf("%d flows, %d not recorded", f.flows, capped)
	}
}

func TestFloodOfSmallSegmentsBehindAHole(t *testing.T) {
	f := newFlood(t, nil)
	b := template(frame.ACK, "x")
	n := size()
	put := func(seq uint32) {
		binary.BigEndian.PutUint32(b[atSeq:], seq)
		binary.BigEndian.PutUint16(b[atID:], uint16(f.frames+1))
		f.send(b, 1000)
	}
	put(0)
	for i := range n {
		put(2 + uint32(i))
	}
	f.within(8 << 20)
	put(1)
	if got := f.led.Stream[event.ByteDelivered]; got != uint64(n)+2 {
		t.Errorf("%d bytes delivered; ledger %+v", got, f.led)
	}
	f.close()
}

// TestFloodOfOverlaps sends segments of three bytes, each over the one before
// and contradicting it, spread so that each takes as much memory as it can.
func TestFloodOfOverlaps(t *testing.T) {
	f := newFlood(t, func(c *Config) { c.Stream.Buffer = 1 << 20 }) // 64 MiB in all
	b := template(frame.ACK, "abc")
	n := size() / 2
	for i := range n {
		conn, k := uint32(i%2000), uint32(i/2000)
		binary.BigEndian.PutUint32(b[atSource:], 11<<24|conn)
		seq := uint32(100)
		if k > 0 {
			seq += k/2*2048 + k%2*2 + 1
			b[len(b)-1] = byte(i)
		}
		binary.BigEndian.PutUint32(b[atSeq:], seq)
		binary.BigEndian.PutUint16(b[atID:], uint16(i))
		f.send(b, 10_000)
	}
	f.within(100 << 20)
	if f.close() == 0 || f.notes["overlap_diff"] == 0 {
		t.Errorf("no cap was counted; anomalies %v", f.notes)
	}
}

// TestFloodOfConflicts sends requests whose bytes are sent again and again
// with other values, and ambiguous ones, from everywhere; nobody answers.
func TestFloodOfConflicts(t *testing.T) {
	f := newFlood(t, nil)
	head := template(frame.ACK, "POST /a?id=00000000 HTTP/1.1\r\nHost: h\r\nHost: i\r\nContent-Length: 900\r\nTransfer-Encoding: chunked\r\n\r\n300\r\n"+strings.Repeat("x", 700))
	n := size() / 10
	for i := range n {
		conn, k := uint32(i/20), i%20
		binary.BigEndian.PutUint32(head[atSource:], 11<<24|conn)
		binary.BigEndian.PutUint16(head[atID:], uint16(i))
		copy(head[len(head)-700:], fmt.Sprintf("%08d", k))
		f.send(head, 10_000)
	}
	f.within(80 << 20)
	f.close()
	if f.notes["overlap_diff"] == 0 || len(f.calls) != n/20 {
		t.Errorf("%d calls; anomalies %v", len(f.calls), f.notes)
	}
}

// TestFloodOfFragments sends first halves of datagrams that never get their
// second, from everywhere; one that does is read.
func TestFloodOfFragments(t *testing.T) {
	f := newFlood(t, nil)
	b := template(frame.ACK, strings.Repeat("x", 500))
	b[20] |= 0x20 // more fragments
	for i := range size() {
		binary.BigEndian.PutUint32(b[atSource:], 11<<24|uint32(i*7919))
		binary.BigEndian.PutUint16(b[atID:], uint16(i))
		f.send(b, 1000)
	}
	f.within(32 << 20)
	for _, fr := range wiretest.Fragment(good(1)[0], 64) {
		f.send(fr.Data, 1000)
	}
	f.close()
	if len(f.calls) != 1 {
		t.Errorf("calls %q", f.calls)
	}
	if c := f.led.Datagrams; c[event.DatagramEvicted]+c[event.DatagramShare] == 0 {
		t.Errorf("fragments %+v", c)
	}
}
