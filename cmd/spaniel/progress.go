package main

import (
	"os"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"spaniel/internal/render"
)

// A bar shows how far a file was read, on a terminal; else it does nothing.
type bar struct {
	done chan struct{}
	wait sync.WaitGroup
}

// barEvery is how often the bar moves; a file that is read faster shows none.
const barEvery = 200 * time.Millisecond

func (a *app) progress(name string, src *source) *bar {
	b := &bar{done: make(chan struct{})}
	f, ok := a.err.(*os.File)
	if a.quiet || !ok || !term.IsTerminal(int(f.Fd())) {
		return b
	}
	b.wait.Go(func() { b.run(f, render.Safe(name), src) })
	return b
}

func (b *bar) run(w *os.File, name string, src *source) {
	tick := time.NewTicker(barEvery)
	defer tick.Stop()
	_, total := src.progress()
	p := newBar(w, name, total) // shows nothing until it is moved
	moved := false
	for {
		select {
		case <-b.done:
			if moved {
				_ = p.Finish() // clears it; a terminal that is gone needs no clearing
			}
			return
		case <-tick.C:
		}
		done, _ := src.progress()
		moved = true
		_ = p.Set64(done) // likewise
	}
}

// newBar makes a bar, or without a total a count.
func newBar(w *os.File, name string, total int64) *progressbar.ProgressBar {
	opt := []progressbar.Option{progressbar.OptionSetWriter(w), progressbar.OptionSetDescription(name), progressbar.OptionShowBytes(true),
		progressbar.OptionShowCount(), progressbar.OptionClearOnFinish(), progressbar.OptionSetPredictTime(total > 0)}
	if total == 0 {
		total = -1
		opt = append(opt, progressbar.OptionSetSpinnerChangeInterval(0)) // it turns when we move it
	}
	return progressbar.NewOptions64(total, opt...)
}

// stop takes the bar away.
func (b *bar) stop() {
	close(b.done)
	b.wait.Wait()
}
