package spool

import (
	"errors"
	"fmt"
)

// Config of a spool. Its zero value is the default.
type Config struct {
	// Max bounds the bytes of all segments; default 4 GiB. An eighth of it is
	// reserved for alerts, who also get what calls do not use and, needing more,
	// their oldest segments. At its cap a log drops its oldest segment.
	Max int64 `yaml:"max"`
	// Segment is the size at which a segment is closed; default 64 MiB, and
	// at most a quarter of what its log may hold.
	Segment int64 `yaml:"segment"`
	// Buffer bounds the bytes appended but not yet on disk, per log; default
	// 32 MiB, half a second of a very busy sensor. Beyond it records are shed.
	Buffer int `yaml:"buffer"`
}

const (
	defaultMax     = 4 << 30
	defaultSegment = 64 << 20
	defaultBuffer  = 32 << 20
	minMax         = 64 << 10
	// alertShare of Max is reserved for alerts: 1/8.
	alertShare = 8
)

// Validate says what is wrong with the configuration.
func (c *Config) Validate() error {
	switch {
	case c.Max < 0 || c.Segment < 0 || c.Buffer < 0:
		return errors.New("spool: sizes cannot be negative")
	case c.Max > 0 && c.Max < minMax:
		return fmt.Errorf("spool: max is %d bytes, use at least %d", c.Max, minMax)
	}
	return nil
}

func (c Config) complete() Config {
	if c.Max == 0 {
		c.Max = defaultMax
	}
	if c.Segment == 0 {
		c.Segment = defaultSegment
	}
	if c.Buffer == 0 {
		c.Buffer = defaultBuffer
	}
	return c
}
