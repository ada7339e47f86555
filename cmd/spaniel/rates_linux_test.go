package main

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"spaniel/bench/traffic"
	"spaniel/capture"
	"spaniel/event"
	"spaniel/internal/vethtest"
)

// ratesEnv is how long TestRates sends at each rate; without it, it is skipped.
const ratesEnv = "SPANIEL_RATES"

// rateSteps are packets a second; the last is as fast as one thread can.
var rateSteps = []int{10_000, 20_000, 30_000, 50_000, 100_000, 150_000, 300_000, 1 << 30}

// A rateReader is what captures from the wire while a rate is sent.
type rateReader struct {
	name string
	// begin starts it; the result stops it and says what it saw, dropped and left
	// out, and what it took of the processor's time.
	begin func(*testing.T) func(*testing.T) tally
}

// A tally is what a rateReader says of the packets of one rate.
type tally struct {
	read, dropped, shed uint64
	cpu                 time.Duration
}

// TestRates sends the calls of an API onto a wire at growing rates, at each to the
// sensor with all its rules, to a capture that does nothing with what it gets, and
// to tcpdump that writes to /dev/null, by turns. Each packet that went over the
// wire must be in the sensor's counts.
func TestRates(t *testing.T) {
	long, err := time.ParseDuration(os.Getenv(ratesEnv))
	if err != nil {
		t.Skipf("rates take as long each as %s says, such as 10s: %v", ratesEnv, err)
	}
	wire := vethtest.Open(t)
	frames := rateFrames(t)
	bin := builtProgram(t)
	best := map[string]int{}
	readers := []rateReader{
		{"spaniel run, all rules, 1 worker", func(t *testing.T) func(*testing.T) tally { return rateSensor(t, bin) }},
		{"capture alone, libpcap", func(t *testing.T) func(*testing.T) tally { return rateCapture(t, capture.BackendPcap) }},
		{"capture alone, afpacket", func(t *testing.T) func(*testing.T) tally { return rateCapture(t, capture.BackendAFPacket) }},
	}
	if _, err := exec.LookPath("tcpdump"); err == nil {
		readers = append(readers, rateReader{"tcpdump -w /dev/null", rateTcpdump})
	} else {
		t.Logf("without tcpdump beside: %v", err)
	}
	for _, rate := range rateSteps {
		for _, w := range readers {
			end := w.begin(t)
			before := wire.Carried(vethtest.Out)
			took := sendAt(wire, frames, rate, long)
			sent := wire.Carried(vethtest.Out) - before
			got := end(t)
			t.Logf("%-33s sent %7d in %5.2f s, %6.0f a second: read %7d, left out %6d, dropped %6d (%.1f %%); %.2f µs of the processor a packet read",
				w.name, sent, took.Seconds(), float64(sent)/took.Seconds(), got.read, got.shed, got.dropped, 100*float64(got.dropped+got.shed)/float64(sent), float64(got.cpu.Microseconds())/float64(max(got.read, 1)))
			if got.read+got.shed+got.dropped != sent {
				t.Errorf("%s: %d sent, %+v", w.name, sent, got)
			}
			if reached := int(float64(sent) / took.Seconds()); got.dropped+got.shed == 0 {
				best[w.name] = max(best[w.name], reached)
			}
		}
	}
	for _, w := range readers {
		t.Logf("%s: nothing dropped or left out up to %d packets a second", w.name, best[w.name])
	}
	t.Logf("%d processors; the load at the end: %s", runtime.NumCPU(), loadAverage())
}

func loadAverage() string {
	b, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return err.Error()
	}
	return strings.TrimSpace(string(b))
}

// sendAt sends for long, or all there is: a packet twice would be another thing
// than traffic.
func sendAt(wire *vethtest.Wire, frames [][]byte, rate int, long time.Duration) time.Duration {
	begin := time.Now()
	for i := 0; i < len(frames); i++ {
		if i%16 == 0 {
			at := time.Since(begin)
			if at > long {
				break
			}
			if due := time.Duration(i) * time.Second / time.Duration(rate); due > at+200*time.Microsecond {
				time.Sleep(due - at)
			}
		}
		_ = wire.TrySend(vethtest.Out, frames[i]) // Carried knows what the wire took
	}
	return time.Since(begin)
}

