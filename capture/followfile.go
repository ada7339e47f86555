package capture

import (
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"os"
	"time"

	"spaniel/event"
)

// followed is the file that is read.
type followed struct {
	FollowedFile
	file  *os.File
	in    *File // nil until its header is there
	grew  time.Time
	whole bool   // it does not grow any more: its end is the end
	skip  uint64 // frames to be read that were given before
}

// ErrNoCapture says of a file in a followed directory that it is none.
var ErrNoCapture = errors.New("it is no capture")

// open reads the header of the capture, ErrTimeout if it is not there yet.
func (c *followed) open(path string) (*File, error) {
	grown := &growing{c}
	var head [magicLen]byte
	n, err := c.file.ReadAt(head[:], 0)
	if err != nil && err != io.EOF {
		return nil, fmt.Errorf("reading %s: %w", path, err)
	}
	if n < len(head) && !c.whole {
		return nil, ErrTimeout
	}
	packed := isPacked(head[:n])
	if packed && !c.whole {
		if time.Since(c.grew) < packedTime {
			return nil, ErrTimeout
		}
		c.whole = true // a decompressor cannot be told that more may come
	}
	if _, ok := formatOf(head[:n]); !ok && !packed {
		return nil, ErrNoCapture
	}
	f := &File{path: path}
	in, err := f.begin(&offset{src: grown})
	if err == nil || !c.whole && errors.Is(err, ErrTimeout) {
		return in, err
	}
	return nil, err
}

// growing is a file that may grow: at its end there is nothing now.
type growing struct{ c *followed }

func (g *growing) ReadAt(p []byte, off int64) (int, error) {
	n, err := g.c.file.ReadAt(p, off)
	if n > 0 {
		g.c.Size, g.c.grew = max(g.c.Size, off+int64(n)), time.Now()
		return n, nil
	}
	if err == io.EOF && !g.c.whole {
		return 0, ErrTimeout
	}
	return 0, err
}

// offset reads on from where it stopped.
type offset struct {
	src io.ReaderAt
	at  int64
}

func (o *offset) Read(p []byte) (int, error) {
	n, err := o.src.ReadAt(p, o.at)
	o.at += int64(n)
	return n, err
}

// firstOf is the hash of a capture's first frame, 0 if there is none.
func firstOf(path string) uint64 {
	in, err := Open(path)
	if err != nil {
		return 0
	}
	var f event.Frame
	first := uint64(0)
	if in.Next(&f) == nil {
		first = printOf(&f)
	}
	if in.Close() != nil {
		return 0
	}
	return first
}

// printOf is a hash of a frame and its time, never 0.
func printOf(f *event.Frame) uint64 {
	h := fnv.New64a()
	fmt.Fprintf(h, "%d %d %d ", f.Time, f.Length, f.Link)
	_, _ = h.Write(f.Data) // a hash takes all
	return max(h.Sum64(), 1)
}
