package main

import (
	"bytes"
	"context"
	"path/filepath"
	"strings"
	"testing"

	"spaniel/internal/admin"
	"spaniel/internal/config"
	"spaniel/sinks/store"
)

// TestStoreStatusOfASensor: a sensor that has the store says how it is.
func TestStoreStatusOfASensor(t *testing.T) {
	path := filepath.Join(t.TempDir(), "calls.duckdb")
	s, err := store.Open(path, storeConfig(config.Default(), false))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	q, err := admin.NewQueryServer(admin.SocketPath(path), s)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- q.Run(ctx) }()
	var out, said bytes.Buffer
	a := &app{in: bytes.NewReader(nil), out: &out, err: &said}
	root := newRoot(a)
	root.SetArgs([]string{"store", "status", "--store", path})
	code := a.finish(root.Execute())
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
	if text := out.String() + said.String(); code != exitFine || !strings.Contains(text, "free for what comes") || !strings.Contains(text, "calls") {
		t.Errorf("exit code %d: %s", code, text)
	}
}
