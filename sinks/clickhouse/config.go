package clickhouse

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"

	"spaniel/event"
	"spaniel/sinks/tlsfiles"
)

// Config of a ClickHouse sink.
type Config struct {
	// URL of the server: clickhouse://user@host:9000/database (9440 with
	// ?secure=true), or http:// and https:// for its HTTP port.
	URL string `yaml:"url"`
	// PasswordFile holds the password on its first line.
	PasswordFile string `yaml:"password_file"`
	// TLS says whom to trust when the URL is secure.
	TLS *tlsfiles.Config `yaml:"tls"`
	// Calls, Alerts, Flows, Anomalies, Losses and Facts name the tables, if they
	// are not called so.
	Calls     string `yaml:"calls_table"`
	Alerts    string `yaml:"alerts_table"`
	Flows     string `yaml:"flows_table"`
	Anomalies string `yaml:"anomalies_table"`
	Losses    string `yaml:"losses_table"`
	Facts     string `yaml:"facts_table"`
}

func (c Config) complete() Config {
	for _, t := range []struct {
		p    *string
		name string
	}{{&c.Calls, "calls"}, {&c.Alerts, "alerts"}, {&c.Flows, "flows"}, {&c.Anomalies, "anomalies"}, {&c.Losses, "losses"}, {&c.Facts, "facts"}} {
		if *t.p == "" {
			*t.p = t.name
		}
	}
	return c
}

// table names the table of a kind, "" if it has none.
func (c *Config) table(k event.Kind) string {
	switch k {
	case event.KindCall:
		return c.Calls
	case event.KindAlert:
		return c.Alerts
	case event.KindFlow:
		return c.Flows
	case event.KindAnomaly:
		return c.Anomalies
	case event.KindLoss:
		return c.Losses
	case event.KindFact:
		return c.Facts
	}
	return ""
}

// Validate says what is wrong with the configuration.
func (c *Config) Validate() error {
	if c.URL == "" {
		return errors.New("clickhouse: url is missing: clickhouse://user@host:9000/database")
	}
	u, err := url.Parse(c.URL)
	if err != nil {
		return fmt.Errorf("clickhouse: url: %w", errors.Unwrap(err)) // the whole error would show a password
	}
	switch u.Scheme {
	case "clickhouse", "http", "https":
	default:
		return fmt.Errorf("clickhouse: url begins with %q: use clickhouse://, http:// or https://", u.Scheme)
	}
	if _, ok := u.User.Password(); ok && c.PasswordFile != "" {
		return errors.New("clickhouse: the password is in the url and in password_file: keep one")
	}
	for _, name := range []string{c.Calls, c.Alerts, c.Flows, c.Anomalies, c.Losses, c.Facts} {
		if strings.ContainsAny(name, "`\\\"' .;") {
			return fmt.Errorf("clickhouse: table name %q", name)
		}
	}
	if c.TLS != nil {
		if err := c.TLS.Validate(); err != nil {
			return fmt.Errorf("clickhouse: %w", err)
		}
	}
	return nil
}

// ParseURL reads the address of a server as the driver does, but that https
// says by itself that it is secure. The error may show a password.
func ParseURL(text string) (*clickhouse.Options, error) {
	if u, err := url.Parse(text); err == nil && u.Scheme == "https" {
		q := u.Query()
		q.Set("secure", "true")
		u.RawQuery = q.Encode()
		text = u.String()
	}
	return clickhouse.ParseDSN(text)
}

// options are those of the driver: few connections, since one goroutine
// writes, and no patience, since the caller retries.
func (c *Config) options() (*clickhouse.Options, error) {
	opt, err := ParseURL(c.URL)
	if err != nil {
		return nil, errors.New("clickhouse: the url cannot be understood") // the error itself could show a password
	}
	opt.MaxOpenConns, opt.MaxIdleConns, opt.DialTimeout = 2, 1, 10*time.Second
	if opt.Compression == nil {
		opt.Compression = &clickhouse.Compression{Method: clickhouse.CompressionLZ4}
	}
	if c.PasswordFile != "" {
		text, err := os.ReadFile(c.PasswordFile)
		if err != nil {
			return nil, fmt.Errorf("clickhouse: reading the password: %w", err)
		}
		opt.Auth.Password, _, _ = strings.Cut(strings.ReplaceAll(string(text), "\r", ""), "\n")
	}
	if c.TLS != nil {
		if opt.TLS, err = c.TLS.Load(); err != nil {
			return nil, fmt.Errorf("clickhouse: %w", err)
		}
	}
	return opt, nil
}
