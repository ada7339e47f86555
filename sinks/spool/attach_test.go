package spool

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"spaniel/event"
)

func mustRead(t testing.TB, dir string) *Reader {
	t.Helper()
	r, err := OpenReader(dir)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// drain acknowledges all that a cursor gives, and returns how many that was.
func drain(t testing.TB, r *Reader, c *Cursor) (n int) {
	t.Helper()
	if err := r.Refresh(); err != nil {
		t.Fatal(err)
	}
	for {
		b, err := c.Next(done())
		if errors.Is(err, context.Canceled) {
			return n
		}
		if err != nil {
			t.Fatal(err)
		}
		n += len(b.Records)
		if err := c.Ack(); err != nil {
			t.Fatal(err)
		}
	}
}

// TestOneOfEach: a spool has one writer and one reader, which may be the same.
func TestOneOfEach(t *testing.T) {
	dir := t.TempDir()
	r := mustRead(t, dir)
	w, err := OpenWriter(dir, Config{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := OpenReader(dir); !errors.Is(err, ErrLocked) {
		t.Errorf("a second reader got %v", err)
	}
	if _, err := OpenWriter(dir, Config{}); !errors.Is(err, ErrLocked) {
		t.Errorf("a second writer got %v", err)
	}
	mustClose(t, w)
	if _, err := Open(dir, Config{}); !errors.Is(err, ErrLocked) {
		t.Errorf("who wants both got %v", err)
	}
	if err := errors.Join(r.Close(), r.Close()); err != nil {
		t.Fatal(err)
	}
	mustClose(t, mustOpen(t, dir, Config{}))
}

// TestTheWriterRemovesWhatTheReaderPassed: segments go once all cursors have
// passed them, and not before.
func TestTheWriterRemovesWhatTheReaderPassed(t *testing.T) {
	dir := t.TempDir()
	w, err := OpenWriter(dir, Config{Max: 1 << 20, Segment: 300})
	if err != nil {
		t.Fatal(err)
	}
	defer mustClose(t, w)
	for i := range 20 {
		add(t, w, event.KindCall, 10*i+1, 10*i+10)
		if err := w.Sync(); err != nil {
			t.Fatal(err)
		}
	}
	segments := w.Stats(Calls).Segments
	if segments < 10 {
		t.Fatalf("%d segments are too few to show anything", segments)
	}
	r := mustRead(t, dir)
	defer func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	}()
	var cursors []*Cursor
	for _, sink := range []string{"quick", "slow"} {
		c, err := r.NewCursor(sink, Calls, Limits{Records: 7})
		if err != nil {
			t.Fatal(err)
		}
		cursors = append(cursors, c)
	}
	for i, want := range []int{segments, 1} {
		if n := drain(t, r, cursors[i]); n != 200 {
			t.Errorf("%d records", n)
		}
		if err := w.Sync(); err != nil {
			t.Fatal(err)
		}
		if got := w.Stats(Calls).Segments; got != want {
			t.Errorf("%d sinks have passed all: %d segments, want %d", i+1, got, want)
		}
	}
	// Set back, a sink gets again what is there, and nothing is removed by what it
	// had passed before.
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	mustClose(t, w)
	if again, err := Rewind(dir, "slow", Calls, 0); err != nil || again == 0 {
		t.Errorf("%d records again, %v", again, err)
	}
	if _, err := os.Stat(filepath.Join(dir, "calls", passedFile)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("what was passed is still told: %v", err)
	}
}

// TestAReaderThatComesInTheMidstOfASync sees nothing that is not on disk for
// sure, also where it is in the file, and misses nothing of it later.
func TestAReaderThatComesInTheMidstOfASync(t *testing.T) {
	dir := t.TempDir()
	w, err := OpenWriter(dir, Config{Max: 1 << 20, Segment: 250})
	if err != nil {
		t.Fatal(err)
	}
	defer mustClose(t, w)
	var r *Reader
	var c *Cursor
	come := func() int {
		if r != nil {
			if err := r.Close(); err != nil {
				t.Fatal(err)
			}
		}
		r = mustRead(t, dir)
		if c, err = r.NewCursor("lake", Calls, Limits{}); err != nil {
			t.Fatal(err)
		}
		return drain(t, r, c)
	}
	fails := false
	w.logs[Calls].flush = func(f *os.File) error {
		if n := come(); n != 0 {
			t.Errorf("%d records were read before they were on disk", n)
		}
		if fails = !fails; fails {
			return errors.New("input/output error")
		}
		return f.Sync()
	}
	for i := range 10 { // some begin a segment, some go on with one
		add(t, w, event.KindCall, 3*i+1, 3*i+3)
		if err := w.Sync(); err == nil {
			t.Fatal("a failed sync was not reported")
		}
		if err := w.Sync(); err != nil {
			t.Fatal(err)
		}
		if n := drain(t, r, c); n != 3 || c.Stats().Lost != 0 {
			t.Fatalf("%d records, %+v", n, c.Stats())
		}
		fails = i%2 == 0 // then the next is written behind these
		if fails {
			add(t, w, event.KindCall, 0, 0)
			if err := w.Sync(); err != nil {
				t.Fatal(err)
			}
			if n := drain(t, r, c); n != 1 || c.Stats().Lost != 0 {
				t.Fatalf("%d records, %+v", n, c.Stats())
			}
			fails = false
		}
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestATornTip: a reader believes no tip but a whole one, and what it has
// acknowledged more than one that is old.
func TestATornTip(t *testing.T) {
	dir := t.TempDir()
	w, err := OpenWriter(dir, Config{})
	if err != nil {
		t.Fatal(err)
	}
	tip := filepath.Join(dir, "calls", tipFile)
	old, err := os.ReadFile(tip)
	if err != nil {
		t.Fatal(err)
	}
	add(t, w, event.KindCall, 1, 5)
	if err := w.Sync(); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(tip)
	if err != nil {
		t.Fatal(err)
	}
	read := func(text []byte) int {
		if err := os.WriteFile(tip, text, 0o600); err != nil {
			t.Fatal(err)
		}
		r := mustRead(t, dir)
		c, err := r.NewCursor("lake", Calls, Limits{})
		if err != nil {
			t.Fatal(err)
		}
		n := drain(t, r, c)
		if st := c.Stats(); st.Lost != 0 || st.Lag != 0 {
			t.Errorf("behind %q: %+v", text, st)
		}
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
		return n
	}
	for i := range whole {
		bad := append([]byte(nil), whole...)
		bad[i] ^= 1
		if n := read(bad); n != 0 {
			t.Errorf("byte %d is wrong, and %d records were read", i, n)
		}
	}
	for _, c := range []struct {
		tip  []byte
		want int
	}{{nil, 0}, {old, 0}, {nil, -1}, {old, 0}, {whole, 5}, {old, 0}} {
		if c.want < 0 { // a batch was cut, and is on its way
			cut := place{cut: 5}
			if err := os.WriteFile(cursorPath(filepath.Dir(tip), "lake"), []byte(cut.line()), 0o600); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if n := read(c.tip); n != c.want {
			t.Errorf("%d records behind %q, want %d", n, c.tip, c.want)
		}
	}
	mustClose(t, w)
}

// TestWhatIsBeingWrittenIsNoneOfTheReaders: in the midst of a sync the bytes of
// the segment that is written are on disk in part. They do not count as waiting,
// and who looks for a good record behind a damaged one does not look past them:
// what is written there is read later, all of it.
func TestWhatIsBeingWrittenIsNoneOfTheReaders(t *testing.T) {
	dir := t.TempDir()
	w, err := OpenWriter(dir, Config{Max: 1 << 20, Segment: 400})
	if err != nil {
		t.Fatal(err)
	}
	defer mustClose(t, w)
	var waiting int64 // bytes of the segments when the last sync was over
	damaged, goesOn, begins := 0, 0, 0
	var r *Reader
	var c *Cursor
	w.logs[Calls].flush = func(f *os.File) error {
		st, err := f.Stat()
		if err != nil {
			return err
		}
		r = mustRead(t, dir)
		watch, err := r.NewCursor("watch", Calls, Limits{})
		if err != nil {
			return err
		}
		if got := watch.Stats().LagBytes; got != waiting {
			t.Errorf("%d bytes wait, want %d", got, waiting)
		}
		if c, err = r.NewCursor("lake", Calls, Limits{}); err != nil {
			return err
		}
		before := c.Stats().Lost
		n := drain(t, r, c)
		if lost := int(c.Stats().Lost - before); lost != damaged || n+lost != min(int(c.Stats().Acked), 3) {
			t.Errorf("%d records and %d lost, want %d lost", n, lost, damaged)
		}
		waiting += int64(len(w.logs[Calls].writing))
		if st.Size() == headerSize+int64(len(w.logs[Calls].writing)) {
			waiting += headerSize
			begins++
		} else {
			goesOn++
		}
		return f.Sync()
	}
	for i := range 12 {
		add(t, w, event.KindCall, 3*i+1, 3*i+3)
		if err := w.Sync(); err != nil {
			t.Fatal(err)
		}
		damaged = 0
		if i%2 == 0 { // the last record that is on disk for sure
			segs := w.logs[Calls].segs
			seg := segs[len(segs)-1]
			b, err := os.ReadFile(seg.path)
			if err != nil {
				t.Fatal(err)
			}
			b[seg.size-1] ^= 1
			if err := os.WriteFile(seg.path, b, 0o600); err != nil {
				t.Fatal(err)
			}
			damaged = 1
		}
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if goesOn < 3 || begins < 3 {
		t.Errorf("%d syncs went on with a segment, %d began one", goesOn, begins)
	}
}
