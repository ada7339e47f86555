package decode

import (
	"strings"
	"testing"

	"spaniel/event"
)

const (
	dial  = "CONNECT b:80 HTTP/1.1\r\nHost: b:80\r\n\r\n"
	up200 = "<HTTP/1.1 200 Up\r\n\r\n"
	inner = "GET /in HTTP/1.1\r\nHost: b\r\n\r\n"
	inOK  = "HTTP/1.1 204 No Content\r\n\r\n"
)

func TestTunnels(t *testing.T) {
	const connect, got = `CONNECT bb:80 200 "" ""`, `GET b/in 204 "" ""`
	for name, c := range map[string]struct {
		lines   []string
		service string
		calls   []string
	}{
		"http within":                 {[]string{dial, up200, inner, "<" + inOK}, "http", []string{connect, got}},
		"in the slice of the heads":   {[]string{dial + inner, up200 + inOK}, "http", []string{connect, got}},
		"the server speaks first":     {[]string{dial, up200 + "SSH-2.0-x\r\n"}, "ssh", []string{connect}},
		"unknown within":              {[]string{dial, up200, "\x00\x01", "<\x02"}, "connect", []string{connect}},
		"refused":                     {[]string{dial, "<HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n", inner, "<" + inOK}, "http", []string{`CONNECT bb:80 403 "" ""`, got}},
		"a tunnel within a tunnel":    {[]string{dial, up200, dial, up200, inner, "<" + inOK}, "http", []string{connect, connect, got}},
		"tls in the same slices":      {[]string{dial + "\x16\x03\x01\x00\x05\x01\x00", up200 + "\x16\x03\x03\x00\x01a"}, "tls", []string{connect}},
		"upgrade within, handed off":  {[]string{dial, up200, "GET /ws HTTP/1.1\r\nHost: b\r\nUpgrade: websocket\r\n\r\n", "<HTTP/1.1 101 S\r\nUpgrade: websocket\r\n\r\n\x81\x00"}, "websocket", []string{connect, `GET b/ws 101 "" ""`}},
		"h2c with the first settings": {[]string{"GET / HTTP/1.1\r\nHost: a\r\nUpgrade: h2c\r\n\r\n", "<HTTP/1.1 101 S\r\nUpgrade: h2c\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"}, "http2", []string{`GET a/ 101 "" ""`}},
		"deeper than the cap":         {[]string{strings.Repeat(dial, 1), up200, dial, up200, dial, up200, dial, up200, dial, up200, inner, "<" + inOK}, "connect", []string{connect, connect, connect, connect, connect}},
	} {
		r := run(t, talk(c.lines...), 512, nil)
		if got := strings.Join(r.calls, "\n"); got != strings.Join(c.calls, "\n") || len(r.flows) != 1 || r.flows[0].Service != c.service {
			t.Errorf("%s: service %s, calls\n%s\nwant %s\n%s", name, r.flows[0].Service, got, c.service, strings.Join(c.calls, "\n"))
		}
		for i, line := range linesOf(r, " call ") {
			if f := strings.Fields(line); len(f) < 9 || !strings.Contains(line, " "+string(rune('1'+i))+" ") {
				t.Errorf("%s: call %d has another depth: %s", name, i+1, line)
			}
		}
	}
}

// linesOf returns the events of a kind.
func linesOf(r *result, word string) (list []string) {
	for _, l := range r.lines {
		if strings.Contains(l, word) {
			list = append(list, l)
		}
	}
	return list
}

// TestReversedRoles has the end that accepted the connection send requests.
func TestReversedRoles(t *testing.T) {
	request := func(path string) string { return "GET " + path + " HTTP/1.1\r\nHost: h\r\n\r\n" }
	for name, lines := range map[string][]string{
		"at once":                {"<" + request("/a"), "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", "<" + request("/b"), inOK},
		"behind SOCKS backwards": {"\x4e\x5a\x00\x01", "<\x05\x01\x00", "\x05\x00", "<\x05\x01\x00\x01\x01\x02\x03\x04\x00\x50", "\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00", "<" + request("/a"), "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", "<" + request("/b"), inOK},
	} {
		var ends []string
		r := run(t, talk(lines...), 512, func(_ *Config, parts []*Partition) {
			for _, p := range parts {
				call := p.out.Call
				p.out.Call = func(c *event.Call) {
					ends = append(ends, c.Flow.Client.String()+" "+c.Flow.Server.String()+" "+strings.Join(c.Anomalies, ","))
					call(c)
				}
			}
		})
		if len(r.calls) != 2 || !strings.HasPrefix(r.calls[0], `GET h/a 200 "" "ok"`) || !strings.HasPrefix(r.calls[1], `GET h/b 204`) {
			t.Errorf("%s: calls %q", name, r.calls)
			continue
		}
		if want := "10.0.0.5:8443 203.0.113.9:51514 roles_reversed"; ends[0] != want || ends[1] != want {
			t.Errorf("%s: %q, want %q", name, ends, want)
		}
		if r.flows[0].Client.Port() != 51514 || r.flows[0].Service != "http" {
			t.Errorf("%s: flow %+v", name, r.flows[0])
		}
	}
}

// TestGarbageIsReported ends a connection with bytes that are no request.
func TestGarbageIsReported(t *testing.T) {
	r := run(t, talk(inner, "<"+inOK, "garbage\r\nmore"), 512, nil)
	if len(r.loss) != 1 || r.loss[0].Reason != "desync" || r.loss[0].Bytes != 13 || r.loss[0].Frame == 0 || r.loss[0].Direction != event.ToServer {
		t.Errorf("losses %+v", r.loss)
	}
	if r.led.Losses != 1 || r.led.SkippedBytes != 13 {
		t.Errorf("ledger %+v", r.led)
	}
}
