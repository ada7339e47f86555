package frame

import (
	"strings"
	"testing"

	"spaniel/event"
)

// TestAnomaliesOfFramesAreCapped: of a flood of odd frames the first are told,
// the others counted, and then told as one; what was told and what was held are
// together all of them.
func TestAnomaliesOfFramesAreCapped(t *testing.T) {
	// A fragment header on a whole datagram is odd in every frame.
	atomic := func(clock int64) event.Frame {
		b := make([]byte, 14+40+8+20)
		b[12], b[13] = 0x86, 0xdd
		b[14], b[14+5], b[14+6], b[14+7] = 0x60, 28, 44, 64
		b[14+8], b[14+24] = 0x20, 0x20
		b[54], b[54+8+12] = 6, 5<<4
		return event.Frame{Data: b, Length: len(b), Link: 1, Time: clock, Clock: clock}
	}
	var frames []event.Frame
	for i := range 1000 {
		frames = append(frames, atomic(start+int64(i)*1e6)) // all within a second
	}
	frames = append(frames, atomic(start+10e9), atomic(start+11e9))
	for i := range 100 {
		frames = append(frames, atomic(start+12e9+int64(i)))
	}
	for i := range frames {
		frames[i].Number = uint64(i + 1)
	}
	h := newHarness(Config{Checksums: Ignore})
	var p Packet
	told, more := 0, []string{}
	for i := range frames {
		h.notes = nil
		h.Decode(&frames[i], &p)
		for k, a := range h.notes {
			if a.Name != AnomalyAtomic || a.Order.Ord != uint32(k) || a.Order.Seq != frames[i].Number || a.Order.Clock != frames[i].Clock {
				t.Fatalf("frame %d: %+v", i+1, a)
			}
			told++
			if strings.Contains(a.Detail, " more ") {
				more = append(more, a.Detail)
				if i == 1000 && a.Frame != 1000 {
					t.Errorf("the last of those held was frame 1000: %+v", a)
				}
			}
		}
	}
	h.notes = nil
	h.Flush()
	for _, a := range h.notes {
		told++
		more = append(more, a.Detail)
	}
	if strings.Join(more, ";") != "936 more within 10s, this the last of them;38 more within 10s, this the last of them" {
		t.Errorf("told %q", more)
	}
	if told != 64+1+64+1 || h.led.AnomaliesHeld != 936+38 || told-len(more)+int(h.led.AnomaliesHeld) != len(frames) {
		t.Errorf("%d told, %d held of %d", told, h.led.AnomaliesHeld, len(frames))
	}
}
