package capture

import (
	"testing"
	"time"

	"spaniel/event"
	"spaniel/internal/vethtest"
)

// TestRingIsAsFullAsItsBlocks: frames that come slowly take a block each, and Fill
// says so before the first is dropped.
func TestRingIsAsFullAsItsBlocks(t *testing.T) {
	w := vethtest.Open(t)
	l := openWire(t, LiveConfig{Interface: vethtest.In, Backend: BackendAFPacket, BufferBytes: 2 << 20})
	const blocks = 16
	sent := uint64(0)
	for full := 0.0; full < 1; {
		w.Send(numbered(uint32(sent)))
		sent++
		was := full
		for end := time.Now().Add(5 * time.Minute); full <= was; time.Sleep(time.Millisecond) {
			if full = l.Fill(); time.Now().After(end) {
				t.Fatalf("after %d frames the buffer of %d blocks is at %v, and stays so", sent, blocks, full)
			}
		}
		if full > was+1.0/blocks+1e-9 {
			t.Fatalf("a frame brings it from %v to %v", was, full)
		}
	}
	if st, err := l.Stats(); err != nil || st.KernelDrops != 0 || st.Received != sent || sent != blocks {
		t.Errorf("%d frames fill %d blocks: %+v %v", sent, blocks, st, err)
	}
	w.Send(numbered(99))
	caught(t, l, sent+1)
	if st, err := l.Stats(); err != nil || st.KernelDrops != 1 {
		t.Errorf("a frame too many: %+v %v", st, err)
	}
	if n := readOut(t, l, func(*event.Frame) {}); n != sent {
		t.Errorf("%d frames of %d", n, sent)
	}
}

// TestRingTakesTheLongestFrame: no frame that an interface can have is longer than a
// block.
func TestRingTakesTheLongestFrame(t *testing.T) {
	w := vethtest.Open(t)
	l := openWire(t, LiveConfig{Interface: vethtest.In, Backend: BackendAFPacket, BufferBytes: 4 << 20})
	long := append(numbered(7), make([]byte, 65_535+14-len(numbered(7)))...)
	w.Send(long)
	caught(t, l, 1)
	if n := readOut(t, l, func(f *event.Frame) {
		if len(f.Data) != len(long) || f.Length != len(long) {
			t.Errorf("%d bytes of %d", len(f.Data), f.Length)
		}
	}); n != 1 {
		t.Errorf("%d frames", n)
	}
}
