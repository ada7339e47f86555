package sensor

import (
	"math"

	"spaniel/event"
)

// A stop is where a worker is at rest in an epoch: at its end, or where it has
// found so much that this must be handed on first. All it has found lies up to
// there, and all it will find beyond.
type stop struct {
	worker int
	upto   event.Order
	done   bool
	found  int // what is left of it, once it is done
}

// endOfTime is the place behind all others.
var endOfTime = event.Order{Clock: math.MaxInt64, OfFrame: true, Seq: math.MaxUint64, Ord: math.MaxUint32}

// run lets a worker of several handle its share of the epochs that come.
func (w *worker) run(epochs <-chan *epoch, kept *backlog) {
	for e := range epochs {
		kept.wait(e.number)
		w.hand = func(upto event.Order) {
			e.stops <- stop{worker: w.id, upto: upto}
			<-w.resume
		}
		e.run(w)
		n := len(w.out.entries)
		kept.found(n)
		e.stops <- stop{worker: w.id, done: true, found: n} // the epoch is no more the worker's
	}
}

// gather takes an epoch from its workers: whenever all are at rest, what lies up
// to where the first of them stopped is handed on, and that one goes on. It
// returns how much of it they had counted as found.
func (s *Sensor) gather(e *epoch) (found int) {
	var full []stop
	for working := len(s.workers); working > 0 || len(full) > 0; {
		if working > 0 {
			st := <-e.stops
			working--
			if found += st.found; !st.done {
				full = append(full, st)
			}
			continue
		}
		upto := endOfTime
		for _, st := range full {
			if st.upto.Compare(upto) < 0 {
				upto = st.upto
			}
		}
		s.ordered.portion(e, upto)
		rest := full[:0]
		for _, st := range full {
			if len(e.results[st.worker].entries) > 0 {
				rest = append(rest, st)
				continue
			}
			working++
			s.workers[st.worker].resume <- struct{}{}
		}
		full = rest
	}
	s.ordered.take(e)
	return found
}
