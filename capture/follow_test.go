package capture

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"spaniel/event"
)

// captureOf is frames lo to hi as a capture, without its header if bare.
func captureOf(t *testing.T, lo, hi int, bare bool) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := NewWriter(&b, 1)
	if err != nil {
		t.Fatal(err)
	}
	head := b.Len()
	for i := lo; i < hi; i++ {
		f := frameOf(i, 60)
		f.Link = 1
		if err := w.Write(&f); err != nil {
			t.Fatal(err)
		}
	}
	if bare {
		return b.Bytes()[head:]
	}
	return b.Bytes()
}

// place writes a file that was changed so many seconds after the others.
func place(t *testing.T, dir, name string, data []byte, age int) {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	at := time.Now().Add(-time.Hour + time.Duration(age)*time.Second)
	if err := os.Chtimes(path, at, at); err != nil {
		t.Fatal(err)
	}
}

// appendTo appends to a file.
func appendTo(t *testing.T, dir, name string, data []byte) {
	t.Helper()
	f, err := os.OpenFile(filepath.Join(dir, name), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

// takes reads frames until there are n, and then makes sure that no more come for
// a moment. It returns their numbers, as frameOf has them.
func takes(t *testing.T, w *Follower, n int) (got []int) {
	t.Helper()
	quiet := time.Duration(0)
	for deadline := time.Now().Add(5 * time.Minute); ; {
		var f event.Frame
		start := time.Now()
		switch err := w.Next(&f); {
		case err == nil:
			i := int(f.Time / 1000)
			if want := frameOf(i, 60); !bytes.Equal(f.Data, want.Data) {
				t.Fatalf("frame %d has other bytes", i)
			}
			got, quiet = append(got, i), 0
		case err != ErrTimeout:
			t.Fatal(err)
		case len(got) >= n:
			if quiet += time.Since(start); quiet > 200*time.Millisecond {
				return got
			}
		case time.Now().After(deadline):
			t.Fatalf("only %d frames came: %v", len(got), got)
		}
	}
}

func numbers(lo, hi int) (list []int) {
	for i := lo; i < hi; i++ {
		list = append(list, i)
	}
	return list
}

func mustFollow(t *testing.T, dir string, past []FollowedFile) *Follower {
	t.Helper()
	w, err := Follow(dir, past)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	})
	return w
}

// TestFollowDirectory: files in the order of their changes, the newest as it grows,
// whatever its frames are cut into, and the next once there is one.
func TestFollowDirectory(t *testing.T) {
	dir := t.TempDir()
	place(t, dir, "b.pcap", captureOf(t, 0, 5, false), 1)
	place(t, dir, "a.pcap.gz", zip(t, captureOf(t, 5, 8, false)), 2)
	place(t, dir, "notes.txt", []byte("these are no packets"), 3)
	place(t, dir, ".hidden", captureOf(t, 90, 91, false), 3)
	if err := os.Mkdir(filepath.Join(dir, "sub"), 0o700); err != nil {
		t.Fatal(err)
	}
	place(t, dir, "c.pcap", captureOf(t, 8, 10, false), 4)
	w := mustFollow(t, dir, nil)
	var told []string
	w.OnFile(func(f FollowedFile, frame uint64) { told = append(told, fmt.Sprintf("%s from %d", f.Name, frame)) },
		func(f FollowedFile, err error) { told = append(told, fmt.Sprintf("%s ends: %v", f.Name, err)) })
	if got := takes(t, w, 10); !slices.Equal(got, numbers(0, 10)) {
		t.Fatalf("came %v", got)
	}
	for _, part := range [][]byte{captureOf(t, 10, 11, true)[:5], captureOf(t, 10, 11, true)[5:30], captureOf(t, 10, 12, true)[30:]} {
		appendTo(t, dir, "c.pcap", part)
		takes(t, w, 0)
	}
	place(t, dir, "d.pcap", captureOf(t, 12, 14, false), 7200)
	if got := takes(t, w, 2); !slices.Equal(got, numbers(12, 14)) {
		t.Fatalf("after the rotation came %v", got)
	}
	want := []string{"b.pcap from 1", "b.pcap ends: <nil>", "a.pcap.gz from 6", "a.pcap.gz ends: <nil>",
		"notes.txt ends: it is no capture", "c.pcap from 9", "c.pcap ends: <nil>", "d.pcap from 13"}
	if !slices.Equal(told, want) {
		t.Errorf("told\n%q\nwant\n%q", told, want)
	}
	if st, err := w.Stats(); err != nil || st.Received != 14 {
		t.Errorf("%d frames are counted: %v", st.Received, err)
	}
}

