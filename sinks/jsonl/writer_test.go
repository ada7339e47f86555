package jsonl

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"spaniel/event"
	"spaniel/sinks"
)

func batch(targets ...string) *sinks.Batch {
	enc, b := sinks.NewEncoder(), &sinks.Batch{First: 1, Last: uint64(len(targets))}
	for i, s := range targets {
		it := event.Item{Kind: event.KindCall, Call: &event.Record{Target: s}}
		b.Records = append(b.Records, sinks.Record{Seq: uint64(i + 1), Kind: it.Kind, Payload: enc.Append(nil, &it)})
	}
	return b
}

func TestFileGetsOneLineARecord(t *testing.T) {
	path := filepath.Join(t.TempDir(), "out.ndjson")
	w, err := New(Config{Path: path, Sync: true}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := w.Write(context.Background(), batch("/a\n", "/b")); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(w.Close(), w.Close()); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if n := bytes.Count(got, []byte("\n")); n != 4 {
		t.Errorf("%d lines", n)
	}
	st, err := os.Stat(path)
	if err != nil || st.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", st.Mode(), err)
	}
}

func TestStandardOutput(t *testing.T) {
	var out bytes.Buffer
	w, err := New(Config{Path: "-"}, &out)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Write(context.Background(), batch("/a")); err != nil || bytes.Count(out.Bytes(), []byte("\n")) != 1 {
		t.Errorf("%v, %q", err, out.String())
	}
}

func TestNoSuchDirectoryIsTransient(t *testing.T) {
	w, err := New(Config{Path: filepath.Join(t.TempDir(), "no", "out")}, nil)
	if err != nil {
		t.Fatal(err)
	}
	var r *sinks.Rejected
	if err := w.Write(context.Background(), batch("/a")); err == nil || errors.As(err, &r) {
		t.Errorf("got %v", err)
	}
}

func TestPathIsNeeded(t *testing.T) {
	if _, err := New(Config{}, nil); err == nil {
		t.Error("an empty path was taken")
	}
}

func lines(t *testing.T, path string) int {
	t.Helper()
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return bytes.Count(got, []byte("\n"))
}

func TestFullFilesAreSetAside(t *testing.T) {
	path := filepath.Join(t.TempDir(), "out.ndjson")
	w, err := New(Config{Path: path, MaxSize: 1, Keep: 2}, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	for n := range 4 { // one batch fills a file: 1, 2, 3 and 4 lines
		if err := w.Write(context.Background(), batch(make([]string, n+1)...)); err != nil {
			t.Fatal(err)
		}
	}
	if a, b, c := lines(t, path), lines(t, path+".1"), lines(t, path+".2"); a != 4 || b != 3 || c != 2 {
		t.Errorf("%d, %d and %d lines", a, b, c)
	}
	if _, err := os.Stat(path + ".3"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a third was kept: %v", err)
	}
}

func TestAFileMovedAwayIsBegunAnew(t *testing.T) {
	path := filepath.Join(t.TempDir(), "out.ndjson")
	w, err := New(Config{Path: path}, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	if err := w.Write(context.Background(), batch("/a", "/b")); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(path, path+".moved"); err != nil {
		t.Fatal(err)
	}
	if err := w.Write(context.Background(), batch("/c")); err != nil {
		t.Fatal(err)
	}
	if old, now := lines(t, path+".moved"), lines(t, path); old != 2 || now != 1 {
		t.Errorf("%d and %d lines", old, now)
	}
}

func TestSettingsThatCannotBe(t *testing.T) {
	for _, c := range []Config{{Path: "x", Format: "xml"}, {Path: "x", MaxSize: -1}, {Path: "-", MaxSize: 5}, {Path: "x", Keep: -1}} {
		if _, err := New(c, nil); err == nil {
			t.Errorf("%+v was taken", c)
		}
	}
}

// A file that an earlier run left full is set aside before anything is added to it.
func TestAFullFileThatIsFoundIsSetAside(t *testing.T) {
	path := filepath.Join(t.TempDir(), "out.ndjson")
	for run := range 3 {
		w, err := New(Config{Path: path, MaxSize: 10, Keep: 2}, nil)
		if err != nil {
			t.Fatal(err)
		}
		target := fmt.Sprint("/run-", run)
		if err := w.Write(t.Context(), batch(target)); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		if text, err := os.ReadFile(path); err != nil || bytes.Count(text, []byte("\n")) != 1 || !bytes.Contains(text, []byte(target)) {
			t.Errorf("run %d: %v, %q", run, err, text)
		}
	}
}
