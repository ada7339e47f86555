package capture

import (
	"errors"
	"fmt"
	"io"
	"os"
	"sync/atomic"

	"spaniel/event"
)

// A File reads one capture: pcap or pcapng, plain, gzip or zstd, from disk or
// a pipe. It belongs to one goroutine, Progress apart. Plain files are read by
// pread in blocks of 128 KiB and frames are handed out where they lie, so a
// frame costs no allocation and no copy.
type File struct {
	path   string
	total  int64
	done   atomic.Int64
	closer []func() error
	in     *window
	format format
	// swap is classic pcap's order of the two lengths.
	swap   swap
	ifaces []iface
	// section is where the interfaces of the current pcapng section begin.
	section int
	over    passed // of pcapng
	number  uint64
	err     error
}

// An iface is an interface and how it counts time.
type iface struct {
	Interface
	ticks ticks
}

// Next implements Source. A Simple Packet Block of pcapng has no time: its
// frame has Time 0. Length is never below len(Data), whatever the file says.
func (f *File) Next(fr *event.Frame) error {
	if f.err != nil {
		return f.err
	}
	var err error
	if f.format.ng {
		err = f.nextBlock(fr)
	} else {
		err = f.nextRecord(fr)
	}
	if err != nil {
		if err != ErrTimeout {
			f.err = err
		}
		return err
	}
	f.number++
	fr.Number = f.number
	return nil
}

// Interfaces lists the interfaces described so far: of a pcap file one, of a
// pcapng file more may follow. Frame.Iface counts through all its sections.
// It is to be called from the goroutine that calls Next.
func (f *File) Interfaces() []Interface {
	list := make([]Interface, len(f.ifaces))
	for i := range f.ifaces {
		list[i] = f.ifaces[i].Interface
	}
	return list
}

// Progress says how many bytes of the file, as stored, were read and how many
// there are; total is 0 when that is unknown. It may be called at any time
// from any goroutine.
func (f *File) Progress() (done, total int64) { return f.done.Load(), f.total }

// Close implements Source. It leaves standard input open.
func (f *File) Close() error {
	var err error
	for _, c := range f.closer {
		err = errors.Join(err, c())
	}
	f.closer, f.in = nil, nil
	f.err = fmt.Errorf("reading %s: %w", f.path, os.ErrClosed)
	return err
}

// A counted reader counts what is read of the file for Progress.
type counted struct {
	src  io.Reader
	done *atomic.Int64
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.src.Read(p)
	c.done.Add(int64(n))
	return n, err
}

// fault is the error for what begins at offset start.
func (f *File) fault(start int64, format string, args ...any) error {
	return &Fault{Path: f.path, Offset: start, Problem: fmt.Sprintf(format, args...)}
}

// short is the error when of the thing that begins at start only have bytes of
// need came, because of err. At a boundary the end of the input is no error.
func (f *File) short(start int64, what string, have, need int64, err error) error {
	var d *damage
	switch {
	case errors.As(err, &d):
		return f.fault(start, "%s", d.problem)
	case err == ErrTimeout:
		return err
	case err != io.EOF:
		return fmt.Errorf("reading %s: %w", f.path, err)
	case have == 0:
		return io.EOF
	}
	return f.fault(start, "the file ends inside a %s: %d of %d bytes are there", what, have, need)
}
