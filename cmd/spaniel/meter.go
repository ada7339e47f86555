package main

import (
	"spaniel/capture"
	"spaniel/event"
)

// A meter counts the frames that pass, for the summary.
type meter struct {
	src         capture.Source
	frames      uint64
	bytes       uint64
	first, last int64
	link        uint16 // of the last frame
}

// Next implements capture.Source.
func (m *meter) Next(f *event.Frame) error {
	err := m.src.Next(f)
	if err != nil {
		return err
	}
	if m.frames == 0 {
		m.first, m.last = f.Time, f.Time
	}
	m.first, m.last = min(m.first, f.Time), max(m.last, f.Time)
	m.frames++
	m.link = f.Link
	m.bytes += uint64(f.Length)
	return nil
}

// seconds from the first packet to the last. Times in a capture may be any
// nonsense, so that their difference need not fit a time.Duration.
func (m *meter) seconds() float64 { return float64(uint64(m.last)-uint64(m.first)) / 1e9 }

// Close implements capture.Source; the one who opened the source closes it.
func (m *meter) Close() error { return nil }

// A frameFilter applies a BPF expression to frames of any link type.
type frameFilter struct {
	expr string
	by   map[uint16]*capture.Filter
	err  error
}

func newFrameFilter(expr string) *frameFilter {
	return &frameFilter{expr: expr, by: map[uint16]*capture.Filter{}}
}

// match compiles the expression once for each link type. Where that cannot be
// done, frames do not pass and err says why.
func (f *frameFilter) match(fr *event.Frame) bool {
	c, ok := f.by[fr.Link]
	if !ok {
		var err error
		if c, err = capture.NewFilter(f.expr, fr.Link); err != nil && f.err == nil {
			f.err = err
		}
		f.by[fr.Link] = c
	}
	return c != nil && c.Match(fr)
}
