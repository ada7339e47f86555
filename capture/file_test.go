package capture

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"testing/iotest"

	"spaniel/event"
)

func TestEveryContainer(t *testing.T) {
	for name, x := range allFixtures() {
		for _, form := range []struct {
			name string
			r    io.Reader
		}{
			{"plain", bytes.NewReader(x.data)},
			{"byte by byte", iotest.OneByteReader(bytes.NewReader(x.data))},
			{"data with EOF", iotest.DataErrReader(bytes.NewReader(x.data))},
			{"gzip", bytes.NewReader(zip(t, x.data))},
			{"zstd", bytes.NewReader(zst(t, x.data))},
			{"zstd byte by byte", iotest.OneByteReader(bytes.NewReader(zst(t, x.data)))},
			{"two gzip members", bytes.NewReader(slices.Concat(zip(t, x.data[:30]), zip(t, x.data[30:])))},
			{"two zstd frames", bytes.NewReader(slices.Concat(zst(t, x.data[:30]), zst(t, x.data[30:])))},
		} {
			frames, ifaces, err := readAll(form.r)
			if err != nil {
				t.Errorf("%s, %s: %v", name, form.name, err)
			}
			if d := differ(frames, x.frames); d != "" {
				t.Errorf("%s, %s: %s", name, form.name, d)
			}
			if !slices.Equal(ifaces, x.ifaces) {
				t.Errorf("%s, %s: interfaces %v, not %v", name, form.name, ifaces, x.ifaces)
			}
		}
	}
}

func TestFileOnDiskAndItsProgress(t *testing.T) {
	for name, x := range allFixtures() {
		for _, data := range [][]byte{x.data, zip(t, x.data), zst(t, x.data)} {
			path := filepath.Join(t.TempDir(), "c")
			if err := os.WriteFile(path, data, 0o600); err != nil {
				t.Fatal(err)
			}
			f, err := Open(path)
			if err != nil {
				t.Fatal(err)
			}
			n, err := drain(f, nil)
			if n != len(x.frames) || err != nil {
				t.Errorf("%s: %d frames, %v", name, n, err)
			}
			if done, total := f.Progress(); done != int64(len(data)) || total != done {
				t.Errorf("%s: read %d of %d, the file has %d", name, done, total, len(data))
			}
			var fr event.Frame
			if err := f.Next(&fr); err != io.EOF {
				t.Errorf("%s: after the end: %v", name, err)
			}
			if err := f.Close(); err != nil {
				t.Error(err)
			}
			if err := f.Next(&fr); !errors.Is(err, os.ErrClosed) {
				t.Errorf("%s: after Close: %v", name, err)
			}
			if err := f.Close(); err != nil {
				t.Errorf("%s: closed twice: %v", name, err)
			}
		}
	}
}

// A pipe's frames come as they are written: nothing waits for a full block.
func TestPipeGivesFramesAsTheyCome(t *testing.T) {
	for name, x := range allFixtures() {
		r, w := io.Pipe()
		step := make(chan int)
		done := make(chan error, 1)
		go func() {
			from := 0
			for to := range step {
				if _, err := w.Write(x.data[from:to]); err != nil {
					done <- err
					return
				}
				from = to
			}
			done <- w.Close()
		}()
		step <- int(x.ends[0])
		f, err := NewFile("pipe", r)
		if err != nil {
			t.Fatal(err)
		}
		var fr event.Frame
		for i := range x.ends {
			if i > 0 {
				step <- int(x.ends[i])
			}
			if err := f.Next(&fr); err != nil || fr.Number != uint64(i+1) {
				t.Fatalf("%s: frame %d: %v", name, i+1, err)
			}
		}
		step <- len(x.data)
		close(step)
		if err := f.Next(&fr); err != io.EOF {
			t.Errorf("%s: at the end: %v", name, err)
		}
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

// The machine's failures are not the input's.
func TestReadErrorIsNoFault(t *testing.T) {
	broken := errors.New("disk on fire")
	x := ngFixture(0)
	for name, data := range map[string][]byte{"plain": x.data, "gzip": zip(t, x.data), "zstd": zst(t, x.data)} {
		for cut := range len(data) {
			_, _, err := readAll(io.MultiReader(bytes.NewReader(data[:cut]), iotest.ErrReader(broken)))
			var fault *Fault
			var input *InputError
			if !errors.Is(err, broken) || errors.As(err, &fault) || errors.As(err, &input) {
				t.Fatalf("%s, after %d bytes: %v", name, cut, err)
			}
		}
	}
}

type lazy struct{}

func (lazy) Read([]byte) (int, error) { return 0, nil }

func TestReaderThatNeverMoves(t *testing.T) {
	x := ngFixture(0)
	if _, _, err := readAll(io.MultiReader(bytes.NewReader(x.data[:100]), lazy{})); !errors.Is(err, io.ErrNoProgress) {
		t.Error(err)
	}
}

// Frames of all sizes, so that they straddle the read blocks everywhere.
func TestFramesAcrossBlocks(t *testing.T) {
	x := newFixture(0).pcap(magicNanos, 1)
	for i := 0; len(x.data) < 5*blockLen; i++ {
		n := i * 7919 % 3000
		if i%50 == 0 {
			n = MaxRecord - i
		}
		x.record(event.Frame{Time: int64(i), Length: n, Data: payload(i, n)}, uint32(i), 0)
	}
	for name, r := range map[string]io.Reader{
		"whole": bytes.NewReader(x.data), "halves": iotest.HalfReader(bytes.NewReader(x.data)), "zstd": bytes.NewReader(zst(t, x.data)),
	} {
		frames, _, err := readAll(r)
		if d := differ(frames, x.frames); d != "" || err != nil {
			t.Errorf("%s: %s %v", name, d, err)
		}
	}
}
