package cores

import (
	"fmt"
	"runtime"

	"golang.org/x/sys/unix"
)

// Allowed lists the cores that the calling thread may run on, numbered as the
// kernel does.
func Allowed() ([]int, error) {
	var set unix.CPUSet
	if err := unix.SchedGetaffinity(0, &set); err != nil {
		return nil, fmt.Errorf("asking for the cores: %w", err)
	}
	var list []int
	for core := 0; len(list) < set.Count(); core++ {
		if set.IsSet(core) {
			list = append(list, core)
		}
	}
	return list, nil
}

// Pin binds the calling goroutine to a thread of its own, and that to a core, for
// as long as both last.
func Pin(core int) error {
	runtime.LockOSThread()
	var set unix.CPUSet
	set.Set(core)
	if err := unix.SchedSetaffinity(0, &set); err != nil {
		return fmt.Errorf("binding a thread to core %d: %w", core, err)
	}
	return nil
}
