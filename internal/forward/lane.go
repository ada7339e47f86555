package forward

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"go.uber.org/zap"

	"spaniel/sinks"
	"spaniel/sinks/spool"
)

// A lane is one sink reading one log.
type lane struct {
	cfg    Config
	sink   Sink
	which  spool.Which
	cursor *spool.Cursor
	writer sinks.Writer
	dec    *sinks.Decoder
	dead   *deadLetters
	rate   rate
	log    *zap.Logger

	letter   Letter // what became of that of letterOf, until it is counted
	letterOf uint64

	mu    sync.Mutex
	stats Stats
}

func newLane(sp Cursors, cfg Config, s Sink, w spool.Which, log *zap.Logger) (*lane, error) {
	if s.Timeout <= 0 {
		s.Timeout = 30 * time.Second
	}
	c, err := sp.NewCursor(s.Name, w, s.Limits)
	if err != nil {
		return nil, err
	}
	writer, err := s.Open()
	if err != nil {
		return nil, err
	}
	l := &lane{cfg: cfg, sink: s, which: w, cursor: c, writer: writer, dec: sinks.NewDecoder(), dead: newDeadLetters(cfg, s.Name, w),
		rate: rate{sink: s.Name, most: s.Filter.PerMinute},
		log:  log.With(zap.String("sink", s.Name), zap.Stringer("log", w))}
	if err := l.rate.load(c.Note()); err != nil {
		l.log.Warn("alerts that were held back before will not be told of", zap.Error(err))
	}
	return l, nil
}

// run delivers batch after batch. Once ctx has ended it goes on with what is
// there, until hard ends.
func (l *lane) run(ctx, hard context.Context) {
	for tries := 0; hard.Err() == nil; {
		b, err := l.next(ctx)
		if err == nil {
			if l.deliver(hard, b) != nil {
				return // stopped half way: the batch stays in the spool
			}
			l.cursor.SetNote(l.rate.save())
			err = l.cursor.Ack()
		}
		if err == nil {
			tries = 0
			continue
		}
		drained := ctx.Err() != nil && errors.Is(err, ctx.Err())
		if drained || errors.Is(err, errQuiet) {
			if l.tell(hard) != nil || drained {
				return
			}
			continue
		}
		l.failed(fmt.Errorf("reading the spool: %w", err))
		l.pause(hard, tries)
		tries++
	}
}

// deliver returns once every record of the batch is delivered, filtered or a
// dead letter, or with an error once hard has ended.
func (l *lane) deliver(hard context.Context, b *sinks.Batch) error {
	left := &sinks.Batch{First: b.First, Last: b.Last, Records: l.filter(b.Records)}
	if err := l.tellPast(hard); err != nil {
		return err
	}
	taken, over, err := l.push(hard, left)
	l.count(func(s *Stats) { s.Delivered, s.Filtered = s.Delivered+taken, s.Filtered+over })
	return err
}

// push tries until the batch is taken but for its dead letters, and returns
// how many records the destination has, and how many it passed over.
func (l *lane) push(hard context.Context, left *sinks.Batch) (delivered, over uint64, err error) {
	for tries := 0; len(left.Records) > 0; {
		err := l.attempt(hard, left)
		var rejected *sinks.Rejected
		if errors.As(err, &rejected) && rejected.Index >= 0 && rejected.Index < len(left.Records) {
			err = l.bury(hard, left, rejected)
			if err == nil {
				tries = 0
				continue
			}
		}
		if over, taken := l.passedOver(err, len(left.Records)); taken {
			l.recovered()
			l.countShortened()
			return uint64(len(left.Records) - over), uint64(over), nil
		}
		if hard.Err() != nil {
			return 0, 0, err
		}
		l.failed(err)
		l.count(func(s *Stats) { s.Retried++ })
		var later *sinks.Later
		if errors.As(err, &later) {
			l.wait(hard, min(later.After, longestAsked))
		}
		l.pause(hard, tries)
		tries++
	}
	return 0, 0, nil
}

// countShortened counts what of the batch just taken was cut.
func (l *lane) countShortened() {
	if w, ok := l.writer.(sinks.Shortener); ok {
		l.count(func(s *Stats) { s.Shortened += uint64(w.Shortened()) })
	}
}

