package spool

import (
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// A Report is what a look from outside finds of one log. Only Inspect with
// verify knows Records, Missing and the damage of segments.
type Report struct {
	Log      Which
	Segments []SegmentReport
	// First and Last are the numbers of the oldest and the newest record on
	// disk; both 0 when there is none.
	First, Last uint64
	// Records are whole; Missing are numbers between First and Last that no
	// whole record has.
	Records, Missing uint64
	Cursors          []CursorReport
}

// A SegmentReport is one file.
type SegmentReport struct {
	Path    string
	Bytes   int64
	First   uint64
	Records uint64
	// Damaged are numbers of this segment that no whole record has. Tail are
	// bytes behind the last whole record: of a segment that is being written,
	// a record under way.
	Damaged uint64
	Tail    int64
	// Unreadable says that both copies of the header are bad.
	Unreadable bool
}

// A CursorReport is where one sink stands, as its file says.
type CursorReport struct {
	Sink string
	// Acked is the last record delivered, Lag how many are on disk behind it,
	// Lost how many were gone before the sink had them.
	Acked, Lag, Lost uint64
	// Damaged says that the file cannot be read: the sink will begin with the
	// oldest record there is.
	Damaged bool
}

// Bytes is the size of all segments.
func (r *Report) Bytes() (n int64) {
	for i := range r.Segments {
		n += r.Segments[i].Bytes
	}
	return n
}

// Whole reports whether nothing is damaged. A tail of the last segment is
// none: it is being written, or was torn by a crash, which the next start
// cuts off.
func (r *Report) Whole() bool {
	return r.Missing == 0 && !slices.ContainsFunc(r.Segments, func(s SegmentReport) bool { return s.Unreadable }) &&
		!slices.ContainsFunc(r.Cursors, func(c CursorReport) bool { return c.Damaged })
}

// Inspect looks at the spool at dir without taking or changing it: its owner
// may run. With verify every record is read. The error is fs.ErrNotExist where
// there is no spool.
func Inspect(dir string, verify bool) ([]Report, error) {
	var out []Report
	for w := range numLogs {
		r, err := inspectLog(filepath.Join(dir, w.String()), verify)
		if err != nil {
			return nil, fmt.Errorf("looking at spool %s: %w", dir, err)
		}
		r.Log = w
		out = append(out, r)
	}
	return out, nil
}

func inspectLog(dir string, verify bool) (Report, error) {
	var r Report
	segs, err := listSegments(dir)
	if err != nil {
		return r, err
	}
	for i := range segs {
		s, err := inspectSegment(&segs[i], verify || i == len(segs)-1, i == len(segs)-1)
		if errors.Is(err, fs.ErrNotExist) {
			continue // all sinks passed it just now
		}
		if err != nil {
			return r, err
		}
		r.Segments = append(r.Segments, s.SegmentReport)
		r.Records, r.Missing = r.Records+s.Records, r.Missing+s.Damaged
		if r.First == 0 {
			r.First = s.First
		}
		r.Last = max(r.Last, s.last)
	}
	if r.Last < r.First {
		r.First, r.Last = 0, 0
	}
	r.Cursors, err = inspectCursors(dir, r.Last)
	return r, err
}

type segmentFound struct {
	SegmentReport
	last uint64
}

// inspectSegment looks at one file; read says whether its records, too.
func inspectSegment(s *segment, read, newest bool) (segmentFound, error) {
	f := segmentFound{SegmentReport{Path: s.path, Bytes: s.size, First: s.first, Unreadable: s.unreadable}, s.last}
	if newest {
		f.last = s.first - 1
	}
	if s.unreadable {
		if !newest {
			f.Damaged = s.last - s.first + 1
		}
		return f, nil
	}
	if !read {
		return f, nil
	}
	all := *s
	if newest {
		all.last = math.MaxUint64
	}
	var r reader
	defer r.close()
	if err := r.open(&all); err != nil {
		return f, err
	}
	end, last := int64(headerSize), s.first-1
	for {
		rec, ok, err := r.next()
		if err != nil {
			return f, err
		}
		if !ok {
			break
		}
		f.Records, f.Damaged = f.Records+1, f.Damaged+rec.seq-last-1
		end, last = r.off, rec.seq
	}
	if newest {
		f.last, f.Tail = last, s.size-end
	} else {
		f.Damaged += s.last - last
	}
	return f, nil
}

func inspectCursors(dir string, last uint64) ([]CursorReport, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var out []CursorReport
	for _, e := range entries {
		name, ok := strings.CutSuffix(e.Name(), cursorExtension)
		if !ok {
			continue
		}
		p, ok, err := loadPlace(filepath.Join(dir, e.Name()))
		if err != nil {
			return nil, err
		}
		out = append(out, CursorReport{Sink: name, Acked: p.acked, Lag: last - min(last, p.acked), Lost: p.lost, Damaged: !ok})
	}
	return out, nil
}
