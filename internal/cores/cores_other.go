//go:build !linux

package cores

import (
	"errors"
	"runtime"
)

// Allowed lists all cores.
func Allowed() ([]int, error) {
	list := make([]int, runtime.NumCPU())
	for i := range list {
		list[i] = i
	}
	return list, nil
}

// Pin cannot be done here.
func Pin(int) error { return errors.New("threads can be bound to cores on Linux only") }
