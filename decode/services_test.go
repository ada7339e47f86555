package decode

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"spaniel/event"
	"spaniel/internal/wiretest"
)

func addr(s string) netip.AddrPort { return netip.MustParseAddrPort(s) }

// talk makes a capture of one connection; lines beginning with < are the
// server's.
func talk(lines ...string) []event.Frame { return talkFrom("203.0.113.9:51514", lines...) }

func talkFrom(client string, lines ...string) []event.Frame {
	b := wiretest.New(1, wiretest.CaseStart)
	c := b.Conn(addr(client), addr("10.0.0.5:8443"))
	c.Open()
	for _, l := range lines {
		if s, ok := strings.CutPrefix(l, "<"); ok {
			c.Server([]byte(s))
		} else {
			c.Client([]byte(l))
		}
	}
	c.Fin()
	return b.Frames()
}

func TestServices(t *testing.T) {
	for _, c := range []struct {
		service string
		lines   []string
	}{
		{"http", []string{"GET / HTTP/1.1\r\nHost: a\r\n\r\n", "<HTTP/1.1 204 No Content\r\n\r\n"}},
		{"http", []string{"GE", "T", " / HT", "TP/1.1\r\nHost: a\r\n\r\n", "<HTTP/1.1 204 No Content\r\n\r\n"}},
		{"http", []string{"G", "<HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n"}},
		{"http2", []string{"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00"}},
		{"http2", []string{"P", "RI * HT", "TP/2.0\r\n\r\nSM\r\n\r\n"}},
		{"tls", []string{"\x16\x03\x01\x00\x05\x01\x00\x00\x01\x03", "<\x16\x03\x03\x00\x01a"}},
		{"ssh", []string{"<SSH-2.0-OpenSSH_9.2\r\n", "SSH-2.0-x\r\n"}},
		{"smtp", []string{"<220 mail.example ESMTP ready\r\n", "EHLO x\r\n"}},
		{"ftp", []string{"<220 ProFTPD FTP server\r\n", "USER x\r\n"}},
		{"redis", []string{"*1\r\n$4\r\nPING\r\n", "<+PONG\r\n"}},
		{"redis", []string{"*", "1\r\n$", "4\r\nPING\r\n", "<+PONG\r\n"}},
		{"unknown", []string{"\x00\x01\x02"}},
		{"", nil},
		{"http", []string{"PROXY TCP4 192.0.2.1 10.0.0.5 1 2\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", "<HTTP/1.1 204 No Content\r\n\r\n"}},
		{"http", []string{"PROXY TC", "P4 192.0.2.1 10.0.0.5 1 2\r", "\nGET / HT", "TP/1.1\r\nHost: a\r\n\r\n", "<HTTP/1.1 204 No Content\r\n\r\n"}},
		{"http", []string{proxySignature[:9], proxySignature[9:] + "\x21\x11\x00", "\x02a", "bGET / HTTP/1.1\r\nHost: a\r\n\r\n", "<HTTP/1.1 204 No Content\r\n\r\n"}},
		{"http", []string{proxySignature + "\x21\x11\x00\x02ab", "GET / HTTP/1.1\r\nHost: a\r\n\r\n", "<HTTP/1.1 204 No Content\r\n\r\n"}},
		{"http", []string{"\x05\x01\x00", "<\x05\x00", "\x05\x01\x00\x01\x01\x02\x03\x04\x00\x50", "<\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00",
			"GET / HTTP/1.1\r\nHost: a\r\n\r\n", "<HTTP/1.1 204 No Content\r\n\r\n"}},
		{"http", []string{"\x00\x01\x02", "<HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"}},
		{"http", []string{"GET /slow"}},
		{"websocket", []string{"GET /ws HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
			"<HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n", "\x81\x85abcdhello", "<\x81\x02ok"}},
		{"http2", []string{"GET / HTTP/1.1\r\nHost: a\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n",
			"<HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n", "<\x00\x00\x00\x04"}},
		{"unknown", []string{"GET / HTTP/1.1\r\nHost: a\r\nUpgrade: evil\r\nConnection: Upgrade\r\n\r\n",
			"<HTTP/1.1 101 Switching Protocols\r\nUpgrade: evil\r\nConnection: Upgrade\r\n\r\n", "<xyz"}},
		{"tls", []string{"CONNECT b:443 HTTP/1.1\r\nHost: b:443\r\n\r\n", "<HTTP/1.1 200 OK\r\n\r\n", "\x16\x03\x01\x00\x01a"}},
		{"connect", []string{"CONNECT b:443 HTTP/1.1\r\nHost: b:443\r\n\r\n", "<HTTP/1.1 200 OK\r\n\r\n", "\x00\x01", "<\x02"}},
		{"tls", []string{"<220 mail.example ESMTP ready\r\n", "STARTTLS\r\n", "<220 go\r\n", "\x16\x03\x01\x00\x05\x01\x00\x00\x01\x03"}},
	} {
		t.Run(c.service, func(t *testing.T) {
			r := run(t, talk(c.lines...), 512, nil)
			if len(r.flows) != 1 || r.flows[0].Service != c.service {
				t.Fatalf("flows %+v, want service %q", r.flows, c.service)
			}
			var n int
			for _, l := range c.lines {
				n += len(strings.TrimPrefix(l, "<"))
			}
			if r.led.Stream[event.ByteDelivered] != uint64(n) {
				t.Errorf("%d bytes delivered, want %d", r.led.Stream[event.ByteDelivered], n)
			}
			if c.service == "http" && len(c.lines) > 1 && len(r.calls) != 1 {
				t.Errorf("calls %q", r.calls)
			}
		})
	}
}

