package main

import (
	"os"
	"runtime/debug"

	"spaniel/detect"
	"spaniel/internal/config"
	"spaniel/internal/sensor"
)

// fullMemory is what the decoder's default caps are made for.
const fullMemory = 1 << 30

// ownMemory is what the program takes before it has seen a packet: its code, the
// compiled rules, the tables of the libraries it is made of.
const ownMemory = 96 << 20

// memoryShare is how much of their full size tables may have, by limits.memory:
// in proportion to what that leaves beside the program itself.
func memoryShare(cfg *config.Config) float64 {
	return min(1, max(1.0/64, float64(cfg.Limits.Memory-ownMemory)/(fullMemory-ownMemory)))
}

// detectLimits is how much the rules may remember, in proportion below 1 GiB,
// say and cost.
func detectLimits(cfg *config.Config) detect.Limits {
	l := detect.Limits{OpenAlerts: cfg.Rules.OpenAlerts, RuleAlerts: uint64(cfg.Rules.MaxAlerts), RuleSteps: int(cfg.Rules.MaxSteps)}
	if share := memoryShare(cfg); share < 1 {
		l.WindowEntries = max(1, int(detect.DefaultWindowEntries*share))
		l.WindowKeys = max(1, int(detect.DefaultWindowKeys*share))
	}
	return l
}

// backlog is how much may be found and not yet handed on.
func backlog(cfg *config.Config) int { return int(sensor.DefaultBacklog * memoryShare(cfg)) }

// limitMemory makes the garbage collector work harder near the limit, rather
// than let the process grow past it. A tenth is left for what is not Go's:
// the code itself and the kernel's packet ring. The embedded store has a limit
// of its own. GOMEMLIMIT, where somebody set it, wins.
func limitMemory(cfg *config.Config) {
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(int64(cfg.Limits.Memory / 10 * 9))
	}
	floorHeap(cfg)
}
