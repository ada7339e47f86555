package main

import (
	"fmt"
	"slices"

	"go.uber.org/zap"

	"spaniel/internal/cores"
)

// pin is what binds the goroutines of the sensor to the cores of the
// configuration, nil where it names none.
func (s *service) pin() (func(who int), error) {
	list := s.cfg.Limits.Cores
	if len(list) == 0 {
		return nil, nil
	}
	allowed, err := cores.Allowed()
	if err != nil {
		return nil, err
	}
	for _, core := range list {
		if !slices.Contains(allowed, core) {
			return nil, usage(fmt.Sprintf("limits.cores names core %d, and this process may run on %v", core, allowed), "name cores among them; taskset -p says for each process which they are")
		}
	}
	return func(who int) {
		core := list[who%len(list)]
		if err := cores.Pin(core); err != nil { // it works without
			s.log.Warn("a goroutine is not bound to its core", zap.Int("core", core), zap.Error(err))
		}
	}, nil
}
