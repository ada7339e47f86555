package capture

import "io"

// blockLen is how much of an input is read at a time: as little as makes the
// calls of the system few, so that reading drives nothing else out of the
// processor's cache. A record or block that is longer makes room for itself, up to
// longest, twice the largest that is taken whole (maxBlock), so that what straddles
// two reads is moved at most once.
const (
	blockLen = 128 << 10
	longest  = 1 << 20
)

// emptyReads is how often a reader may give nothing and no error before it is
// taken for broken, as in package bufio.
const emptyReads = 100

// firstBlock is the size of the first read. Blocks double from it to blockLen
// as the input turns out to be long, so that the many small files of a
// directory, and the mere look at a file's first bytes, stay cheap.
const firstBlock = 8 << 10

// A window gives the bytes of an input as slices of one reused block.
type window struct {
	src  io.Reader
	buf  []byte
	r, w int   // buf[r:w] is read but not consumed
	base int64 // offset in the input of buf[0]
	err  error // why src gives no more: io.EOF, or what it said; never ErrTimeout
}

func newWindow(src io.Reader) *window {
	return &window{src: src, buf: make([]byte, firstBlock)}
}

// offset is where in the input the next byte lies.
func (w *window) offset() int64 { return w.base + int64(w.r) }

// peek returns the next n bytes without consuming them, borrowed until the
// next call; n is at most maxBlock. With fewer than n left it returns those
// and the reason, which may be another one the next time where it is ErrTimeout.
func (w *window) peek(n int) ([]byte, error) {
	if w.w-w.r < n {
		if err := w.fill(n); err != nil {
			return w.buf[w.r:w.w], err
		}
	}
	return w.buf[w.r : w.r+n : w.r+n], nil
}

// advance consumes n bytes, which a peek has returned.
func (w *window) advance(n int) { w.r += n }

// skip consumes n bytes without keeping them, and returns how many of them are
// still to be: on error some are.
func (w *window) skip(n int64) (left int64, err error) {
	for n > int64(w.w-w.r) {
		n -= int64(w.w - w.r)
		w.r = w.w
		if err := w.fill(1); err != nil {
			return n, err
		}
	}
	w.r += int(n)
	return 0, nil
}

// fill reads until n bytes are there. It reads no more often than it must: a
// pipe's writer may be slow.
func (w *window) fill(n int) error {
	to := w.buf
	switch size := len(w.buf); {
	case n > size:
		to = make([]byte, min(max(2*n, blockLen), longest))
	case w.w == size && size < blockLen:
		to = make([]byte, 2*size)
	}
	w.w = copy(to, w.buf[w.r:w.w])
	w.base += int64(w.r)
	w.buf, w.r = to, 0
	for empty := 0; w.w < n; {
		if w.err != nil {
			return w.err
		}
		got, err := w.src.Read(w.buf[w.w:])
		w.w += got
		if err == ErrTimeout {
			if w.w < n {
				return err
			}
			return nil
		}
		w.err = err
		if got > 0 {
			empty = 0
		} else if empty++; empty == emptyReads && w.err == nil {
			w.err = io.ErrNoProgress
		}
	}
	return nil
}

// Read makes the window the input of a decompressor.
func (w *window) Read(p []byte) (int, error) {
	if w.r == w.w {
		if err := w.fill(1); err != nil {
			return 0, err
		}
	}
	n := copy(p, w.buf[w.r:w.w])
	w.r += n
	return n, nil
}
