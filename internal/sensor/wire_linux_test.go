package sensor

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"spaniel/capture"
	"spaniel/detect"
	"spaniel/event"
	"spaniel/internal/demo"
	"spaniel/internal/vethtest"
	"spaniel/sinks/encode"
)

// hurry makes the five minutes of the bundled capture half a second.
const hurry = 600

// wrapped is the bundled capture, hurried, each frame wrapped.
func wrapped(t *testing.T, wrap func([]byte) []byte) (file string, frames []vethtest.Timed) {
	t.Helper()
	dir := t.TempDir()
	file = filepath.Join(dir, "shop.pcap")
	if err := os.WriteFile(file, demo.Capture(), 0o600); err != nil {
		t.Fatal(err)
	}
	src, err := capture.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	file = filepath.Join(dir, "wrapped.pcap")
	out, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	w, err := capture.NewWriter(out, capture.LinkEthernet)
	if err != nil {
		t.Fatal(err)
	}
	var f event.Frame
	first, now := int64(0), time.Now().UnixNano() // tokens are to be as old in the file as on the wire
	for {
		err := src.Next(&f)
		if errors.Is(err, io.EOF) {
			return file, frames
		}
		if err != nil || f.Link != capture.LinkEthernet {
			t.Fatal(err, f.Link)
		}
		if first == 0 {
			first = f.Time
		}
		at := (f.Time - first) / hurry
		f.Time, f.Data = now+at, wrap(slices.Clone(f.Data))
		f.Length = len(f.Data)
		if err := w.Write(&f); err != nil {
			t.Fatal(err)
		}
		frames = append(frames, vethtest.Timed{At: time.Duration(at), Frame: f.Data})
	}
}

func plain(b []byte) []byte { return b }

// inVLAN tags a frame for VLAN 120.
func inVLAN(b []byte) []byte { return slices.Concat(b[:12], []byte{0x81, 0, 0, 120}, b[12:]) }

// inVXLAN puts a frame into a tunnel with the id 4096, as clouds mirror.
func inVXLAN(b []byte) []byte {
	outer := []byte{2, 0, 0, 0, 0, 9, 2, 0, 0, 0, 0, 8, 8, 0, 0x45, 0, 0, 0, 0, 0, 0, 0, 64, 17, 0, 0, 10, 9, 0, 1, 10, 9, 0, 2, 0xc0, 0, 0x12, 0xb5, 0, 0, 0, 0, 8, 0, 0, 0, 0, 16, 0, 0}
	binary.BigEndian.PutUint16(outer[16:], uint16(20+8+8+len(b)))
	binary.BigEndian.PutUint16(outer[38:], uint16(8+8+len(b)))
	sum := uint32(0)
	for i := 14; i < 34; i += 2 {
		sum += uint32(binary.BigEndian.Uint16(outer[i:]))
	}
	sum = sum&0xffff + sum>>16
	binary.BigEndian.PutUint16(outer[24:], ^uint16(sum&0xffff+sum>>16))
	return append(outer, b...)
}

// findings are the calls and alerts of a run, without what a clock or a place in
// the capture made of them.
type findings struct {
	lines         *encode.Rows
	calls, alerts []string
}

func (d *findings) take(it *event.Item) event.CallFate {
	if it.Kind != event.KindCall && it.Kind != event.KindAlert {
		return event.CallAcked
	}
	var v map[string]any
	if err := json.Unmarshal(d.lines.AppendItem(nil, it), &v); err != nil {
		panic(err)
	}
	if it.Kind == event.KindAlert {
		rule, _ := v["rule"].(map[string]any)
		client, _ := v["client"].(map[string]any)
		d.alerts = append(d.alerts, fmt.Sprint(rule["id"], " ", v["severity"], " ", v["outcome"], " ", client["ip"]))
		return event.CallAcked
	}
	var b strings.Builder
	for _, k := range []string{"client_ip", "client_port", "server_ip", "flow_vlan", "flow_vni", "req_method", "req_host", "req_target", "req_user", "req_body_bytes", "resp_status", "resp_body_bytes", "flags", "route"} {
		fmt.Fprint(&b, v[k], " ")
	}
	d.calls = append(d.calls, b.String())
	return event.CallAcked
}

// byClock are rules that judge the times between calls, of which a replay that
// is in a hurry makes something else than they were.
func byClock(alert string) bool {
	return strings.HasPrefix(alert, "regular-arrival ") || strings.HasPrefix(alert, "id-walk ")
}

// A tee writes what a live capture gives to a file, and counts it.
type tee struct {
	*capture.Live
	w           *capture.Writer
	given       atomic.Int64
	first, last int64 // the times of frames
}

func (e *tee) Next(f *event.Frame) error {
	err := e.Live.Next(f)
	if err != nil {
		return err
	}
	if e.given.Add(1) == 1 {
		e.first = f.Time
	}
	e.last = f.Time
	return e.w.Write(f)
}

