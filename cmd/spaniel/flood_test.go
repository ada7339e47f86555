package main

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"

	"spaniel/capture"
	"spaniel/event"
	"spaniel/internal/costtest"
	"spaniel/internal/wiretest"
)

// budget is what limits.memory is set to, in MiB, and all that the process may
// take; large is another one, of long runs.
const (
	budget = 256
	large  = 1024
)

// A flood is what an attacker sends to the sensor's program, a frame at a time.
type flood struct {
	name string
	// packets is how many there are.
	packets int
	payload string
	flags   uint8
	// change makes packet number i of the frame; it begins at its Ethernet header.
	change func(b []byte, i int)
	// mark is an anomaly, a flag of a call or a line of the ledger that tells of it.
	mark string
	// heavy floods cost much CPU time a packet; they are sent at a twentieth.
	heavy bool
	// pause, in ns, comes twenty times.
	pause int64
	// of, if set, are the floods it is made of, a packet of each by turns.
	of []flood
}

// Where a frame's fields are.
const (
	floodID, floodFragment, floodSource, floodServer, floodSeq = 18, 20, 26, 33, 38
)

// from gives packet i the address of client number n.
func from(b []byte, n int) {
	binary.BigEndian.PutUint32(b[floodSource:], 11<<24|uint32(n))
}

func bomb() string {
	var out bytes.Buffer
	w := brotli.NewWriterLevel(&out, 9)
	zeros := make([]byte, 1<<20)
	for range 64 {
		if _, err := w.Write(zeros); err != nil {
			panic(err)
		}
	}
	if err := w.Close(); err != nil {
		panic(err)
	}
	return fmt.Sprintf("POST /bomb HTTP/1.1\r\nHost: bad\r\nContent-Type: application/json\r\nContent-Encoding: br\r\nContent-Length: %d\r\n\r\n%s", out.Len(), out.String())
}

// hello is a client hello whose list of protocols is long.
func hello() string {
	list := strings.Repeat("\x02ab", 440)
	u16 := func(n int) string { return string([]byte{byte(n >> 8), byte(n)}) }
	body := "\x03\x03" + strings.Repeat("r", 32) + "\x00" + u16(2) + "\x13\x01" + "\x01\x00"
	ext := u16(16) + u16(len(list)+2) + u16(len(list)) + list
	body += u16(len(ext)) + ext
	msg := "\x01\x00" + u16(len(body)) + body
	return "\x16\x03\x01" + u16(len(msg)) + msg
}

