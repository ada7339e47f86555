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
	var p *progressbar.ProgressBar
	for {
		select {
		case <-b.done:
			if p != nil {
				_ = p.Clear() // a terminal that is gone needs no clearing
			}
			return
		case <-tick.C:
		}
		done, total := src.progress()
		if p == nil {
			if total == 0 {
				total = -1 // a spinner
			}
			p = progressbar.NewOptions64(total, progressbar.OptionSetWriter(w), progressbar.OptionSetDescription(name),
				progressbar.OptionShowBytes(true), progressbar.OptionClearOnFinish(), progressbar.OptionSetPredictTime(total > 0))
		}
		_ = p.Set64(done) // likewise
	}
}

// stop takes the bar away.
func (b *bar) stop() {
	close(b.done)
	b.wait.Wait()
}
