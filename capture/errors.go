package capture

import (
	"errors"
	"fmt"
)

// ErrTimeout is returned by Live.Next when no frame came for 10 to 40 ms.
// Nothing is wrong: the caller may move its clock, and call again.
var ErrTimeout = errors.New("no frame arrived")

// An InputError says that what the user named cannot be used at all. Nothing
// was read from it.
type InputError struct {
	// Path is the file, interface or filter as the user gave it.
	Path string
	// Problem says what is wrong, Remedy what to do about it (may be "").
	Problem, Remedy string
}

func (e *InputError) Error() string { return sentence(e.Path, e.Problem, e.Remedy) }

// A PermissionError says that the process may not capture live traffic.
type PermissionError struct {
	Interface string
	// Problem is what the system said, Remedy the command that helps.
	Problem, Remedy string
}

func (e *PermissionError) Error() string { return sentence(e.Interface, e.Problem, e.Remedy) }

// A Fault is where an input that began well is broken. All frames before it
// were given.
type Fault struct {
	Path string
	// Offset is the byte at which the broken record or block begins, counted
	// in the uncompressed stream.
	Offset  int64
	Problem string
}

func (e *Fault) Error() string {
	return fmt.Sprintf("%s: broken at byte %d: %s", e.Path, e.Offset, e.Problem)
}

// sentence joins the parts of an error meant for a person.
func sentence(what, problem, remedy string) string {
	s := problem
	if what != "" {
		s = what + ": " + s
	}
	if remedy != "" {
		s += "; " + remedy
	}
	return s
}
