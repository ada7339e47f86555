package store

import (
	"context"
	"errors"
	"path/filepath"
	"testing"

	duckdb "github.com/duckdb/duckdb-go/v2"
)

// A session stops where its context ends, what it says is the engine's word, and
// it works afterwards.
func TestSession(t *testing.T) {
	s, err := Open(filepath.Join(t.TempDir(), "calls.duckdb"), DefaultConfig())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	ctx, cancel := context.WithCancel(t.Context())
	started := make(chan error)
	go func() { started <- s.own.exec(ctx, "SELECT count(*) FROM range(100000000000000)") }()
	cancel()
	if err := <-started; !errors.Is(err, context.Canceled) {
		t.Errorf("stopped: %v", err)
	}
	if err := s.own.exec(ctx, "SELECT 1"); !errors.Is(err, context.Canceled) {
		t.Errorf("a context that is over: %v", err)
	}
	var e *duckdb.Error
	if err := s.own.exec(t.Context(), "SELECT * FROM nowhere"); !errors.As(err, &e) || e.Type != duckdb.ErrorTypeCatalog {
		t.Errorf("%v of the type %v", err, e)
	}
	if err := s.own.exec(t.Context(), "SELECT 1"); err != nil {
		t.Error(err)
	}
	if err := s.own.exec(t.Context(), "SET threads=8"); err == nil {
		t.Error("the settings are not locked")
	}
}

// A session of other settings than the engine's is none: the engine tells.
func TestSessionOfOtherSettings(t *testing.T) {
	path := filepath.Join(t.TempDir(), "calls.duckdb")
	s, err := Open(path, DefaultConfig())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if own, err := newSession(path, "threads=7&nonsense=1"); err == nil {
		own.close()
		t.Error("it was let in")
	}
	if own, err := newSession(path, "access_mode=READ_ONLY"); err == nil {
		own.close()
		t.Error("it was let in with another mode")
	}
}
