package capture

import (
	"bytes"
	"errors"
	"io"
	"testing"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"spaniel/event"
)

// unpackedLen is how many bytes data holds once unpacked, up to what can be
// unpacked.
func unpackedLen(data []byte) int64 {
	var r io.Reader = bytes.NewReader(data)
	switch {
	case bytes.HasPrefix(data, []byte(magicGzip)):
		z, err := gzip.NewReader(r)
		if err != nil {
			return 0
		}
		r = z
	case bytes.HasPrefix(data, []byte(magicZstd)):
		z, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1))
		if err != nil {
			return 0
		}
		defer z.Close()
		r = z
	}
	n, _ := io.Copy(io.Discard, r) // what came before an error counts
	return n
}

// FuzzFile: whatever the input, it is read to an end or to a named fault in
// bounded memory, frames are numbered from 1, and all of them together are no
// longer than the input.
func FuzzFile(f *testing.F) {
	for _, x := range allFixtures() {
		f.Add(x.data)
		f.Add(zip(f, x.data))
		f.Add(zst(f, x.data))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var frames, bytesOut int64
		var err error
		var last *File
		cost := taken(func() {
			if last, err = NewFile("fuzz", bytes.NewReader(data)); err != nil {
				return
			}
			var n int
			n, err = drain(last, func(fr *event.Frame) {
				frames++
				bytesOut += int64(len(fr.Data))
				if fr.Number != uint64(frames) || len(fr.Data) > MaxRecord || fr.Length < len(fr.Data) ||
					fr.Iface < 0 || fr.Iface >= len(last.ifaces) || fr.Link != last.ifaces[fr.Iface].Link {
					t.Errorf("frame %d is %+v", frames, fr)
				}
			})
			if int64(n) != frames {
				t.Errorf("%d frames, %d were given", n, frames)
			}
		})
		// Two windows of at most 2 MiB in all growth each, a zstd window, and
		// per interface (at least 20 bytes of input) its description.
		length := unpackedLen(data)
		if limit := uint64(32<<20 + 16*length); cost > limit {
			t.Errorf("%d bytes took %d of memory", len(data), cost)
		}
		if bytesOut+frames*8 > length {
			t.Errorf("%d frames of %d bytes from %d", frames, bytesOut, length)
		}
		var fault *Fault
		var unusable *InputError
		switch {
		case errors.As(err, &fault):
			if fault.Offset < 0 || fault.Offset > length || fault.Problem == "" {
				t.Errorf("%v of %d bytes", fault, length)
			}
		case err != nil && !errors.As(err, &unusable):
			t.Errorf("%T %v", err, err)
		}
		if last != nil {
			if err := last.Close(); err != nil {
				t.Error(err)
			}
		}
	})
}
