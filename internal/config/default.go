package config

// Default returns the configuration of the empty file.
func Default() *Config {
	return &Config{
		HTTP:    HTTP{MaxBody: 64 << 10, MaxHead: 64 << 10},
		Privacy: Privacy{User: "keep", IP: "keep"},
		Store:   Store{Retention: Duration(30 * day), Memory: 256 << 20, QueryTime: Duration(60e9), QueryRows: 1_000_000},
		Spool:   Spool{Max: 4 << 30},
		Limits:  Limits{Memory: 1 << 30},
		API:     API{Listen: "127.0.0.1:7474"},
		Log:     Log{Level: "info", Format: "auto"},
	}
}
