package mounttest

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

func TestAnAbortedDiskTakesNothing(t *testing.T) {
	d := New(t)
	f, err := os.Create(filepath.Join(d.Dir, "file"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString("kept"); err != nil {
		t.Fatal(err)
	}
	if err := f.Sync(); err != nil {
		t.Fatal(err)
	}
	d.Abort()
	if _, err := f.WriteString("lost"); !errors.Is(err, syscall.EROFS) {
		t.Errorf("writing to an open file: %v", err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	d.Replace()
	if text, err := os.ReadFile(f.Name()); err != nil || string(text) != "kept" {
		t.Errorf("%q, %v", text, err)
	}
	if err := os.WriteFile(f.Name(), nil, 0o600); err != nil {
		t.Errorf("writing after the repair: %v", err)
	}
}
