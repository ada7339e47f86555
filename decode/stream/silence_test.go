package stream

import (
	"fmt"
	"testing"
	"time"

	"spaniel/event"
)

// TestSilenceEndsWithItsPacket: after a silence the first packet comes at the
// old clock; the flow, or the handshake, that it belongs to lives from its
// time on, wherever the timers are advanced.
func TestSilenceEndsWithItsPacket(t *testing.T) {
	const night = 8 * time.Hour
	for _, c := range []struct {
		name  string
		begin string // flags of the packet behind the silence
		idle  time.Duration
	}{{"flow", ".", 5 * time.Minute}, {"handshake", "S", 30 * time.Second}} {
		var want string
		for advances := range 4 {
			var out string
			r := newRig(t, nil)
			r.table.closed = func(f *event.Flow, at event.Stamp) {
				r.flows = append(r.flows, *f)
				out += fmt.Sprintf("%s %d; ", f.Ended, (at.Clock-int64(1e18))/1e6)
			}
			if c.begin == "." {
				r.open(99, 199)
			}
			p := r.packet(true, c.begin, 100, 200, "abc")
			if c.begin == "S" {
				p.Payload, p.WireLen = nil, 0
			}
			p.Stamp.Time += int64(night)
			r.push(&p)
			r.clock += int64(night) // now it is confirmed
			for i := range advances {
				r.table.Advance(r.clock + int64(i)*int64(c.idle)/4)
			}
			r.clock += int64(c.idle) - int64(2*time.Millisecond)
			r.table.Advance(r.clock)
			if len(r.flows) != 0 {
				t.Errorf("%s, %d advances: ended too early: %s", c.name, advances, out)
			}
			r.clock += int64(time.Hour)
			r.table.Advance(r.clock)
			if len(r.flows) != 1 || r.flows[0].Ended != "idle" {
				t.Errorf("%s, %d advances: ended %s", c.name, advances, out)
			}
			r.close()
			if want == "" {
				want = out
			}
			if out != want {
				t.Errorf("%s, %d advances: %s, want %s", c.name, advances, out, want)
			}
		}
	}
}

// A time nobody confirms keeps no flow alive for ever: it counts as far as the
// clock has come.
func TestTimeFromTheFutureIsNoLife(t *testing.T) {
	r := newRig(t, nil)
	r.open(99, 199)
	p := r.packet(true, ".", 100, 200, "abc")
	p.Stamp.Time += int64(time.Hour)
	r.push(&p)
	r.wait(30 * time.Minute)
	r.table.Advance(r.clock)
	r.wait(36 * time.Minute)
	r.table.Advance(r.clock)
	r.wantEnded("idle")
	r.close()
}
