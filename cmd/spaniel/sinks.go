package main

import (
	"io"

	"spaniel/internal/config"
	"spaniel/internal/forward"
	"spaniel/sinks/all"
	"spaniel/sinks/clickhouse"
	"spaniel/sinks/jsonl"
	"spaniel/sinks/kafka"
	"spaniel/sinks/siem"
	"spaniel/sinks/tlsfiles"
)

// configuredSinks turns the configuration's sinks into the forwarder's.
func configuredSinks(cfg *config.Config, stdout io.Writer) ([]forward.Sink, error) {
	var out []forward.Sink
	for i := range cfg.Sinks {
		c := sinkConfig(&cfg.Sinks[i])
		s, err := c.Sink(stdout)
		if err != nil {
			return nil, usage(err.Error(), "spaniel config check -c FILE")
		}
		if s.Name == "store" {
			return nil, usage(`a sink may not be called "store": the embedded store is`, "give it another name")
		}
		out = append(out, forward.Sink{Name: s.Name, Open: s.Open, Kinds: s.Kinds, MinSeverity: s.MinSeverity, Limits: s.Limits})
	}
	return out, nil
}

// sinkConfig translates one sink of the file; a test holds the two to the same
// keys.
func sinkConfig(s *config.Sink) *all.Config {
	c := &all.Config{Name: s.Name, Kinds: s.Kinds}
	if s.MinSeverity != nil {
		c.MinSeverity = s.MinSeverity.String()
	}
	if k := s.Kafka; k != nil {
		c.Kafka = &kafka.Config{Brokers: k.Brokers, Topic: k.Topic, CallsTopic: k.CallsTopic, TLS: tlsConfig(k.TLS), Compression: k.Compression, MaxMessage: k.MaxMessage}
		if l := k.SASL; l != nil {
			c.Kafka.SASL = &kafka.SASL{Mechanism: l.Mechanism, Username: l.Username, PasswordFile: l.PasswordFile}
		}
	}
	if h := s.ClickHouse; h != nil {
		c.ClickHouse = &clickhouse.Config{URL: string(h.URL), PasswordFile: h.PasswordFile, TLS: tlsConfig(h.TLS), Calls: h.CallsTable,
			Alerts: h.AlertsTable, Flows: h.FlowsTable, Anomalies: h.AnomaliesTable, Losses: h.LossesTable, Facts: h.FactsTable}
	}
	if y := s.Syslog; y != nil {
		c.Syslog = &siem.Config{Address: y.Address, Transport: y.Transport, Format: y.Format, TLS: tlsConfig(y.TLS),
			EnterpriseID: uint32(y.EnterpriseID), MaxMessage: y.MaxMessage}
	}
	if f := s.File; f != nil {
		c.File = &jsonl.Config{Path: f.Path, Sync: f.Sync}
	}
	return c
}

func tlsConfig(t *config.TLS) *tlsfiles.Config {
	if t == nil {
		return nil
	}
	return &tlsfiles.Config{CA: t.CA, Cert: t.Cert, Key: t.Key, ServerName: t.ServerName}
}
