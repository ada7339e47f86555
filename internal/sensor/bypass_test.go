package sensor

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"spaniel/decode/frame"
	"spaniel/decode/stream"
	"spaniel/event"
	"spaniel/internal/wiretest"
	"spaniel/sinks/encode"
)

// said is a connection that notes what is written and then fails.
type said struct {
	net.Conn
	b bytes.Buffer
}

func (s *said) Write(b []byte) (int, error)      { return s.b.Write(b) }
func (s *said) Read([]byte) (int, error)         { return 0, errors.New("nobody answers") }
func (s *said) SetWriteDeadline(time.Time) error { return nil }
func (s *said) Close() error                     { return nil }

// hellos are what a client and a server of TLS say in the clear.
func hellos(t testing.TB) (client, server []byte) {
	t.Helper()
	s := &said{}
	if err := tls.Client(s, &tls.Config{ServerName: "video.example"}).Handshake(); err == nil {
		t.Fatal("a handshake with nobody")
	}
	server = append([]byte("\x16\x03\x03\x00\x2a\x02\x00\x00\x26\x03\x03"), bytes.Repeat([]byte{7}, 32)...)
	return s.b.Bytes(), append(server, 0, 0xc0, 0x2f, 0)
}

// record is one of TLS with encrypted bytes in it.
func record(r *rand.Rand, n int) []byte {
	b := []byte{0x17, 3, 3, byte(n >> 8), byte(n)}
	for range n {
		b = append(b, byte(r.Uint32()))
	}
	return b
}

// heavy are connections of all kinds of which much tells nothing, and calls among
// them, shuffled together by a seed.
func heavy(t testing.TB, seed uint64) []event.Frame {
	t.Helper()
	r := rand.New(rand.NewPCG(seed, 48))
	ch, sh := hellos(t)
	b := wiretest.New(seed, wiretest.CaseStart)
	large := func(n int) string { return strings.Repeat("0123456789abcdef", n/16) }
	get := func(c *wiretest.Conn, path string, body []byte) {
		c.Client([]byte("GET " + path + " HTTP/1.1\r\nHost: h\r\n\r\n"))
		c.Wait(time.Millisecond)
		c.Server(body)
	}
	small := wiretest.Response(200, `{"ok":true}`)
	kinds := []func(c *wiretest.Conn, i int){
		func(c *wiretest.Conn, i int) { // TLS, which ends or is left open
			c.Client(ch)
			c.Server(sh)
			for range 30 + r.IntN(60) {
				c.Wait(time.Duration(r.IntN(200)) * time.Millisecond)
				c.Server(record(r, 1000+r.IntN(9000)))
				c.Client(record(r, 20+r.IntN(100)))
			}
			switch i % 3 {
			case 0:
				c.Fin()
				c.FinServer()
			case 1:
				c.Rst()
			}
		},
		func(c *wiretest.Conn, i int) { // a download between calls
			get(c, fmt.Sprintf("/before/%d", i), small)
			get(c, fmt.Sprintf("/download/%d", i), wiretest.Response(200, large(200_000+16*r.IntN(50_000))))
			get(c, fmt.Sprintf("/after/%d?q=' OR 1=1--", i), small)
			c.Fin()
			c.FinServer()
		},
		func(c *wiretest.Conn, i int) { // an upload, an attack in what is kept of it
			body := "a=" + large(60_000) + "&q=1' UNION SELECT password FROM users-- &b=" + large(100_000+16*r.IntN(30_000))
			c.Client([]byte(fmt.Sprintf("POST /upload/%d HTTP/1.1\r\nHost: h\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n%s", i, len(body), body)))
			c.Server(small)
			get(c, fmt.Sprintf("/after/%d", i), small)
		},
		func(c *wiretest.Conn, i int) { // a body that ends with the connection, and one in large chunks
			if body := large(300_000); i%2 == 0 {
				get(c, fmt.Sprintf("/until/%d", i), []byte("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n"+body))
				c.FinServer()
				c.Fin()
			} else {
				get(c, fmt.Sprintf("/chunked/%d", i), []byte(fmt.Sprintf("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n%x\r\n%s\r\n0\r\n\r\n", len(body), body, len(body), body)))
				get(c, fmt.Sprintf("/after/%d", i), small)
			}
		},
		func(c *wiretest.Conn, _ int) { // what nobody knows
			c.Client([]byte{1, 0, 0, 0, 9})
			c.Server([]byte{2, 0, 0, 0, 9})
			for range 100 {
				c.Wait(time.Duration(r.IntN(100)) * time.Millisecond)
				c.Server(record(r, 1300)[5:])
			}
		},
		func(c *wiretest.Conn, i int) { // calls
			for n := range 20 {
				get(c, fmt.Sprintf("/api/%d/%d", i, n), small)
				c.Wait(time.Duration(r.IntN(100)) * time.Millisecond)
			}
			c.Fin()
			c.FinServer()
		},
	}
	for i := range 36 {
		b.At(wiretest.CaseStart + int64(r.IntN(1000))*int64(time.Millisecond))
		c := b.Conn(client(i), netip.MustParseAddrPort("10.0.0.5:80"))
		c.Open()
		kinds[i%len(kinds)](c, i/len(kinds))
	}
	return wiretest.InOrder(b.Frames())
}

