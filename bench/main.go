// Command bench makes a capture and measures, in one interleaved run, what
// reading it costs Spaniel with all shipped rules on, beside tshark and
// google/gopacket's reassembly with net/http. Only the ratios mean anything:
// absolute times depend on the machine and its neighbours.
package main

import (
	"bufio"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"text/tabwriter"
	"time"

	"spaniel/bench/traffic"
)

func main() {
	packets := flag.Int("packets", 300000, "packets of the capture")
	rounds := flag.Int("rounds", 3, "rounds; the median counts")
	lost := flag.Int("lost", 1, "segments lost per 1,000")
	dir := flag.String("dir", filepath.Join("bench", "work"), "where the capture goes")
	spaniel := flag.String("spaniel", filepath.Join("bin", "spaniel"), "binary to measure")
	flag.Parse()
	if err := run(*packets, *rounds, *lost, *dir, *spaniel); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

// A contender is one way to read the capture.
type contender struct {
	name  string
	argv  []string
	count func(out string) int // calls found, from its output
	runs  []measured
}

type measured struct {
	wall, cpu time.Duration
	rss       int64 // bytes
	calls     int
}

func run(packets, rounds, lost int, dir, spaniel string) error {
	file, truth, err := makeCapture(packets, lost, dir)
	if err != nil {
		return err
	}
	fmt.Printf("capture: %d packets, %.0f MB, %d calls on %d connections, %d attacks; %d segments lost, some swapped and resent\n",
		truth.Packets, float64(truth.Bytes)/1e6, truth.Calls, truth.Conns, truth.Attacks, truth.Lost)
	baseline := filepath.Join("bin", "baseline")
	if out, err := exec.Command("go", "build", "-o", baseline, "./bench/baseline").CombinedOutput(); err != nil {
		return fmt.Errorf("building the baseline: %w\n%s", err, out)
	}
	lines := func(out string) int { return strings.Count(out, `"kind":"call"`) }
	list := []*contender{
		{name: "gopacket + net/http, no rules", argv: []string{baseline, file}, count: func(out string) (n int) {
			fmt.Sscanf(out, "%d requests", &n) // 0 if it printed nothing, which the table shows
			return n
		}},
		{name: "spaniel, shipped rules, 1 worker", argv: []string{spaniel, "read", file, "-o", "ndjson", "--workers", "1"}, count: lines},
		{name: "spaniel, shipped rules, 2 workers", argv: []string{spaniel, "read", file, "-o", "ndjson", "--workers", "2"}, count: lines},
		{name: "tshark", argv: []string{"tshark", "-r", file, "-Y", "http.request", "-T", "fields", "-e", "http.request.method"}, count: func(out string) int { return strings.Count(out, "\n") }},
	}
	for round := range rounds {
		for _, c := range list {
			if c.name == "tshark" && round > 0 {
				continue // a hundred times slower; once is enough to see it
			}
			m, err := c.run()
			if err != nil {
				return err
			}
			c.runs = append(c.runs, m)
		}
	}
	report(list, truth)
	return nil
}

func makeCapture(packets, lost int, dir string) (string, traffic.Truth, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", traffic.Truth{}, err
	}
	file := filepath.Join(dir, "a.pcap")
	f, err := os.Create(file)
	if err != nil {
		return "", traffic.Truth{}, err
	}
	defer f.Close()
	w := bufio.NewWriterSize(f, 1<<20)
	cfg := traffic.Default(packets)
	cfg.Lost = lost
	truth, err := traffic.Write(w, cfg)
	if err == nil {
		err = w.Flush()
	}
	return file, truth, err
}

// run runs the contender once as a whole process.
func (c *contender) run() (measured, error) {
	out, err := os.CreateTemp("", "bench")
	if err != nil {
		return measured{}, err
	}
	defer os.Remove(out.Name())
	defer out.Close()
	cmd := exec.Command(c.argv[0], c.argv[1:]...)
	var stderr strings.Builder
	cmd.Stdout, cmd.Stderr = out, &stderr
	start := time.Now()
	if err := cmd.Run(); err != nil {
		return measured{}, fmt.Errorf("running %s: %w\n%s", c.name, err, stderr.String())
	}
	m := measured{wall: time.Since(start), cpu: cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()}
	if u, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		m.rss = u.Maxrss * 1024
	}
	text, err := os.ReadFile(out.Name())
	m.calls = c.count(string(text))
	return m, err
}

func report(list []*contender, truth traffic.Truth) {
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "contender\tCPU s\tof baseline\twall s\tkpkt/s\tcalls/s\tpeak MB\tcalls found")
	base := median(list[0].runs).cpu.Seconds()
	for _, c := range list {
		m := median(c.runs)
		fmt.Fprintf(w, "%s\t%.2f\t%.2f\t%.2f\t%.0f\t%.0f\t%d\t%d of %d\n", c.name, m.cpu.Seconds(), m.cpu.Seconds()/base, m.wall.Seconds(),
			float64(truth.Packets)/m.wall.Seconds()/1000, float64(truth.Calls)/m.wall.Seconds(), m.rss>>20, m.calls, truth.Calls)
	}
	w.Flush() // to stdout: a failure here has nobody to be told
}

// median returns the run of median CPU time.
func median(runs []measured) measured {
	s := slices.Clone(runs)
	slices.SortFunc(s, func(a, b measured) int { return int(a.cpu - b.cpu) })
	return s[len(s)/2]
}
