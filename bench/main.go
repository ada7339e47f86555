// Command bench makes captures and measures, in one interleaved run, what
// reading each costs Spaniel beside google/gopacket's reassembly with
// net/http, and whether what Spaniel finds is exactly what was put in. Only
// the ratios mean anything: times depend on the machine and its neighbours.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// options are the flags.
type options struct {
	captures       []string
	shrink, rounds int
	dir, spaniel   string
	keep, tshark   bool
	rules          bool
}

func main() {
	var opt options
	names := flag.String("captures", "a,b,c", "captures to measure: a keep-alive API calls, b connections of one call, c downloads")
	flag.IntVar(&opt.shrink, "shrink", 1, "make the captures so many times smaller")
	flag.IntVar(&opt.rounds, "rounds", 5, "rounds; of each figure the median counts")
	flag.StringVar(&opt.dir, "dir", filepath.Join("bench", "work"), "where the captures go, about 1.3 GB at a time")
	flag.StringVar(&opt.spaniel, "spaniel", filepath.Join("bin", "spaniel"), "binary to measure")
	flag.BoolVar(&opt.rules, "rules", true, "read with all shipped rules too")
	flag.BoolVar(&opt.keep, "keep", false, "leave the captures there")
	flag.BoolVar(&opt.tshark, "tshark", false, "read a small capture once with tshark too (deploy/deps.sh bench installs it)")
	flag.Parse()
	opt.captures = strings.Split(*names, ",")
	if err := run(&opt); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

func run(opt *options) error {
	if opt.shrink < 1 || opt.rounds < 1 {
		return fmt.Errorf("-shrink and -rounds are 1 or more")
	}
	if err := os.MkdirAll(opt.dir, 0o755); err != nil {
		return err
	}
	baseline, err := buildBaseline(opt.dir)
	if err != nil {
		return err
	}
	wrong := 0
	perCall := map[string]float64{} // CPU seconds of a call without rules, of the baseline's on (a)
	for _, name := range opt.captures {
		c, err := findCapture(name, opt.shrink)
		if err != nil {
			return err
		}
		r, err := measure(opt, c, baseline)
		if err != nil {
			return err
		}
		wrong += r.print(os.Stdout)
		perCall[name] = r.perCall()
	}
	if perCall["a"] > 0 && perCall["b"] > 0 {
		fmt.Printf("\nCPU of a call, no rules, (b) to (a): %.2f\n", perCall["b"]/perCall["a"])
	}
	if opt.tshark {
		if err := askTshark(opt, baseline); err != nil {
			return err
		}
	}
	if wrong > 0 {
		return fmt.Errorf("%d readings did not find exactly what is in the capture", wrong)
	}
	return nil
}
