package spool

import (
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"os"
	"slices"
	"sync"
	"sync/atomic"

	"spaniel/event"
)

// ErrShed says that a record did not fit and was dropped, counted.
var ErrShed = errors.New("record shed: it does not fit into the spool's buffer")

// A log is one sequence of segments. Records wait in pending until a sync
// takes them over into writing, which is kept until it is on disk for sure.
type log struct {
	dir            string
	segMax, capMax int64
	bufMax         int
	salt           uint64
	flush          func(*os.File) error                // (*os.File).Sync; tests make it fail
	write          func(*os.File, []byte) (int, error) // (*os.File).Write, likewise
	shared         bool                                // another process reads
	away           bool                                // another process writes

	mu      sync.Mutex // guards what follows
	pending []byte
	next    uint64 // number of the next record
	durable uint64 // last record on disk
	segs    []segment
	wake    chan struct{} // closed when durable grows
	cursors []*Cursor
	shed    uint64
	dropped uint64
	torn    int64
	passed  uint64 // as the writer in another process knows it

	pressure atomic.Uint32 // a Pressure; press sets it

	used atomic.Int64 // bytes, as of the last change
	// The two logs share max: giving gives way to this one, which gives way to
	// before. Both are nil of a log alone.
	max            int64
	giving, before *log

	syncing sync.Mutex // one sync at a time; it owns what follows
	writing []byte
	upTo    uint64 // last record in writing
	f       *os.File
	told    tip // as the writer told it, or was told by it
}

func openLog(dir string, cfg Config, share int64, shared bool) (*log, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	l := &log{dir: dir, shared: shared, capMax: share, segMax: min(cfg.Segment, share/4), bufMax: int(min(int64(cfg.Buffer), share/4)), wake: make(chan struct{}), flush: (*os.File).Sync, write: (*os.File).Write}
	var salt [8]byte
	if _, err := rand.Read(salt[:]); err != nil {
		return nil, err
	}
	l.salt = binary.LittleEndian.Uint64(salt[:])
	if err := l.recover(); err != nil {
		return nil, err
	}
	if shared {
		l.told = tip{durable: l.durable + 1} // whatever the file says, it is written
	}
	return l, l.tell()
}

// recover finds where the log ends: it cuts a torn tail off the last segment,
// and never gives a number again that a cursor has seen.
func (l *log) recover() error {
	var err error
	if l.segs, err = listSegments(l.dir); err != nil {
		return err
	}
	l.next = 1
	if len(l.segs) > 0 {
		if err := l.cutTail(); err != nil {
			return err
		}
	}
	seen, err := highestCut(l.dir)
	if err != nil {
		return err
	}
	l.next = max(l.next, seen+1)
	l.durable = l.next - 1
	return nil
}

// cutTail finds the end of the last segment, and of the one before where the last
// holds nothing: after a failed sync that one may hold more than its numbers say.
func (l *log) cutTail() error {
	for more := true; more && len(l.segs) > 0; {
		var err error
		if more, err = l.cutLast(); err != nil {
			return err
		}
	}
	return nil
}

// cutLast cuts the last segment behind its last good record; gone says that there
// was none, and that it is off the list. One whose header is damaged is set aside
// under another name if it is the very last: its records are out of reach, and its
// name is needed.
func (l *log) cutLast() (gone bool, err error) {
	n := len(l.segs) - 1
	last := &l.segs[n]
	if last.unreadable && last.last > 0 {
		return false, nil // where it ends is known: what is in it is lost
	}
	end, seq, err := scanEnd(last)
	if err != nil {
		return false, err
	}
	l.torn += max(0, last.size-end)
	l.next = max(l.next, seq+1)
	switch {
	case last.unreadable && last.size >= headerSize:
		err = os.Rename(last.path, last.path+".bad")
	case seq < last.first && last.last == 0:
		err = os.Remove(last.path)
	default:
		last.size, last.last = end, max(last.last, seq)
		return false, os.Truncate(last.path, end)
	}
	l.segs = l.segs[:n]
	return true, err
}

// scanEnd returns where the last good record of a segment ends, and its
// number, or that before the segment's first.
func scanEnd(s *segment) (int64, uint64, error) {
	end, seq := int64(headerSize), s.first-1
	if s.unreadable {
		return end, seq, nil
	}
	all := *s
	all.last = math.MaxUint64
	var r reader
	defer r.close()
	if err := r.open(&all); err != nil {
		return 0, 0, err
	}
	for {
		rec, ok, err := r.next()
		if err != nil || !ok {
			return end, seq, err
		}
		end, seq = r.off, rec.seq
	}
}

func (l *log) append(k event.Kind, payload []byte) (uint64, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(payload) > maxPayload || len(l.pending)+headSize+fixedSize+len(payload) > l.bufMax {
		l.shed++
		return 0, ErrShed
	}
	seq := l.next
	l.next++
	l.pending = appendRecord(l.pending, l.salt, seq, k, payload)
	return seq, nil
}

// sync writes first what an earlier sync could not, then what is pending.
func (l *log) sync() error {
	defer l.press()
	l.syncing.Lock()
	defer l.syncing.Unlock()
	err := l.commit()
	if err == nil {
		l.mu.Lock()
		l.writing, l.pending, l.upTo = l.pending, l.writing, l.next-1
		l.mu.Unlock()
		err = l.commit()
	}
	if err = errors.Join(err, l.tell(), l.letGo()); err != nil {
		return fmt.Errorf("syncing spool log %s: %w", l.dir, err)
	}
	return nil
}