// TestMidstream picks flows up at every segment: the requests that follow are
// found.
func TestMidstream(t *testing.T) {
	lines := []string{"POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 20\r\n\r\n", "0123456789", "abcdefghij", "<HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n",
		"<01234", "<56789", "GET /b HTTP/1.1\r\nHost: h\r\n\r\n", "<HTTP/1.1 204 No Content\r\n\r\n", "GET /c HTTP/1.1\r\nHost: h\r\n\r\n", "<HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"}
	frames := talk(lines...)
	for from := 1; from < len(frames)-6; from++ {
		r := run(t, frames[from:], 512, nil)
		all := strings.Join(r.calls, "\n")
		if !strings.Contains(all, `GET h/c 404 "" ""`) {
			t.Errorf("from frame %d: calls\n%s", from+1, all)
		}
		for _, f := range r.flows {
			if f.Client.Port() != 51514 {
				t.Errorf("from frame %d: client is %v", from+1, f.Client)
			}
		}
	}
}

// TestOneSide keeps one direction only.
func TestOneSide(t *testing.T) {
	for _, port := range []uint16{51514, 8443} {
		var kept []event.Frame
		for _, f := range talk("GET /a HTTP/1.1\r\nHost: h\r\n\r\n", "<HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", "GET /b HTTP/1.1\r\nHost: h\r\n\r\n", "<HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n") {
			if got := uint16(f.Data[34])<<8 | uint16(f.Data[35]); got == port {
				kept = append(kept, f)
			}
		}
		r := run(t, wiretest.Number(kept), 512, nil)
		if len(r.calls) != 2 || !r.flows[0].Flags.Has(event.FlagOneSided) {
			t.Errorf("from port %d: calls %q, flows %+v", port, r.calls, r.flows)
		}
	}
}

// bomb is a parser that panics at the byte '!'.
type bomb struct{ c *conn }

func (b bomb) Data(d event.Direction, p []byte, at event.Stamp) {
	for _, x := range p {
		if x == '!' {
			panic("boom")
		}
		b.c.p.led.BodyBytes++
	}
}
func (bomb) Gap(event.Direction, uint64, event.Stamp)    {}
func (bomb) End(event.Direction, event.Stamp)            {}
func (bomb) Useless(event.Direction) uint64              { return 0 }
func (bomb) Passed(event.Direction, uint64, event.Stamp) {}
func (bomb) Close(event.Stamp)                           { panic("late boom") }
func (bomb) Upgraded() (string, bool)                    { return "", false }

// TestPanicStaysInItsFlow has a parser panic in the midst of a segment: the
// ledger holds, the flow says so, and other flows know nothing of it.
func TestPanicStaysInItsFlow(t *testing.T) {
	frames := append(talk("BOMB abc", "def!ghi", "jkl"), parse(t, shop).Frames()...)
	frames = append(frames, talkFrom("203.0.113.7:7", "BOMB quiet")...)
	var told []string
	r := run(t, wiretest.Number(frames), 512, func(_ *Config, parts []*Partition) {
		for _, p := range parts {
			p.out.Panic = func(f *event.Panicked) {
				told = append(told, fmt.Sprintf("%s %s %q of %s", f.What, f.Direction, f.Bytes, f.Client))
			}
			p.protocols = append([]protocol{{"bomb", prefix("BOMB"), func(c *conn) parser { return bomb{c} }}}, p.protocols...)
		}
	})
	wantCalls(t, r, shopCalls)
	if got := strings.Join(r.notes, " "); got != "parser_panic parser_panic" {
		t.Errorf("anomalies %q", got)
	}
	slices.Sort(told)
	if len(told) != 2 || !strings.HasPrefix(told[0], `boom to_server "def!ghi" of `) || told[1] != `late boom to_server "" of 203.0.113.7:7` {
		t.Errorf("told %q", told)
	}
	if r.led.SkippedBytes != 7 || len(r.loss) != 2 || r.loss[0].Reason != "parser_panic" || r.loss[0].Bytes != 4 {
		t.Errorf("ledger %+v losses %+v", r.led, r.loss)
	}
}
