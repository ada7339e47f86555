package main

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"spaniel/bench/traffic"
)

// A kind is one of the captures that can be made.
type kind struct {
	name, what string
	cfg        traffic.Config
}

// findCapture returns the capture of that name, made smaller.
func findCapture(name string, shrink int) (kind, error) {
	for _, k := range []kind{
		{"a", "keep-alive JSON API calls", traffic.Config{Kind: traffic.KeepAlive, Seed: 1, Packets: 1_000_000, Live: 200, CallsPerConn: 100, Swapped: 5, Resent: 5, Attacks: 10}},
		{"b", "connections of one call", traffic.Config{Kind: traffic.Short, Seed: 2, Conns: 300_000, Live: 64, Swapped: 5, Resent: 5, Attacks: 10}},
		{"c", "downloads of 1 to 10 MiB", traffic.Config{Kind: traffic.Large, Seed: 3, Conns: 200, Live: 20, Swapped: 5, Resent: 5}},
	} {
		if k.name == name {
			k.cfg.Packets /= shrink
			k.cfg.Conns /= shrink
			return k, nil
		}
	}
	return kind{}, fmt.Errorf("there is no capture %q: choose among a, b, c", name)
}

// make writes the capture and its truth into dir.
func (k *kind) make(dir string) (file, truth string, sum traffic.Truth, err error) {
	file, truth = filepath.Join(dir, k.name+".pcap"), filepath.Join(dir, k.name+".truth")
	f, err := os.Create(file)
	if err != nil {
		return "", "", sum, err
	}
	t, err := os.Create(truth)
	if err != nil {
		return "", "", sum, errors.Join(err, f.Close())
	}
	w := bufio.NewWriterSize(f, 1<<20)
	sum, err = traffic.Write(w, t, k.cfg)
	return file, truth, sum, errors.Join(err, w.Flush(), f.Close(), t.Close())
}
