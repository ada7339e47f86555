//go:build integration

package integration

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"spaniel/capture"
	"spaniel/event"
	"spaniel/internal/demo"
	"spaniel/internal/vethtest"
)

// shopFrames are the frames of the bundled capture.
func shopFrames(t *testing.T) (frames [][]byte) {
	t.Helper()
	src, err := capture.NewFile("shop", bytes.NewReader(demo.Capture()))
	if err != nil {
		t.Fatal(err)
	}
	var f event.Frame
	for {
		err := src.Next(&f)
		if errors.Is(err, io.EOF) {
			return frames
		}
		if err != nil {
			t.Fatal(err)
		}
		frames = append(frames, bytes.Clone(f.Data))
	}
}

// anew gives the frame's client another address for each n, so that a replay is
// other connections than the one before. What is not IPv4 stays.
func anew(frame []byte, n int) []byte {
	const ip, src, dst = 14, 26, 30
	if len(frame) < 54 || frame[12] != 8 || frame[13] != 0 {
		return frame
	}
	at := src
	if bytes.Equal(frame[src:src+4], []byte{10, 0, 0, 5}) {
		at = dst
	}
	was := binary.BigEndian.Uint16(frame[at:])
	is := 0x0b00 + uint16(n)
	binary.BigEndian.PutUint16(frame[at:], is)
	for _, sum := range []int{ip + 10, ip + int(frame[ip]&15)*4 + 16} { // of IP, and of TCP, which covers the addresses
		c := uint32(^binary.BigEndian.Uint16(frame[sum:])) + uint32(^was) + uint32(is)
		for c > 0xffff {
			c = c>>16 + c&0xffff
		}
		binary.BigEndian.PutUint16(frame[sum:], ^uint16(c))
	}
	return frame
}

// A wireSensor is the whole program watching a wire as a user without rights.
type wireSensor struct {
	t    *testing.T
	dir  string
	proc *process
}

func watchWire(t *testing.T, bin, backend string, workers int, sampling string) *wireSensor {
	t.Helper()
	dir := t.TempDir()
	s := &wireSensor{t: t, dir: dir}
	for d := dir; d != os.TempDir(); d = filepath.Dir(d) {
		if err := os.Chmod(d, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	config := filepath.Join(dir, "spaniel.yaml")
	write(t, config, fmt.Sprintf(`capture: [{interface: %s, backend: %s}]
privacy: {key_file: %[3]s/data/privacy.key}
store: {url: "duckdb://%[3]s/data/calls.duckdb"}
spool: {path: %[3]s/data/spool}
learned: {file: %[3]s/data/learned}
limits: {workers: %[4]d, sampling: %[5]s}
process: {user: nobody}
api: {listen: "off"}
`, vethtest.In, backend, dir, workers, sampling))
	s.proc = start(t, "spaniel", dir, bin, "run", "-c", config, "--log-format", "json")
	s.said("watching", 1)
	return s
}

// said waits until the log has a message that often.
func (s *wireSensor) said(message string, times int) {
	s.t.Helper()
	for until := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		b, err := os.ReadFile(filepath.Join(s.dir, "spaniel.log"))
		if err == nil && strings.Count(string(b), message) >= times {
			return
		}
		if time.Now().After(until) {
			s.t.Fatalf("it never said %q %d times:\n%s", message, times, b)
		}
	}
}

// wireEnd is what it counted.
type wireEnd struct {
	Msg         string
	Packets     uint64
	KernelDrops uint64 `json:"kernel_drops"`
	RingDrops   uint64 `json:"ring_drops"` // caught, and not read before the end
	Shed        uint64 // of Packets
	Calls       uint64
	Alerts      uint64
}

func (s *wireSensor) stop() (e wireEnd) {
	s.t.Helper()
	if err := s.proc.kill(syscall.SIGTERM); err != nil {
		s.t.Fatalf("it ended with %v\n%s", err, s.proc.log())
	}
	lines := strings.Split(s.proc.log(), "\n")
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &e); err != nil || e.Msg != "stopped" {
		s.t.Fatalf("its last words are %q (%v)", lines[len(lines)-1], err)
	}
	return e
}

