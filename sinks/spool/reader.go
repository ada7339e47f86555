package spool

import (
	"errors"
	"fmt"
	"io"
	"os"

	"spaniel/event"
)

// A reader passes over the records of one segment, in order. Behind a bad
// record it looks for the next good one, byte by byte.
type reader struct {
	f     *os.File
	seg   segment
	off   int64  // where the next record is expected
	after uint64 // last number read: the next is larger
	// wasted counts bytes summed up for records that were none.
	wasted int64

	buf      []byte // bytes of the file from bufStart
	bufStart int64
}

// found is a record; its payload is borrowed until the next call.
type found struct {
	seq     uint64
	kind    event.Kind
	payload []byte
}

// maxWasted bounds the work behind damage: a payload made of what looks like
// heads of long records must not cost the square of its size. 1 GiB is a tenth
// of a second of checksums.
const maxWasted = 1 << 30

// readAhead is how much is read at once: some hundreds of records.
const readAhead = 256 << 10

func (r *reader) open(s *segment) error {
	r.close()
	f, err := os.Open(s.path)
	if err != nil {
		return err
	}
	r.f, r.seg, r.off, r.buf, r.bufStart = f, *s, headerSize, r.buf[:0], headerSize
	r.after, r.wasted = s.first-1, 0
	return nil
}

func (r *reader) close() {
	if r.f != nil {
		_ = r.f.Close() // read only: nothing to lose
		r.f = nil
	}
}

// at returns n bytes of the file from off, fewer at the segment's end.
func (r *reader) at(off int64, n int) ([]byte, error) {
	n = int(min(int64(n), r.seg.size-off))
	if n <= 0 {
		return nil, nil
	}
	if off < r.bufStart || off+int64(n) > r.bufStart+int64(len(r.buf)) {
		want := int(min(int64(max(n, readAhead)), r.seg.size-off))
		if cap(r.buf) < want {
			r.buf = make([]byte, want)
		}
		got, err := r.f.ReadAt(r.buf[:want], off)
		if err != nil && !errors.Is(err, io.EOF) {
			r.buf = r.buf[:0]
			return nil, fmt.Errorf("reading spool: %w", err)
		}
		r.buf, r.bufStart = r.buf[:got], off
	}
	b := r.buf[off-r.bufStart:]
	return b[:min(n, len(b))], nil
}

// next returns the next good record; ok is false at the segment's end.
func (r *reader) next() (rec found, ok bool, err error) {
	for off := r.off; off < r.seg.size; off++ {
		head, err := r.at(off, headSize+fixedSize)
		if err != nil {
			return found{}, false, err
		}
		n := peekRecord(head, r.after, r.seg.last)
		if n == 0 || off+int64(n) > r.seg.size {
			continue
		}
		b, err := r.at(off, n)
		if err != nil {
			return found{}, false, err
		}
		if len(b) < n {
			continue
		}
		if seq, kind, payload, ok := checkRecord(b, r.seg.salt); ok {
			r.off, r.after = off+int64(n), seq
			return found{seq, kind, payload}, true, nil
		}
		if r.wasted += int64(n); r.wasted > maxWasted {
			break // the rest of the segment is given up, and counted as lost
		}
	}
	r.off = r.seg.size
	return found{}, false, nil
}
