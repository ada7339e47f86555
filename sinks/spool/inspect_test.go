package spool

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"spaniel/event"
)

func inspected(t *testing.T, dir string, verify bool) Report {
	t.Helper()
	all, err := Inspect(dir, verify)
	if err != nil {
		t.Fatal(err)
	}
	return all[Calls]
}

func TestInspectSeesWhatThereIs(t *testing.T) {
	dir := memory(t)
	s := mustOpen(t, dir, Config{})
	c, err := s.NewCursor("lake", Calls, Limits{Records: 4})
	if err != nil {
		t.Fatal(err)
	}
	add(t, s, event.KindCall, 1, 10)
	if err := s.Sync(); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, err := c.Next(context.Background()); err != nil {
			t.Fatal(err)
		}
		if err := c.Ack(); err != nil {
			t.Fatal(err)
		}
	}
	if r := inspected(t, dir, true); r.Records != 10 || r.First != 1 || r.Last != 10 || !r.Whole() || len(r.Cursors) != 1 {
		t.Errorf("while its owner runs: %+v", r)
	}
	mustClose(t, s)
	r := inspected(t, dir, true)
	if want := (CursorReport{Sink: "lake", Acked: 8, Lag: 2}); r.Cursors[0] != want || r.Bytes() == 0 {
		t.Errorf("%+v", r)
	}
	if _, err := Inspect(filepath.Join(dir, "none"), true); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no spool: %v", err)
	}
}

func TestInspectFindsDamageAndChangesNothing(t *testing.T) {
	dir := filled(t)
	path := segments(t, dir)[0]
	whole := read(t, path)
	size := (len(whole) - headerSize) / 10
	for name, c := range map[string]struct {
		change        func([]byte) []byte
		missing, have uint64
		tail          bool
	}{
		"a flipped bit":   {func(b []byte) []byte { b[headerSize+3*size+20] ^= 1; return b }, 1, 9, false},
		"a torn tail":     {func(b []byte) []byte { return b[:len(b)-3] }, 0, 9, true},
		"a lost header":   {func(b []byte) []byte { clear(b[:headerSize]); return b }, 0, 0, false},
		"nothing at all":  {func(b []byte) []byte { return b }, 0, 10, false},
		"bytes behind it": {func(b []byte) []byte { return append(b, "more"...) }, 0, 10, true},
	} {
		bad := c.change(append([]byte(nil), whole...))
		write(t, path, bad)
		r := inspected(t, dir, true)
		if r.Missing != c.missing || r.Records != c.have || (r.Segments[0].Tail > 0) != c.tail || r.Segments[0].Unreadable != (name == "a lost header") {
			t.Errorf("%s: %+v", name, r)
		}
		if string(read(t, path)) != string(bad) {
			t.Errorf("%s: the file was changed", name)
		}
	}
}

// TestInspectAgreesWithReading: what a cursor loses is what Inspect misses.
func TestInspectAgreesWithReading(t *testing.T) {
	dir := memory(t)
	s := mustOpen(t, dir, Config{Segment: 2 << 10, Max: 1 << 20})
	add(t, s, event.KindCall, 1, 200)
	mustClose(t, s)
	paths := segments(t, dir)
	if len(paths) < 1 {
		t.Fatal("no segments")
	}
	for i, path := range paths {
		b := read(t, path)
		b[len(b)/2+i] ^= 0x55
		write(t, path, b)
	}
	r := inspected(t, dir, true)
	s = mustOpen(t, dir, Config{})
	defer mustClose(t, s)
	c, err := s.NewCursor("x", Calls, Limits{Records: 1000})
	if err != nil {
		t.Fatal(err)
	}
	b, err := c.Next(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Ack(); err != nil {
		t.Fatal(err)
	}
	if got := c.Stats().Lost; got != r.Missing || uint64(len(b.Records)) != r.Records || r.Missing == 0 {
		t.Errorf("read %d, lost %d; inspected %d, missing %d", len(b.Records), got, r.Records, r.Missing)
	}
}

func TestRewindSendsAgain(t *testing.T) {
	dir := memory(t)
	s := mustOpen(t, dir, Config{Segment: 1})
	for i := range 10 { // a segment each
		add(t, s, event.KindCall, i+1, i+1)
		if err := s.Sync(); err != nil {
			t.Fatal(err)
		}
	}
	mustClose(t, s)
	took := func() (n int) {
		s := mustOpen(t, dir, Config{})
		defer mustClose(t, s)
		c, err := s.NewCursor("lake", Calls, Limits{})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.NewCursor("slow", Calls, Limits{}); err != nil { // holds the segments back
			t.Fatal(err)
		}
		done, stop := context.WithCancel(context.Background())
		stop()
		for {
			b, err := c.Next(done)
			if err != nil {
				return n
			}
			n += len(b.Records)
			if err := c.Ack(); err != nil {
				t.Fatal(err)
			}
		}
	}
	if _, err := Rewind(dir, "lake", Calls, 0); err == nil {
		t.Error("a sink without a cursor was set back")
	}
	if n := took(); n != 10 {
		t.Fatalf("%d records", n)
	}
	for most, want := range map[uint64]uint64{3: 3, 0: 10, 99: 10} {
		again, err := Rewind(dir, "lake", Calls, most)
		if err != nil || again != want {
			t.Errorf("the last %d: %d, %v", most, again, err)
		}
		if n := took(); n != int(want) {
			t.Errorf("the last %d: %d came again", most, n)
		}
	}
	s = mustOpen(t, dir, Config{})
	if _, err := Rewind(dir, "lake", Calls, 0); !errors.Is(err, ErrLocked) {
		t.Errorf("while its owner runs: %v", err)
	}
	mustClose(t, s)
	if _, err := Rewind(dir, "../lake", Calls, 0); err == nil {
		t.Error("a path was taken for a name")
	}
	if _, err := os.Stat(filepath.Join(dir, "lake.cursor")); err == nil {
		t.Error("outside of the log")
	}
}