// onTheWay is how many frames are at most on the wire and in the ring. Each takes a
// block of the kernel's buffer at most, on a machine that is as slow as can be, and
// there are more of those: none is dropped.
const onTheWay = 100

// await waits until so many were given.
func (e *tee) await(t *testing.T, n int) {
	t.Helper()
	for end := time.Now().Add(5 * time.Minute); e.given.Load() < int64(n); time.Sleep(200 * time.Microsecond) {
		if time.Now().After(end) {
			st, err := e.Stats()
			t.Fatalf("%d frames of %d are not read: %+v %v", int64(n)-e.given.Load(), n, st, err)
		}
	}
}

// How long a replay may take for the rules that count within seconds to say what
// they say of the file, and for no connection to be idle for too long. What takes
// longer is held against its recording alone, which has its times.
const (
	hurried   = 5 * time.Second
	unhurried = 20 * time.Second
)

// readAll is what a sensor makes of a file.
func readAll(t *testing.T, set *detect.Set, file string) findings {
	t.Helper()
	src, err := capture.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	found := findings{lines: encode.NewRows()}
	s, err := New(testConfig(set), found.take)
	if err == nil {
		err = s.Run(context.Background(), src)
	}
	if err = errors.Join(err, src.Close()); err != nil {
		t.Fatal(err)
	}
	found.sort()
	return found
}

func (d *findings) sort() {
	slices.Sort(d.calls)
	slices.Sort(d.alerts)
	d.alerts = slices.Compact(d.alerts)
}

// TestWireTellsWhatTheFileTells: a capture that is replayed onto a wire gives
// the same calls and alerts as when it is read, however frames come from the
// kernel, for any number of workers, tagged and tunnelled. What was on the wire,
// read again with the times it had there, gives the same down to the alerts
// that hang on the times between calls.
func TestWireTellsWhatTheFileTells(t *testing.T) {
	set := shippedRules(t)
	for _, wrap := range []struct {
		name string
		do   func([]byte) []byte
	}{{"plain", plain}, {"vlan", inVLAN}, {"vxlan", inVXLAN}} {
		file, frames := wrapped(t, wrap.do)
		want := readAll(t, set, file)
		if len(want.calls) != demo.TotalCalls || len(want.alerts) < 5 {
			t.Fatalf("%d calls, %d alerts in the file", len(want.calls), len(want.alerts))
		}
		for _, backend := range []string{capture.BackendPcap, capture.BackendAFPacket} {
			for workers := 1; workers <= 2; workers++ {
				t.Run(fmt.Sprintf("%s %s %d", wrap.name, backend, workers), func(t *testing.T) {
					got, again, led, st, took := watched(t, set, backend, workers, frames)
					if took < unhurried {
						same(t, "calls", got.calls, want.calls)
					}
					same(t, "calls against the recording", got.calls, again.calls)
					same(t, "alerts against the recording", got.alerts, again.alerts)
					if took < hurried {
						same(t, "alerts", slices.DeleteFunc(got.alerts, byClock), slices.DeleteFunc(slices.Clone(want.alerts), byClock))
					}
					if err := led.Check(); err != nil || led.FramesIn != uint64(len(frames)) || st.Received != led.FramesIn || st.KernelDrops != 0 {
						t.Errorf("%v; sent %d, received %+v, decoded %d", err, len(frames), st, led.FramesIn)
					}
				})
			}
		}
	}
}

// watched replays the frames and says what a sensor made of them, and what one
// makes of the recording.
func watched(t *testing.T, set *detect.Set, backend string, workers int, frames []vethtest.Timed) (got, again findings, led event.Ledger, st capture.Stats, took time.Duration) {
	t.Helper()
	w := vethtest.Open(t)
	recording := filepath.Join(t.TempDir(), "wire.pcap")
	out, err := os.Create(recording)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	rec, err := capture.NewWriter(out, capture.LinkEthernet)
	if err != nil {
		t.Fatal(err)
	}
	live, err := capture.OpenLive(capture.LiveConfig{Interface: vethtest.In, Backend: backend, Promiscuous: true, BufferBytes: 64 << 20})
	if err != nil {
		t.Fatal(err)
	}
	cfg := testConfig(set)
	cfg.Workers, cfg.Now, cfg.Ifaces = workers, func() int64 { return time.Now().UnixNano() }, []string{vethtest.In}
	got = findings{lines: encode.NewRows()}
	s, err := New(cfg, got.take)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ran := make(chan error, 1)
	e := &tee{Live: live, w: rec}
	go func() { ran <- s.Run(ctx, e) }()
	w.Replay(frames, func(n int) { e.await(t, n-onTheWay) })
	e.await(t, len(frames))
	stop()
	if err := <-ran; err != nil {
		t.Fatal(err)
	}
	st, err = live.Stats()
	if err = errors.Join(err, live.Close()); err != nil {
		t.Fatal(err)
	}
	got.sort()
	return got, readAll(t, set, recording), s.Ledger(), st, time.Duration(e.last - e.first)
}

