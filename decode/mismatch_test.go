package decode

import (
	"strings"
	"testing"
)

const (
	get      = "GET /next HTTP/1.1\r\nHost: h\r\n\r\n"
	none     = "<HTTP/1.1 204 No Content\r\n\r\n"
	nextCall = `GET h/next 204 "" ""`
)

// TestLongLineOfNobody: text of one long line is no HTTP, and no loss of it.
func TestLongLineOfNobody(t *testing.T) {
	long := strings.Repeat("a", 2000)
	for _, lines := range [][]string{{"SET a " + long, long, long, "\r\n", "<+OK\r\n"}, {"SET a " + long, long, long}, {"<INFO a " + long, "<" + long, "<" + long, "<\r\n", "PING\r\n"}} {
		r := run(t, talk(lines...), 512, nil)
		if len(r.calls) > 0 || len(r.loss) > 0 || len(r.notes) > 0 || r.flows[0].Service != unknownService {
			t.Errorf("%.20q: calls %q, losses %+v, anomalies %q, service %q", lines, r.calls, r.loss, r.notes, r.flows[0].Service)
		}
	}
}

// TestDisguise has clients look like another service, or like none, to a
// server that answers in HTTP/1: no request behind that is lost, and no byte
// without a record.
func TestDisguise(t *testing.T) {
	long := strings.Repeat("a", 2000)
	for _, c := range []struct {
		name  string
		lines []string
		calls int
		notes string
		lost  uint64
	}{
		{"ssh as a method", []string{"SSH-2.0 / HTTP/1.1\r\nHost: h\r\n\r\n", none, get, none}, 2, "", 0},
		{"ssh as a method, whole banner", []string{"SSH-2.0-x / HTTP/1.1\r\nHost: h\r\n\r\n", none, get, none}, 2, "", 0},
		{"ssh as a method, in pieces", []string{"SSH-2.0-x /", " HTTP/1.1\r\nHost: h\r\n\r\n", none, get, none}, 2, "", 0},
		{"ssh banner, http answer", []string{"SSH-2.0-x\r\n", "<HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n", get, none}, 2, "protocol_mismatch", 11},
		{"ssh banner, http answer in pieces", []string{"SSH-2.0-x\r\n", "<HTTP/1", "<.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n", get, none}, 2, "protocol_mismatch", 11},
		{"tls hello, http answer", []string{"\x16\x03\x01\x00\x05\x01\x00\x00\x01\x03", "<HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n", get, none}, 2, "tls_malformed protocol_mismatch", 10},
		{"proxy as a method", []string{"PROXY /a HTTP/1.1\r\nHost: h\r\n\r\n", none, get, none}, 2, "", 0},
		{"unknown method, long line", []string{"frob /" + long, " HTTP/1.1\r\nHost: h\r\n\r\n", none, get, none}, 2, "", 0},
		{"unknown method, odd target", []string{"frob ?" + long, " HTTP/1.1\r\nHost: h\r\n\r\n", none, get, none}, 2, "", 0},
		{"unknown method, odd target, 5000 bytes", []string{"frob ?" + long, long, long[:1000], " HTTP/1.1\r\nHost: h\r\n\r\n", none, get, none}, 2, "", 0},
		{"unknown method, byte by byte", append(strings.Split("frob ?"+long[:500]+" HTTP/1.1\r\nHost: h\r\n\r\n", ""), none, get, none), 2, "", 0},
		{"text that is no request, then one", []string{"frob " + long, long, long, "\r\n" + get, none, get, none}, 2, "bytes_before_http", 6007},
		{"long method", []string{strings.Repeat("m", 200), " / HTTP/1.1\r\nHost: h\r\n\r\n", none, get, none}, 2, "", 0},
		{"tab", []string{"GET\t/", "a HTTP/1.1\r\nHost: h\r\n\r\n", none, get, none}, 2, "", 0},
		{"no slash", []string{"GET ?id=", "1 HTTP/1.1\r\nHost: h\r\n\r\n", none, get, none}, 2, "", 0},
		{"byte by byte", append(strings.Split("GET /"+strings.Repeat("a", 400)+" HTTP/1.1\r\nHost: h\r\n\r\n", ""), none, get, none), 2, "", 0},
		{"garbage", []string{"\x00\x01\x02", "<HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n", get, none}, 2, "bytes_before_http", 3},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := run(t, talk(c.lines...), 512, nil)
			if len(r.calls) != c.calls || len(r.calls) > 0 && r.calls[len(r.calls)-1] != nextCall {
				t.Errorf("calls %q", r.calls)
			}
			if got := strings.Join(r.notes, " "); got != c.notes {
				t.Errorf("anomalies %q, want %q", got, c.notes)
			}
			var lost uint64
			for _, l := range r.loss {
				lost += l.Bytes
			}
			if lost != c.lost {
				t.Errorf("%d bytes lost, want %d: %+v", lost, c.lost, r.loss)
			}
			if got := r.flows[0].Service; got != "http" {
				t.Errorf("service %q", got)
			}
		})
	}
}
