package spool

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"spaniel/event"
)

// Which names one of the two logs.
type Which uint8

// The two logs: Alerts holds alerts, Calls everything else.
const (
	Alerts Which = iota
	Calls
	numLogs
)

var logNames = [numLogs]string{"alerts", "calls"}

func (w Which) String() string { return logNames[w] }

// Of returns the log that keeps records of kind k.
func Of(k event.Kind) Which {
	if k == event.KindAlert {
		return Alerts
	}
	return Calls
}

// ErrLocked says that another process owns the spool.
var ErrLocked = errors.New("another process owns this spool")

// A Spool is the pair of logs. Append may be called from one goroutine while
// others sync and read.
type Spool struct {
	logs [numLogs]*log
	lock locks // nil once closed
}

// Open takes the spool at dir, making it if there is none, and recovers it:
// what a crash tore off the end is cut. It returns ErrLocked, wrapped, when
// another process has it, and an error that names the file when a segment is
// of a version this program does not know; nothing is deleted then.
func Open(dir string, cfg Config) (*Spool, error) {
	return open(dir, cfg, false, writerLock, readerLock)
}

// OpenWriter is Open for a process that writes alone, while another reads
// (OpenReader): it has no cursors. Neither needs the other to run.
func OpenWriter(dir string, cfg Config) (*Spool, error) { return open(dir, cfg, true, writerLock) }

func open(dir string, cfg Config, shared bool, owned ...string) (*Spool, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	cfg = cfg.complete()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("opening spool: %w", err)
	}
	lock, err := takeLocks(dir, owned...)
	if err != nil {
		return nil, fmt.Errorf("opening spool %s: %w", dir, err)
	}
	s := &Spool{lock: lock}
	for w := range numLogs {
		share := cfg.Max / alertShare
		if w == Calls {
			share = cfg.Max - share
		}
		if s.logs[w], err = openLog(filepath.Join(dir, w.String()), cfg, share, shared); err != nil {
			return nil, errors.Join(fmt.Errorf("opening spool %s: %w", dir, err), lock.Close())
		}
	}
	alerts, calls := s.logs[Alerts], s.logs[Calls]
	for _, l := range s.logs {
		l.max = cfg.Max
		l.used.Store(l.bytes())
	}
	alerts.giving, calls.before = calls, alerts
	return s, nil
}

// Append adds a record to the log of its kind and returns its number there.
// The payload is copied. The record is on disk, and seen by cursors, once a
// Sync that began later has returned nil. Append never waits for the disk:
// what does not fit is shed, counted, and reported as ErrShed.
func (s *Spool) Append(k event.Kind, payload []byte) (uint64, error) {
	return s.logs[Of(k)].append(k, payload)
}

// Pressure says what may go into the log of calls, as of the last Sync.
func (s *Spool) Pressure() Pressure {
	return Pressure(s.logs[Calls].pressure.Load())
}

// Sync puts everything appended before it on disk. After an error nothing is
// lost yet: the same records are written again, to a new segment, by the next
// Sync.
func (s *Spool) Sync() error {
	var errs []error
	for _, l := range s.logs {
		errs = append(errs, l.sync())
	}
	return errors.Join(errs...)
}

// Close syncs, keeps the cursors, closes the files and frees the lock. The
// readers must have stopped. A second Close does nothing.
func (s *Spool) Close() error {
	if s.lock == nil {
		return nil
	}
	errs := []error{s.Sync()}
	for _, l := range s.logs {
		errs = append(errs, l.close())
	}
	errs = append(errs, s.lock.Close())
	s.lock = nil
	return errors.Join(errs...)
}

// Stats says how one log stands.
type Stats struct {
	Bytes    int64
	Segments int
	// Next is the number the next record gets, Durable the last one on disk.
	Next, Durable uint64
	// Shed counts records that did not fit into the buffer, or were larger
	// than a record may be; they have no number.
	Shed uint64
	// Dropped counts segments given up at the size cap; each cursor counts
	// the records it lost by that.
	Dropped uint64
	// TornBytes were cut off at the last start.
	TornBytes int64
}

// Stats returns a snapshot of one log.
func (s *Spool) Stats(w Which) Stats { return s.logs[w].snapshot() }