// underPressure runs the frames, the kernel's buffer being as full as full says at
// each look, of which one comes each second of a clock of its own.
func underPressure(t *testing.T, frames []event.Frame, workers int, full func(look int) float64) (lines []string, led event.Ledger) {
	t.Helper()
	cfg := testConfig(shippedRules(t))
	var now atomic.Int64 // workers ask it, too
	now.Store(1e18)
	look := 0
	cfg.Workers, cfg.EpochFrames = workers, 16
	cfg.Now = func() int64 { return now.Add(1e9) }
	cfg.Pressure = func() float64 { look++; return full(look) }
	var out []byte
	rows := encode.NewRows()
	s, err := New(cfg, func(it *event.Item) event.CallFate {
		if it.Note == nil || it.Note.Name != factDegraded && it.Note.Name != lossBypassed {
			out = rows.AppendItem(out, it)
		}
		return event.CallAcked
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Run(context.Background(), NewFrames(frames)); err != nil {
		t.Fatal(err)
	}
	led = s.Ledger()
	if err := led.Check(); err != nil {
		t.Error(err)
	}
	return strings.Split(string(out), "\n"), led
}

// TestWhatIsPassedByIsMissedByNobody: packets that tell nothing are left out, all
// the time or now and then, and everything found is the same to the byte, the counts
// in the records of the connections among it; but for the mark that says it. Each
// frame is accounted for.
func TestWhatIsPassedByIsMissedByNobody(t *testing.T) {
	plain := strings.NewReplacer(`,"bypassed"]`, `]`, `["bypassed",`, `[`, `["bypassed"]`, `[]`, `,"bypassed",`, `,`)
	for seed := range uint64(3) {
		frames := heavy(t, seed)
		want, all := underPressure(t, frames, 1, func(int) float64 { return 0 })
		for _, word := range []string{`"name":"tls"`, "/after/", "/until/", `"kind":"alert"`, `"resp_body_bytes":600000`, `UNION SELECT`} {
			if !strings.Contains(strings.Join(want, "\n"), word) {
				t.Fatalf("nothing with %s is found: too little to compare", word)
			}
		}
		for name, full := range map[string]func(int) float64{
			"always": func(int) float64 { return 0.3 },
			"now and then": func(look int) float64 { // it is over 20 s after it was so last
				if look%60 < 30 {
					return 0.3
				}
				return 0
			},
		} {
			for _, workers := range []int{1, 2, 5} {
				got, led := underPressure(t, frames, workers, full)
				for i := range got {
					got[i] = plain.Replace(got[i])
				}
				if a, b := strings.Join(want, "\n"), strings.Join(got, "\n"); a != b {
					t.Errorf("seed %d, %s, %d workers: %s", seed, name, workers, firstDifference([]byte(a), []byte(b)))
				}
				passed := led.Frames[event.FrameBypassed]
				t.Logf("seed %d, %s, %d workers: %d of %d frames passed by", seed, name, workers, passed, led.FramesIn)
				if passed < uint64(len(frames))/16 || led.FramesIn != all.FramesIn || led.Frames[event.FrameStream]+passed != all.Frames[event.FrameStream] {
					t.Errorf("seed %d, %s, %d workers: %v, and %v without", seed, name, workers, led.Frames, all.Frames)
				}
			}
		}
	}
}

// TestPassingEndsWithTheConnection: what ends a connection or begins another is
// read, and so is what follows.
func TestPassingEndsWithTheConnection(t *testing.T) {
	b := bypass{flows: map[uint64]*bypassed{}}
	p := frame.Packet{Src: client(1), Dst: netip.MustParseAddrPort("10.0.0.5:443"), Flags: frame.ACK, Payload: []byte("x"), WireLen: 1}
	key := event.FlowKey{Client: p.Src, Server: p.Dst}
	id := p.Flow(0)
	for _, flag := range []uint8{frame.SYN, frame.FIN, frame.RST} {
		b.learn([]stream.Pass{{FlowKey: key, All: true}}, 0)
		if !b.passes(id, &p) {
			t.Fatal("a packet is not passed by")
		}
		end := p
		end.Flags |= flag
		var given []frame.Passed
		if b.passes(id, &end) {
			t.Errorf("flag %x is passed by", flag)
		}
		b.read(id, &end, 1, func(_ uint8, p *frame.Packet) { given = append(given, p.Passed) })
		if len(given) != 1 || given[0] != (frame.Passed{Packets: 1, Bytes: 1}) {
			t.Errorf("flag %x: given %v", flag, given)
		}
		if b.passes(id, &p) {
			t.Errorf("after flag %x packets are passed by", flag)
		}
	}
}

// TestBypassIsBounded: connections beyond the cap are read.
func TestBypassIsBounded(t *testing.T) {
	b := bypass{flows: map[uint64]*bypassed{}}
	for i := range maxBypassed + 100 {
		b.learn([]stream.Pass{{FlowKey: event.FlowKey{Client: client(i), Server: client(i + 1)}, All: true}}, 0)
	}
	if len(b.flows) != maxBypassed {
		t.Errorf("%d connections", len(b.flows))
	}
	b.sweep(int64(forgetAfter), 1, false, func(uint8, *frame.Packet) { t.Error("something is owed") })
	if len(b.flows) != 0 {
		t.Errorf("%d connections after a while", len(b.flows))
	}
}
