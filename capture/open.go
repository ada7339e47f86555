package capture

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"strconv"

	"golang.org/x/term"
)

// Stdin is the path that means standard input.
const Stdin = "-"

// Open opens the capture file path, or standard input for "-". What cannot be
// a capture is an *InputError, and so is a file that ends inside its header.
// The caller closes the File.
func Open(path string) (*File, error) {
	if path == Stdin {
		return openStdin(os.Stdin)
	}
	file, size, err := openPath(path)
	if err != nil {
		return nil, err
	}
	f := &File{path: path, closer: []func() error{file.Close}}
	if size < 0 { // a FIFO or device: no pread there
		return f.begin(file)
	}
	f.total = size
	return f.begin(io.NewSectionReader(file, 0, math.MaxInt64))
}

// NewFile reads the capture in r as Open does a file; name is used in errors.
// Close does not close r.
func NewFile(name string, r io.Reader) (*File, error) {
	f := &File{path: name}
	return f.begin(r)
}

func openStdin(in *os.File) (*File, error) {
	if term.IsTerminal(int(in.Fd())) {
		return nil, &InputError{"standard input", "it is a terminal", "pipe a capture into it: tcpdump -w - | spaniel read -"}
	}
	f := &File{path: "standard input"}
	if st, err := in.Stat(); err == nil && st.Mode().IsRegular() {
		f.total = st.Size()
	}
	return f.begin(in)
}

// openPath opens path; size is -1 unless it is a regular file.
func openPath(path string) (file *os.File, size int64, err error) {
	st, err := os.Stat(path)
	if err != nil {
		return nil, 0, pathProblem(path, err)
	}
	if st.IsDir() {
		return nil, 0, &InputError{path, "it is a directory", "name the captures inside"}
	}
	if file, err = os.Open(path); err != nil {
		return nil, 0, pathProblem(path, err)
	}
	if !st.Mode().IsRegular() {
		return file, -1, nil
	}
	return file, st.Size(), nil
}

// pathProblem is the error for a path that cannot be opened.
func pathProblem(path string, err error) error {
	var pe *fs.PathError
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return &InputError{path, "there is no such file", "check the path"}
	case errors.Is(err, fs.ErrPermission):
		return &InputError{path, "you may not read it", "chmod it, or run as a user who may"}
	case errors.As(err, &pe):
		return &InputError{path, pe.Err.Error(), ""}
	}
	return &InputError{path, err.Error(), ""}
}

// begin finds out what r holds and reads the file header. On error it closes f.
func (f *File) begin(r io.Reader) (*File, error) {
	err := f.readBeginning(r)
	if err == nil {
		return f, nil
	}
	if cerr := f.Close(); cerr != nil {
		err = errors.Join(err, cerr)
	}
	return nil, err
}

func (f *File) readBeginning(r io.Reader) error {
	head, err := f.sniff(r)
	if err != nil {
		return err
	}
	var ok bool
	if f.format, ok = formatOf(head); !ok {
		return notCapture(f.path, head)
	}
	if !f.format.ng {
		return f.readHeader()
	}
	if h, err := f.in.peek(blockFrame); err != nil {
		return f.cutHeader(len(h), blockFrame+sectionFixed, err)
	}
	err = f.readSection(0)
	var broken *Fault
	if errors.As(err, &broken) { // nothing was given yet: the file is unusable
		return &InputError{f.path, broken.Problem, "capture or copy it again"}
	}
	return err
}

// sniff sets f.in to the uncompressed stream in r and returns its first bytes.
func (f *File) sniff(r io.Reader) ([]byte, error) {
	f.in = newWindow(&counted{r, &f.done})
	u, err := unpack(f.in)
	if u != nil {
		f.closer = append(f.closer, func() error { u.free(); return nil })
		f.in = newWindow(u)
	}
	var head []byte
	if err == nil {
		head, err = f.in.peek(magicLen)
	}
	var d *damage
	switch {
	case err == nil || err == io.EOF:
		return head, nil
	case errors.As(err, &d):
		return nil, &InputError{f.path, d.problem, "copy the file again, or unpack it by hand"}
	}
	return nil, fmt.Errorf("reading %s: %w", f.path, err)
}

// cutHeader is the error for a file that ends inside its header.
func (f *File) cutHeader(have, need int, err error) error {
	var broken *Fault
	err = f.short(0, "file header", int64(have), int64(need), err)
	if errors.As(err, &broken) {
		return &InputError{f.path, broken.Problem, "capture or copy it again"}
	}
	return err
}

func (f *File) oddVersion(format string, major, minor uint16) error {
	return &InputError{f.path, fmt.Sprintf("%s version %d.%d cannot be read", format, major, minor), "convert it: editcap -F pcapng IN OUT"}
}

func hex(v uint32) string { return "0x" + strconv.FormatUint(uint64(v), 16) }