// rateFrames are those of the benchmark's capture (a).
func rateFrames(t *testing.T) (out [][]byte) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "a.pcap")
	f, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	_, err = traffic.Write(f, io.Discard, traffic.Config{Kind: traffic.KeepAlive, Seed: 1, Packets: 1_000_000, Live: 200, CallsPerConn: 100, Swapped: 5, Resent: 5, Attacks: 10})
	if err = errors.Join(err, f.Close()); err != nil {
		t.Fatal(err)
	}
	src, err := capture.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	for {
		var f event.Frame
		err := src.Next(&f)
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, bytes.Clone(f.Data))
	}
}

func rateSensor(t *testing.T, bin string) func(*testing.T) tally {
	t.Helper()
	s := startSoaked(t, bin, "--set", "limits.workers=1")
	spent := func() time.Duration {
		return time.Duration(sumOf(s.metrics(t), "process_cpu_seconds_total") * float64(time.Second))
	}
	start := spent() // its rules are loaded
	return func(t *testing.T) tally {
		t.Helper()
		read := func() tally {
			text := s.metrics(t)
			out := tally{dropped: uint64(sumOf(text, "spaniel_capture_drops_total")), shed: uint64(sumOf(text, `spaniel_frames_total{fate="shed"}`))}
			out.read = uint64(sumOf(text, "spaniel_frames_total")) - out.shed
			return out
		}
		last := read()
		for { // until all that waits in the ring is read
			time.Sleep(time.Second)
			now := read()
			if now == last {
				break
			}
			last = now
		}
		last.cpu = spent() - start
		s.stop(t)
		return last
	}
}

// rateCapture takes the frames from the kernel and does nothing with them.
func rateCapture(t *testing.T, backend string) func(*testing.T) tally {
	t.Helper()
	live, err := capture.OpenLive(capture.LiveConfig{Interface: vethtest.In, Backend: backend, BufferBytes: 64 << 20})
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan tally)
	go func() {
		runtime.LockOSThread()
		var out tally
		var f event.Frame
		var before, after unix.Rusage
		err := unix.Getrusage(unix.RUSAGE_THREAD, &before)
		for err == nil || errors.Is(err, capture.ErrTimeout) {
			if err = live.Next(&f); err == nil {
				out.read++
			}
		}
		if errors.Is(err, io.EOF) {
			err = nil
		}
		if err = errors.Join(err, unix.Getrusage(unix.RUSAGE_THREAD, &after)); err != nil {
			t.Error(err)
		}
		out.cpu = time.Duration(after.Utime.Nano() + after.Stime.Nano() - before.Utime.Nano() - before.Stime.Nano())
		done <- out
	}()
	return func(t *testing.T) tally {
		t.Helper()
		live.Stop()
		out := <-done
		if err := live.Close(); err != nil {
			t.Fatal(err)
		}
		st, err := live.Stats()
		if err != nil {
			t.Fatal(err)
		}
		out.dropped = st.KernelDrops + st.RingDrops
		return out
	}
}

// rateTcpdump has as large a buffer as the sensor has.
func rateTcpdump(t *testing.T) func(*testing.T) tally {
	t.Helper()
	cmd := exec.Command("tcpdump", "-i", vethtest.In, "-n", "-w", "/dev/null", "-B", "65536", "-Z", "root")
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	var said lockedBuffer
	cmd.Stderr = &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for !strings.Contains(said.text(), "listening on") {
		time.Sleep(20 * time.Millisecond)
	}
	return func(t *testing.T) tally {
		t.Helper()
		time.Sleep(3 * time.Second) // it has no other way to say that it has read all
		err := cmd.Process.Signal(syscall.SIGINT)
		if err = errors.Join(err, cmd.Wait()); err != nil {
			t.Fatalf("tcpdump: %v %s", err, said.text())
		}
		number := func(what string) uint64 {
			m := regexp.MustCompile(`(\d+) packets? ` + what).FindStringSubmatch(said.text())
			if m == nil {
				t.Fatalf("tcpdump said: %s", said.text())
			}
			n, err := strconv.ParseUint(m[1], 10, 64)
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		return tally{read: number("captured"), dropped: number("dropped by kernel"), cpu: cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()}
	}
}
