package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"

	"spaniel/bench/accuracy/corpus"
	"spaniel/event"
)

// peer is the other rule set, at one level: a program of its own, so that none
// of it is linked here.
type peer struct {
	binary, dir string
	level       int
	whole       float64 // µs a call of the whole corpus
}

// buildPeer builds it, a module of its own.
func buildPeer(dir string) (string, error) {
	binary := filepath.Join(dir, "crs")
	cmd := exec.Command("go", "build", "-o", binary, ".")
	cmd.Dir = filepath.Join("bench", "crs")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("building the other rule set: %w\n%s", err, out)
	}
	return binary, nil
}

// judge asks it about calls, and returns the CPU time that took.
func (p *peer) judge(cases []corpus.Case) ([]verdict, time.Duration, error) {
	file := filepath.Join(p.dir, "calls.jsonl")
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	for i := range cases {
		if err := enc.Encode(map[string][]byte{"Request": cases[i].Request, "Response": cases[i].Response}); err != nil {
			return nil, 0, err
		}
	}
	if err := os.WriteFile(file, b.Bytes(), 0o600); err != nil {
		return nil, 0, err
	}
	cmd := exec.Command(p.binary, "-calls", file, "-level", strconv.Itoa(p.level))
	cmd.Stderr = os.Stderr
	raw, err := cmd.Output()
	if err != nil {
		return nil, 0, fmt.Errorf("asking the other rule set: %w", err)
	}
	var out []verdict
	d := json.NewDecoder(bufio.NewReader(bytes.NewReader(raw)))
	for range cases {
		var v struct {
			Found    bool
			Families []string
		}
		if err := d.Decode(&v); err != nil {
			return nil, 0, fmt.Errorf("reading the other rule set's verdicts: %w", err)
		}
		var own verdict
		if v.Found {
			own = verdict{worst: event.Medium, family: map[string]event.Severity{"": event.Medium}}
			for _, f := range v.Families {
				own.family[f] = event.Medium
			}
		}
		out = append(out, own)
	}
	var end struct {
		CPU int64 `json:"cpu_ns"`
	}
	if err := d.Decode(&end); err != nil {
		return nil, 0, fmt.Errorf("reading the other rule set's time: %w", err)
	}
	return out, time.Duration(end.CPU), nil
}
