// Package all is the one list of the sinks that a configuration can name: by
// its key, how to check it, how to make its Writer, and what suits it. A new
// sink is one entry here. It opens nothing.
package all

import (
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
	"time"

	"spaniel/event"
	"spaniel/sinks"
	"spaniel/sinks/clickhouse"
	"spaniel/sinks/elastic"
	"spaniel/sinks/format"
	"spaniel/sinks/hec"
	"spaniel/sinks/jsonl"
	"spaniel/sinks/kafka"
	"spaniel/sinks/siem"
	"spaniel/sinks/spool"
	"spaniel/sinks/webhook"
)

// Config is one entry of `sinks:` in the configuration: a name, what to send,
// and exactly one destination.
type Config struct {
	// Name of the sink: letters, digits, - and _; it names its cursor.
	Name string `yaml:"name"`
	// Kinds to send: call, alert, flow, anomaly, fact, loss; observation to
	// Kafka alone. The default is
	// what suits the destination.
	Kinds []string `yaml:"kinds"`
	// MinSeverity leaves out alerts below it.
	MinSeverity string `yaml:"min_severity"`
	// Rules, Categories and Refs choose among the alerts: each that is given
	// must have something for one. Rules are ids with * and ?, categories
	// packs (injection) or kinds (injection/sqli), refs as owasp-api:2.
	Rules      []string `yaml:"rules"`
	Categories []string `yaml:"categories"`
	Refs       []string `yaml:"refs"`
	// MaxPerMinute is how many alerts of one minute are sent; one record tells
	// of the others. 0 is all.
	MaxPerMinute int `yaml:"max_per_minute"`

	Kafka      *kafka.Config      `yaml:"kafka"`
	ClickHouse *clickhouse.Config `yaml:"clickhouse"`
	Syslog     *siem.Config       `yaml:"syslog"`
	Elastic    *elastic.Config    `yaml:"elastic"`
	HEC        *hec.Config        `yaml:"hec"`
	Webhook    *webhook.Config    `yaml:"webhook"`
	File       *jsonl.Config      `yaml:"file"`
}

// A Sink is a checked entry, ready for the forwarder.
type Sink struct {
	// Name as configured; Type is the destination's key.
	Name, Type  string
	Kinds       []event.Kind
	MinSeverity event.Severity // 0 when not set
	// As configured.
	Rules, Categories, Refs []string
	MaxPerMinute            int
	Limits                  spool.Limits
	// Open makes a Writer. It does not dial.
	Open func() (sinks.Writer, error)
}

// An entry is one kind of destination.
type entry struct {
	key      string
	present  func(*Config) bool
	validate func(*Config) error
	open     func(*Config, io.Writer) (sinks.Writer, error)
	kinds    []event.Kind         // sent by default
	more     []event.Kind         // sent if asked for, besides event.Kinds
	form     func(*Config) string // of sinks/format, where one can be chosen
	limits   spool.Limits
}

// table lists the destinations in the order of the documentation.
func table() []entry {
	alerts := []event.Kind{event.KindAlert}
	return []entry{
		{
			key:      "kafka",
			present:  func(c *Config) bool { return c.Kafka != nil },
			validate: func(c *Config) error { return c.Kafka.Validate() },
			open:     func(c *Config, _ io.Writer) (sinks.Writer, error) { return writer(kafka.New(*c.Kafka)) },
			kinds:    alerts,
			more:     []event.Kind{event.KindObservation},
			limits:   spool.Limits{Records: 2000, Bytes: 4 << 20, Linger: 100 * time.Millisecond},
		}, {
			key:      "clickhouse",
			present:  func(c *Config) bool { return c.ClickHouse != nil },
			validate: func(c *Config) error { return c.ClickHouse.Validate() },
			open: func(c *Config, _ io.Writer) (sinks.Writer, error) {
				if len(c.Kinds) > 0 {
					return writer(clickhouse.New(*c.ClickHouse)) // all that was asked for must arrive
				}
				return writer(clickhouse.NewLenient(*c.ClickHouse))
			},
			kinds: event.Kinds(),
			// Few large blocks: each makes a part on the server's disk.
			limits: spool.Limits{Records: 50_000, Bytes: 32 << 20, Linger: time.Second},
		}, {
			key:      "syslog",
			present:  func(c *Config) bool { return c.Syslog != nil },
			validate: func(c *Config) error { return c.Syslog.Validate() },
			open:     func(c *Config, _ io.Writer) (sinks.Writer, error) { return writer(siem.New(*c.Syslog)) },
			kinds:    alerts,
			form:     func(c *Config) string { return c.Syslog.Format },
			// Small, since a broken connection sends all of a batch again.
			limits: spool.Limits{Records: 200, Bytes: 1 << 20},
		}, {
			key:      "elastic",
			present:  func(c *Config) bool { return c.Elastic != nil },
			validate: func(c *Config) error { return c.Elastic.Validate() },
			open:     func(c *Config, _ io.Writer) (sinks.Writer, error) { return writer(elastic.New(*c.Elastic)) },
			kinds:    alerts,
			form:     func(*Config) string { return "ecs" },
			limits:   spool.Limits{Records: 2000, Bytes: 4 << 20, Linger: 200 * time.Millisecond},
		}, {
			key:      "hec",
			present:  func(c *Config) bool { return c.HEC != nil },
			validate: func(c *Config) error { return c.HEC.Validate() },
			open:     func(c *Config, _ io.Writer) (sinks.Writer, error) { return writer(hec.New(*c.HEC)) },
			kinds:    alerts,
			limits:   spool.Limits{Records: 1000, Bytes: 800 << 10, Linger: 200 * time.Millisecond}, // collectors take 1 MB by default
		}, {
			key:      "webhook",
			present:  func(c *Config) bool { return c.Webhook != nil },
			validate: func(c *Config) error { return c.Webhook.Validate() },
			open:     func(c *Config, _ io.Writer) (sinks.Writer, error) { return writer(webhook.New(*c.Webhook)) },
			kinds:    alerts,
			form:     func(c *Config) string { return c.Webhook.Format },
			limits:   spool.Limits{Records: 100, Bytes: 1 << 20},
		}, {
			key:      "file",
			present:  func(c *Config) bool { return c.File != nil },
			validate: func(c *Config) error { return c.File.Validate() },
			open:     func(c *Config, out io.Writer) (sinks.Writer, error) { return writer(jsonl.New(*c.File, out)) },
			kinds:    alerts,
			form:     func(c *Config) string { return c.File.Format },
			limits:   spool.Limits{Records: 2000, Bytes: 4 << 20},
		},
	}
}

