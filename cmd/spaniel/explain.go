package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"spaniel/event"
	"spaniel/internal/render"
)

// What --explain-losses and --flows keep.
const (
	shownExamples = 3
	maxReasons    = 100
	maxFlows      = 1000
)

// explainer gathers the first examples of everything that did not become a
// call, with the numbers of their frames, and the flows with their ends.
type explainer struct {
	losses, flows bool
	frames        map[event.FrameFate]*reason // told by the reader of frames
	lost          map[string]*reason          // told by what it emits
	more          uint64
	ends          [][]string
}

// reason is one reason of a drop or a loss.
type reason struct {
	n        uint64
	examples []string
}

func (x *reason) add(example func() string) {
	if x.n++; len(x.examples) < shownExamples {
		x.examples = append(x.examples, example())
	}
}

func newExplainer(opt *readOptions) *explainer {
	return &explainer{losses: opt.explain, flows: opt.flowList, frames: map[event.FrameFate]*reason{}, lost: map[string]*reason{}}
}

// frame notes one that was not handed to reassembly.
func (x *explainer) frame(f *event.Frame, fate event.FrameFate) {
	if x.frames[fate] == nil {
		x.frames[fate] = new(reason)
	}
	x.frames[fate].add(func() string { return fmt.Sprintf("frame %d", f.Number) })
}

// item notes a loss, or a flow that is over.
func (x *explainer) item(it *event.Item) {
	switch {
	case it.Kind == event.KindLoss && x.losses:
		n := it.Note
		r := x.lost[n.Name]
		if r == nil {
			if len(x.lost) >= maxReasons {
				return
			}
			r = new(reason)
			x.lost[strings.Clone(n.Name)] = r
		}
		r.add(func() string {
			return fmt.Sprintf("frame %d: %s bytes %s of %s:%d > %s:%d", n.Frame, grouped(n.Bytes), n.Direction, n.ClientIP, n.ClientPort, n.ServerIP, n.ServerPort)
		})
	case it.Kind == event.KindFlow && x.flows:
		f := it.Flow
		if len(x.ends) >= maxFlows {
			x.more++
			return
		}
		x.ends = append(x.ends, []string{fmt.Sprint(f.FirstFrame), fmt.Sprintf("%s:%d", f.ClientIP, f.ClientPort), fmt.Sprintf("%s:%d", f.ServerIP, f.ServerPort),
			f.Service, f.Ended, grouped(f.ReqBytes), grouped(f.RespBytes), grouped(f.ReqGaps + f.RespGaps), strings.Join(f.Flags, " ")})
	}
}

// print writes what was gathered; standard error has nobody to tell of errors.
func (x *explainer) print(w io.Writer) {
	if x.losses {
		t := render.NewTable(render.Screen{W: w}, "WHAT BECAME NO CALL", "", "COUNT", "FIRST EXAMPLES")
		for fate := range event.NumFrameFates {
			if r := x.frames[fate]; r != nil {
				t.Row("frames", fate.String(), grouped(r.n), strings.Join(r.examples, ", "))
			}
		}
		var names []string
		for name := range x.lost {
			names = append(names, name)
		}
		slices.Sort(names)
		for _, name := range names {
			t.Row("losses", name, grouped(x.lost[name].n), strings.Join(x.lost[name].examples, "; "))
		}
		_ = t.Close() // see above
	}
	if x.flows {
		t := render.NewTable(render.Screen{W: w}, "FRAME", "CLIENT", "SERVER", "SERVICE", "ENDED", "BYTES UP", "BYTES DOWN", "GAPS", "FLAGS")
		for _, row := range x.ends {
			t.Row(row...)
		}
		_ = t.Close()
		if x.more > 0 {
			fmt.Fprintf(w, "and %s more flows; -o ndjson --only flow has them all\n", grouped(x.more))
		}
	}
}
