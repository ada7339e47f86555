package wiretest

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"spaniel/event"
)

// Do does to the conversation what its section "do" says, a line an operator:
// first those on segments, then those on frames. segs is what came of the
// former. The package comment lists them.
func (c *Case) Do() (segs []Segment, frames []event.Frame, err error) {
	segs = c.Segments()
	frames = c.render(segs)
	onFrames := false
	for line := range strings.Lines(c.Files["do"]) {
		words := strings.Fields(line)
		if len(words) == 0 {
			continue
		}
		var n []int
		if op, ok := segmentOps[words[0]]; ok && !onFrames {
			if n, err = numbers(words[1:], op.args); err == nil {
				segs, err = op.do(segs, n)
			}
			frames = c.render(segs)
		} else {
			onFrames = true
			frames, err = c.doFrames(frames, words)
		}
		if err != nil {
			return nil, nil, fmt.Errorf("do %q: %w", strings.TrimSpace(line), err)
		}
	}
	return segs, frames, nil
}

// render makes frames of segments and puts those that are none of TCP between.
func (c *Case) render(segs []Segment) []event.Frame { return InOrder(append(Render(segs), c.extra...)) }

// InOrder sorts frames by time (equal times keep their order) and numbers them.
func InOrder(frames []event.Frame) []event.Frame {
	out := slices.Clone(frames)
	slices.SortStableFunc(out, func(a, b event.Frame) int { return int(min(max(a.Time-b.Time, -1), 1)) })
	return Number(out)
}

func numbers(words []string, want int) ([]int, error) {
	if len(words) != want {
		return nil, fmt.Errorf("%d numbers, want %d", len(words), want)
	}
	n := make([]int, len(words))
	for i, w := range words {
		v, err := strconv.Atoi(w)
		if err != nil {
			return nil, err
		}
		n[i] = v
	}
	return n, nil
}

// segmentOps are the operators on segments, by their names.
var segmentOps = map[string]struct {
	args int
	do   func(segs []Segment, n []int) ([]Segment, error)
}{
	"cut":       {1, func(s []Segment, n []int) ([]Segment, error) { return Cut(s, Every(n[0])), nil }},
	"shuffle":   {2, func(s []Segment, n []int) ([]Segment, error) { return Shuffle(s, uint64(n[0]), n[1]), nil }},
	"duplicate": {2, func(s []Segment, n []int) ([]Segment, error) { return Duplicate(s, uint64(n[0]), n[1]), nil }},
	"overlap":   {2, func(s []Segment, n []int) ([]Segment, error) { return Overlap(s, uint64(n[0]), n[1]), nil }},
	"reverse":   {1, func(s []Segment, n []int) ([]Segment, error) { return Reverse(s, uint16(n[0])), nil }},
	"mix":       {2, func(s []Segment, n []int) ([]Segment, error) { return Mix(s, uint64(n[0]), uint16(n[1])), nil }},
	"drop":      {1, dropData},
	"without": {1, func(s []Segment, n []int) ([]Segment, error) {
		return slices.DeleteFunc(s, func(s Segment) bool { return int(s.Src.Port()) == n[0] }), nil
	}},
	"interfaces": {1, func(s []Segment, n []int) ([]Segment, error) {
		out := sorted(s)
		for i := range out {
			out[i].Iface = i % n[0]
		}
		return out, nil
	}},
}

// dropData drops the n-th segment with data, from 0.
func dropData(segs []Segment, n []int) ([]Segment, error) {
	data := DataAt(segs, 0)
	if n[0] >= len(data) {
		return nil, fmt.Errorf("only %d segments have data", len(data))
	}
	return Drop(segs, data[n[0]]), nil
}

// doFrames applies one line to all frames, or, behind "at N,N-N", to some.
func (c *Case) doFrames(frames []event.Frame, words []string) ([]event.Frame, error) {
	if words[0] != "at" {
		return c.frameOp(frames, words)
	}
	if len(words) < 3 {
		return nil, fmt.Errorf("want numbers and an operator")
	}
	var out []event.Frame
	at, err := ranges(words[1])
	if err != nil {
		return nil, err
	}
	if last := slices.Max(at); last > len(frames) {
		return nil, fmt.Errorf("there are %d frames", len(frames))
	}
	for i, f := range frames {
		if !slices.Contains(at, i+1) {
			out = append(out, f)
			continue
		}
		some, err := c.frameOp([]event.Frame{f}, words[2:])
		if err != nil {
			return nil, err
		}
		out = append(out, some...)
	}
	if words[2] == "stamp" {
		return Number(out), nil
	}
	return InOrder(out), nil
}

// ranges reads "4", "4-6" and lists of them.
func ranges(text string) (at []int, err error) {
	for _, part := range strings.Split(text, ",") {
		from, to, ok := strings.Cut(part, "-")
		if !ok {
			to = from
		}
		n, err := numbers([]string{from, to}, 2)
		if err != nil {
			return nil, err
		}
		for i := n[0]; i <= n[1]; i++ {
			at = append(at, i)
		}
	}
	return at, nil
}

// moment reads a time: a duration from f's own, a year, or "equal": the case's start.
func moment(f event.Frame, word string) (int64, error) {
	if word == "equal" {
		return CaseStart, nil
	}
	if year, err := strconv.Atoi(word); err == nil {
		if year >= 2262 { // as far as nanoseconds go
			return math.MaxInt64, nil
		}
		return time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC).UnixNano(), nil
	}
	d, err := time.ParseDuration(word)
	return f.Time + int64(d), err
}
