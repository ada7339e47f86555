package main

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"spaniel/capture"
	"spaniel/decode/frame"
	"spaniel/event"
	"spaniel/internal/sensor"
)

// A reading is one run of read over its files.
type reading struct {
	a      *app
	ctx    context.Context
	cancel context.CancelFunc // stops reading when an output fails
	opt    *readOptions
	cfg    sensor.Config
	out    output
	save   *saver // nil without --save
	sum    *summary
	why    *explainer // nil without --explain-losses
	flows  *flowList  // nil without --flows

	mu       sync.Mutex
	failed   error // of an output
	badWhere error
}

// all reads the files one after another, or as one with --join. A file that
// ends in a fault does not keep the next from being read.
func (r *reading) all(files []string) error {
	var faults []error
	groups := make([][]string, 0, len(files))
	for _, f := range files {
		groups = append(groups, []string{f})
	}
	if r.opt.join {
		groups = [][]string{files}
	}
	for _, g := range groups {
		r.begin(g[0], len(groups) > 1)
		err := r.one(g)
		if err != nil {
			faults = append(faults, err)
		}
		if r.ctx.Err() != nil || err != nil && !isFileFault(err) {
			break
		}
	}
	return r.finish(r.describe(faults))
}

// begin names the capture in what is told of its frames, if there are others.
func (r *reading) begin(path string, several bool) {
	name := ""
	if several {
		name = shownName(path)
	}
	if r.why != nil {
		r.why.begin(name)
	}
	if r.flows != nil {
		r.flows.file = name
	}
}

// errLink marks a capture whose link type nobody reads.
var errLink = errors.New("link type not read")

// isFileFault reports whether err concerns one file only.
func isFileFault(err error) bool {
	var fault *capture.Fault
	return errors.As(err, &fault) || errors.Is(err, errLink)
}

// describe makes one error of what ended files early.
func (r *reading) describe(faults []error) error {
	if len(faults) <= 1 {
		return errors.Join(faults...)
	}
	for _, err := range faults[:len(faults)-1] {
		r.a.finish(err) // each has its own message; the last one is printed by main
	}
	return faults[len(faults)-1]
}

// one reads one capture to its end.
func (r *reading) one(paths []string) error {
	src, err := openAll(r.ctx, paths, r.a.in)
	if err != nil {
		return err
	}
	m := &meter{src: src}
	cfg := r.cfg
	cfg.Ifaces = src.names()
	filter := newFrameFilter(r.opt.filter)
	if r.opt.filter != "" {
		cfg.Filter = filter.match
	}
	s, err := sensor.New(cfg, r.emit)
	if err != nil {
		return errors.Join(err, src.Close())
	}
	bar := r.a.progress(shownName(paths[0]), src)
	err = s.Run(r.ctx, m)
	bar.stop()
	led := s.Ledger()
	r.sum.add(paths, m, &led)
	if r.why != nil {
		r.why.end(&led)
	}
	if r.save != nil && m.frames > 0 {
		if rerr := r.remember(paths, m); rerr != nil {
			r.a.hint("note: packets of what was found now cannot be found again: %v", rerr)
		}
	}
	r.a.warnOfRules(s.RuleStats())
	r.a.noteExceptions(s.RuleStats())
	if r.ctx.Err() != nil && r.failure() == nil {
		err = r.interrupted(paths, m, src) // where it was cut off is no fault of the file
	} else if err == nil && led.FramesIn > 0 && led.Frames[event.FrameUnknownLink] == led.FramesIn && !frame.Reads(m.link) {
		err = &problem{code: exitInput, what: fmt.Sprintf("its link type is not read: %d", m.link), where: paths[0],
			fix: "capture on Ethernet, Linux cooked, raw IP or BSD loopback; tcpdump -L lists an interface's link types", cause: errLink}
	}
	return errors.Join(filter.err, err, src.Close())
}

// interrupted says how far reading came.
func (r *reading) interrupted(paths []string, m *meter, src *source) error {
	done, total := src.progress()
	far := "after " + counted(m.frames, "packet")
	if total > 0 {
		far += fmt.Sprintf(", %d %% of it", done*100/total)
	}
	return &problem{code: exitFailure, what: "stopped " + far, where: paths[0], why: "what was found until then is printed", cause: r.ctx.Err()}
}

// emit takes what the sensor found, in order, from one goroutine.
func (r *reading) emit(it *event.Item) event.CallFate {
	r.sum.count(it)
	if r.why != nil {
		r.why.item(it)
	}
	if r.flows != nil {
		r.flows.item(it)
	}
	var err error
	if r.opt.kinds[it.Kind] {
		err = r.out.item(it)
	}
	if r.save != nil && err == nil {
		err = r.save.add(r.ctx, it)
	}
	if err != nil {
		r.mu.Lock()
		if r.failed == nil {
			r.failed = err
		}
		r.mu.Unlock()
		r.cancel() // no use in reading on
		return event.CallFailed
	}
	return event.CallAcked
}

func (r *reading) failure() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.failed
}
