//go:build !linux

package confine

import "errors"

// Restart is there on Linux only.
func Restart(Plan) error { return errors.New("rights can be given up on Linux only") }

// Own is there on Linux only.
func Own(Who, ...string) error { return errors.New("rights can be given up on Linux only") }

// Seal does nothing here.
func Seal(bool) error { return nil }