// TestRunOnAWire runs the whole binary, as nobody and confined, on a wire that
// goes down, away and comes back: each packet that was sent is counted, and what
// went over the wire was judged.
func TestRunOnAWire(t *testing.T) {
	needCapture(t)
	bin := wireBinary(t)
	frames := shopFrames(t)
	for _, backend := range []string{capture.BackendPcap, capture.BackendAFPacket} {
		t.Run(backend, func(t *testing.T) {
			w := vethtest.Open(t)
			round := 0
			for pace := time.Millisecond; ; pace *= 2 {
				e, sent := flapped(t, w, bin, backend, frames, pace, &round)
				if e.Packets+e.KernelDrops+e.RingDrops != sent {
					t.Errorf("sent %d, counted %+v", sent, e)
				}
				if e.KernelDrops+e.RingDrops > 0 && pace < 16*time.Millisecond {
					t.Logf("of %d packets some were not read in time, and it is tried more slowly: %+v", sent, e)
					continue
				}
				if e.KernelDrops+e.RingDrops > 0 {
					t.Errorf("however slowly they come, packets are dropped: sent %d, counted %+v", sent, e)
				}
				if e.Calls < 3*demo.TotalCalls-3*20 || e.Alerts == 0 { // the calls over IPv6 are there once
					t.Errorf("three replays of %d calls gave %+v", demo.TotalCalls, e)
				}
				t.Logf("sent %d = %d read; %d calls, %d alerts", sent, e.Packets, e.Calls, e.Alerts)
				return
			}
		})
	}
}

// flapped replays the frames before and after the interface goes down, and after it
// was away, eight of them in each time of the pace. What the sensor counted, and
// what was sent:
func flapped(t *testing.T, w *vethtest.Wire, bin, backend string, frames [][]byte, pace time.Duration, round *int) (e wireEnd, sent uint64) {
	t.Helper()
	s := watchWire(t, bin, backend, 2, "off")
	replay := func() {
		before := w.Carried(vethtest.Out)
		for i, f := range frames {
			if i%8 == 7 {
				time.Sleep(pace)
			}
			w.Send(anew(bytes.Clone(f), *round))
		}
		*round++
		sent += w.Carried(vethtest.Out) - before
	}
	replay()
	time.Sleep(200 * time.Millisecond) // what is in the ring when the interface goes is not the point
	lost := time.Now()
	w.IP("link", "set", vethtest.In, "down")
	s.said("nothing can be captured", 1)
	w.IP("link", "set", vethtest.In, "up")
	s.said("the interface is back", 1)
	t.Logf("down and back took %v", time.Since(lost))
	replay()
	time.Sleep(200 * time.Millisecond)
	w.Remove()
	s.said("nothing can be captured", 2)
	w.Restore()
	s.said("the interface is back", 2)
	replay()
	return s.stop(), sent
}

// wireBinary builds the program where anybody may run it.
func wireBinary(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for d := dir; d != os.TempDir(); d = filepath.Dir(d) {
		if err := os.Chmod(d, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	bin := filepath.Join(dir, "spaniel")
	command(t, ".", "go", "build", "-o", bin, "../../cmd/spaniel")
	return bin
}

// TestRatesOnAWire offers traffic at growing rates to one worker with all rules:
// whatever the rate, what was sent is read or counted as dropped, to the packet;
// at the highest, connections are left out.
// How much this machine reads without a drop is said, not judged.
func TestRatesOnAWire(t *testing.T) {
	needCapture(t)
	bin := wireBinary(t)
	frames := shopFrames(t)
	for _, backend := range []string{capture.BackendPcap, capture.BackendAFPacket} {
		for _, rate := range []int{10_000, 30_000, 100_000, 300_000} {
			sampling := "off"
			if rate >= 300_000 {
				sampling = "auto"
			}
			t.Run(fmt.Sprintf("%s %d", backend, rate), func(t *testing.T) {
				w := vethtest.Open(t)
				s := watchWire(t, bin, backend, 1, sampling)
				begun, tried := time.Now(), 0
				for time.Since(begun) < 2*time.Second {
					for due := int(time.Since(begun).Seconds() * float64(rate)); tried < due; tried++ {
						_ = w.TrySend(vethtest.Out, anew(frames[tried%len(frames)], tried/len(frames))) // Carried knows what the wire took
						if tried%512 == 511 && time.Since(begun) > 2*time.Second {
							break
						}
					}
					time.Sleep(200 * time.Microsecond)
				}
				took := time.Since(begun).Seconds()
				e := s.stop()
				carried := w.Carried(vethtest.Out)
				if e.Packets+e.KernelDrops+e.RingDrops != carried {
					t.Errorf("sent %d, counted %+v", carried, e)
				}
				t.Logf("%s, one worker, all rules, sampling %s: %.0f packets/s sent, %.0f calls/s read, of %d packets %d were dropped by the kernel, %d not read in time at the end, %d left out", backend, sampling, float64(carried)/took, float64(e.Calls)/took, carried, e.KernelDrops, e.RingDrops, e.Shed)
			})
		}
	}
}
