package sinks

import (
	"context"
	"errors"
	"fmt"
	"time"

	"spaniel/event"
)

// A Record is one item as spooled.
type Record struct {
	// Seq numbers the records of one spool from 1, without holes but for
	// records that were lost.
	Seq  uint64
	Kind event.Kind
	// Payload is what Encoder.Append wrote. Writers may read it until Write
	// returns, and never change it.
	Payload []byte
}

// A Batch is a run of records as cut by the spool. The cut depends on the
// records alone and is recorded, so that a retry, even after a restart, is
// the identical batch in the identical order; a destination that drops
// doubled blocks can so tell that it has it.
type Batch struct {
	// First and Last bound the sequence numbers covered, both included. What
	// a filter took out, or was lost, is covered too, so Records may be fewer.
	First, Last uint64
	Records     []Record
}

// A Writer delivers batches to one destination. One goroutine calls it.
//
// Write returns nil when every record of the batch is delivered, durably as
// far as the destination can say so; *Unwanted when that is so but for records
// of a kind that the destination has no place for and nobody asked it to take; *Rejected when one record can never be
// taken, in which case any of the others may or may not have been delivered
// and the caller sends them again; any other error means "try the identical
// batch again later". It gives up when ctx ends. Constructors never dial, so
// a destination that is down does not keep the sensor from starting.
//
// Close frees what the Writer holds; a second Close does nothing.
type Writer interface {
	Write(ctx context.Context, b *Batch) error
	Close() error
}

// Rejected says that the record at Index of the batch can never be delivered:
// too large, not decodable, refused by its type.
type Rejected struct {
	Index int
	Err   error
}

func (r *Rejected) Error() string {
	return fmt.Sprintf("record %d of the batch can never be delivered: %v", r.Index, r.Err)
}

// Unwrap returns the reason.
func (r *Rejected) Unwrap() error { return r.Err }

// A DeadLetter is a record that a Writer rejected, and why.
type DeadLetter struct {
	// Sink is the name of the sink, Log that of the spool's log.
	Sink, Log string
	Record    *Record
	Reason    error
}

// A DeadLetterer is a Writer whose destination has a place for what it can
// never take. DeadLetter returns nil when the letter is there, *Rejected when
// that place will not have it or there is none, and any other error to be asked
// again later, which may double the letter. The goroutine that calls Write calls it.
type DeadLetterer interface {
	DeadLetter(ctx context.Context, d *DeadLetter) error
}

// ErrNoPlace is why a DeadLetterer rejects what its configuration gives no place.
var ErrNoPlace = errors.New("no place for dead letters is configured")

// Unwanted says that of the batch so many Records, perhaps none, were passed
// over, and all others delivered. A Writer goes on returning it for as long as
// there is something it would pass over.
type Unwanted struct {
	Records int
	// Note says in words what has no place, the same words each time.
	Note string
}

func (u *Unwanted) Error() string {
	return fmt.Sprintf("%d records passed over: %s", u.Records, u.Note)
}

// Later says that the destination asked to be left alone for After before the
// identical batch is tried again; Err is why.
type Later struct {
	After time.Duration
	Err   error
}

func (l *Later) Error() string {
	return fmt.Sprintf("%v; the destination asks to wait %s", l.Err, l.After.Round(time.Second))
}

// Unwrap returns the reason.
func (l *Later) Unwrap() error { return l.Err }
