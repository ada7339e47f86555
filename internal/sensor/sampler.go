package sensor

import (
	"math"
	"strconv"
	"time"

	"spaniel/event"
)

// lossShed is the reason of a loss record: connections that were left out so
// that others could be read whole.
const lossShed = "shed"

// What the sampler goes by. Above pressed the share is lowered, by lower where the
// kernel's buffer still fills and by half where that is urgent; while it empties
// the share is low enough, however full it is. Below relieved the share is raised,
// some time after it was lowered, and one step at a time: what is raised too far
// cuts connections when it is lowered again. For a while it stays below near the
// share that was too much.
const (
	pressed    = 0.4
	urgent     = 0.8
	relieved   = 0.1
	lower      = 0.7
	higher     = 1.25
	near       = 0.9
	lookAfter  = 100 * time.Millisecond
	raiseAfter = 2 * time.Second
	raiseEvery = 500 * time.Millisecond
	tooMuchFor = 20 * time.Second
	leastShare = 1.0 / 64
	longSpell  = time.Minute
)

// A sampler chooses, under load, which connections are read: those whose lot is
// below the share. A lower share keeps a part of what a higher one kept, so that
// connections which stay are read on without a hole. One goroutine uses it.
type sampler struct {
	share    float64 // 1 is all
	most     float64
	pressure func() float64
	now      func() int64
	tell     func(since int64, packets uint64, fields event.ValueMap) bool

	looked, lowered, raised int64   // when; ns
	before                  float64 // how full the buffer was when it was looked at last
	tooMuch                 float64 // the share that was lowered last

	shed   uint64 // packets of this spell
	since  int64  // of the spell; ns
	lowest float64
}

// newSampler returns nil where everything is read always.
func newSampler(cfg *Config, tell func(since int64, packets uint64, fields event.ValueMap) bool) *sampler {
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
	switch {
	case full > urgent && fills:
		s.lower(now, 0.5)
	case full > pressed && fills:
		s.lower(now, lower)
	case full < relieved && s.share < s.most:
		s.raise(now)
	}
	s.looked, s.before = now, full
	if s.share < s.most && time.Duration(now-s.since) >= longSpell {
		s.end(now)
	}
}

func (s *sampler) lower(now int64, by float64) {
	if s.share <= leastShare {
		return
	}
	if s.share == s.most {
		s.since, s.lowest = now, s.most
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
		s.end(now)
	}
}

// end tells of a spell, and begins another where it goes on.
func (s *sampler) end(now int64) {
	if s.shed == 0 && s.lowest == s.most {
		return
	}
	told := s.tell(s.since, s.shed, event.ValueMap{{Name: "lowest_share", Value: strconv.FormatFloat(s.lowest, 'g', 4, 64)},
		{Name: "lasted", Value: time.Duration(now - s.since).Round(time.Millisecond).String()}})
	if told {
		s.shed, s.since, s.lowest = 0, now, s.share
	}
}

// stop tells of a spell that lasts to the end of the capture.
func (s *sampler) stop() {
	if s.share < s.most {
		s.end(s.now())
	}
}