// TestFollowAgain: who follows anew is given what was not given before, under
// whatever name it is there now.
func TestFollowAgain(t *testing.T) {
	dir := t.TempDir()
	place(t, dir, "1.pcap", captureOf(t, 0, 3, false), 1)
	place(t, dir, "2.pcap", captureOf(t, 3, 6, false), 2)
	place(t, dir, "3.pcap", captureOf(t, 6, 9, false), 3)
	first := mustFollow(t, dir, nil)
	if got := takes(t, first, 9); !slices.Equal(got, numbers(0, 9)) {
		t.Fatalf("came %v", got)
	}
	first.Stop()
	if err := first.Next(new(event.Frame)); err != io.EOF {
		t.Fatalf("after the stop: %v", err)
	}
	past, _ := first.Past()
	// One is compressed under another name, one is gone, one has grown, one is new.
	if err := os.Remove(filepath.Join(dir, "1.pcap")); err != nil {
		t.Fatal(err)
	}
	place(t, dir, "1.pcap.gz", zip(t, captureOf(t, 0, 3, false)), 4)
	appendTo(t, dir, "3.pcap", captureOf(t, 9, 11, true))
	place(t, dir, "4.pcap", captureOf(t, 11, 12, false), 7200)
	second := mustFollow(t, dir, past)
	if got := takes(t, second, 3); !slices.Equal(got, numbers(9, 12)) {
		t.Fatalf("came %v", got)
	}
}

// TestFollowRing: a file that is written anew under its old name is another one.
func TestFollowRing(t *testing.T) {
	dir := t.TempDir()
	place(t, dir, "0", captureOf(t, 0, 4, false), 1)
	place(t, dir, "1", captureOf(t, 4, 8, false), 2)
	w := mustFollow(t, dir, nil)
	takes(t, w, 8)
	place(t, dir, "0", captureOf(t, 8, 10, false), 7200)
	if got := takes(t, w, 2); !slices.Equal(got, numbers(8, 10)) {
		t.Fatalf("came %v", got)
	}
	place(t, dir, "1", captureOf(t, 10, 14, false), 7300)
	if got := takes(t, w, 4); !slices.Equal(got, numbers(10, 14)) {
		t.Fatalf("came %v", got)
	}
}

// TestFollowBroken: what is wrong with a file is told, and ends nothing but it.
func TestFollowBroken(t *testing.T) {
	dir := t.TempDir()
	place(t, dir, "1.pcap", captureOf(t, 0, 3, false)[:24+2*76+9], 1)
	place(t, dir, "2.pcap", append(captureOf(t, 2, 4, false), bytes.Repeat([]byte{0xff}, 40)...), 2)
	place(t, dir, "3.pcap", captureOf(t, 4, 5, false), 3)
	w := mustFollow(t, dir, nil)
	ends := map[string]error{}
	w.OnFile(nil, func(f FollowedFile, err error) { ends[f.Name] = err })
	if got := takes(t, w, 5); !slices.Equal(got, []int{0, 1, 2, 3, 4}) {
		t.Fatalf("came %v", got)
	}
	for _, name := range []string{"1.pcap", "2.pcap"} {
		if !errors.As(ends[name], new(*Fault)) {
			t.Errorf("%s ends with %v", name, ends[name])
		}
	}
}

func TestFollowNoDirectory(t *testing.T) {
	dir := t.TempDir()
	place(t, dir, "a.pcap", captureOf(t, 0, 1, false), 1)
	for _, path := range []string{filepath.Join(dir, "nothing"), filepath.Join(dir, "a.pcap")} {
		if _, err := Follow(path, nil); !errors.As(err, new(*InputError)) {
			t.Errorf("%s: %v", path, err)
		}
	}
}

// TestFollowForgets: what is gone does not pile up.
func TestFollowForgets(t *testing.T) {
	dir := t.TempDir()
	place(t, dir, "there.pcap", captureOf(t, 0, 1, false), 1)
	var past []FollowedFile
	for i := range 3 * maxGone {
		past = append(past, FollowedFile{Name: fmt.Sprintf("%d.pcap", i), Changed: int64(i), First: uint64(i) + 1, Frames: 1})
	}
	w := mustFollow(t, dir, past)
	takes(t, w, 1)
	left, _ := w.Past()
	if len(left) > maxGone+1 || !slices.ContainsFunc(left, func(f FollowedFile) bool { return f.Name == fmt.Sprintf("%d.pcap", 3*maxGone-1) }) {
		t.Errorf("%d files are remembered", len(left))
	}
}

// TestACrowdedDirectory: files beyond those that are looked at are counted, and
// are read once there is room.
func TestACrowdedDirectory(t *testing.T) {
	dir := t.TempDir()
	for i := range 5 {
		place(t, dir, fmt.Sprintf("%d.pcap", i), captureOf(t, 10*i, 10*i+10, false), i)
	}
	w, err := Follow(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	w.most = 4
	read := map[string]bool{}
	w.OnFile(func(FollowedFile, uint64) {}, func(f FollowedFile, err error) { read[f.Name] = err == nil })
	next := func(want int) {
		t.Helper()
		var f event.Frame
		for n := 0; n < want; {
			switch err := w.Next(&f); {
			case err == nil:
				n++
			case !errors.Is(err, ErrTimeout):
				t.Fatal(err)
			}
		}
	}
	next(40)
	if got := w.Beyond(); got != 1 {
		t.Errorf("%d files are beyond, want 1", got)
	}
	for range 3 { // the newest of those stays open
		var f event.Frame
		if err := w.Next(&f); err == nil {
			t.Fatal("a frame of a file that is not looked at")
		}
	}
	for name := range read {
		if err := os.Remove(filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	if len(read) != 3 {
		t.Fatalf("%d files were read to their end", len(read))
	}
	place(t, dir, "9.pcap", captureOf(t, 90, 100, false), 9)
	next(20)
	if got := w.Beyond(); got != 0 {
		t.Errorf("%d files are beyond, want none", got)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
}
