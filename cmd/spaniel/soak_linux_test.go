package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"spaniel/internal/vethtest"
	"spaniel/internal/wiretest"
)

// soakEnv is how long TestSoak lasts; without it, it is skipped.
const soakEnv = "SPANIEL_SOAK"

// TestSoak lets the sensor watch a wire for long, on which clients come and go that
// it never saw: after the first half, in which tables fill, it must hold no more
// goroutines and descriptors than before, and its memory must not grow.
func TestSoak(t *testing.T) {
	long, err := time.ParseDuration(os.Getenv(soakEnv))
	if err != nil {
		t.Skipf("a soak takes as long as %s says, such as 20m: %v", soakEnv, err)
	}
	wire := vethtest.Open(t)
	s := soaked(t)
	begin := time.Now()
	var samples []sample
	sent, failed := 0, 0
	for next := 0; time.Since(begin) < long; next++ {
		for _, f := range soakTalk(next) {
			if wire.TrySend(vethtest.Out, f) != nil {
				failed++
			}
			sent++
		}
		if at := time.Since(begin); at > time.Duration(len(samples)+1)*long/60 {
			samples = append(samples, s.sample(t, at))
		}
		time.Sleep(2 * time.Millisecond) // some thousand packets a second
	}
	if failed > 0 {
		t.Errorf("%d of %d packets could not be sent", failed, sent)
	}
	text := s.metrics(t)
	calls, alerts := sumOf(text, `spaniel_calls_total{fate="acked"}`), sumOf(text, "spaniel_alerts_total")
	drops := sumOf(text, "spaniel_capture_drops_total")
	t.Logf("%d packets in %s, %.0f dropped: %.0f calls, %.0f alerts; %s", sent, time.Since(begin).Round(time.Second), drops, calls, alerts, soakSaid(samples))
	if drops == 0 && calls < float64(sent)/14 {
		t.Errorf("%.0f calls of %d packets", calls, sent)
	}
	if alerts == 0 {
		t.Error("no alert: was anything judged?")
	}
	for _, grown := range soakGrown(samples) {
		t.Error(grown)
	}
	s.stop(t)
}

// soakTalk is a connection of a client that was never there before; one in fifty
// attacks.
func soakTalk(n int) [][]byte {
	b := wiretest.New(uint64(n), time.Now().UnixNano())
	c := b.Conn(netip.AddrPortFrom(netip.AddrFrom4([4]byte{100, byte(n >> 16), byte(n >> 8), byte(n)}), uint16(1024+n%60000)), netip.MustParseAddrPort("10.0.0.5:8080"))
	c.Open()
	target := fmt.Sprintf("/api/items/%d?page=%d", n%1000, n)
	if n%50 == 0 {
		target = "/api/items?id=1%27%20UNION%20SELECT%20password%20FROM%20users--"
	}
	c.Client(fmt.Appendf(nil, "GET %s HTTP/1.1\r\nHost: shop.example\r\nUser-Agent: soak/%d\r\n\r\n", target, n%500))
	c.Server([]byte("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 11\r\n\r\n{\"ok\":true}"))
	c.Fin()
	c.FinServer()
	var out [][]byte
	for _, f := range b.Frames() {
		out = append(out, f.Data)
	}
	return out
}

// A soakedProcess is the sensor, in the namespace of the wire.
type soakedProcess struct {
	cmd *exec.Cmd
	api string
}

func soaked(t *testing.T) *soakedProcess { return startSoaked(t, builtProgram(t)) }

// builtProgram is the program as it is now.
func builtProgram(t *testing.T) string {
	t.Helper()
	bin := filepath.Join(t.TempDir(), "spaniel")
	if out, err := exec.Command("go", "build", "-o", bin, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v %s", err, out)
	}
	return bin
}

func startSoaked(t *testing.T, bin string, more ...string) *soakedProcess {
	t.Helper()
	dir := t.TempDir()
	s := &soakedProcess{cmd: exec.Command(bin, append([]string{"run", "-i", vethtest.In, "--as-root", "--log-format", "json", "--set", "api.listen=127.0.0.1:0", "--set", "store.retention=1h"}, more...)...)}
	s.cmd.Env = append(os.Environ(), "XDG_DATA_HOME="+filepath.Join(dir, "data"), "XDG_CONFIG_HOME="+filepath.Join(dir, "config"))
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	log, err := s.cmd.StderrPipe()
	if err == nil {
		err = s.cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if s.cmd.ProcessState == nil {
			_ = s.cmd.Process.Kill()
			_ = s.cmd.Wait()
		}
	})
	lines := bufio.NewReader(log)
	var all strings.Builder
	for s.api == "" {
		line, err := lines.ReadBytes('\n')
		all.Write(line)
		if err != nil {
			t.Fatalf("it ended: %v\n%s", err, &all)
		}
		var said struct{ API string }
		if json.Unmarshal(line, &said) == nil {
			s.api = said.API
		}
	}
	go func() { _, _ = io.Copy(io.Discard, lines) }()
	return s
}

func (s *soakedProcess) stop(t *testing.T) {
	t.Helper()
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := s.cmd.Wait(); err != nil {
		t.Error(err)
	}
}

// metrics asks from this thread, which is the one in the namespace.
func (s *soakedProcess) metrics(t *testing.T) string {
	t.Helper()
	conn, err := net.Dial("tcp4", s.api)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, "GET /metrics HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(conn)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func (s *soakedProcess) sample(t *testing.T, at time.Duration) sample {
	t.Helper()
	text := s.metrics(t)
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(status), "RssAnon:")
	kib, err := strconv.ParseFloat(strings.Fields(rest)[0], 64)
	if err != nil {
		t.Fatal(err)
	}
	taken := sumOf(text, "go_memstats_sys_bytes") - sumOf(text, "go_memstats_heap_released_bytes")
	return sample{
		at: at, memory: kib * 1024, goal: sumOf(text, "go_memstats_next_gc_bytes"), foreign: kib*1024 - taken,
		goroutines: sumOf(text, "go_goroutines"), open: sumOf(text, "process_open_fds"),
	}
}

// sumOf adds up the values of a metric.
func sumOf(text, name string) (sum float64) {
	for line := range strings.Lines(text) {
		rest, ok := strings.CutPrefix(line, name)
		if !ok || rest[0] != ' ' && rest[0] != '{' {
			continue
		}
		fields := strings.Fields(line)
		v, err := strconv.ParseFloat(fields[len(fields)-1], 64)
		if err == nil {
			sum += v
		}
	}
	return sum
}
