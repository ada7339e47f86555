package decode

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"spaniel/decode/frame"
	"spaniel/event"
)

// result is all that came out of a capture, in its order.
type result struct {
	lines []string // every event, one a line, sorted by order
	calls []string // calls alone, without time and order
	flows []event.Flow
	led   event.Ledger
	loss  []event.Loss
	notes []string
	facts []event.Fact // of frames
	late  int          // events that sort before the end of an earlier epoch
}

// run decodes frames, with the timers advanced each epoch frames.
func run(t testing.TB, frames []event.Frame, epoch int, change func(*Config, []*Partition)) *result {
	t.Helper()
	cfg := DefaultConfig()
	var parts [Partitions]*Partition
	if change != nil {
		change(&cfg, nil)
	}
	r := new(result)
	type line struct {
		o event.Order
		s string
	}
	var lines []line
	seen := map[event.Order]bool{}
	past := event.Order{Clock: math.MinInt64}
	add := func(o event.Order, format string, args ...any) {
		if seen[o] {
			t.Errorf("two events at %+v", o)
		}
		seen[o] = true
		if o.Compare(past) <= 0 {
			r.late++
		}
		lines = append(lines, line{o, fmt.Sprintf("%+v ", o) + fmt.Sprintf(format, args...)})
	}
	dec := frame.New(cfg.Frame, &r.led, func(a event.Anomaly) {
		r.notes = append(r.notes, a.Name)
		r.led.Anomalies++
		add(a.Order, "anomaly %+v", a)
	})
	dec.Fact = func(f event.Fact) {
		r.facts = append(r.facts, f)
		add(f.Order, "fact %+v", f)
	}
	for i := range parts {
		parts[i] = NewPartition(&cfg, &r.led, Output{
			Call: func(c *event.Call) {
				r.led.Calls[event.CallAcked]++
				// Only what is marked has a second reading, and it is no other call.
				for a := c.Alt; a != nil; a = a.Alt {
					if !slices.Contains(c.Anomalies, a.Why) || a.ID != c.ID || a.Order != c.Order || a.Flow != c.Flow {
						t.Errorf("second reading %q of a call with %v", a.Why, c.Anomalies)
					}
				}
				s := describe(c)
				r.calls = append(r.calls, s)
				add(c.Order, "call %s %s %d %s", c.ID, c.Key, c.Depth, s)
			},
			Flow: func(o event.Order, f *event.Flow) {
				r.flows = append(r.flows, *f)
				add(o, "flow %+v", *f)
			},
			Anomaly: func(a *event.Anomaly) {
				r.notes = append(r.notes, a.Name)
				add(a.Order, "anomaly %+v", *a)
			},
			Loss: func(l *event.Loss) {
				r.loss = append(r.loss, *l)
				add(l.Order, "loss %+v", *l)
			},
		})
	}
	if change != nil {
		change(&cfg, parts[:])
	}
	check := func() {
		t.Helper()
		if err := r.led.Check(); err != nil {
			t.Fatal(err)
		}
	}
	var pkt frame.Packet
	var clock int64
	for i := range frames {
		f := &frames[i]
		clock = f.Clock
		if dec.Decode(f, &pkt) == event.FrameStream {
			parts[pkt.Partition(cfg.Seed)].Packet(&pkt)
			check()
		}
		if (i+1)%epoch == 0 {
			for _, p := range parts {
				p.Advance(f.Clock)
			}
			past = event.Order{Clock: f.Clock, OfFrame: true, Seq: f.Number, Ord: math.MaxUint32}
			check()
		}
	}
	dec.Flush()
	for _, p := range parts {
		p.Close(clock)
	}
	check()
	if r.led.Buffered != 0 || r.led.Flows != r.led.FlowsEnded {
		t.Errorf("%d bytes buffered, %d of %d flows ended", r.led.Buffered, r.led.FlowsEnded, r.led.Flows)
	}
	slices.SortStableFunc(lines, func(a, b line) int { return a.o.Compare(b.o) })
	for _, l := range lines {
		r.lines = append(r.lines, l.s)
	}
	return r
}

// describe tells a call by its content.
func describe(c *event.Call) string {
	flags := strings.Join(c.Flags.Append(nil), ",")
	return strings.TrimSpace(fmt.Sprintf("%s %s%s %d %q %q %s", c.Req.Method, c.Req.Host, c.Req.Target, c.Resp.Status, c.ReqBody(), c.RespBody(), flags))
}
