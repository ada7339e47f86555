package forward

import (
	"time"

	"spaniel/sinks/spool"
)

// Stats says how one sink stands with one log.
type Stats struct {
	Sink string
	Log  spool.Which
	// Delivered, Filtered and DeadLettered count records; Retried counts
	// attempts that failed and were, or will be, made again.
	Delivered, Filtered, DeadLettered, Retried uint64
	// Letters are DeadLettered by what the destination's own place for them
	// said; DeadLost counts those that are neither there nor, since it is at its
	// cap, in the file.
	Letters  [NumLetters]uint64
	DeadLost uint64
	// Shortened are those of Delivered that were cut to what the destination
	// takes.
	Shortened uint64
	// Held counts alerts beyond Filter.PerMinute; the records that tell of
	// them are in no counter.
	Held uint64
	// Lag counts records on disk that the sink has not passed, Lost those
	// that were dropped at the spool's cap or damaged before it did.
	Lag, Lost uint64
	// LagBytes is how much of the disk the records of Lag take.
	LagBytes int64
	// Note says which records the destination has no place for; they count as
	// Filtered.
	Note string
	// Failing says that the last attempt failed, with what and since when.
	Failing   bool
	LastError string
	Since     time.Time
}

// A Letter is what became of a dead letter in its destination.
type Letter uint8

// What may become of it: there is no place for it there; it is there; that
// place refuses it, too.
const (
	LetterNone Letter = iota
	LetterSent
	LetterRefused
	NumLetters
)

func (l Letter) String() string { return [...]string{"none", "sent", "refused"}[l] }

func (l *lane) snapshot() Stats {
	c := l.cursor.Stats()
	l.mu.Lock()
	defer l.mu.Unlock()
	s := l.stats
	s.Sink, s.Log, s.Lag, s.LagBytes, s.Lost = l.sink.Name, l.which, c.Lag, c.LagBytes, c.Lost
	return s
}

// count changes the counters under the lock.
func (l *lane) count(change func(*Stats)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	change(&l.stats)
}
