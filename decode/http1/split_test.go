package http1

import (
	"encoding/binary"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"spaniel/event"
)

// full renders everything of a call that a cut must not change.
func full(c *event.Call) string {
	req, res := c.Req, c.Resp
	alt := ""
	if c.Alt != nil {
		c.Alt.Req.Start, c.Alt.Req.End, c.Alt.Req.FirstFrame, c.Alt.Req.LastFrame = 0, 0, 0, 0 // shared later
		alt = "\n  " + c.Alt.Why + " " + full(c.Alt)
	}
	return fmt.Sprintf("%d %s %d %q %q %q %q %q %q %v %v %d | %q %d %q %v %v %d | %v %v",
		c.Depth, c.Proto, c.Time, req.Method, req.Target, req.Host, req.Path, req.Query, req.Headers, req.Trailers, meta(&req.Message), len(req.Raw),
		req.Raw, res.Status, res.Headers, res.Trailers, meta(&res.Message), len(res.Raw), c.Flags, c.Anomalies) + string(res.Raw) + alt
}

func meta(m *event.Message) string {
	return fmt.Sprint(m.Seen, m.Start, m.End, m.FirstFrame, m.LastFrame, m.Version, m.BodyBytes, m.RawCut, m.RawGap, m.Complete)
}

// replay runs pushes, each cut as cut says, and returns the calls.
func replay(t testing.TB, cfg *Config, pushes []push, cut func(left int) int) []string {
	var out []string
	r := &rig{}
	r.conn = NewConn(cfg, nil, &r.flow, &r.led, func(c *event.Call, _ event.Stamp) {
		r.body += c.Req.BodyBytes + c.Resp.BodyBytes
		out = append(out, full(c))
		r.calls = append(r.calls, "")
	})
	at := event.Stamp{}
	for _, p := range pushes {
		at.Frame++
		at.Time, at.Clock = at.Time+p.time, at.Clock+p.time
		switch {
		case p.end:
			r.conn.End(p.dir, at)
		case p.gap == unknown:
			r.conn.Gap(p.dir, 0, at)
		case p.gap > 0:
			r.conn.Gap(p.dir, p.gap, at)
		}
		for b := []byte(p.data); len(b) > 0; {
			n := min(max(1, cut(len(b))), len(b))
			r.conn.Data(p.dir, b[:n:n], at)
			r.bytes += uint64(n)
			b = b[n:]
		}
	}
	at.Frame++
	r.conn.Close(at)
	r.accounted(t)
	if r.body > r.led.BodyBytes {
		t.Errorf("calls hold %d body bytes, %d were delivered", r.body, r.led.BodyBytes)
	}
	return out
}

// TestSplitInvariance draws conversations from all odd and ordinary messages,
// with holes, ends and waits, and cuts them anywhere.
func TestSplitInvariance(t *testing.T) {
	var up, down []string
	for _, o := range oddities {
		if len(o.request) < 4096 {
			up, down = append(up, o.request), append(down, o.response)
		}
	}
	for _, c := range conversations {
		for _, p := range c.pushes {
			if p.dir == event.ToServer {
				up = append(up, p.data)
			} else {
				down = append(down, p.data)
			}
		}
	}
	cfg := &Config{BodyCap: 16, HeadCap: 256, MaxFields: 8, MaxPending: 4}
	rapid.Check(t, func(rt *rapid.T) {
		var pushes []push
		for range rapid.IntRange(1, 8).Draw(rt, "n") {
			p := push{dir: event.Direction(rapid.IntRange(0, 1).Draw(rt, "dir"))}
			from := up
			if p.dir == event.ToClient {
				from = down
			}
			switch rapid.IntRange(0, 12).Draw(rt, "op") {
			case 0:
				p.gap = uint64(rapid.IntRange(1, 40).Draw(rt, "gap"))
			case 1:
				p.gap = unknown
			case 2:
				p.time = int64(rapid.IntRange(1, 100).Draw(rt, "wait")) * 1e9
			case 3:
				s := rapid.SampledFrom(from).Draw(rt, "part")
				p.data = s[rapid.IntRange(0, len(s)).Draw(rt, "from"):]
			case 4:
				p.end = len(pushes) > 4
			default:
				p.data = rapid.SampledFrom(from).Draw(rt, "message")
			}
			pushes = append(pushes, p)
		}
		want := replay(t, cfg, pushes, func(n int) int { return n })
		cuts := rapid.SliceOfN(rapid.IntRange(1, 40), 1, 20).Draw(rt, "cuts")
		i := 0
		got := replay(t, cfg, pushes, func(int) int { i++; return cuts[i%len(cuts)] })
		compare(rt, pushes, got, want)
		compare(rt, pushes, replay(t, cfg, pushes, func(int) int { return 1 }), want)
	})
}

type fataler interface {
	Fatalf(format string, args ...any)
}

func compare(t fataler, pushes []push, got, want []string) {
	if g, w := strings.Join(got, "\n"), strings.Join(want, "\n"); g != w {
		t.Fatalf("of %+v:\n cut: %s\nwhole: %s", pushes, g, w)
	}
}

// FuzzConn reads the input as a conversation of pushes: one byte of kind, two
// of length, the data. Any cut gives the same calls, each byte is counted once.
func FuzzConn(f *testing.F) {
	for _, c := range conversations {
		f.Add(script(c.pushes), byte(3))
	}
	for _, o := range oddities {
		if len(o.request) < 4096 {
			f.Add(script([]push{req(o.request), res(o.response)}), byte(1))
		}
	}
	cfg := &Config{BodyCap: 16, HeadCap: 200, MaxFields: 5, MaxPending: 3}
	f.Fuzz(func(t *testing.T, in []byte, cut byte) {
		pushes := unscript(in)
		want := replay(t, cfg, pushes, func(n int) int { return n })
		n := int(cut)
		got := replay(t, cfg, pushes, func(int) int { n = n*7 + 1; return n % 23 })
		compare(t, pushes, got, want)
		compare(t, pushes, replay(t, cfg, pushes, func(int) int { return 1 }), want)
	})
}

func script(pushes []push) []byte {
	var b []byte
	for _, p := range pushes {
		kind := byte(p.dir)
		n := uint16(len(p.data))
		switch {
		case p.end:
			kind |= 2
		case p.gap == unknown:
			kind |= 4
		case p.gap > 0:
			kind, n = kind|6, uint16(p.gap)
		case p.time > 0:
			kind |= 8
		}
		b = append(binary.BigEndian.AppendUint16(append(b, kind), n), p.data...)
	}
	return b
}

func unscript(b []byte) []push {
	var list []push
	for len(b) >= 3 && len(list) < 64 {
		n := int(binary.BigEndian.Uint16(b[1:]))
		p := push{dir: event.Direction(b[0] & 1)}
		kind := b[0] >> 1 & 7
		b = b[3:]
		switch kind {
		case 1:
			p.end = true
		case 2:
			p.gap = unknown
		case 3:
			p.gap = uint64(n)
		default:
			if kind == 4 {
				p.time = 40e9
			}
			n = min(n, len(b))
			p.data, b = string(b[:n]), b[n:]
		}
		list = append(list, p)
	}
	return list
}
