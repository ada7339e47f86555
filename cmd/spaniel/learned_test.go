package main

import (
	"os"
	"path/filepath"
	"testing"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"spaniel/detect/learned"
)

// TestKeeper: what was learned is there after a restart; a torn file is said
// and learned anew; a file that was removed is a reset.
func TestKeeper(t *testing.T) {
	core, logs := observer.New(zap.InfoLevel)
	log := zap.New(core)
	path := filepath.Join(t.TempDir(), "deep", "learned")
	k, f := openKeeper(path, learned.Limits{}, log)
	f.Learn(&learned.Lesson{Clock: 1, Name: &learned.Name{Method: "GET", Host: "a", Route: "/x"}, Status: 200})
	b, err := f.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if !k.keep(b) || logs.Len() != 0 {
		t.Fatalf("a first keeping: %v", logs.All())
	}
	k, f = openKeeper(path, learned.Limits{}, log)
	if f.Counts().Endpoints != 1 || !k.keep(b) {
		t.Fatal("nothing is there after a restart")
	}
	if err = os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if k.keep(b) {
		t.Error("a removed file is written again")
	}
	if !k.keep(b) || logs.Len() != 1 {
		t.Errorf("after a reset keeping goes on: %v", logs.All())
	}
	if err = os.WriteFile(path, b[:len(b)/2], 0o600); err != nil {
		t.Fatal(err)
	}
	if k, f = openKeeper(path, learned.Limits{}, log); f.Counts().Endpoints != 0 || logs.Len() != 2 {
		t.Errorf("a torn file: %+v, %v", f.Counts(), logs.All())
	}
	if !k.keep(b) {
		t.Error("a torn file is not replaced")
	}
	if err = os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if err = os.Mkdir(path, 0o700); err != nil { // a file cannot be put there
		t.Fatal(err)
	}
	for range 2 {
		if !k.keep(b) {
			t.Error("a failing disk is taken for a reset")
		}
	}
	if logs.Len() != 3 {
		t.Errorf("a failing disk is said once: %v", logs.All())
	}
}
