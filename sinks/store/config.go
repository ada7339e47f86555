package store

import (
	"fmt"
	"time"
)

// Config of a store.
type Config struct {
	// Memory is what the engine may use, in bytes. Default 256 MiB: enough to
	// sort some 20 million rows by spilling, small beside a sensor.
	Memory int64
	// Threads of the engine. Default 2.
	Threads int
	// Retention is how long records are kept, by the day they were spooled; 0
	// keeps them forever. Default 30 days.
	Retention time.Duration
	// MaxBytes bounds what the file uses of the disk: past it the oldest records
	// go, as Shrink says. Write looks once a minute. 0 is no bound.
	MaxBytes int64
	// ReadOnly opens the file for queries alone. Several processes may do so
	// while none writes.
	ReadOnly bool
	// QueryTime and QueryRows bound one query of a user; rows beyond are cut
	// off and Rows.Truncated says so. Defaults 60 s and 1,000,000.
	QueryTime time.Duration
	QueryRows int
}

// minMaxBytes is what keepRows take, with room to write.
const minMaxBytes = 128 << 20

// DefaultConfig returns the defaults named above.
func DefaultConfig() Config {
	return Config{Memory: 256 << 20, Threads: 2, Retention: 30 * 24 * time.Hour, QueryTime: time.Minute, QueryRows: 1_000_000}
}

// Validate returns an error naming the first field that cannot be used.
func (c *Config) Validate() error {
	switch {
	case c.Memory < 64<<20:
		return fmt.Errorf("store memory of %d bytes is too small: the engine needs 64 MiB", c.Memory)
	case c.Threads < 1:
		return fmt.Errorf("store threads %d: use 1 or more", c.Threads)
	case c.MaxBytes != 0 && c.MaxBytes < minMaxBytes:
		return fmt.Errorf("store of at most %d bytes: use at least 128 MiB", c.MaxBytes)
	case c.Retention < 0, c.QueryTime <= 0, c.QueryRows <= 0:
		return fmt.Errorf("store limits: retention may not be negative, query time and rows must be positive")
	}
	return nil
}