func same(t *testing.T, what string, got, want []string) {
	t.Helper()
	if slices.Equal(got, want) {
		return
	}
	n := 0
	for _, l := range want {
		if _, ok := slices.BinarySearch(got, l); !ok && n < 5 {
			t.Errorf("%s: not seen live: %s", what, l)
			n++
		}
	}
	for _, l := range got {
		if _, ok := slices.BinarySearch(want, l); !ok && n < 10 {
			t.Errorf("%s: seen live only: %s", what, l)
			n++
		}
	}
	t.Errorf("%d %s live, %d in the file", len(got), what, len(want))
}

// counted counts what a live capture gives.
type counted struct {
	*capture.Live
	given atomic.Uint64
}

func (c *counted) Next(f *event.Frame) error {
	err := c.Live.Next(f)
	if err == nil {
		c.given.Add(1)
	}
	return err
}

// behind reports whether the kernel's buffer is half full, or was too small.
func (c *counted) behind(t *testing.T) bool {
	st, err := c.Stats()
	if err != nil {
		t.Error(err)
	}
	return err != nil || st.KernelDrops > 0 || st.Received > c.given.Load()+8000
}

// TestOverloadIsAccountedFor: when more comes than can be read, connections are
// left out before the kernel loses packets by chance, and each packet that went
// over the wire is read, left out, or counted as dropped.
func TestOverloadIsAccountedFor(t *testing.T) {
	set := shippedRules(t)
	_, frames := wrapped(t, plain)
	for _, backend := range []string{capture.BackendPcap, capture.BackendAFPacket} {
		for workers := 1; workers <= 2; workers++ {
			t.Run(fmt.Sprintf("%s %d", backend, workers), func(t *testing.T) {
				w := vethtest.Open(t)
				live, err := capture.OpenLive(capture.LiveConfig{Interface: vethtest.In, Backend: backend, Promiscuous: true, BufferBytes: 8 << 20})
				if err != nil {
					t.Fatal(err)
				}
				cfg := testConfig(set)
				cfg.Workers, cfg.Now, cfg.Pressure = workers, func() int64 { return time.Now().UnixNano() }, live.Fill
				c := &counted{Live: live}
				var told uint64
				var lowest atomic.Uint64
				var late atomic.Bool // it can be as quick as it likes
				s, err := New(cfg, func(it *event.Item) event.CallFate {
					switch {
					case it.Kind == event.KindLoss && it.Note.Name == lossShed:
						told += it.Note.Packets
					case it.Kind == event.KindCall && it.Call.SampleRate < 1:
						lowest.Add(1)
					}
					// A machine that is too slow, for whoever sends.
					for !late.Load() && !c.behind(t) {
						time.Sleep(200 * time.Microsecond)
					}
					time.Sleep(200 * time.Microsecond)
					return event.CallAcked
				})
				if err != nil {
					t.Fatal(err)
				}
				ctx, stop := context.WithCancel(context.Background())
				ran := make(chan error, 1)
				go func() { ran <- s.Run(ctx, c) }()
				chosen := func() bool { // of two workers the epochs between may hold it all
					return workers > 1 || lowest.Load() > 0 && s.Ledger().Frames[event.FrameShed] > 0
				}
				for round, end := 0, time.Now().Add(5*time.Minute); round < 6 || !chosen() && time.Now().Before(end); round++ {
					for _, f := range frames {
						_ = w.TrySend(vethtest.Out, f.Frame) // Carried knows what the wire took
					}
				}
				late.Store(true)
				stop()
				if err := <-ran; err != nil {
					t.Fatal(err)
				}
				if err := live.Close(); err != nil { // what it had not read is counted, too
					t.Fatal(err)
				}
				st, err := live.Stats()
				if err != nil {
					t.Fatal(err)
				}
				led, carried := s.Ledger(), w.Carried(vethtest.Out)
				if err := led.Check(); err != nil {
					t.Error(err)
				}
				shed := led.Frames[event.FrameShed]
				t.Logf("%d over the wire = %d read + %d left out + %d dropped by the kernel + %d not read at the end; %d calls with a share below 1", carried, led.FramesIn-shed, shed, st.KernelDrops, st.RingDrops, lowest.Load())
				if led.FramesIn+st.KernelDrops+st.RingDrops != carried || st.Received != carried {
					t.Errorf("%d over the wire, %d in, received %+v", carried, led.FramesIn, st)
				}
				if told != shed || !chosen() {
					t.Errorf("%d left out, %d told, %d calls say so", shed, told, lowest.Load())
				}
			})
		}
	}
}
