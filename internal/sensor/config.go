package sensor

import (
	"fmt"
	"time"

	"spaniel/decode"
	"spaniel/detect"
	"spaniel/detect/learned"
	"spaniel/event"
	"spaniel/internal/lookback"
	"spaniel/sinks/redact"
)

// Config is what a sensor is made of.
type Config struct {
	// Name and Zone go into every record; a capture file's sensor is "file".
	Name, Zone string
	// Version of Spaniel, for alerts.
	Version string
	// Workers share the partitions; 0 is 1. The output is the same for any number.
	Workers int
	// EpochFrames cuts epochs; 0 is 512. The output is the same for any number.
	EpochFrames int
	// EpochBytes cuts epochs, too; 0 is DefaultEpochBytes.
	EpochBytes int
	// Backlog is how many calls, flows and notes may wait for their turn before
	// workers do; 0 is DefaultBacklog.
	Backlog int
	// Portion is how many a worker may find before they are handed on in the
	// midst of an epoch; 0 is DefaultPortion. The output is the same for any number.
	Portion int
	Decode  decode.Config
	Rules   *detect.Set
	// Limits bound what the rules remember.
	Limits detect.Limits
	// Learned bounds what calls teach; Facts, if set, is what was learned before,
	// the sensor's from here on.
	Learned learned.Limits
	Facts   *learned.Facts
	// Learn learns from all calls, also where no rule asks.
	Learn bool
	// Keep, if set, is given the facts to be kept, encoded, live every so often, and
	// at the end, from the goroutine that emits; false asks to forget them all.
	Keep     func(encoded []byte) bool
	Redactor *redact.Redactor
	// Observations are handed on, too, as items: for who owns windows elsewhere.
	Observations bool
	// Where, if set, chooses the calls that are shown; all are judged.
	Where func(*event.Call) bool
	// Seen, if set, is told of each frame, what became of it, and which frames
	// had brought the fragments it completed; from the goroutine that reads, all
	// of it borrowed.
	Seen func(f *event.Frame, fate event.FrameFate, parts []uint64)
	// Back, if set, keeps the latest frames of connections; the sensor's until Run
	// is over, but for Look.
	Back *lookback.Ring
	// Panic, if set, is told of a fault that ended at the boundary of its flow, by
	// the worker whose it is; borrowed.
	Panic func(*event.Panicked)
	// Filter, if set, chooses the frames that are decoded.
	Filter func(*event.Frame) bool
	// Now is the wall clock in ns for live capture, nil for files, whose
	// only clock is in their packets.
	Now func() int64
	// Recorded says that live frames may come long after their time, so that the
	// clock rests while none come.
	Recorded bool
	// Sampling is the share of connections that are read at most, live; 0 and 1 are
	// all. Pressure, if set, says how full the kernel's buffer is, 0 to 1: when it
	// is filling, fewer connections are read, until it empties again.
	Sampling float64
	Pressure func() float64
	// Begin, if set, is called in the goroutine that reads, with 0, and in that of
	// each of several workers, with its number from 1, before the first frame.
	Begin func(who int)
	// Ifaces names the capture interfaces by index.
	Ifaces []string
}

// keepEvery is how often, in packet time, what was learned is handed on: what a
// crash loses of it, against tens of milliseconds of encoding at the cap.
const keepEvery = 5 * time.Minute

// DefaultEpochBytes bounds an epoch besides its frames: that many bytes may hold
// a call in every 30.
const DefaultEpochBytes = 256 << 10

// DefaultBacklog is how many calls, flows and notes may wait for their turn.
const DefaultBacklog = 16_384

// DefaultPortion is how many calls, flows and notes may be found in one go: a
// single packet may close a hole with thousands of calls behind it, and a pause
// of the line end all connections there are.
const DefaultPortion = 2048

// The epochs between the reader and the ordered stage are bounded; at the cap
// the reader waits. That of a file always comes to it, since reading is the
// least of the work, so that each epoch comes back to the reader only when all
// others were used: few enough of them stay in the processor's cache. Live, the
// kernel's buffer is not read meanwhile, and a burst is what it must hold.
const (
	fileEpochs = 8
	liveEpochs = 32
)

// inFlight is how many epochs there are.
func (c *Config) inFlight() int {
	if c.Now != nil {
		return liveEpochs
	}
	return fileEpochs
}

func (c *Config) complete() error {
	if c.Rules == nil || c.Redactor == nil {
		return fmt.Errorf("making a sensor: it needs rules and a redactor")
	}
	if c.Workers <= 0 {
		c.Workers = 1
	}
	c.Workers = min(c.Workers, decode.Partitions)
	if c.EpochFrames <= 0 {
		c.EpochFrames = 512
	}
	if c.EpochBytes <= 0 {
		c.EpochBytes = DefaultEpochBytes
	}
	if c.Backlog <= 0 {
		c.Backlog = DefaultBacklog
	}
	if c.Portion <= 0 {
		c.Portion = DefaultPortion
	}
	if c.Name == "" {
		c.Name = "file"
	}
	c.Decode.Sensor = c.Name
	return nil
}

// Judging is what judging needs from outside when it is done beside a sensor
// of this configuration, by a redactor of its own.
func (c Config) Judging(red *redact.Redactor) (*detect.Config, error) {
	if err := c.complete(); err != nil {
		return nil, err
	}
	return c.detectConfig(red), nil
}

// detectConfig is what the rules need from outside: secrets leave a shard
// only through its redactor.
func (c *Config) detectConfig(red *redact.Redactor) *detect.Config {
	return &detect.Config{
		Sensor: event.AlertSensor{Name: c.Name, Zone: c.Zone, Version: c.Version},
		Hash:   red.Hash, Redact: red.Text, User: red.User, Addr: red.Addr, RealIP: red.RealIP, Limits: c.Limits, Learned: c.Learned, Learn: c.Learn, Now: c.Now,
	}
}

func (c *Config) ifaceName(i int) string {
	if i >= 0 && i < len(c.Ifaces) {
		return c.Ifaces[i]
	}
	return ""
}
