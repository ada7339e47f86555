package stream

import (
	"math"
	"net/netip"
	"runtime"
	"testing"
	"time"
	"unsafe"

	"spaniel/decode/frame"
	"spaniel/event"
)

func TestHalfOpenGetsARecord(t *testing.T) {
	t.Run("unanswered", func(t *testing.T) {
		r := newRig(t, nil)
		r.send(true, "S", 99, 0, "")
		r.send(true, "S", 99, 0, "")
		r.wait(31 * time.Second)
		r.table.Advance(r.clock)
		r.wantEnded("idle")
		f := r.flows[0]
		if f.Client != clientAddr || f.Server != serverAddr || f.Packets != [2]uint64{2, 0} || f.Flags != event.FlagOneSided ||
			f.FirstFrame != 1 || f.Last-f.First != int64(time.Millisecond) || f.ID == 0 {
			t.Errorf("flow %+v", f)
		}
		r.close()
	})
	t.Run("answered, and left", func(t *testing.T) {
		r := newRig(t, nil)
		r.send(true, "S", 99, 0, "")
		r.send(false, "S.", 199, 100, "")
		r.send(false, "S.", 199, 100, "")
		r.close()
		r.wantEnded("end")
		if f := r.flows[0]; f.Packets != [2]uint64{1, 2} || f.Flags != 0 {
			t.Errorf("flow %+v", f)
		}
	})
	t.Run("refused", func(t *testing.T) {
		r := newRig(t, nil)
		r.send(true, "S", 99, 0, "")
		r.send(false, "R.", 0, 100, "")
		r.wantEnded("rst")
		r.close()
	})
	t.Run("answered, then data", func(t *testing.T) {
		r := newRig(t, nil)
		r.send(true, "S", 99, 0, "")
		r.send(false, "S.", 199, 100, "")
		r.send(false, ".", 200, 100, "ABC") // the acknowledgement was missed
		r.send(true, ".", 100, 203, "abc")
		r.close()
		r.want(0, "abc", "ABC")
		if f := r.flows[0]; f.Packets != [2]uint64{2, 2} || f.FirstFrame != 1 || f.Client != clientAddr || f.Flags != 0 {
			t.Errorf("flow %+v", f)
		}
	})
}

// crowd sends SYNs from n sources to one server, each answered if answer.
func (r *rig) crowd(n int, answer bool) {
	for i := range n {
		src := netip.AddrPortFrom(netip.AddrFrom4([4]byte{11, byte(i >> 16), byte(i >> 8), byte(i)}), uint16(1024+i%60_000))
		p := r.packet(true, "S", uint32(i), 0, "")
		p.Src = src
		r.table.Packet(&p)
		if answer {
			p = r.packet(false, "S.", 7, uint32(i)+1, "")
			p.Dst = src
			r.table.Packet(&p)
		}
	}
	r.check()
}

func heap() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// TestHalfOpenIsSmall holds a connection that never got beyond its handshake
// to 200 bytes, all told.
func TestHalfOpenIsSmall(t *testing.T) {
	if n := unsafe.Sizeof(halfOpen{}); n > 128 {
		t.Errorf("an entry has %d bytes", n)
	}
	const n = 200_000
	r := newRig(t, func(c *Config) { c.Flows = n })
	r.step = time.Microsecond
	before := heap()
	r.crowd(n, true)
	if each := (heap() - before) / n; each > 200 {
		t.Errorf("%d bytes each", each)
	}
	runtime.KeepAlive(r)
}

// TestSYNFlood sends a million SYNs from as many sources, all answered, while
// connections go on: those come out whole, memory is that of the cap, and
// the flood is told of in few words.
func TestSYNFlood(t *testing.T) {
	r := newRig(t, nil)
	r.step = 20 * time.Microsecond
	r.open(99, 199)
	before := heap()
	var want string
	seq := uint32(100)
	for range 100 {
		r.crowd(10_000, true)
		r.send(true, ".", seq, 200, "abc")
		seq += 3
		want += "abc"
	}
	if grown := int64(heap()) - int64(before); grown > 4<<20 {
		t.Errorf("the heap grew by %d KiB", grown>>10)
	}
	r.close()
	r.want(0, want, "")
	if len(r.flows) > 5*synRecords+1 || r.table.Stats.SynOnly < 900_000 {
		t.Errorf("%d flows, %+v", len(r.flows), r.table.Stats)
	}
	if n := len(r.anomalies); n < 1 || n > 5 { // 40 s
		t.Errorf("%d anomalies", n)
	}
	for _, a := range r.anomalies {
		if a.Name != noteFlood || a.Key.Server != serverAddr {
			t.Errorf("anomaly %+v", a)
		}
	}
}

// TestBusyIsNoFlood opens many connections that go on.
func TestBusyIsNoFlood(t *testing.T) {
	r := newRig(t, nil)
	r.step = time.Microsecond
	for i := range 20_000 {
		src := netip.AddrPortFrom(netip.AddrFrom4([4]byte{11, byte(i >> 16), byte(i >> 8), byte(i)}), 5000)
		for k, fl := range []string{"S", "S.", "."} {
			p := r.packet(true, fl, uint32(9+k/2), 8, "")
			p.Src = src
			if k == 1 {
				p = r.packet(false, fl, 7, 10, "")
				p.Dst = src
			}
			r.push(&p)
		}
	}
	r.wantNotes("")
	r.close()
}

// TestFloodIsSampledByPartition sends a flood the way it is dealt out to 64
// tables: one of them speaks.
func TestFloodIsSampledByPartition(t *testing.T) {
	var tables [64]*rig
	for i := range tables {
		tables[i] = newRig(t, func(c *Config) { c.Seed = 42 })
	}
	for i := range 20_000 {
		p := frame.Packet{Stamp: event.Stamp{Time: int64(i) * 1e5, Clock: int64(i) * 1e5, Frame: uint64(i + 1)}, Flags: frame.SYN, WScale: -1, Seq: uint32(i),
			Src: netip.AddrPortFrom(netip.AddrFrom4([4]byte{11, 1, byte(i >> 8), byte(i)}), 5000), Dst: serverAddr}
		tables[p.Partition(42)].push(&p)
	}
	n := 0
	for _, r := range tables {
		n += len(r.anomalies)
	}
	if n != 1 {
		t.Errorf("%d anomalies", n)
	}
}

func TestHalfOpenAllocatesNothingWhenFull(t *testing.T) {
	s := &sink{led: new(event.Ledger)}
	table := newSinkTable(s)
	p := frame.Packet{Dst: serverAddr, Flags: frame.SYN, WScale: -1}
	i := 0
	send := func() {
		i++
		p.Stamp = event.Stamp{Time: int64(i), Clock: int64(i), Frame: uint64(i)}
		p.Src = netip.AddrPortFrom(netip.AddrFrom4([4]byte{11, byte(i >> 16), byte(i >> 8), byte(i)}), 5000)
		table.Packet(&p)
	}
	for range 20_000 {
		send()
	}
	if n := testing.AllocsPerRun(20_000, send); n > 0.01 {
		t.Errorf("%v allocations for a SYN", n)
	}
}

func TestHalfOpenAtTheEndOfTime(t *testing.T) {
	r := newRig(t, nil)
	r.table.Advance(math.MaxInt64)
	r.clock = math.MaxInt64 - 10e9
	r.send(true, "S", 99, 0, "")
	r.table.Advance(math.MaxInt64)
	r.wantEnded("idle")
}
