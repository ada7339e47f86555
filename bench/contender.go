package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// A contender is one way to read a capture.
type contender struct {
	name  string
	argv  []string // what it prints goes nowhere while it is timed
	check bool     // it is Spaniel: what it finds is compared with the truth
	runs  []measured
	heap  int    // peak, in MB, when checked
	found string // in words
}

// measured is one run of a whole process.
type measured struct {
	wall, cpu time.Duration
	rss       int64 // bytes
}

func buildBaseline(dir string) (string, error) {
	file, err := filepath.Abs(filepath.Join(dir, "baseline"))
	if err != nil {
		return "", err
	}
	cmd := exec.Command("go", "build", "-o", file, ".")
	cmd.Dir = filepath.Join("bench", "baseline") // a module of its own
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("building the baseline: %w\n%s", err, out)
	}
	return file, nil
}

// contenders are the baseline, then Spaniel in pairs of one worker and two.
func contenders(spaniel, baseline, file string, rules bool) []*contender {
	read := func(name string, flags ...string) *contender {
		argv := append([]string{spaniel, "read", file, "-q", "-o", "ndjson"}, flags...)
		return &contender{name: name, argv: argv, check: true}
	}
	list := []*contender{
		{name: "gopacket + net/http, detects nothing", argv: []string{baseline, file}},
		read("spaniel, no rules, 1 worker", "--no-rules", "--only", "call", "--workers", "1"),
		read("spaniel, no rules, 2 workers", "--no-rules", "--only", "call", "--workers", "2"),
	}
	if rules {
		list = append(list, read("spaniel, all shipped rules, 1 worker", "--workers", "1"), read("spaniel, all shipped rules, 2 workers", "--workers", "2"))
	}
	return list
}

// run runs the contender once as a whole process.
func (c *contender) run() (out string, err error) {
	cmd := exec.Command(c.argv[0], c.argv[1:]...)
	var stdout, stderr strings.Builder
	cmd.Stderr = &stderr
	if !c.check {
		cmd.Stdout = &stdout // a line or two
	} else if cmd.Stdout, err = os.OpenFile(os.DevNull, os.O_WRONLY, 0); err != nil {
		return "", err
	}
	start := time.Now()
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("running %s: %w\n%s", c.name, err, stderr.String())
	}
	m := measured{wall: time.Since(start), cpu: cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()}
	if u, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		m.rss = u.Maxrss * 1024
	}
	c.runs = append(c.runs, m)
	return strings.TrimSpace(stdout.String()), nil
}
