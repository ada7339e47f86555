package body

import "spaniel/event"

// Expander implements event.Expander. It belongs to one goroutine. What Body
// returns is valid until Body is asked for the same half of the next call.
type Expander struct {
	cfg Config
	codecs
	out    [4][]byte // decoded request and response body, and those of a second reading
	layer  []byte    // between two codings
	places map[string]string
	recent recent
	buf    []byte // place being built
	step   []byte // scratch of decoding steps
	slab   []event.Reading
	reader reader
	read   func(*event.Leaf) []event.Reading
	// readWhole is read for a leaf whose JSON is leaves already.
	readWhole func(*event.Leaf) []event.Reading
	inner     []event.Leaf // of JSON within a reading
	shown     event.Leaf   // by Outline
	outlined  collector    // of Outline, which is not asked for while it runs
}

// New returns an Expander with the caps of cfg.
func New(cfg Config) *Expander {
	e := &Expander{cfg: cfg.withDefaults(), places: make(map[string]string)}
	e.read = func(l *event.Leaf) []event.Reading { return e.readings(l, false) }
	e.readWhole = func(l *event.Leaf) []event.Reading { return e.readings(l, true) }
	return e
}

// Body returns m's body with its content codings removed: m.Raw itself when
// there are none, as much as could be decoded when it is cut or broken.
func (e *Expander) Body(c *event.Call, m *event.Message) []byte {
	codings, odd := codingsOf(m)
	if odd {
		c.Mark(AnomalyEncoding)
	}
	if len(codings) == 0 || len(m.Raw) == 0 {
		return m.Raw
	}
	d := 0
	if m != &c.Req.Message {
		d = 1
	}
	if c.Why != "" { // the first reading's bodies are still in use
		d += 2
	}
	if len(codings) > maxCodings {
		c.Mark(AnomalyStacked)
		c.Flags |= event.FlagCapped
		codings = codings[len(codings)-maxCodings:]
	}
	e.out[d], e.layer = shrink(e.out[d]), shrink(e.layer)
	in := m.Raw
	whole := !m.RawCut && !m.RawGap && m.Complete
	quiet := !whole // what breaks off because its input did is no anomaly
	for i := len(codings) - 1; i >= 0; i-- {
		out, fault := e.decode(codings[i], len(m.Raw), in, e.layer[:0])
		if fault == faultBroken && len(out) == 0 && whole {
			out = append(out, in...) // wrong label: the body as it is
		}
		quiet = mark(c, fault, quiet) || quiet
		in = out
		e.out[d], e.layer = out, e.out[d]
	}
	return e.out[d]
}

// mark notes on the call why decoding stopped early, and reports whether it
// did. A break that follows from another one is passed over in silence.
func mark(c *event.Call, f fault, quiet bool) bool {
	switch f {
	case faultBomb:
		c.Mark(AnomalyBomb)
		c.Flags |= event.FlagCapped
	case faultCap:
		c.Flags |= event.FlagCapped
	case faultBroken:
		if !quiet {
			c.Mark(AnomalyEncoding)
		}
	}
	return f != faultNone
}

// keepBytes bounds the memory a buffer keeps from one call to the next.
const keepBytes = 256 << 10

// shrink lets go of a buffer that a rare large body made.
func shrink(b []byte) []byte {
	if cap(b) > keepBytes {
		return nil
	}
	return b
}
