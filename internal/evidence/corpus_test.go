package evidence

import (
	"bytes"
	"cmp"
	"context"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"spaniel/capture"
	"spaniel/event"
	"spaniel/internal/sensor"
)

// maxCorpus bounds the captures that are held in memory.
const maxCorpus = 3 << 20

// load reads a capture into memory; a fault ends it.
func load(t *testing.T, path string) (frames []event.Frame) {
	t.Helper()
	f, err := capture.Open(path)
	if err != nil {
		return nil // no capture, or none that is read
	}
	defer func() { _ = f.Close() }()
	for {
		var fr event.Frame
		if f.Next(&fr) != nil {
			return frames
		}
		fr.Data = bytes.Clone(fr.Data)
		frames = append(frames, fr)
	}
}

// TestRealCaptures takes the first, the middle and the last call out of each
// capture there is: whatever the link, the tunnel or the order of packets, its
// packets alone give a call of the same request and status.
func TestRealCaptures(t *testing.T) {
	shared := cmp.Or(os.Getenv("SPANIEL_SHARED"), filepath.Join("..", "..", "..", "shared"))
	dir := filepath.Join(shared, "data", "pcaps")
	if _, err := os.Stat(dir); err != nil {
		t.Skip("no captures: ", err)
	}
	calls, same, whole, back := 0, 0, 0, 0
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || strings.HasSuffix(path, ".json") || strings.HasSuffix(path, ".tsv") {
			return err
		}
		if st, err := e.Info(); err != nil || st.Size() > maxCorpus {
			return err
		}
		frames := load(t, path)
		found, seen := find(t, frames)
		for _, i := range slices.Compact([]int{0, len(found) / 2, len(found) - 1}) {
			if i < 0 || i >= len(found) {
				continue
			}
			calls++
			c := found[i]
			numbers, err := Frames(context.Background(), config().Frame, sensor.NewFrames(frames), []Call{c})
			if err != nil || len(numbers) == 0 {
				t.Errorf("%s: %.40q: %d frames, %v", path, seen[i], len(numbers), err)
				continue
			}
			if err := Copy(context.Background(), sensor.NewFrames(frames), numbers, io.Discard); err != nil {
				t.Logf("%s: %.40q: %v", path, seen[i], err)
				continue
			}
			again, what := find(t, extract(t, frames, numbers))
			isWhole := strings.HasSuffix(seen[i], "true true")
			if isWhole {
				whole++
			}
			isBack := slices.Contains(what, seen[i])
			if isBack {
				back++
			}
			if slices.ContainsFunc(again, func(a Call) bool { return a.ID == c.ID }) {
				same++
			}
			shared := len(what) > 1 // pipelined: a packet of it has bytes of another, too
			if isWhole && !isBack && !shared {
				t.Errorf("%s: first %v: %.60q comes back as %.60q", path, c.first, seen[i], what)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d calls, %d of them whole; %d came back, %d as the same record", calls, whole, back, same)
	if calls < 500 || back < calls*99/100 || same < calls*8/10 {
		t.Error("that is too little")
	}
}
