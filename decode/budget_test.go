package decode

import (
	"net/netip"
	"runtime"
	"strings"
	"testing"

	"spaniel/decode/frame"
	"spaniel/event"
)

// holders are clients that hold on to what they take, each to another kind of
// thing.
var holders = map[string]struct {
	begin string
	seq   uint32 // behind the first byte
}{
	"connections": {"\x00\x01\x02\x03 nothing known", 0},
	"first lines": {strings.Repeat("M", 1300), 0},
	"calls":       {"GET /call HTTP/1.1\r\nHost: h\r\nAccept: */*\r\n\r\n", 0},
	"long heads":  {"GET /long HTTP/1.1\r\nHost: h\r\nX: " + strings.Repeat("x", 1300) + "\r\n\r\n", 0},
	"many fields": {"GET /many HTTP/1.1\r\nHost: h\r\n" + strings.Repeat("a: b\r\n", 180) + "\r\n", 0},
	"heads":       {"GET /head HTTP/1.1\r\nHost: h\r\nX: " + strings.Repeat("x", 1300), 0},
	"bodies":      {"POST /body HTTP/1.1\r\nHost: h\r\nContent-Length: 9999\r\n\r\n" + strings.Repeat("b", 1300), 0},
	"holes":       {strings.Repeat("o", 1300), 1},
	"handshakes":  {"\x16\x03\x01\x40\x00\x01\x00\xff\xff\x03\x03" + strings.Repeat("h", 1300), 0},
}

// take has client number n of a partition hold on to something.
func take(p *Partition, n int, begin string, seq uint32) {
	pkt := frame.Packet{Src: netip.AddrPortFrom(netip.AddrFrom4([4]byte{11, 0, byte(n >> 8), byte(n)}), 1024), Dst: netip.MustParseAddrPort("10.0.0.5:80"), Seq: seq, Flags: frame.ACK, TTL: 64, Window: 500,
		Payload: []byte(begin), WireLen: len(begin), Stamp: event.Stamp{Time: int64(n), Clock: int64(n), Frame: uint64(n + 1)}}
	if seq > 0 { // the hole lies before it
		first := pkt
		first.Seq, first.Payload, first.WireLen = 0, []byte("G"), 1
		p.Packet(&first)
		pkt.Seq = 5
	}
	p.Packet(&pkt)
}

// TestWhatIsCountedIsWhatItTakes: what a partition counts as held is about the
// memory it takes, for each kind.
func TestWhatIsCountedIsWhatItTakes(t *testing.T) {
	const conns = 2000
	for name, h := range holders {
		cfg := DefaultConfig()
		cfg.Memory = 1 << 30
		cfg.Stream.Buffer, cfg.HTTP.MaxHeads, cfg.HTTP.MaxBodies, cfg.HTTP.MaxTexts, cfg.MaxHandshake = 1<<30, 1<<30, 1<<30, 1<<30, 1<<30
		var led event.Ledger
		p := NewPartition(&cfg, &led, Output{})
		before := heap()
		for n := range conns {
			take(p, n, h.begin, h.seq)
		}
		took, counted := int(heap()-before), p.held()
		if float64(took) > 1.25*float64(counted) || float64(took) < 0.6*float64(counted) {
			t.Errorf("%s: %d bytes each, counted %d", name, took/conns, counted/conns)
		}
		t.Logf("%s: %d bytes each, counted %d", name, took/conns, counted/conns)
		runtime.KeepAlive(p)
	}
}

// TestKindsShareTheMemory: clients of all kinds at once take no more than the
// partition's memory, and none of them all of it.
func TestKindsShareTheMemory(t *testing.T) {
	cfg := DefaultConfig()
	cfg.Memory = 256 << 10
	var led event.Ledger
	p := NewPartition(&cfg, &led, Output{Call: func(*event.Call) { led.Calls[event.CallAcked]++ }})
	const most = 17 << 10 // what one packet may bring
	n := 0
	for range 500 {
		for _, h := range holders {
			take(p, n, h.begin, h.seq)
			if n++; p.held() > cfg.Memory+most {
				t.Fatalf("%d bytes of %d", p.held(), cfg.Memory)
			}
		}
	}
	h := p.http.Held()
	for kind, bytes := range map[string]int{"connections": p.table.Open() * flowCost, "holes": p.table.Waiting(), "calls": h.Calls} {
		if bytes == 0 || bytes > cfg.Memory*9/10 {
			t.Errorf("%s: %d of %d bytes", kind, bytes, cfg.Memory)
		}
	}
	if led.Caps[event.CapMemory] == 0 {
		t.Error("nothing tells of it")
	}
	p.Close(int64(n))
	if err := led.Check(); err != nil {
		t.Error(err)
	}
	if held := p.http.Held(); held.Heads+held.Bodies+held.Calls+p.tls.Held()+p.table.Open()+p.table.Waiting() != 0 {
		t.Errorf("left: %+v, %d bytes of handshakes, %d flows, %d bytes behind holes", held, p.tls.Held(), p.table.Open(), p.table.Waiting())
	}
}