// writer keeps a nil pointer from becoming an interface that is not nil.
func writer[W sinks.Writer](w W, err error) (sinks.Writer, error) {
	if err != nil {
		return nil, err
	}
	return w, nil
}

// Types lists the keys of the destinations.
func Types() []string {
	var keys []string
	for _, e := range table() {
		keys = append(keys, e.key)
	}
	return keys
}

// Validate says what is wrong with the entry.
func (c *Config) Validate() error {
	_, err := c.Sink(nil)
	return err
}

// Sink checks the entry and returns it ready for use; a file sink with the
// path - writes to stdout.
func (c *Config) Sink(stdout io.Writer) (*Sink, error) {
	if c.Name == "" {
		return nil, errors.New("a sink has no name")
	}
	e, err := c.entry()
	if err != nil {
		return nil, err
	}
	if err := e.validate(c); err != nil {
		return nil, fmt.Errorf("sink %s: %w", c.Name, err)
	}
	s := &Sink{Name: c.Name, Type: e.key, Limits: e.limits, Rules: c.Rules, Categories: c.Categories, Refs: c.Refs, MaxPerMinute: c.MaxPerMinute, Open: func() (sinks.Writer, error) { return e.open(c, stdout) }}
	if s.Kinds, err = c.kinds(e); err != nil {
		return nil, err
	}
	if c.MinSeverity != "" {
		if s.MinSeverity, err = event.ParseSeverity(c.MinSeverity); err != nil {
			return nil, fmt.Errorf("sink %s: min_severity: %w", c.Name, err)
		}
	}
	for _, pattern := range c.Rules {
		if _, err := path.Match(pattern, ""); err != nil {
			return nil, fmt.Errorf("sink %s: rules: %q is no pattern: use ids of rules, with * and ?", c.Name, pattern)
		}
	}
	if c.MaxPerMinute < 0 {
		return nil, fmt.Errorf("sink %s: max_per_minute is negative", c.Name)
	}
	return s, nil
}

// entry finds the one destination.
func (c *Config) entry() (*entry, error) {
	var is *entry
	list := table()
	for i := range list {
		if !list[i].present(c) {
			continue
		}
		if is != nil {
			return nil, fmt.Errorf("sink %s: it has both %s and %s: make two sinks", c.Name, is.key, list[i].key)
		}
		is = &list[i]
	}
	if is == nil {
		return nil, fmt.Errorf("sink %s: it has no destination: use one of %s", c.Name, strings.Join(Types(), ", "))
	}
	return is, nil
}

func (c *Config) kinds(e *entry) ([]event.Kind, error) {
	if len(c.Kinds) == 0 {
		return e.kinds, nil
	}
	var out []event.Kind
	for _, word := range c.Kinds {
		can := append(event.Kinds(), e.more...)
		i := slices.IndexFunc(can, func(k event.Kind) bool { return k.String() == word })
		switch {
		case i < 0 && word == event.KindObservation.String():
			return nil, fmt.Errorf("sink %s: %s takes no observations: leave them out of kinds", c.Name, e.key)
		case i < 0:
			return nil, fmt.Errorf("sink %s: unknown kind %q", c.Name, word)
		}
		out = append(out, can[i])
	}
	return out, c.formed(e, out)
}

// formed says so where the chosen form has no place for a kind asked for.
func (c *Config) formed(e *entry, kinds []event.Kind) error {
	if e.form == nil {
		return nil
	}
	f := format.Named(e.form(c))
	for _, k := range kinds {
		if f != nil && !f.Has(k) {
			return fmt.Errorf("sink %s: format %s has no form for records of kind %s: leave it out of kinds, or use format json", c.Name, f.Name, k)
		}
	}
	return nil
}
