package jsonl

import (
	"bytes"
	"context"
	"errors"
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
