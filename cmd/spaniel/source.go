package main

import (
	"context"
	"errors"
	"io"
	"os"

	"golang.org/x/term"

	"spaniel/capture"
	"spaniel/event"
)

// A source is one capture, or several files read as one by time.
type source struct {
	files []*capture.File
	// ahead holds each file's next frame when there are several. Its data is
	// the file's own, good until that file is asked again.
	ahead  []event.Frame
	given  int     // the file whose frame was given last, -1 at first
	ended  []error // io.EOF or a fault, once a file is over
	first  []int   // index of each file's first interface in the whole
	number uint64
	fault  error
}

// openAll opens the captures; in is standard input, for "-".
func openAll(ctx context.Context, paths []string, in io.Reader) (*source, error) {
	s := &source{}
	for _, p := range paths {
		f, err := openOne(ctx, p, in)
		if err != nil {
			return nil, errors.Join(err, s.Close())
		}
		s.files = append(s.files, f)
	}
	s.ahead, s.ended = make([]event.Frame, len(s.files)), make([]error, len(s.files))
	if len(s.files) > 1 {
		n := 0
		for i := range s.files {
			s.first = append(s.first, n)
			n += maxIfaces
			s.pull(i)
		}
	}
	s.given = -1
	return s, nil
}

func openOne(ctx context.Context, path string, in io.Reader) (*capture.File, error) {
	if path != capture.Stdin {
		return capture.Open(path)
	}
	if f, ok := in.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		return nil, usage("standard input is a terminal, not a capture", "tcpdump -w - | spaniel read -")
	}
	return capture.NewFile("standard input", interruptible(ctx, in))
}

// interruptible ends when ctx does, even while in has nothing to give: a read
// of standard input cannot be called back, so it is left to the process's end.
func interruptible(ctx context.Context, in io.Reader) io.Reader {
	r, w := io.Pipe()
	go func() {
		_, err := io.Copy(w, in)
		_ = w.CloseWithError(err) // never fails
	}()
	context.AfterFunc(ctx, func() { _ = w.CloseWithError(io.EOF) })
	return r
}

// maxIfaces sets the files' interfaces apart; a pcapng file may name more only
// as it goes on, so that counting them at the start would not do.
const maxIfaces = 1 << 16

// names are the interfaces known at the start.
func (s *source) names() []string {
	var out []string
	if len(s.files) > 1 {
		return nil
	}
	for _, i := range s.files[0].Interfaces() {
		out = append(out, i.Name)
	}
	return out
}

// Next implements capture.Source.
func (s *source) Next(f *event.Frame) error {
	if len(s.files) == 1 {
		return s.files[0].Next(f)
	}
	if s.given >= 0 {
		s.pull(s.given)
	}
	best := -1
	for i := range s.files {
		if s.ended[i] == nil && (best < 0 || s.ahead[i].Time < s.ahead[best].Time) {
			best = i
		}
	}
	if best < 0 {
		s.given = -1
		if s.fault != nil {
			return s.fault
		}
		return io.EOF
	}
	*f = s.ahead[best]
	s.number++
	f.Number = s.number
	s.given = best
	return nil
}

// pull reads a file's next frame. A fault of one file does not end the others;
// it is told at the end.
func (s *source) pull(i int) {
	var f event.Frame
	if err := s.files[i].Next(&f); err != nil {
		s.ended[i] = err
		if !errors.Is(err, io.EOF) && s.fault == nil {
			s.fault = err
		}
		return
	}
	f.Iface += s.first[i]
	s.ahead[i] = f
}

// progress is how much was read, in bytes of the files; total is 0 when one
// does not know its length.
func (s *source) progress() (done, total int64) {
	unknown := false
	for _, f := range s.files {
		d, t := f.Progress()
		done, total = done+d, total+t
		unknown = unknown || t == 0
	}
	if unknown {
		total = 0
	}
	return done, total
}

// Close implements capture.Source.
func (s *source) Close() error {
	var errs []error
	for _, f := range s.files {
		errs = append(errs, f.Close())
	}
	return errors.Join(errs...)
}