func floods() []flood {
	ack := wiretest.ACK
	big := strings.Repeat("a", 1400)
	part := func(b []byte, i, conns, size int) { // connections side by side, each a stream
		from(b, i%conns)
		binary.BigEndian.PutUint32(b[floodSeq:], 1+uint32(i/conns*size))
		binary.BigEndian.PutUint16(b[floodID:], uint16(i))
	}
	// begun is the first packet of a stream of a kind, the rest repeats.
	begun := func(start string, conns int) func(b []byte, i int) {
		return func(b []byte, i int) {
			part(b, i, conns, 1400)
			if p := b[54:]; i < conns {
				copy(p, start)
			} else if i == conns {
				copy(p, big)
			}
		}
	}
	const request = "GET /f HTTP/1.1\r\nHost: bad\r\n\r\n"
	const pipeline = "GET /p HTTP/1.1\r\nHost: bad\r\n\r\n"
	all := []flood{
		{"SYNs", 1_000_000, "", wiretest.SYN, func(b []byte, i int) { from(b, i); binary.BigEndian.PutUint32(b[floodSeq:], uint32(i)*2654435761) }, "syn_flood", false, 0, nil},
		{"flows of one request", 1_000_000, request, ack, func(b []byte, i int) { from(b, i) }, `"memory_full":`, true, 0, nil},
		{"flows that expire at once", 1_000_000, request, ack, func(b []byte, i int) { from(b, i) }, `"idle"`, true, 6 * 60e9, nil},
		{"fragments", 1_000_000, strings.Repeat("x", 500), ack, func(b []byte, i int) {
			b[floodFragment] = 0x20
			from(b, i*7919)
			binary.BigEndian.PutUint16(b[floodID:], uint16(i))
		}, `"fragment_dropped":`, false, 0, nil},
		{"a hole and one-byte segments", 1_000_000, "x", ack, func(b []byte, i int) {
			binary.BigEndian.PutUint32(b[floodSeq:], uint32(min(1, i)+i))
			binary.BigEndian.PutUint16(b[floodID:], uint16(i))
		}, `"holes":`, false, 0, nil},
		{"holes in many flows", 300_000, big, ack, func(b []byte, i int) {
			part(b, i, 3000, 1400)
			if i >= 3000 {
				binary.BigEndian.PutUint32(b[floodSeq:], 5+uint32(i/3000*1400))
			}
		}, `"holes":`, false, 0, nil},
		{"contradictions behind holes", 300_000, big, ack, func(b []byte, i int) {
			part(b, i, 3000, 700)
			if i >= 3000 {
				binary.BigEndian.PutUint32(b[floodSeq:], 5+uint32(i/3000*700))
			}
			b[60+i%1300] = byte(i)
		}, "overlap_diff", false, 0, nil},
		{"heads without end", 300_000, big, ack, begun("GET /h HTTP/1.1\r\nHost: bad\r\nX: ", 6000), `"heads_given_up":`, false, 0, nil},
		{"chunk extensions without end", 300_000, big, ack, begun("POST /c HTTP/1.1\r\nHost: bad\r\nTransfer-Encoding: chunked\r\n\r\n1;", 6000), `"heads_given_up":`, false, 0, nil},
		{"bodies without end", 300_000, big, ack, begun("POST /b HTTP/1.1\r\nHost: bad\r\nContent-Length: 9999999\r\n\r\n", 6000), `"bodies_given_up":`, false, 0, nil},
		{"TLS hellos without end", 300_000, big, ack, begun("\x16\x03\x01\x40\x00\x01\x00\xff\xff\x03\x03", 6000), `"handshakes_given_up":`, false, 0, nil},
		{"pipelines", 150_000, strings.Repeat(pipeline, 1400/len(pipeline)), ack, func(b []byte, i int) { part(b, i, 100, 1400/len(pipeline)*len(pipeline)) }, `"calls_given_up":`, true, 0, nil},
		{"a pipeline", 220, strings.Repeat(pipeline, 1400/len(pipeline)), ack, func(b []byte, i int) { part(b, i, 1, 1400/len(pipeline)*len(pipeline)) }, "excessive_pipelining", false, 0, nil},
		{"pipelines behind holes that end at once", 100_000, strings.Repeat(pipeline, 1400/len(pipeline)), ack, func(b []byte, i int) {
			part(b, i, 100, 1400/len(pipeline)*len(pipeline)+5)
		}, `"holes":`, true, 10e9, nil},
		{"bombs", 20_000, bomb(), ack, func(b []byte, i int) { from(b, i) }, "bomb", true, 0, nil},
		{"long heads that nobody answers", 300_000, big, ack, func(b []byte, i int) {
			from(b, i/40) // a connection after the other
			binary.BigEndian.PutUint32(b[floodSeq:], 1+uint32(i%40*1400))
			binary.BigEndian.PutUint16(b[floodID:], uint16(i))
			copy(b[54:], big)
			switch i % 40 {
			case 0:
				copy(b[54:], "GET /l HTTP/1.1\r\nHost: bad\r\nX: ")
			case 39:
				copy(b[54+1396:], "\r\n\r\n")
			}
		}, `"calls_given_up":`, false, 0, nil},
		{"TLS hellos that nobody answers", 100_000, hello(), ack, func(b []byte, i int) { from(b, i) }, `"handshakes_given_up":`, false, 0, nil},
	}
	var others []flood
	for _, f := range all {
		if f.pause == 0 {
			others = append(others, f)
		}
	}
	return append(all, flood{"all of them at once", 1_000_000, "", 0, nil, `"memory_full":`, false, 0, others})
}

// TestFloodsStayInTheBudget runs the program under each flood with
// limits.memory at 256 MiB: the whole process stays below that, the ledger
// balances, what was cut off is told, and the calls of a client among the flood
// are read whole.
func TestFloodsStayInTheBudget(t *testing.T) {
	if costtest.RaceDetector {
		t.Skip("the race detector multiplies memory; make test runs this without it")
	}
	for _, f := range floods() {
		switch {
		case os.Getenv("SPANIEL_LONG") != "":
		case f.heavy:
			f.packets /= 20
		default:
			f.packets /= 5
		}
		t.Run(f.name, func(t *testing.T) { f.run(t, budget) })
		if os.Getenv("SPANIEL_LONG") != "" {
			t.Run(f.name+", 1 GiB", func(t *testing.T) { f.run(t, large) })
		}
	}
}

func (f *flood) run(t *testing.T, most int64) {
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	cmd := exec.Command(exe)
	cmd.Args = []string{"spaniel-weighed", "read", "-", "-q", "-v", "-o", "ndjson", "--set", fmt.Sprintf("limits.memory=%dMiB", most), "--set", "decode.checksums=ignore"}
	cmd.Env = []string{"HOME=" + dir, "XDG_DATA_HOME=" + dir, "XDG_CONFIG_HOME=" + dir}
	weight, err := os.Create(filepath.Join(dir, "weight"))
	if err != nil {
		t.Fatal(err)
	}
	defer weight.Close()
	cmd.ExtraFiles = []*os.File{weight}
	in, err1 := cmd.StdinPipe()
	out, err2 := cmd.StdoutPipe()
	var complaint bytes.Buffer
	cmd.Stderr = &complaint
	if err := errors.Join(err1, err2, cmd.Start()); err != nil {
		t.Fatal(err)
	}
	sent := make(chan error, 1)
	go func() { sent <- errors.Join(f.send(in), in.Close()) }()
	good, marked, ledger := f.listen(t, out)
	if err := errors.Join(<-sent, cmd.Wait()); err != nil {
		t.Fatalf("%v: %.500s", err, complaint.String())
	}
	text, err := os.ReadFile(weight.Name())
	if err != nil {
		t.Fatal(err)
	}
	peak, err := strconv.ParseInt(string(text), 10, 64)
	if err != nil {
		t.Fatalf("no account of what the process used: %v", err)
	}
	t.Logf("peak %d MiB, %d packets, %d good calls; %v", peak>>20, f.packets, good, cmd.ProcessState.UserTime())
	if peak > most<<20 {
		t.Errorf("the process took %d MiB of %d", peak>>20, most)
	}
	if good != goodCalls {
		t.Errorf("%d of %d good calls are whole", good, goodCalls)
	}
	if !marked {
		t.Errorf("nothing tells of it by %q: %.1000s", f.mark, ledger)
	}
}

