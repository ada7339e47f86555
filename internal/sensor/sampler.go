package sensor

import (
	"math"
	"strconv"
	"time"

	"spaniel/event"
)

// Under load packets are left out in two steps, each told by a fact when it begins
// and when it is over, and by records of loss of what it cost.
const (
	// stepBypass: packets that tell nothing are not read.
	stepBypass = "bypass"
	// stepSample: connections are not read, so that others can be read whole.
	stepSample = "sample"
	// The reasons of the records of loss.
	lossBypassed = "bypassed"
	lossShed     = "shed"
	// factDegraded is the kind of the fact.
	factDegraded = "degraded"
)

// What the sampler goes by. Above busy, while the kernel's buffer fills, packets that
// tell nothing are passed by, until it was below for a while. Above pressed the
// share is lowered, by lower where the buffer still fills and by half where that is
// urgent; while it empties the share is low enough, however full it is. Below
// relieved the share is raised, some time after it was lowered, and one step at a
// time: what is raised too far cuts connections when it is lowered again. For a while
// it stays below near the share that was too much.
const (
	busy       = 0.2
	pressed    = 0.4
	urgent     = 0.8
	relieved   = 0.1
	lower      = 0.7
	higher     = 1.25
	near       = 0.9
	lookAfter  = 100 * time.Millisecond
	bypassFor  = 20 * time.Second
	raiseAfter = 2 * time.Second
	raiseEvery = 500 * time.Millisecond
	tooMuchFor = 20 * time.Second
	leastShare = 1.0 / 64
	longSpell  = time.Minute
)

// A sampler chooses, under load, what is read. First it has packets passed by that
// tell nothing; where that is not enough, it chooses the connections that are read:
// those whose lot is below the share. A lower share keeps a part of what a higher one
// kept, so that connections which stay are read on without a hole. One goroutine uses
// it.
type sampler struct {
	bypass   bool    // packets that tell nothing are passed by
	share    float64 // 1 is all
	most     float64
	pressure func() float64
	now      func() int64
	tell     func(event.Kind, event.NoteRecord) bool

	looked, lowered, raised int64   // when; ns
	pressing                int64   // when the buffer was fuller than busy last
	before                  float64 // how full the buffer was when it was looked at last
	tooMuch                 float64 // the share that was lowered last

	passing, sampling spell
	lowest            float64
}

// A spell is the time of one step, and what was left out in it.
type spell struct {
	since          int64 // ns
	packets, bytes uint64
}

// newSampler returns nil where everything is read always.
func newSampler(cfg *Config, tell func(event.Kind, event.NoteRecord) bool) *sampler {
	most := cfg.Sampling
	if most <= 0 || most > 1 {
		most = 1
	}
	if cfg.Now == nil || most == 1 && cfg.Pressure == nil {
		return nil
	}
	return &sampler{share: most, most: most, lowest: most, pressure: cfg.Pressure, now: cfg.Now, tell: tell}
}

// keeps reports whether a connection with this lot is read.
func (s *sampler) keeps(lot uint16) bool {
	return s.share >= 1 || float64(lot) < s.share*(math.MaxUint16+1)
}

// step looks how things stand; it is called between epochs.
func (s *sampler) step() {
	if s.pressure == nil {
		return
	}
	now := s.now()
	if time.Duration(now-s.looked) < lookAfter {
		return
	}
	full := s.pressure()
	fills := full > s.before || full == s.before && full > urgent
	if full > busy {
		s.pressing = now
	}
	bypassed := s.bypass
	if full > busy && fills && !s.bypass {
		s.bypass, s.passing.since = true, now
		s.degraded(stepBypass, "begun", now)
	}
	switch {
	case full > urgent && fills:
		s.lower(now, 0.5)
	case full > pressed && fills && bypassed: // and that was not enough
		s.lower(now, lower)
	case full < relieved && s.share < s.most:
		s.raise(now)
	case s.bypass && s.share == s.most && time.Duration(now-s.pressing) >= bypassFor:
		s.stopPassing(now)
	}
	s.looked, s.before = now, full
	if s.share < s.most && time.Duration(now-s.sampling.since) >= longSpell {
		s.tellShed(now)
	}
	if s.bypass && time.Duration(now-s.passing.since) >= longSpell {
		s.tellPassed(now)
	}
}

func (s *sampler) lower(now int64, by float64) {
	if s.share <= leastShare {
		return
	}
	if s.share == s.most {
		s.sampling.since, s.lowest = now, s.most
		s.degraded(stepSample, "begun", now)
	}
	s.tooMuch, s.lowered = s.share, now
	s.share = max(s.share*by, leastShare)
	s.lowest = min(s.lowest, s.share)
}

func (s *sampler) raise(now int64) {
	rested := time.Duration(now - s.lowered)
	share := min(s.share*higher, s.most)
	if rested < raiseAfter || time.Duration(now-s.raised) < raiseEvery || rested < tooMuchFor && share > near*s.tooMuch {
		return
	}
	if s.share, s.raised = share, now; share == s.most {
		s.tellShed(now)
		s.degraded(stepSample, "over", now)
	}
}

func (s *sampler) stopPassing(now int64) {
	s.bypass = false
	s.tellPassed(now)
	s.degraded(stepBypass, "over", now)
}

// tellShed tells of a spell in which connections were left out, and begins another
// where it goes on.
func (s *sampler) tellShed(now int64) {
	if s.sampling.packets == 0 && s.lowest == s.most {
		return
	}
	if s.lost(lossShed, &s.sampling, now, event.Header{Name: "lowest_share", Value: strconv.FormatFloat(s.lowest, 'g', 4, 64)}) {
		s.lowest = s.share
	}
}

// tellPassed does the same where packets were passed by.
func (s *sampler) tellPassed(now int64) {
	if s.passing.packets > 0 {
		s.lost(lossBypassed, &s.passing, now)
	}
}

// lost makes a record of loss of a spell, which then begins anew.
func (s *sampler) lost(reason string, p *spell, now int64, more ...event.Header) bool {
	fields := append(event.ValueMap(more), event.Header{Name: "lasted", Value: time.Duration(now - p.since).Round(time.Millisecond).String()})
	told := s.tell(event.KindLoss, event.NoteRecord{Name: reason, Time: event.Nanos(p.since), Packets: p.packets, Bytes: p.bytes, Fields: fields})
	if told {
		*p = spell{since: now}
	}
	return told
}

// degraded tells that a step began, or is over.
func (s *sampler) degraded(step, state string, at int64) {
	s.tell(event.KindFact, event.NoteRecord{Name: factDegraded, Time: event.Nanos(at), Fields: event.ValueMap{{Name: "step", Value: step}, {Name: "state", Value: state}}})
}

// stop tells of what lasts to the end of the capture.
func (s *sampler) stop() {
	now := s.now()
	if s.share < s.most {
		s.tellShed(now)
	}
	if s.bypass {
		s.tellPassed(now)
	}
}
