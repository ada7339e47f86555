package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"

	"spaniel/event"
	"spaniel/internal/render"
)

// What --explain-losses keeps.
const (
	shownExamples = 3
	maxReasons    = 100
	// maxFragments that wait are remembered, and maxHanging losses without a
	// frame until the record of their connection comes.
	maxFragments = 4096
	maxHanging   = 4096
)

// explainer gathers the first examples of everything that did not become a
// whole call, by reason, with the numbers of their frames.
type explainer struct {
	mu      sync.Mutex // frames are told by the reader, what they became by the stage behind it
	file    string     // of several: what frame numbers belong to
	reasons map[[2]string]*reason
	waiting map[uint64]bool    // frames with fragments of datagrams not yet whole
	hanging map[uint64]hanging // losses that no frame caused, by connection
}

// reason is one reason of a drop or a loss.
type reason struct {
	n        uint64
	examples []string
}

type hanging struct {
	what [2]string
	text string
}

func newExplainer() *explainer {
	return &explainer{reasons: map[[2]string]*reason{}, waiting: map[uint64]bool{}, hanging: map[uint64]hanging{}}
}

// add counts n of a reason, and keeps the example if it is among the first.
func (x *explainer) add(section, name string, n uint64, example string) {
	k := [2]string{section, name}
	r := x.reasons[k]
	if r == nil {
		if len(x.reasons) >= maxReasons {
			k[1] = "(others)"
		} else {
			k[1] = strings.Clone(name)
		}
		if r = x.reasons[k]; r == nil {
			r = new(reason)
			x.reasons[k] = r
		}
	}
	r.n += n
	if len(r.examples) < shownExamples && example != "" {
		if x.file != "" {
			example = x.file + " " + example
		}
		r.examples = append(r.examples, example)
	}
}

// begin starts another capture, whose frames count from 1 again.
func (x *explainer) begin(file string) {
	x.file = file
	clear(x.waiting)
	clear(x.hanging)
}

// frame notes what became of a frame; parts are those whose fragments it
// completed. A fragment is lost if its datagram never becomes whole.
func (x *explainer) frame(f *event.Frame, fate event.FrameFate, parts []uint64) {
	if fate == event.FrameStream && len(parts) == 0 {
		return
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, p := range parts {
		delete(x.waiting, p)
	}
	switch {
	case fate == event.FrameStream:
	case fate == event.FrameFragment:
		if len(x.waiting) < maxFragments {
			x.waiting[f.Number] = true
		}
	default:
		x.add("frames", fate.String(), 1, fmt.Sprintf("frame %d", f.Number))
	}
}

// end closes a capture: the ledger has the last word on how many fragments
// were for nothing.
func (x *explainer) end(led *event.Ledger) {
	fate := event.FrameFragDropped
	for _, n := range slices.Sorted(maps.Keys(x.waiting)) {
		x.add("frames", fate.String(), 0, fmt.Sprintf("frame %d", n))
	}
	if r := x.reasons[[2]string{"frames", fate.String()}]; r != nil || led.Frames[fate] > 0 {
		said := uint64(0)
		if r != nil {
			said = r.n
		}
		x.add("frames", fate.String(), max(led.Frames[fate], said)-said, "")
	}
	for _, h := range x.hanging {
		x.add(h.what[0], h.what[1], 0, h.text)
	}
	clear(x.hanging)
}

// item notes a loss, an anomaly, a call that is not whole, or a connection of
// which no call can come.
func (x *explainer) item(it *event.Item) {
	x.mu.Lock()
	defer x.mu.Unlock()
	switch it.Kind {
	case event.KindLoss:
		x.loss(it.Note)
	case event.KindAnomaly:
		x.add("anomalies", it.Note.Name, 1, strings.TrimSuffix(fmt.Sprintf("frame %d: %s", it.Note.Frame, clipped(it.Note.Detail)), ": "))
	case event.KindCall:
		for _, flag := range it.Call.Flags {
			x.add("calls", flag, 1, fmt.Sprintf("%s: %s", frameSpan(it.Call.FirstFrame, it.Call.LastFrame), inShort(it.Call)))
		}
	case event.KindFlow:
		x.flow(it.Flow)
	}
}

// inShort is a call in a few words: what was asked for, or, where no request was
// seen, what was answered.
func inShort(c *event.Record) string {
	if c.Method == "" && c.Path == "" {
		return fmt.Sprintf("answer %d", c.Status)
	}
	return clipped(c.Method) + " " + clipped(c.Path)
}

// frameSpan names the frames of a call. Of one that a timer ended there is no
// last frame, of one that a timer began no first.
func frameSpan(first, last uint64) string {
	switch {
	case first == 0:
		return fmt.Sprintf("frame %d", last)
	case last <= first:
		return fmt.Sprintf("frame %d", first)
	}
	return fmt.Sprintf("frames %d to %d", first, last)
}

// loss notes bytes that no call holds. The end of the capture and a timer are
// no frame that could be looked at; the connection's first one is.
func (x *explainer) loss(n *event.NoteRecord) {
	text := fmt.Sprintf("%s bytes %s of %s > %s", grouped(n.Bytes), n.Direction, end(n.ClientIP.String(), n.ClientPort), end(n.ServerIP.String(), n.ServerPort))
	switch {
	case n.Frame != 0:
		x.add("losses", n.Name, 1, fmt.Sprintf("frame %d: %s", n.Frame, text))
		return
	case len(x.hanging) < maxHanging:
		if _, twice := x.hanging[n.FlowID]; !twice {
			x.hanging[n.FlowID] = hanging{[2]string{"losses", n.Name}, "no frame: " + text}
		}
	}
	x.add("losses", n.Name, 1, "")
}

func (x *explainer) flow(f *event.FlowRecord) {
	if h, ok := x.hanging[f.FlowID]; ok {
		x.add(h.what[0], h.what[1], 0, fmt.Sprintf("connection from frame %d%s", f.FirstFrame, strings.TrimPrefix(h.text, "no frame")))
		delete(x.hanging, f.FlowID)
	}
	if f.Service != "http" {
		x.add("connections", serviceName(f.Service), 1, fmt.Sprintf("frame %d: %s > %s", f.FirstFrame, end(f.ClientIP.String(), f.ClientPort), end(f.ServerIP.String(), f.ServerPort)))
	}
}

// serviceName is a service for a person: a connection without a byte has none.
func serviceName(s string) string {
	if s == "" {
		return "(no bytes)"
	}
	return s
}

// sections are in the order of the path.
func sections() []string {
	return []string{"frames", "losses", "anomalies", "connections", "calls"}
}

// print writes what was gathered; standard error has nobody to tell of errors.
func (x *explainer) print(w io.Writer) {
	if len(x.reasons) == 0 {
		fmt.Fprintln(w, "\nNothing was lost, dropped, odd or left unread.")
		return
	}
	fmt.Fprintln(w)
	t := render.NewTable(render.Screen{W: w}, "LOST OR ODD", "WHAT", "COUNT", "FIRST EXAMPLES")
	for _, section := range sections() {
		var names []string
		for k := range x.reasons {
			if k[0] == section {
				names = append(names, k[1])
			}
		}
		slices.Sort(names)
		for _, name := range names {
			r := x.reasons[[2]string{section, name}]
			t.Row(section, name, grouped(r.n), render.Safe(strings.Join(r.examples, "; ")))
		}
	}
	_ = t.Close()
}