// weighed is main, and writes to file 3 how many bytes the process had in memory
// at most. What the kernel tells a parent starts with what that parent had when
// it forked, which may be more.
func weighed() {
	code := run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	status, err := os.ReadFile("/proc/self/status")
	if err == nil {
		_, rest, _ := strings.Cut(string(status), "VmHWM:")
		var kib int64
		if _, err = fmt.Sscan(rest, &kib); err == nil {
			_, err = fmt.Fprint(os.NewFile(3, "weight"), kib<<10)
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "weighing:", err)
		code = exitFailure
	}
	os.Exit(code)
}

// goodCalls is how many calls the client among the flood makes.
const goodCalls = 20

// send writes the capture: the flood, and good calls evenly among it.
func (f *flood) send(to io.Writer) error {
	buffered := bufio.NewWriterSize(to, 1<<16)
	w, err := capture.NewWriter(buffered, 1)
	if err != nil {
		return err
	}
	bad := f.frames()
	at := wiretest.CaseStart
	put := func(b []byte) error {
		at += 10_000
		return w.Write(&event.Frame{Time: at, Length: len(b), Data: b, Link: 1})
	}
	b := wiretest.New(1, at)
	c := b.Conn(netip.MustParseAddrPort("203.0.113.9:51514"), netip.MustParseAddrPort("10.0.0.6:80"))
	c.Open()
	done := 0
	for i := range goodCalls {
		c.Client([]byte(fmt.Sprintf("GET /%d HTTP/1.1\r\nHost: good\r\n\r\n", i)))
		c.Server([]byte("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"))
		frames := b.Frames()
		for _, fr := range frames[done:] {
			if err := put(fr.Data); err != nil {
				return err
			}
		}
		done = len(frames)
		at += f.pause
		for k := range f.packets / goodCalls {
			if b := bad(i*(f.packets/goodCalls) + k); b == nil {
				continue // no turn of this one
			} else if err := put(b); err != nil {
				return err
			}
		}
	}
	return buffered.Flush()
}

// frames returns what makes packet number i of the flood, nil where there is none.
func (f *flood) frames() func(i int) []byte {
	if f.of == nil {
		s := wiretest.Segment{Src: netip.MustParseAddrPort("11.0.0.0:1024"), Dst: netip.MustParseAddrPort("10.0.0.5:80"), Flags: f.flags, TTL: 64, Window: 500, Payload: []byte(f.payload)}
		bad := append(make([]byte, 14), s.IP()...)
		copy(bad, s.Ethernet()[:14])
		return func(i int) []byte {
			f.change(bad, i)
			return bad
		}
	}
	var kinds []func(i int) []byte
	for k := range f.of {
		kinds = append(kinds, f.of[k].frames())
	}
	return func(i int) []byte {
		k, turn := i%len(kinds), i/len(kinds)
		if f.of[k].heavy {
			if turn%20 != 0 {
				return nil
			}
			turn /= 20
		}
		b := kinds[k](turn)
		b[floodServer] = byte(100 + k) // each has a server of its own
		return b
	}
}

// listen reads what the program prints.
func (f *flood) listen(t *testing.T, r io.Reader) (good int, marked bool, summary string) {
	lines := bufio.NewReaderSize(r, 1<<20)
	for {
		line, err := lines.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return good, marked, summary
		}
		if err != nil {
			t.Fatal(err)
		}
		switch {
		case bytes.Contains(line, []byte(`"kind":"call"`)) && bytes.Contains(line, []byte(`"good"`)):
			var call struct {
				Flags []string
				Resp  struct{ Status int }
			}
			if err := json.Unmarshal(line, &call); err != nil {
				t.Fatal(err)
			}
			if bytes.Contains(line, []byte(`200`)) && !bytes.Contains(line, []byte(`incomplete`)) && !bytes.Contains(line, []byte(`_only`)) {
				good++
			}
		case bytes.Contains(line, []byte(`"kind":"summary"`)):
			summary = string(line)
		}
		if i := bytes.Index(line, []byte(f.mark)); i >= 0 {
			marked = marked || !strings.HasSuffix(f.mark, ":") || line[i+len(f.mark)] != '0'
		}
	}
}
