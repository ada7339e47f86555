package main

import (
	"io"

	"spaniel/internal/config"
	"spaniel/internal/forward"
	"spaniel/sinks/all"
	"spaniel/sinks/clickhouse"
	"spaniel/sinks/elastic"
	"spaniel/sinks/hec"
	"spaniel/sinks/jsonl"
	"spaniel/sinks/kafka"
	"spaniel/sinks/siem"
	"spaniel/sinks/tlsfiles"
	"spaniel/sinks/webhook"
)

// configuredSinks turns the configuration's sinks into the forwarder's.
func configuredSinks(cfg *config.Config, stdout io.Writer) ([]forward.Sink, error) {
	list, err := checkedSinks(cfg, stdout)
	if err != nil {
		return nil, err
	}
	var out []forward.Sink
	for _, s := range list {
		out = append(out, forward.Sink{Name: s.Name, Open: s.Open, Kinds: s.Kinds, Limits: s.Limits,
			Filter: forward.Filter{MinSeverity: s.MinSeverity, Rules: s.Rules, Categories: s.Categories, Refs: s.Refs, PerMinute: s.MaxPerMinute}})
	}
	return out, nil
}

// checkedSinks are the configuration's sinks, none of them opened.
func checkedSinks(cfg *config.Config, stdout io.Writer) ([]*all.Sink, error) {
	var out []*all.Sink
	for i := range cfg.Sinks {
		s, err := sinkConfig(&cfg.Sinks[i]).Sink(stdout)
		if err != nil {
			return nil, usage(err.Error(), "spaniel config check -c FILE")
		}
		if s.Name == "store" {
			return nil, usage(`a sink may not be called "store": the embedded store is`, "give it another name")
		}
		out = append(out, s)
	}
	return out, nil
}

// sinkConfig translates one sink of the file; a test holds the two to the same
// keys.
func sinkConfig(s *config.Sink) *all.Config {
	c := &all.Config{Name: s.Name, Kinds: s.Kinds, Rules: s.Rules, Categories: s.Categories, Refs: s.Refs, MaxPerMinute: s.PerMinute}
	if s.MinSeverity != nil {
		c.MinSeverity = s.MinSeverity.String()
	}
	if k := s.Kafka; k != nil {
		c.Kafka = &kafka.Config{Brokers: k.Brokers, Topic: k.Topic, CallsTopic: k.CallsTopic, ObservationsTopic: k.ObservationsTopic, DeadLetterTopic: k.DeadLetterTopic, TLS: tlsConfig(k.TLS), Compression: k.Compression, MaxMessage: k.MaxMessage}
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
	if e := s.Elastic; e != nil {
		c.Elastic = &elastic.Config{URL: string(e.URL), Index: e.Index, Username: e.Username, PasswordFile: e.PasswordFile, APIKeyFile: e.APIKeyFile, TLS: tlsConfig(e.TLS)}
	}
	if h := s.HEC; h != nil {
		c.HEC = &hec.Config{URL: string(h.URL), TokenFile: h.TokenFile, Index: h.Index, Source: h.Source, Ack: h.Ack, TLS: tlsConfig(h.TLS)}
	}
	if w := s.Webhook; w != nil {
		c.Webhook = &webhook.Config{URL: string(w.URL), SecretFile: w.SecretFile, Format: w.Format, TLS: tlsConfig(w.TLS)}
	}
	if f := s.File; f != nil {
		c.File = &jsonl.Config{Path: f.Path, Format: f.Format, Sync: f.Sync, MaxSize: int64(f.MaxSize), Keep: f.Keep}
	}
	return c
}

func tlsConfig(t *config.TLS) *tlsfiles.Config {
	if t == nil {
		return nil
	}
	return &tlsfiles.Config{CA: t.CA, Cert: t.Cert, Key: t.Key, ServerName: t.ServerName}
}
