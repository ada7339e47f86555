package spool

import (
	"context"
	"fmt"
	"os"
	"time"

	"spaniel/sinks"
)

// Limits of a sink's batches. Its zero value is the default.
type Limits struct {
	// Records and Bytes (of payload) at which a batch is cut; default 10,000
	// and 4 MiB. A batch has at least one record.
	Records int
	Bytes   int
	// Linger is how long a batch that is not full waits for more; default 0.
	Linger time.Duration
}

func (l Limits) complete() Limits {
	if l.Records <= 0 {
		l.Records = 10_000
	}
	if l.Bytes <= 0 {
		l.Bytes = 4 << 20
	}
	return l
}

// A Cursor is how far one sink has come in one log. One goroutine uses it.
type Cursor struct {
	l      *log
	name   string
	path   string
	limits Limits
	kept   place  // as on disk, or newer
	dirty  bool   // newer
	stored uint64 // acked as on disk: what lies behind it is needed no more
	batch  *sinks.Batch
	lost   uint64 // records of the batch's range that are gone
	seen   uint64 // last record read
	r      reader
	// first and off are the segment and the place in it behind what is
	// acknowledged; first is 0 until a batch was read.
	first uint64
	off   int64
}

// NewCursor returns the cursor of a sink in one log, where it stood when it
// was last kept; a new sink begins with the oldest record there is. Make the
// cursors of all sinks before any of them reads: only they hold back the
// removal of segments. The name is made of letters, digits, '-' and '_'.
func (s *Spool) NewCursor(sink string, w Which, limits Limits) (*Cursor, error) {
	return s.logs[w].newCursor(sink, limits)
}

func (l *log) newCursor(sink string, limits Limits) (*Cursor, error) {
	if !plainName(sink) {
		return nil, fmt.Errorf("opening cursor: sink name %q is not made of letters, digits, - and _", sink)
	}
	c := &Cursor{l: l, name: sink, path: cursorPath(l.dir, sink), limits: limits.complete()}
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, other := range l.cursors {
		if other.name == sink {
			return nil, fmt.Errorf("opening cursor: two sinks are called %q", sink)
		}
	}
	var ok bool
	var err error
	if c.kept, ok, err = loadPlace(c.path); err != nil {
		return nil, fmt.Errorf("opening cursor of %s: %w", sink, err)
	}
	if !ok { // new, or damaged: send again rather than lose
		oldest := l.durable + 1
		if len(l.segs) > 0 {
			oldest = l.segs[0].first
		}
		c.kept = place{acked: oldest - 1, cut: oldest - 1}
		c.dirty = true // from here on it counts what it loses, even if it stops before it reads
	}
	c.seen, c.stored = c.kept.acked, c.kept.acked
	l.cursors = append(l.cursors, c)
	return c, nil
}

// Next returns the next batch, waiting for it until ctx ends; what is on disk
// by then is still returned, so a caller that stops can drain the log with a
// context that is done. The batch is the same one, record by record, until
// Ack, also after a restart. It may hold no record, when all were lost.
func (c *Cursor) Next(ctx context.Context) (*sinks.Batch, error) {
	if c.batch != nil {
		return c.batch, nil
	}
	if err := c.wait(ctx); err != nil {
		return nil, err
	}
	last, records, bytes := c.kept.cut, int(^uint(0)>>1), int(^uint(0)>>1)
	if c.kept.cut <= c.kept.acked {
		last, records, bytes = c.durable(), c.limits.Records, c.limits.Bytes
	}
	b, lost, err := c.read(last, records, bytes)
	if err != nil {
		c.seekBack()
		return nil, err
	}
	c.kept.cut = b.Last
	if err := c.keep(); err != nil {
		c.seekBack()
		c.kept.cut = c.kept.acked
		return nil, err
	}
	c.batch, c.lost = b, lost
	return b, nil
}

// seekBack makes the reader start over behind what is acknowledged.
func (c *Cursor) seekBack() {
	c.r.close()
	c.seen = c.kept.acked
}

func (c *Cursor) durable() uint64 {
	c.l.mu.Lock()
	defer c.l.mu.Unlock()
	return c.l.durable
}

// wait returns when there is something to read, and then, for as long as the
// batch may linger, when there is enough of it.
func (c *Cursor) wait(ctx context.Context) error {
	var linger <-chan time.Time
	enough, again := uint64(1), c.kept.cut > c.kept.acked
	if again { // as it was, and at once
		enough = c.kept.cut - c.kept.acked
	}
	for {
		c.l.mu.Lock()
		have, wake := c.l.durable-min(c.l.durable, c.kept.acked), c.l.wake // a writer that was cut off may not have told all
		c.l.mu.Unlock()
		if have > 0 && !again && linger == nil && c.limits.Linger > 0 {
			t := time.NewTimer(c.limits.Linger)
			defer t.Stop()
			linger, enough = t.C, uint64(c.limits.Records)
		}
		if have >= enough {
			return nil
		}
		if have == 0 && c.dirty {
			if err := c.keep(); err != nil {
				return err
			}
		}
		select {
		case <-wake:
		case <-linger:
			return nil
		case <-ctx.Done():
			if have > 0 && !again {
				return nil
			}
			return ctx.Err()
		}
	}
}

