package main

import (
	"fmt"
	"os/exec"
	"strings"

	"spaniel/bench/traffic"
)

// askTshark reads a small capture once with the baseline, Spaniel and tshark,
// which is too slow for a large one.
func askTshark(opt *options, baseline string) error {
	k := kind{"small", "keep-alive JSON API calls", traffic.Config{Kind: traffic.KeepAlive, Seed: 9, Packets: 60_000, Live: 40, CallsPerConn: 100, Swapped: 5, Resent: 5, Attacks: 10}}
	file, _, sum, err := k.make(opt.dir)
	if err != nil {
		return err
	}
	if _, err := exec.LookPath("tshark"); err != nil {
		return fmt.Errorf("%w: deploy/deps.sh bench installs it", err)
	}
	fields := []string{"-Y", "http", "-T", "fields", "-e", "http.request.method", "-e", "http.response.code", "-o", "tcp.reassemble_out_of_order:TRUE"}
	list := []*contender{
		{name: "baseline", argv: []string{baseline, file}},
		{name: "spaniel, no rules, 1 worker", argv: []string{opt.spaniel, "read", file, "-q", "-o", "ndjson", "--no-rules", "--only", "call", "--workers", "1"}, check: true},
		{name: "tshark", argv: append([]string{"tshark", "-r", file}, fields...)},
	}
	fmt.Printf("\n(small) %d packets, %d calls, once\n", sum.Packets, sum.Calls)
	for _, c := range list {
		out, err := c.run()
		if err != nil {
			return err
		}
		if c.name == "tshark" {
			c.found = fmt.Sprintf("%d requests and responses", strings.Count(out, "\n")+1)
		} else if !c.check {
			c.found = out
		}
		fmt.Printf("%-28s CPU %.2f s, %.1f of the baseline  %s\n", c.name, c.runs[0].cpu.Seconds(), c.runs[0].cpu.Seconds()/list[0].runs[0].cpu.Seconds(), c.found)
	}
	return nil
}
