package main

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"testing"

	"spaniel/bench/traffic"
	"spaniel/internal/demo"
)

// BenchmarkRead reads captures as the command does, with the shipped rules and
// without, from the file to the lines: what the compiler is told to make fast
// (make profile). They are others than those of make bench.
func BenchmarkRead(b *testing.B) {
	dir := b.TempDir()
	b.Setenv("XDG_DATA_HOME", dir)
	b.Setenv("XDG_CONFIG_HOME", dir)
	files := []string{filepath.Join(dir, "demo.pcap")}
	if err := os.WriteFile(files[0], demo.Capture(), 0o600); err != nil {
		b.Fatal(err)
	}
	for name, cfg := range map[string]traffic.Config{
		"kept.pcap":  {Kind: traffic.KeepAlive, Seed: 11, Packets: 40_000, Live: 60, CallsPerConn: 30, Swapped: 9, Resent: 9, Attacks: 10},
		"short.pcap": {Kind: traffic.Short, Seed: 12, Conns: 3000, Live: 64, Swapped: 9, Resent: 9, Attacks: 10},
		"large.pcap": {Kind: traffic.Large, Seed: 13, Conns: 2, Live: 2},
	} {
		var pcap bytes.Buffer
		if _, err := traffic.Write(&pcap, io.Discard, cfg); err != nil {
			b.Fatal(err)
		}
		files = append(files, filepath.Join(dir, name))
		if err := os.WriteFile(files[len(files)-1], pcap.Bytes(), 0o600); err != nil {
			b.Fatal(err)
		}
	}
	for _, noRules := range []bool{true, false} {
		name := "shipped rules"
		if noRules {
			name = "no rules"
		}
		b.Run(name, func(b *testing.B) {
			a := &app{in: bytes.NewReader(nil), out: io.Discard, err: io.Discard, quiet: true}
			opt := readOptions{format: "ndjson", noRules: noRules, workers: 1}
			if err := opt.check(); err != nil {
				b.Fatal(err)
			}
			cfg, _, err := a.config()
			if err != nil {
				b.Fatal(err)
			}
			set, err := opt.ruleSet(cfg)
			if err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				r, err := a.newReading(context.Background(), cfg, set, &opt)
				if err != nil {
					b.Fatal(err)
				}
				if err := r.all(files); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
