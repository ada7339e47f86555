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

// ownMemory is what the program takes beside its tables: 80 MiB before it has
// seen a packet, for its code, the compiled rules and the tables of the libraries
// it is made of; the rest is what is under way, and what is garbage until the
// collector comes.
const ownMemory = 144 << 20

// tableMemory is what limits.memory leaves beside the program itself and the latest
// packets, 1 where it is 1 GiB and none are kept.
func tableMemory(cfg *config.Config) float64 {
	return float64(int64(cfg.Limits.Memory-cfg.Evidence.Memory)-ownMemory) / (fullMemory - ownMemory)
}

// memoryShare is how much of their full size tables may have, by limits.memory.
func memoryShare(cfg *config.Config) float64 { return min(1, max(1.0/64, tableMemory(cfg))) }

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

// portion is how much a worker may find in one go.
func portion(cfg *config.Config) int { return int(sensor.DefaultPortion * memoryShare(cfg)) }

// epochBytes bounds what is under way at once: an epoch of nothing but small
// requests is kilobytes for each.
func epochBytes(cfg *config.Config) int {
	return max(32<<10, int(sensor.DefaultEpochBytes*memoryShare(cfg)))
}

// notGo is what of the program's memory Go's limit knows nothing of: the pages
// of its code and its libraries' tables.
const notGo = 80 << 20

// limitMemory makes the garbage collector work harder near the limit, rather
// than let the process grow past it. A tenth at least is left for what is not
// Go's; the kernel's packet ring is part of that. The embedded store has a limit
// of its own. GOMEMLIMIT, where somebody set it, wins.
func limitMemory(cfg *config.Config) {
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(goMemory(int64(cfg.Limits.Memory)))
	}
	floorHeap(cfg)
}

// goMemory is how much of the limit is Go's.
func goMemory(limit int64) int64 { return min(limit/10*9, max(limit-notGo, limit/2)) }