// commit puts writing, if it holds anything, on disk and tells the readers.
func (l *log) commit() error {
	if len(l.writing) == 0 {
		return nil
	}
	size, err := l.roll()
	if err != nil {
		return err
	}
	if _, err := l.write(l.f, l.writing); err != nil {
		// A part may have been written. Cut off, the segment is good again.
		return errors.Join(err, l.undo(size))
	}
	if err := l.flush(l.f); err != nil {
		// After a failed sync the kernel may have dropped the pages and call
		// them clean: nothing written here can be trusted any more.
		return errors.Join(err, l.seal())
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	seg := &l.segs[len(l.segs)-1]
	seg.size, seg.last, l.durable = size+int64(len(l.writing)), l.upTo, l.upTo
	l.writing = l.writing[:0]
	close(l.wake)
	l.wake = make(chan struct{})
	return l.keepCap()
}

// roll makes sure of an open segment with room and returns its size.
func (l *log) roll() (int64, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.f != nil {
		size := l.segs[len(l.segs)-1].size
		if size < l.segMax {
			return size, nil
		}
		f := l.f
		l.f = nil
		if err := f.Close(); err != nil {
			return 0, err
		}
	}
	first := l.durable + 1
	f, err := createSegment(l.dir, l.salt, first)
	if err != nil {
		return 0, err
	}
	l.f = f
	l.segs = append(l.segs, segment{path: segmentPath(l.dir, first), first: first, last: first - 1, salt: l.salt, size: headerSize})
	return headerSize, nil
}

// undo cuts off what a failed write left; if that fails the segment is closed.
func (l *log) undo(size int64) error {
	err := l.f.Truncate(size)
	if err == nil {
		_, err = l.f.Seek(size, 0)
	}
	if err == nil {
		return nil
	}
	return errors.Join(err, l.seal())
}

// seal closes the segment under suspicion: what was synced before stays in
// it, what follows goes to a new one. One that holds nothing is removed, for
// the new one has its name.
func (l *log) seal() error {
	f := l.f
	l.f = nil
	err := f.Close()
	l.mu.Lock()
	defer l.mu.Unlock()
	if n := len(l.segs) - 1; l.segs[n].last < l.segs[n].first {
		err = errors.Join(err, os.Remove(l.segs[n].path))
		l.segs = l.segs[:n]
	}
	return err
}

// keepCap drops the oldest segments while the log is over its cap, those of
// giving before its own. The one being written stays. The caller holds mu.
func (l *log) keepCap() error {
	var errs []error
	for l.bytes() > l.room() {
		gone, err := false, error(nil)
		if l.giving != nil {
			gone, err = l.giving.giveWay()
		}
		if !gone && len(l.segs) > 1 {
			gone, err = true, errors.Join(err, l.drop())
			l.dropped++
		}
		if errs = append(errs, err); !gone {
			break
		}
	}
	l.used.Store(l.bytes())
	return errors.Join(errs...)
}

// room is what the log may hold: its share, and of a log that others give way
// to what they leave. capMax bounds a log that gives way.
func (l *log) room() int64 {
	switch {
	case l.giving != nil:
		return l.max - l.giving.used.Load()
	case l.before != nil:
		return min(l.capMax, l.max-l.before.used.Load())
	}
	return l.capMax
}

// giveWay drops the oldest segment for another log; gone is false where there is
// but the one being written.
func (l *log) giveWay() (gone bool, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.segs) < 2 {
		return false, nil
	}
	err = l.drop()
	l.dropped++
	l.used.Store(l.bytes())
	return true, err
}

// drop forgets the oldest segment. A file that cannot be removed now is found
// again at the next start.
func (l *log) drop() error {
	path := l.segs[0].path
	l.segs = slices.Clone(l.segs[1:])
	return os.Remove(path)
}

// forget takes a segment off the list whose file is gone.
func (l *log) forget(first uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.segs = slices.DeleteFunc(slices.Clone(l.segs), func(s segment) bool { return s.first == first })
}

func (l *log) bytes() (n int64) {
	for i := range l.segs {
		n += l.segs[i].size
	}
	return n
}

// release removes the segments that every cursor has passed, as its file on
// disk says: after a crash a cursor stands where its file does. The caller
// holds mu.
func (l *log) release() error {
	passed := uint64(math.MaxUint64)
	for _, c := range l.cursors {
		passed = min(passed, c.stored)
	}
	if l.away {
		return l.publish(passed)
	}
	return l.dropPassed(passed)
}

// dropPassed removes the segments with nothing behind a number; the one written
// last stays. The caller holds mu.
func (l *log) dropPassed(passed uint64) error {
	var errs []error
	for len(l.segs) > 1 && l.segs[0].last <= passed {
		errs = append(errs, l.drop())
	}
	l.used.Store(l.bytes())
	return errors.Join(errs...)
}

func (l *log) close() error {
	l.syncing.Lock()
	defer l.syncing.Unlock()
	var errs []error
	for _, c := range l.cursors {
		errs = append(errs, c.close())
	}
	if l.f != nil {
		errs = append(errs, l.f.Close())
		l.f = nil
	}
	return errors.Join(errs...)
}

func (l *log) snapshot() Stats {
	l.mu.Lock()
	defer l.mu.Unlock()
	return Stats{Bytes: l.bytes(), Segments: len(l.segs), Next: l.next, Durable: l.durable, Shed: l.shed, Dropped: l.dropped, TornBytes: l.torn}
}
