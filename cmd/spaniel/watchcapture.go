package main

import (
	"context"
	"time"

	"go.uber.org/zap"

	"spaniel/capture"
	"spaniel/event"
	"spaniel/internal/admin"
)

// lossKernelDrops is the reason of a loss record: frames that never reached the
// sensor.
const lossKernelDrops = "kernel_drops"

// dropsEvery is how often the kernel's counters are read, dropsQuiet how long
// nothing may be lost for a spell of losses to be over, and dropsLong how long
// one may last before it is told.
const (
	dropsEvery = time.Second
	dropsQuiet = 3 * time.Second
	dropsLong  = time.Minute
)

// interfaceChanged tells that an interface is lost or back; the reader calls it.
func (s *service) interfaceChanged(c capture.Change) {
	if !c.Up {
		s.log.Error("nothing can be captured from the interface; it is tried again until it is back", zap.String("interface", c.Interface), zap.String("problem", c.Problem))
		s.fact("interface_lost", event.ValueMap{{Name: "interface", Value: c.Interface}, {Name: "problem", Value: c.Problem}})
		return
	}
	away := c.Now.Sub(c.Since).Round(time.Millisecond)
	s.log.Info("the interface is back", zap.String("interface", c.Interface), zap.Duration("away", away))
	s.fact("interface_back", event.ValueMap{{Name: "interface", Value: c.Interface}, {Name: "away", Value: away.String()}})
}

// A spell is a time in which an interface lost frames, over once nothing was
// lost for a while.
type spell struct {
	seen       uint64 // drops that are known
	lost       uint64 // of them in this spell
	began, was time.Time
}

// note takes the drops as they are now, and returns what is to be told: how many
// were lost in a spell that is over, or has lasted long.
func (p *spell) note(drops uint64, now time.Time, end bool) (lost uint64, began, was time.Time) {
	if n := drops - min(p.seen, drops); n > 0 {
		if p.lost == 0 {
			p.began = now.Add(-dropsEvery) // some time since it was asked before
		}
		p.lost, p.was, p.seen = p.lost+n, now, drops
	}
	if p.lost == 0 || !end && now.Sub(p.was) < dropsQuiet && now.Sub(p.began) < dropsLong {
		return 0, began, was
	}
	lost, began, was = p.lost, p.began, p.was
	p.lost = 0
	return lost, began, was
}

// watchDrops makes a record of each time in which frames were lost before the
// sensor, until ctx ends, which stops the capture, too.
func (s *service) watchDrops(ctx context.Context) error {
	tick := time.NewTicker(dropsEvery)
	defer tick.Stop()
	spells := make([]spell, len(s.ifaces))
	for {
		select {
		case <-ctx.Done():
			s.noteDrops(spells, time.Now(), true) // the sensor reads what was caught, and takes this with it
			return nil
		case now := <-tick.C:
			s.noteDrops(spells, now, false)
		}
	}
}

func (s *service) noteDrops(spells []spell, now time.Time, end bool) {
	list, err := s.live.StatsByInterface()
	if err != nil {
		return // an interface that is gone: its counters come back with it
	}
	for i, st := range list {
		lost, began, was := spells[i].note(st.KernelDrops+st.IfaceDrops, now, end)
		if lost == 0 {
			continue
		}
		s.log.Warn("frames were lost before the sensor", zap.String("interface", st.Interface), zap.Uint64("frames", lost), zap.Time("from", began), zap.Time("until", was))
		if !s.sensor.TellLoss(lossKernelDrops, began.UnixNano(), lost, event.ValueMap{{Name: "interface", Value: st.Interface}, {Name: "lasted", Value: was.Sub(began).Round(time.Second).String()}}) {
			s.log.Warn("a loss of frames has no room and is not handed on", zap.String("interface", st.Interface))
		}
	}
}

// captureCounts fills what the kernel says of the interfaces, and the directory.
func (s *service) captureCounts(snap *admin.Snapshot) {
	if w, ok := s.live.(*capture.Follower); ok {
		snap.PassedOver = uint64(w.Beyond())
	}
	list, err := s.live.StatsByInterface()
	if err != nil {
		return
	}
	for _, st := range list {
		snap.Capture = append(snap.Capture, admin.CaptureCount{Iface: st.Interface, Received: st.Received, KernelDrops: st.KernelDrops, IfaceDrops: st.IfaceDrops, RingDrops: st.RingDrops, Up: st.Up, Returns: st.Returns})
	}
}