// read gathers records up to the number last or the limits. Numbers that are
// missing are counted as lost.
func (c *Cursor) read(last uint64, records, bytes int) (b *sinks.Batch, lost uint64, err error) {
	b = &sinks.Batch{First: c.kept.acked + 1, Last: c.kept.acked}
	for b.Last < last && len(b.Records) < records && bytes > 0 {
		rec, ok, err := c.next(last)
		if err != nil {
			return nil, 0, err
		}
		if !ok { // the rest of what was on disk is gone
			return &sinks.Batch{First: b.First, Last: last, Records: b.Records}, lost + last - b.Last, nil
		}
		lost += rec.seq - b.Last - 1
		b.Last = rec.seq
		b.Records = append(b.Records, sinks.Record{Seq: rec.seq, Kind: rec.kind, Payload: append([]byte(nil), rec.payload...)})
		bytes -= len(rec.payload)
	}
	return b, lost, nil
}

// next returns the next good record up to the number last, from whatever
// segment holds it. A record after last stays where it is.
func (c *Cursor) next(last uint64) (found, bool, error) {
	for {
		for c.r.f != nil {
			c.refresh()
			off, after := c.r.off, c.r.after
			rec, ok, err := c.r.next()
			if err != nil {
				return found{}, false, err
			}
			if !ok {
				break
			}
			if rec.seq > last {
				c.r.off, c.r.after = off, after
				return found{}, false, nil
			}
			if rec.seq > c.seen {
				c.seen = rec.seq
				return rec, true, nil
			}
		}
		seg, ok := c.segmentAfter(last)
		if !ok {
			return found{}, false, nil
		}
		err := c.r.open(&seg)
		if os.IsNotExist(err) { // dropped at the cap just now, or taken away: its records are lost
			c.l.forget(seg.first)
		} else if err != nil {
			return found{}, false, err
		}
	}
}

// refresh takes over how far the open segment has grown.
func (c *Cursor) refresh() {
	c.l.mu.Lock()
	defer c.l.mu.Unlock()
	for i := range c.l.segs {
		if c.l.segs[i].first == c.r.seg.first {
			c.r.seg.size, c.r.seg.last = c.l.segs[i].size, c.l.segs[i].last
		}
	}
}

// segmentAfter returns the segment in which to go on: the first that holds
// numbers after the last one seen, other than the one just read to its end.
func (c *Cursor) segmentAfter(last uint64) (segment, bool) {
	c.l.mu.Lock()
	defer c.l.mu.Unlock()
	for _, s := range c.l.segs {
		if s.unreadable || s.last <= c.seen || s.first > last || c.r.f != nil && s.first <= c.r.seg.first {
			continue
		}
		return s, true
	}
	return segment{}, false
}

// Ack says that the batch was delivered, or given up record by record. It is
// kept on disk by the next Next, so that a crash sends at most this one batch
// again.
func (c *Cursor) Ack() error {
	if c.batch == nil {
		return nil
	}
	c.l.mu.Lock()
	defer c.l.mu.Unlock()
	c.kept.acked, c.kept.cut = c.batch.Last, c.batch.Last
	c.kept.lost += c.lost
	if c.r.f != nil {
		c.first, c.off = c.r.seg.first, c.r.off
	}
	c.batch, c.lost, c.dirty = nil, 0, true
	return nil
}

// Note returns what SetNote kept last, "" if nothing.
func (c *Cursor) Note() string { return c.kept.note }

// SetNote keeps a text with the next acknowledgement, in the same file and at
// the same moment: what a sink must remember of the records that it has passed.
// Call it before Ack.
func (c *Cursor) SetNote(note string) {
	if note == c.kept.note {
		return
	}
	c.l.mu.Lock()
	defer c.l.mu.Unlock()
	c.kept.note, c.dirty = note, true
}

// CursorStats says how far a cursor has come.
type CursorStats struct {
	// Acked is the last record delivered, Lag how many are on disk behind it.
	Acked, Lag uint64
	// LagBytes is how much of the disk those take. Before the first batch is
	// acknowledged, the segment that it begins in counts as a whole.
	LagBytes int64
	// Lost counts records that were dropped at the size cap, or damaged,
	// before this sink had them.
	Lost uint64
}

// Stats returns a snapshot; any goroutine may call it.
func (c *Cursor) Stats() CursorStats {
	c.l.mu.Lock()
	defer c.l.mu.Unlock()
	return CursorStats{Acked: c.kept.acked, Lag: c.l.durable - min(c.l.durable, c.kept.acked), LagBytes: c.lagBytes(), Lost: c.kept.lost}
}

// lagBytes sums what lies behind the last record delivered; c.l.mu is held.
func (c *Cursor) lagBytes() (n int64) {
	if c.kept.acked >= c.l.durable {
		return 0
	}
	for _, s := range c.l.segs {
		switch {
		case s.last <= c.kept.acked:
		case s.first == c.first:
			n += max(s.size-c.off, 0)
		default:
			n += s.size
		}
	}
	return n
}

func (c *Cursor) close() error {
	c.r.close()
	if !c.dirty {
		return nil
	}
	return c.keep()
}
