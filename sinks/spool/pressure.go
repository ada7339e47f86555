package spool

// Pressure says how near the spool is to losing calls, and so what is left out
// of it first. It is that of the sink which has the least to get: while one keeps
// up, the others' arrears cost it nothing, and their oldest records go at the cap.
type Pressure uint8

// The steps, in their order.
const (
	// Calm: everything is kept.
	Calm Pressure = iota
	// Thin, from 80 %: observations are left out, and of calls what is bulky.
	Thin
	// Sample, from 90 %: of calls one in SampleEvery is kept, with its weight.
	Sample
	// AlertsOnly, from 95 %: alerts, which have a log of their own, and losses.
	AlertsOnly
	NumPressures
)

func (p Pressure) String() string { return [...]string{"calm", "thin", "sample", "alerts_only"}[p] }

// begins are the shares of the room at which the steps begin; one ends when the
// share is ends below that, so that it does not come and go.
var begins = [NumPressures]float64{0, 0.80, 0.90, 0.95}

const ends = 0.05

// next is the step after p when so much of the room is used.
func (p Pressure) next(used float64) Pressure {
	for p+1 < NumPressures && used >= begins[p+1] {
		p++
	}
	for p > Calm && used < begins[p]-ends {
		p--
	}
	return p
}

// press looks how much room the log of calls has left, on disk and in memory;
// each sync does.
func (l *log) press() {
	l.mu.Lock()
	defer l.mu.Unlock()
	used := float64(len(l.pending)) / float64(l.bufMax)
	if len(l.cursors) > 0 {
		least := l.cursors[0].lagBytes()
		for _, c := range l.cursors[1:] {
			least = min(least, c.lagBytes())
		}
		used = max(used, float64(least)/float64(max(l.room(), 1)))
	}
	l.pressure.Store(uint32(Pressure(l.pressure.Load()).next(used)))
}
