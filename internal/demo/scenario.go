package demo

import (
	"math/rand/v2"
	"net/netip"
	"time"

	"spaniel/event"
	"spaniel/internal/wiretest"
)

// shop is the scenario under construction.
type shop struct {
	b    *wiretest.Builder
	rng  *rand.Rand
	port uint16 // last client port given out
	// calls counts requests by client address, all under "".
	calls map[string]int
}

// Frames makes the capture: the same frames every time.
func Frames() []event.Frame { return build().b.Frames() }

// Ordinary makes the customers of the capture alone, without the attacks: on
// these frames a rule that looks for attacks has nothing to find.
func Ordinary() []event.Frame { return customers().b.Frames() }

// customers is the shop before anyone attacks it.
func customers() *shop {
	s := &shop{b: wiretest.New(2026, Start), rng: rand.New(rand.NewPCG(2026, 3)), port: 40100, calls: map[string]int{}}
	for i, p := range people() {
		s.at(time.Duration(5+i*17%240) * time.Second)
		s.customer(p)
	}
	return s
}

func build() *shop {
	s := customers()
	s.at(60 * time.Second)
	s.injection()
	s.at(100 * time.Second)
	s.stuffing()
	s.at(170 * time.Second)
	s.scan()
	s.at(200 * time.Second)
	s.scrape()
	s.at(300 * time.Second)
	s.burst()
	return s
}

// at sets the clock to a moment of the scenario.
func (s *shop) at(d time.Duration) { s.b.At(Start + int64(d)) }

// think passes a time as people take it: mostly short, sometimes long.
func (s *shop) think() {
	seconds := 1.2 + 4*s.rng.ExpFloat64()
	s.b.Wait(time.Duration(min(seconds, 28) * float64(time.Second)))
}

// work passes the time a server takes for an answer.
func (s *shop) work() { s.b.Wait(time.Duration(4e6 + s.rng.ExpFloat64()*18e6)) }

// pause passes a time between lo and hi.
func (s *shop) pause(lo, hi time.Duration) {
	s.b.Wait(lo + time.Duration(s.rng.Int64N(int64(hi-lo))))
}

// servers are the shop's two addresses.
func serverFor(client netip.Addr) netip.AddrPort {
	if client.Is6() {
		return netip.MustParseAddrPort("[fd00:5::5]:80")
	}
	return netip.MustParseAddrPort("10.0.0.5:80")
}
