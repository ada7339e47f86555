package store

import (
	"errors"
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
)

// ErrLocked is what errors.Is finds in an Open that failed because another
// process, or another Store of this one, has the file.
var ErrLocked = errors.New("the store is in use")

// ErrNotStore is what errors.Is finds in an Open of a file that the engine
// takes for none of its own.
var ErrNotStore = errors.New("the file is no store")

// A LockedError says who has the file.
type LockedError struct {
	Path string
	// Holder is the other process's program, PID its number; "" and 0 where
	// the system does not tell.
	Holder string
	PID    int
}

func (e *LockedError) Error() string {
	who := "another process"
	switch {
	case e.PID == os.Getpid():
		who = "this process"
	case e.PID != 0:
		who = fmt.Sprintf("process %d (%s)", e.PID, e.Holder)
	}
	return fmt.Sprintf("store %s is in use by %s", e.Path, who)
}

// Is makes errors.Is(err, ErrLocked) true.
func (e *LockedError) Is(target error) bool { return target == ErrLocked }

// lockPattern reads the engine's message, which is the only place where it
// names the holder.
var lockPattern = regexp.MustCompile(`Conflicting lock is held in (.+?)(?: \(deleted\))? \(PID (\d+)\)`)

// asLocked turns the engine's lock failure into a LockedError, and its refusal
// of another kind of file into ErrNotStore; other errors pass.
func asLocked(path string, err error) error {
	text := err.Error()
	if m := lockPattern.FindStringSubmatch(text); m != nil {
		pid, convErr := strconv.Atoi(m[2])
		if convErr != nil {
			pid = 0
		}
		return &LockedError{Path: path, Holder: m[1], PID: pid}
	}
	if lockAnyPattern.MatchString(text) {
		return &LockedError{Path: path}
	}
	if strings.Contains(text, "not a valid DuckDB database file") {
		return ErrNotStore
	}
	return err
}

// lockAnyPattern is what the engine says where the holder is unknown, or is
// this process with other settings.
var lockAnyPattern = regexp.MustCompile(`Could not set lock on file|already attached|different configuration than existing connections|unique file handle conflict`)