func (l *lane) attempt(hard context.Context, b *sinks.Batch) error {
	ctx, cancel := context.WithTimeout(hard, l.sink.Timeout)
	defer cancel()
	return l.writer.Write(ctx, b)
}

// bury sets the rejected record aside and takes it out of the batch: into the
// destination's place for dead letters, where it has one, and into the file.
func (l *lane) bury(hard context.Context, b *sinks.Batch, r *sinks.Rejected) error {
	rec := &b.Records[r.Index]
	if err := l.sendLetter(hard, rec, r.Err); err != nil {
		return fmt.Errorf("sending a dead letter: %w", err)
	}
	kept, err := l.dead.keep(l.dec, rec, r.Err)
	if err != nil {
		return fmt.Errorf("keeping a dead letter: %w", err)
	}
	l.log.Warn("a record can never be delivered", zap.Uint64("seq", rec.Seq), zap.Stringer("kind", rec.Kind), zap.Error(r.Err),
		zap.Bool("kept", kept), zap.Stringer("letter", l.letter))
	b.Records = slices.Delete(slices.Clone(b.Records), r.Index, r.Index+1)
	l.count(func(s *Stats) {
		s.DeadLettered++
		s.Letters[l.letter]++
		if !kept && l.letter != LetterSent {
			s.DeadLost++
		}
	})
	l.letter = LetterNone
	return nil
}

// sendLetter asks the destination once, also where keeping the letter in its
// file fails and the batch is tried again.
func (l *lane) sendLetter(hard context.Context, rec *sinks.Record, reason error) error {
	to, ok := l.writer.(sinks.DeadLetterer)
	if !ok || l.letter != LetterNone && l.letterOf == rec.Seq {
		return nil
	}
	ctx, cancel := context.WithTimeout(hard, l.sink.Timeout)
	defer cancel()
	err := to.DeadLetter(ctx, &sinks.DeadLetter{Sink: l.sink.Name, Log: l.which.String(), Record: rec, Reason: reason})
	var rejected *sinks.Rejected
	switch {
	case err == nil:
		l.letter = LetterSent
	case errors.Is(err, sinks.ErrNoPlace):
		l.letter = LetterNone
	case errors.As(err, &rejected):
		l.letter = LetterRefused
		l.log.Warn("a dead letter is refused, too; it is in the file alone", zap.Uint64("seq", rec.Seq), zap.Error(rejected.Err))
	default:
		return err
	}
	l.letterOf = rec.Seq
	return nil
}

// failed notes a failure; only the first of a row is logged.
func (l *lane) failed(err error) {
	first := false
	l.count(func(s *Stats) {
		if first = !s.Failing; first {
			s.Since = time.Now()
		}
		s.Failing, s.LastError = true, err.Error()
	})
	if first {
		l.log.Warn("cannot deliver; records stay in the spool and are tried again", zap.Error(err))
	}
}

// passedOver reports whether an attempt took the batch, and how many of its
// records found no place there; what has none is logged once.
func (l *lane) passedOver(err error, records int) (over int, taken bool) {
	var u *sinks.Unwanted
	if err != nil && !errors.As(err, &u) {
		return 0, false
	}
	note := ""
	if u != nil {
		over, note = min(u.Records, records), u.Note
	}
	var before string
	l.count(func(s *Stats) { before, s.Note = s.Note, note })
	if note != "" && note != before {
		l.log.Warn("records are passed over, counted", zap.String("why", note))
	}
	return over, true
}

func (l *lane) recovered() {
	var was bool
	var since time.Time
	l.count(func(s *Stats) {
		was, since = s.Failing, s.Since
		s.Failing, s.LastError, s.Since = false, "", time.Time{}
	})
	if was {
		l.log.Info("delivering again", zap.Duration("after", time.Since(since)))
	}
}

// pause waits before the next try: doubling from the least to the greatest
// pause, then cut by up to half at random, so that sensors do not come in step.
func (l *lane) pause(hard context.Context, tries int) {
	d := l.cfg.BackoffMax
	if tries < 16 {
		d = min(d, l.cfg.BackoffMin<<tries)
	}
	l.wait(hard, d/2+rand.N(d/2+1))
}

// longestAsked bounds how long a destination may ask to be left alone.
const longestAsked = 5 * time.Minute

func (l *lane) wait(hard context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-hard.Done():
	}
}

func (l *lane) close() error { return errors.Join(l.writer.Close(), l.dead.close()) }
