package spool

import (
	"encoding/binary"
	"slices"
	"sync/atomic"

	"spaniel/event"
)

// SampleEvery is how many calls one stands for under the pressure Sample.
const SampleEvery = 10

// A Valve decides what of an item goes into the spool under its pressure, and
// counts what does not. One goroutine passes items; any may ask for the counts.
type Valve struct {
	spool   *Spool
	thinned atomic.Uint64
	shed    [event.KindObservation + 1]atomic.Uint64

	item event.Item // under way, and its call
	call event.Record
}

// NewValve returns the valve of a spool.
func NewValve(s *Spool) *Valve { return &Valve{spool: s} }

// Pass returns the item as it is to be kept, good until the next one, nil if it
// is not.
func (v *Valve) Pass(it *event.Item) *event.Item {
	p := v.spool.Pressure()
	if p == Calm || it.Kind == event.KindAlert || it.Kind == event.KindLoss {
		return it
	}
	if p == AlertsOnly || it.Kind == event.KindObservation || it.Kind == event.KindCall && p == Sample && !sampled(it.Call.ID) {
		v.shed[it.Kind].Add(1)
		return nil
	}
	if it.Kind != event.KindCall {
		return it
	}
	v.thinned.Add(1)
	v.item, v.call = *it, *it.Call
	v.item.Call = &v.call
	c := &v.call
	c.ReqHeaders, c.RespHeaders, c.Leaves = nil, nil, nil
	c.Flags = event.FlagThinned.Append(slices.Clip(c.Flags))
	if p == Sample {
		c.SampleRate /= SampleEvery
		if !slices.Contains(c.Flags, "sampled") {
			c.Flags = event.FlagSampled.Append(c.Flags)
		}
	}
	return &v.item
}

// sampled chooses by the call's id, so that who reads the same traffic again
// under pressure keeps the same calls.
func sampled(id event.ID) bool { return binary.BigEndian.Uint64(id[8:])%SampleEvery == 0 }

// ValveStats are what a Valve did not let in.
type ValveStats struct {
	// Thinned calls were kept without their headers and values.
	Thinned uint64
	// Shed records were not kept, by kind.
	Shed [event.KindObservation + 1]uint64
}

// Stats returns the counts.
func (v *Valve) Stats() (s ValveStats) {
	s.Thinned = v.thinned.Load()
	for k := range v.shed {
		s.Shed[k] = v.shed[k].Load()
	}
	return s
}
