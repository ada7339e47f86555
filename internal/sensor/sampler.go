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

// What the sampler goes by: how full the kernel's buffer may be before fewer
// connections are read, and how empty for how long before more are again; how
// soon a step may follow another; and the least share.
const (
	pressed    = 0.4
	relieved   = 0.1
	stepDown   = 100 * time.Millisecond
	stepUp     = 5 * time.Second
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

	shed           uint64 // packets of this spell
	since, changed int64  // of the spell, of the last step; ns
	lowest         float64
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
	now, full := s.now(), s.pressure()
	since := time.Duration(now - s.changed)
	switch {
	case full > pressed && since >= stepDown && s.share > leastShare:
		if s.share == s.most {
			s.since, s.lowest = now, s.most
		}
		s.share, s.changed = max(s.share/2, leastShare), now
		s.lowest = min(s.lowest, s.share)
	case full > pressed:
	case full < relieved && since >= stepUp && s.share < s.most:
		s.share, s.changed = min(s.share*2, s.most), now
		if s.share == s.most {
			s.end(now)
		}
	}
	if s.share < s.most && time.Duration(now-s.since) >= longSpell {
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
