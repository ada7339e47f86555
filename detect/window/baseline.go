package window

import "math"

// A baseline is what an aggregate usually is for this key. Time is cut into
// periods as long as the window; what the aggregate was at a period's last
// call is learned when the period is over. Periods without calls teach nothing.
//
// Where the hour of the day (UTC) was seen on enough days, the baseline is of
// that hour; else of all periods; nothing is said until there were enough.
type baseline struct {
	period  int64
	current int64 // start of the period under way
	value   float64
	begun   bool
	skip    int64 // periods that begin before are not learned
	all     moment
	hours   [24]*hour
}

// moment is a mean that forgets slowly.
type moment struct {
	n    int
	mean float64
}

// hour is what is known of an hour of the day.
type hour struct {
	moment
	days int
	day  int64
}

const (
	basePeriods = 10  // periods before anything is said
	baseDays    = 3   // days on which an hour was seen before it stands for itself
	baseMemory  = 500 // periods after which old ones fade
	hourLength  = int64(3600e9)
)

func (m *moment) learn(x float64) {
	m.n++
	m.mean += (x - m.mean) / float64(min(m.n, baseMemory))
}

// note is told what the aggregate is at each call.
func (b *baseline) note(clock int64, x float64) {
	if start := floor(clock, b.period); !b.begun || start != b.current {
		b.close()
		b.begun, b.current = true, start
	}
	b.value = x
}

// close learns the period that is over.
func (b *baseline) close() {
	if !b.begun || b.current < b.skip || math.IsNaN(b.value) {
		return
	}
	b.all.learn(b.value)
	h, day := hourOf(b.current)
	if b.hours[h] == nil {
		b.hours[h] = &hour{day: day - 1}
	}
	of := b.hours[h]
	of.learn(b.value)
	if of.day != day {
		of.day = day
		of.days++
	}
}

func hourOf(clock int64) (h int, day int64) {
	hours := floor(clock, hourLength) / hourLength
	day = floor(hours, 24)
	return int(hours - day), day
}

// of is what the baseline rests on at a moment.
func (b *baseline) of(now int64) *moment {
	h, _ := hourOf(now)
	if of := b.hours[h]; of != nil && of.days >= baseDays {
		return &of.moment
	}
	return &b.all
}

func (b *baseline) learned(now int64) int { return b.of(now).n }

func (b *baseline) add(*Entry) {}

// at is the usual value, NaN until enough is known: no comparison with that
// holds but !=.
func (b *baseline) at(now, _ int64) Value {
	if of := b.of(now); b.all.n >= basePeriods {
		return NumberOf(of.mean)
	}
	return NumberOf(math.NaN())
}
