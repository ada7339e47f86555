package main

import (
	"os"
	"runtime/debug"

	"spaniel/detect"
	"spaniel/internal/config"
)

// fullMemory is what the decoder's default caps are made for.
const fullMemory = 1 << 30

// detectLimits is how much the rules may remember: in proportion below 1 GiB.
func detectLimits(cfg *config.Config) (l detect.Limits) {
	if share := float64(cfg.Limits.Memory) / fullMemory; share < 1 {
		l.WindowEntries = max(1, int(detect.DefaultWindowEntries*share))
		l.WindowKeys = max(1, int(detect.DefaultWindowKeys*share))
	}
	return l
}

// limitMemory makes the garbage collector work harder near the limit, rather
// than let the process grow past it. A tenth is left for what is not Go's:
// the code itself and the kernel's packet ring. The embedded store has a limit
// of its own. GOMEMLIMIT, where somebody set it, wins.
func limitMemory(cfg *config.Config) {
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(int64(cfg.Limits.Memory / 10 * 9))
	}
}
