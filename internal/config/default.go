package config

import "spaniel/event"

// Default returns the configuration of the empty file.
func Default() *Config {
	return &Config{
		Decode: Decode{Policy: "linux", Checksums: "auto", Duplicates: "drop", Window: 1 << 20, HoleWait: Duration(5e9), SynIdle: Duration(30e9), Idle: Duration(300e9), HalfIdle: Duration(60e9),
			Linger: Duration(120e9), SynFlood: 1000, FragmentWait: Duration(30e9), FragmentCount: 64, FragmentShare: 25, CopyWait: Duration(5e6)},
		Rules: Rules{Watch: true, OpenAlerts: 4096, MaxAlerts: 5000, MaxSteps: 64 << 20},
		HTTP: HTTP{MaxBody: 64 << 10, MaxHead: 64 << 10, MaxFields: 200, MaxPending: 512, MaxDecoded: 1 << 20, MaxRatio: 100,
			MaxLeaves: 1000, MaxDepth: 64},
		Privacy:  Privacy{User: "keep", IP: "keep"},
		Learned:  Learned{Calls: 100, Time: Duration(3600e9)},
		Store:    Store{Retention: Duration(30 * day), Memory: 256 << 20, QueryTime: Duration(60e9), QueryRows: 1_000_000},
		Evidence: Evidence{MinSeverity: event.High, Max: 1 << 30, Retention: Duration(30 * day)},
		Spool:    Spool{Max: 4 << 30},
		Limits:   Limits{Memory: 1 << 30},
		Process:  Process{Forward: true, Sandbox: true},
		API:      API{Listen: "127.0.0.1:7474"},
		Log:      Log{Level: "info", Format: "auto"},
	}
}
