package main

import (
	"fmt"
	"math"
	"testing"
	"time"
)

// soakSettles is how long a soak must be for its memory to be judged: until then
// tables fill, windows of ten minutes among them.
const soakSettles = 15 * time.Minute

// A sample is what a process holds at one moment.
type sample struct {
	at time.Duration
	// memory is what of the process is in no file. Of that, foreign is what is
	// not Go's: nearly all of it the embedded store's.
	memory, foreign float64
	// goal is the size of the heap at which it is collected: by it, and not by the
	// heap, which is garbage in part, is known what lives.
	goal             float64
	goroutines, open float64
}

// soakKinds is what a soak looks at. slack is what a quarter may add to the least
// of the quarter before, in bytes or numbers.
var soakKinds = []struct {
	name   string
	of     func(sample) float64
	slack  float64
	memory bool
}{
	// The least of five minutes: the store grows by 20 MiB and shrinks again as it
	// moves rows from its log into its tables, every minute or two.
	{"the heap's goal", func(s sample) float64 { return s.goal }, 16 << 20, true},
	{"memory that is not Go's", func(s sample) float64 { return s.foreign }, 24 << 20, true},
	{"goroutines", func(s sample) float64 { return s.goroutines }, 0, false},
	{"descriptors", func(s sample) float64 { return s.open }, 0, false},
}

// soakGrown says what the last quarter of the samples has more of than the one
// before.
func soakGrown(samples []sample) (out []string) {
	third, last := soakQuarters(samples)
	for _, k := range soakKinds {
		if k.memory && last[len(last)-1].at < soakSettles {
			continue
		}
		if was, is := least(third, k.of), least(last, k.of); is > was+k.slack {
			out = append(out, fmt.Sprintf("%s: %.0f at the least, then %.0f", k.name, was, is))
		}
	}
	return out
}

// soakSaid is what became of each kind, in words.
func soakSaid(samples []sample) string {
	third, last := soakQuarters(samples)
	late := append(third[:len(third):len(third)], last...)
	memory := func(s sample) float64 { return s.memory }
	out := fmt.Sprintf("memory %.0f MiB at the half, %.0f at the end, by the line through them %+.2f a minute", late[0].memory/(1<<20), last[len(last)-1].memory/(1<<20), slope(late, memory)/(1<<20))
	for _, k := range soakKinds {
		unit := 1.0
		if k.memory {
			unit = 1 << 20
		}
		out += fmt.Sprintf("; %s %.0f to %.0f, by quarters %.0f and %.0f at the least", k.name, least(late, k.of)/unit, -least(late, func(s sample) float64 { return -k.of(s) })/unit, least(third, k.of)/unit, least(last, k.of)/unit)
	}
	return out
}

// soakQuarters are the two after the half.
func soakQuarters(samples []sample) (third, last []sample) {
	late := samples[len(samples)/2:]
	return late[:len(late)/2], late[len(late)/2:]
}

// slope is that of the line through the samples, a minute.
func slope(s []sample, of func(sample) float64) float64 {
	var x, y, xy, xx float64
	for _, p := range s {
		m := p.at.Minutes()
		x, y, xy, xx = x+m, y+of(p), xy+m*of(p), xx+m*m
	}
	n := float64(len(s))
	return (n*xy - x*y) / (n*xx - x*x)
}

func least(s []sample, of func(sample) float64) float64 {
	out := of(s[0])
	for _, p := range s {
		out = min(out, of(p))
	}
	return out
}

// TestSoakSeesGrowth: of what a soak looks at, growth is seen, and what only goes
// up and down is none.
func TestSoakSeesGrowth(t *testing.T) {
	const mib = 1 << 20
	run := func(long time.Duration, grow func(s *sample, minutes float64)) []string {
		var out []sample
		for i := range 60 {
			at := long * time.Duration(i+1) / 60
			wave := math.Sin(at.Minutes() * 2 * math.Pi / 1.3)
			s := sample{at: at, memory: 480*mib + 30*mib*wave, goal: 280*mib + 8*mib*wave, foreign: 150*mib + 20*mib*wave, goroutines: 27 + math.Round(wave), open: 25 + math.Round(3*wave)}
			grow(&s, at.Minutes())
			out = append(out, s)
		}
		return soakGrown(out)
	}
	for _, c := range []struct {
		name string
		long time.Duration
		grow func(*sample, float64)
		want int
	}{
		{"nothing grows", 20 * time.Minute, func(*sample, float64) {}, 0},
		{"tables fill", 20 * time.Minute, func(s *sample, m float64) { s.goal, s.foreign = s.goal+min(m, 10)*20*mib, s.foreign+min(m, 10)*20*mib }, 0},
		{"2 MiB a minute live on, and as many are garbage", 20 * time.Minute, func(s *sample, m float64) { s.goal += 4 * mib * m }, 1},
		{"6 MiB a minute, not Go's", 20 * time.Minute, func(s *sample, m float64) { s.foreign += 6 * mib * m }, 1},
		{"a goroutine every five minutes", 20 * time.Minute, func(s *sample, m float64) { s.goroutines += math.Floor(m / 5) }, 1},
		{"a descriptor every five minutes", 20 * time.Minute, func(s *sample, m float64) { s.open += math.Floor(m / 5) }, 1},
		{"tables fill in a short one", 5 * time.Minute, func(s *sample, m float64) { s.goal += 40 * mib * m }, 0},
	} {
		if got := run(c.long, c.grow); len(got) != c.want {
			t.Errorf("%s: %q", c.name, got)
		}
	}
}
