package capture

import (
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// zstdWindow is the largest zstd window taken: what RFC 8878 asks every
// decoder to support, and all that zstd uses up to level 19 without --long.
const zstdWindow = 8 << 20

// The first bytes of what is unpacked.
const (
	magicGzip = "\x1f\x8b"
	magicZstd = "\x28\xb5\x2f\xfd"
)

// A damage is compressed data that does not unpack: the input's fault.
type damage struct{ problem string }

func (d *damage) Error() string { return d.problem }

// An unpacker is the uncompressed stream of raw.
type unpacker struct {
	raw  *window
	zip  io.Reader
	free func()
}

// unpack returns the stream inside raw when raw is compressed, else nil. The
// error is a *damage, or raw's own.
func unpack(raw *window) (*unpacker, error) {
	switch head, _ := raw.peek(len(magicZstd)); {
	case len(head) >= 2 && string(head[:2]) == magicGzip:
		u := &unpacker{raw: raw, free: func() {}}
		z, err := gzip.NewReader(raw)
		if err != nil {
			return nil, u.judge(err)
		}
		u.zip = z
		return u, nil
	case string(head) == magicZstd:
		// One decoder without goroutines; memory stays near the window.
		z, err := zstd.NewReader(raw, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true),
			zstd.WithDecoderMaxWindow(zstdWindow), zstd.WithDecoderMaxMemory(zstdWindow))
		if err != nil {
			return nil, fmt.Errorf("preparing zstd: %w", err)
		}
		return &unpacker{raw: raw, zip: z, free: z.Close}, nil
	}
	return nil, nil
}

func (u *unpacker) Read(p []byte) (int, error) {
	n, err := u.zip.Read(p)
	if err != nil && err != io.EOF {
		err = u.judge(err)
	}
	return n, err
}

// judge says whose fault err is: the machine's when reading failed, else the
// data's.
func (u *unpacker) judge(err error) error {
	switch {
	case u.raw.err != nil && u.raw.err != io.EOF:
		return u.raw.err
	case errors.Is(err, zstd.ErrWindowSizeExceeded), errors.Is(err, zstd.ErrDecoderSizeExceeded):
		return &damage{fmt.Sprintf("zstd asks for a window over %d MiB: unpack it with zstd -dc --long=31 and pipe it in", zstdWindow>>20)}
	case err == io.EOF || errors.Is(err, io.ErrUnexpectedEOF):
		return &damage{"the compressed data ends early"}
	}
	return &damage{"the compressed data is damaged: " + err.Error()}
}
