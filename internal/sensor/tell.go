package sensor

import (
	"sync"

	"spaniel/event"
)

// maxTold bounds what waits to be told; what is more is refused, for the
// caller to say elsewhere. One epoch, 40 ms at the most, empties it.
const maxTold = 256

// told are facts about the sensor itself, which come from other goroutines and
// have no frame.
type told struct {
	mu    sync.Mutex
	notes []toldNote
}

type toldNote struct {
	kind event.Kind
	note event.NoteRecord
}

// Tell hands on a fact about the sensor itself, such as that its rules were
// loaded: behind what the epoch under way found. It reports whether there was
// room, and may be called from any goroutine; what is told after the last epoch
// is not handed on. It is for live capture: a file's records hold what is in
// the file.
func (s *Sensor) Tell(kind string, fields event.ValueMap) bool {
	n := event.NoteRecord{Name: kind, Fields: fields}
	if s.cfg.Now != nil {
		n.Time = event.Nanos(s.cfg.Now())
	}
	return s.tell(event.KindFact, n)
}

// TellLoss hands on, as Tell does, that frames never reached the sensor: from
// when, how many, and the rest in words.
func (s *Sensor) TellLoss(reason string, since int64, packets uint64, fields event.ValueMap) bool {
	return s.tell(event.KindLoss, event.NoteRecord{Name: reason, Time: event.Nanos(since), Packets: packets, Fields: fields})
}

func (s *Sensor) tell(kind event.Kind, n event.NoteRecord) bool {
	n.SensorName, n.Detail = s.cfg.Name, words(n.Fields)
	t := &s.ordered.told
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.notes) >= maxTold {
		return false
	}
	t.notes = append(t.notes, toldNote{kind, n})
	return true
}

// tell hands on what was told.
func (o *ordered) tell(clock int64) {
	o.told.mu.Lock()
	notes := o.told.notes
	o.told.notes = nil
	o.told.mu.Unlock()
	for i := range notes {
		o.emit(&event.Item{Kind: notes[i].kind, Order: event.Order{Clock: clock}, Note: &notes[i].note})
	}
}
