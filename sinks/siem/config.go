package siem

import (
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"

	"spaniel/sinks/format"
	"spaniel/sinks/tlsfiles"
)

// Config of a syslog sink.
type Config struct {
	// Address of the receiver, host:port.
	Address string `yaml:"address"`
	// Transport is tcp (default), tls or udp.
	Transport string `yaml:"transport"`
	// Format of the message: json (default), one of the other forms of
	// sinks/format, or text, a sentence.
	Format string `yaml:"format"`
	// TLS says whom to trust when the transport is tls.
	TLS *tlsfiles.Config `yaml:"tls"`
	// EnterpriseID names the structured data; default 32473, the number
	// reserved for documentation. Use your own if you have one.
	EnterpriseID uint32 `yaml:"enterprise_id"`
	// MaxMessage bounds a message; default 256 KiB, over UDP 65,000 bytes. A
	// larger one is rejected, for a receiver would cut it in silence.
	MaxMessage int `yaml:"max_message"`
}

// sentence is the form that only syslog has: an alert in words.
const sentence = "text"

const (
	documentationID = 32473
	maxStream       = 256 << 10
	maxDatagram     = 65_000 // IPv4's 65,507, with room for options
)

func (c Config) complete() Config {
	if c.Transport == "" {
		c.Transport = "tcp"
	}
	if c.Format == "" {
		c.Format = "json"
	}
	if c.EnterpriseID == 0 {
		c.EnterpriseID = documentationID
	}
	if c.MaxMessage == 0 {
		c.MaxMessage = maxStream
	}
	if c.Transport == "udp" {
		c.MaxMessage = min(c.MaxMessage, maxDatagram)
	}
	return c
}

// Validate says what is wrong with the configuration.
func (c *Config) Validate() error {
	full := c.complete()
	if c.Address == "" {
		return errors.New("syslog: address is missing: name host:port")
	}
	if _, _, err := net.SplitHostPort(c.Address); err != nil {
		return fmt.Errorf("syslog: address %q is not host:port", c.Address)
	}
	if !slices.Contains([]string{"tcp", "tls", "udp"}, full.Transport) {
		return fmt.Errorf("syslog: unknown transport %q: use tcp, tls or udp", c.Transport)
	}
	if full.Format != sentence && format.Named(full.Format) == nil {
		return fmt.Errorf("syslog: unknown format %q: use %s or %s", c.Format, strings.Join(format.Names(), ", "), sentence)
	}
	if c.TLS != nil && full.Transport != "tls" {
		return errors.New("syslog: tls is set, but the transport is not tls")
	}
	if full.MaxMessage < 480 {
		return fmt.Errorf("syslog: max_message is %d, every receiver takes at least 480", c.MaxMessage)
	}
	if c.TLS != nil {
		return c.TLS.Validate()
	}
	return nil
}
