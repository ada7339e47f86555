package kafka

import (
	"context"
	"crypto/sha256"
	"crypto/sha512"
	"errors"
	"fmt"
	"net"
	"os"
	"slices"
	"strings"

	"github.com/segmentio/kafka-go"
	"github.com/segmentio/kafka-go/sasl"
	"github.com/segmentio/kafka-go/sasl/plain"

	"spaniel/sinks/tlsfiles"
)

// Config of a Kafka sink.
type Config struct {
	// Brokers to begin with, host:port each.
	Brokers Brokers `yaml:"brokers"`
	// Topic of the alerts; default spaniel.alerts.v1.
	Topic string `yaml:"topic"`
	// CallsTopic of everything else; default spaniel.calls.v1.
	CallsTopic string `yaml:"calls_topic"`
	// ObservationsTopic of observations; default spaniel.observations.v1.
	ObservationsTopic string `yaml:"observations_topic"`
	// DeadLetterTopic of what can never be delivered to the others; default
	// spaniel.deadletter.v1, none for no such topic.
	DeadLetterTopic string `yaml:"dead_letter_topic"`
	// TLS, if present, encrypts the connections.
	TLS *tlsfiles.Config `yaml:"tls"`
	// SASL, if present, authenticates them.
	SASL *SASL `yaml:"sasl"`
	// Compression of batches: zstd (default), lz4, snappy, gzip, none.
	Compression string `yaml:"compression"`
	// MaxMessage bounds a record, key and headers included, and a request
	// before compression; default 1,000,000 bytes, just under the brokers'
	// default.
	MaxMessage int `yaml:"max_message"`
}

// SASL says who we are.
type SASL struct {
	// Mechanism is plain, scram-sha-256 or scram-sha-512.
	Mechanism string `yaml:"mechanism"`
	Username  string `yaml:"username"`
	// PasswordFile holds the password on its first line.
	PasswordFile string `yaml:"password_file"`
}

const defaultMaxMessage = 1_000_000

// noTopic is what a topic is called that is not wanted.
const noTopic = "none"

// topics are all those that records may go to.
func (c *Config) topics() []string {
	list := []string{c.Topic, c.CallsTopic, c.ObservationsTopic}
	if c.DeadLetterTopic != noTopic {
		list = append(list, c.DeadLetterTopic)
	}
	return list
}

// overhead is the most a record's framing adds in a batch: its lengths and
// deltas as varints (36 bytes at most), and the batch's own 61 bytes.
const overhead = 100

func (c Config) complete() Config {
	set := func(s *string, v string) {
		if *s == "" {
			*s = v
		}
	}
	set(&c.Topic, "spaniel.alerts.v1")
	set(&c.CallsTopic, "spaniel.calls.v1")
	set(&c.ObservationsTopic, "spaniel.observations.v1")
	set(&c.DeadLetterTopic, "spaniel.deadletter.v1")
	set(&c.Compression, "zstd")
	if c.MaxMessage == 0 {
		c.MaxMessage = defaultMaxMessage
	}
	return c
}

// Validate says what is wrong with the configuration.
func (c *Config) Validate() error {
	full := c.complete()
	if len(c.Brokers) == 0 {
		return errors.New("kafka: brokers is missing: name at least one host:port")
	}
	for _, b := range c.Brokers {
		if _, _, err := net.SplitHostPort(b); err != nil {
			return fmt.Errorf("kafka: broker %q is not host:port", b)
		}
	}
	if _, err := codec(full.Compression); err != nil {
		return err
	}
	if slices.Contains([]string{full.Topic, full.CallsTopic, full.ObservationsTopic}, full.DeadLetterTopic) {
		return fmt.Errorf("kafka: dead_letter_topic is %s, which has other records: use a topic of its own, or none", full.DeadLetterTopic)
	}
	if full.MaxMessage < 1024 {
		return fmt.Errorf("kafka: max_message is %d, use at least 1024", c.MaxMessage)
	}
	if c.TLS != nil {
		if err := c.TLS.Validate(); err != nil {
			return fmt.Errorf("kafka: %w", err)
		}
	}
	if c.SASL != nil {
		return c.SASL.validate()
	}
	return nil
}

func codec(name string) (kafka.Compression, error) {
	switch name {
	case "zstd":
		return kafka.Zstd, nil
	case "lz4":
		return kafka.Lz4, nil
	case "snappy":
		return kafka.Snappy, nil
	case "gzip":
		return kafka.Gzip, nil
	case "none":
		return 0, nil
	}
	return 0, fmt.Errorf("kafka: unknown compression %q: use zstd, lz4, snappy, gzip or none", name)
}

func (s *SASL) validate() error {
	if !slices.Contains([]string{"plain", "scram-sha-256", "scram-sha-512"}, s.Mechanism) {
		return fmt.Errorf("kafka: unknown sasl mechanism %q: use plain, scram-sha-256 or scram-sha-512", s.Mechanism)
	}
	if s.Username == "" || s.PasswordFile == "" {
		return errors.New("kafka: sasl needs username and password_file")
	}
	return nil
}

// load returns the mechanism. The password is read now, to say what is wrong
// with its file, and again for each connection.
func (s *SASL) load() (sasl.Mechanism, error) {
	if _, err := s.read(); err != nil {
		return nil, err
	}
	return &rereading{s}, nil
}

// A rereading mechanism has the password that its file holds when a connection
// begins, so that one which was changed counts without a restart.
type rereading struct{ s *SASL }

// Name implements sasl.Mechanism.
func (r *rereading) Name() string {
	return map[string]string{"plain": "PLAIN", "scram-sha-256": "SCRAM-SHA-256", "scram-sha-512": "SCRAM-SHA-512"}[r.s.Mechanism]
}

// Start implements sasl.Mechanism.
func (r *rereading) Start(ctx context.Context) (sasl.StateMachine, []byte, error) {
	m, err := r.s.read()
	if err != nil {
		return nil, nil, err
	}
	return m.Start(ctx)
}

// read reads the password and returns the mechanism with it.
func (s *SASL) read() (sasl.Mechanism, error) {
	text, err := os.ReadFile(s.PasswordFile)
	if err != nil {
		return nil, fmt.Errorf("kafka: reading the password: %w", err)
	}
	password, _, _ := strings.Cut(string(text), "\n")
	password = strings.TrimSuffix(password, "\r")
	switch s.Mechanism {
	case "plain":
		return plain.Mechanism{Username: s.Username, Password: password}, nil
	case "scram-sha-256":
		return &scram{"SCRAM-SHA-256", sha256.New, s.Username, password, randomNonce}, nil
	}
	return &scram{"SCRAM-SHA-512", sha512.New, s.Username, password, randomNonce}, nil
}
