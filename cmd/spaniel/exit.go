package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"syscall"

	"spaniel/capture"
	"spaniel/detect"
	"spaniel/internal/admin"
	"spaniel/internal/config"
	"spaniel/internal/render"
	"spaniel/sinks/spool"
	"spaniel/sinks/store"
)

// The exit codes; scripts rely on them.
const (
	exitFine       = 0
	exitFailure    = 1 // our failure, or input that ended in a fault
	exitInput      = 2 // what the user gave cannot be used
	exitFailOn     = 3 // an alert of --fail-on or above
	exitFindings   = 4 // rules lint or test found something
	exitPermission = 5
)

// A problem is an error made for a person: what, where, why, and the command
// that helps. Empty parts are left out.
type problem struct {
	code             int
	what, where, why string
	fix              string
	cause            error
}

func (p *problem) Error() string {
	var b strings.Builder
	b.WriteString("error: " + p.what)
	if p.where != "" {
		fmt.Fprintf(&b, " (%s)", p.where)
	}
	if p.why != "" {
		b.WriteString("\n  " + strings.ReplaceAll(p.why, "\n", "\n  "))
	}
	if p.fix != "" {
		b.WriteString("\n  fix: " + strings.ReplaceAll(p.fix, "\n", "\n       "))
	}
	return b.String()
}

func (p *problem) Unwrap() error { return p.cause }

// An exitCode ends the program without a message: what there is to say was
// said.
type exitCode int

func (e exitCode) Error() string { return fmt.Sprintf("exit code %d", int(e)) }

// usage is an error of what was typed.
func usage(what, fix string) error { return &problem{code: exitInput, what: what, fix: fix} }

// finish prints err, if there is something to say, and returns the exit code.
func (a *app) finish(err error) int {
	if err == nil {
		return exitFine
	}
	var code exitCode
	if errors.As(err, &code) {
		return int(code)
	}
	p := asProblem(err)
	var lines []string
	for line := range strings.SplitSeq(p.Error(), "\n") {
		lines = append(lines, render.Safe(line)) // file names and captured text may hold anything
	}
	_, _ = fmt.Fprintln(a.err, strings.Join(lines, "\n")) // standard error is the last resort
	return p.code
}

// asProblem gives each error of the packages its words and its exit code.
func asProblem(err error) *problem {
	var p *problem
	var input *capture.InputError
	var perm *capture.PermissionError
	var fault *capture.Fault
	var load *detect.LoadError
	var conf *config.Error
	var sqlErr *store.SQLError
	switch {
	case errors.As(err, &p):
		return p
	case errors.As(err, &perm):
		return &problem{exitPermission, "cannot capture: " + perm.Problem, perm.Interface, "", ofThisProgram(perm.Remedy), err}
	case errors.As(err, &input):
		return &problem{exitInput, input.Problem, input.Path, "", input.Remedy, err}
	case errors.As(err, &fault):
		return &problem{exitFailure, fault.Problem, fmt.Sprintf("%s at byte %d", fault.Path, fault.Offset), "", "", err}
	case errors.As(err, &conf):
		return &problem{exitInput, "the configuration cannot be used", "", conf.Error(), "spaniel config show prints what is in effect, spaniel config init a commented file", err}
	case errors.As(err, &load) && len(load.Problems) > 0 && load.Problems[0].File == "--where":
		return &problem{exitInput, "--where cannot be understood", "", load.Error(), "spaniel fields lists the names it may use", err}
	case errors.As(err, &load):
		return &problem{exitInput, "the rules cannot be loaded", "", load.Error(), "spaniel rules lint FILE checks rules, spaniel fields lists the names they may use", err}
	case errors.As(err, &sqlErr):
		return &problem{exitInput, "the query cannot be answered", "", sqlErr.Message, "spaniel query 'DESCRIBE calls' lists the columns", err}
	}
	return systemProblem(err)
}

// systemProblem are failures of the machine and of its other programs.
func systemProblem(err error) *problem {
	var locked *store.LockedError
	var addr *admin.AddressError
	switch {
	case errors.As(err, &locked):
		return &problem{exitFailure, locked.Error(), "", "one process owns a store at a time", lockedFix(locked), err}
	case errors.Is(err, store.ErrNotStore):
		return &problem{exitInput, "the file is no store", "", err.Error(), "name the store: --store PATH; spaniel read FILE --save makes one where there is none", err}
	case errors.Is(err, spool.ErrLocked):
		return &problem{exitFailure, err.Error(), "", "another sensor uses the same spool", "stop it, or give this one its own: --set spool.path=DIR", err}
	case errors.As(err, &addr) && addr.InUse:
		return &problem{exitFailure, addr.Error(), "api.listen", "", "choose another: --set api.listen=127.0.0.1:7475   or: --set api.listen=off", err}
	case errors.As(err, &addr):
		return &problem{exitInput, addr.Error(), "api.listen", "", "write it like 127.0.0.1:7474, or off", err}
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT), strings.Contains(err.Error(), syscall.ENOSPC.Error()),
		strings.Contains(err.Error(), "No space left on device"): // the engine of the store has only words
		return &problem{exitFailure, "no space left on the disk", "", err.Error(), "free some space, or write elsewhere: df -h shows where there is room", err}
	case errors.Is(err, fs.ErrPermission):
		return &problem{exitPermission, "not allowed", "", err.Error(), "do it as the user whom the file belongs to, or with sudo", err}
	case errors.Is(err, context.Canceled):
		return &problem{exitFailure, "interrupted", "", "", "", err}
	}
	return &problem{exitFailure, err.Error(), "", "", "", err}
}

// ofThisProgram names the program that runs in a command to be typed: it need
// not be the one on the path, or on any.
func ofThisProgram(remedy string) string {
	self, err := os.Executable()
	if err != nil || strings.ContainsAny(self, " '\"\\$`") {
		return remedy
	}
	return strings.ReplaceAll(remedy, "$(command -v spaniel)", self)
}

func lockedFix(e *store.LockedError) string {
	if e.PID != 0 {
		return fmt.Sprintf("wait for it, stop it (kill %d), or use another file: --store PATH", e.PID)
	}
	return "wait for it, or use another file: --store PATH"
}
