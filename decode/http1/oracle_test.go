package http1

import (
	"bufio"
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"spaniel/event"
)

// pieces of heads that net/http and we are both asked about.
var (
	oracleLines = []string{"GET /a?b=c HTTP/1.1", "POST /a HTTP/1.1", "HEAD / HTTP/1.0", "PUT http://x.example/y HTTP/1.1", "OPTIONS * HTTP/1.1", "DELETE /%20 HTTP/1.1",
		"get / HTTP/1.1", "GET  / HTTP/1.1", "GET / HTTP/1.9", "GET /a b HTTP/1.1", "GET / HTTP/1", "G@T / HTTP/1.1", "GET /\x01 HTTP/1.1", "GET / http/1.1"}
	oracleFields = []string{"Host: x.example", "Host: x.example", "Host: y.example", "A: b", "A : b", " folded", "A: \x00", "A: b\rc", ": b", "nocolon", "\u00e9: a", "A:", "Cookie: a=b",
		"Content-Length: 3", "Content-Length: 3", "Content-Length: 5", "Content-Length: +3", "Content-Length: 03", "Content-Length: 3, 3", "Content-Length: x", "Content-Length: -1",
		"Content-Length: 18446744073709551616", "Transfer-Encoding: chunked", "Transfer-Encoding: gzip, chunked", "Transfer-Encoding: xchunked", "Transfer-Encoding: identity",
		"Transfer-Encoding : chunked", "Transfer-Encoding: Chunked", "Expect: 100-continue", "Connection: close", "Trailer: X",
		"A: \x01", "A: b\x7f", "Transfer_Encoding: chunked", "Content-Length : 3", "Host: x.example:http", "Transfer-Encoding: chunked\x00", "Transfer-Encoding:\r\n chunked", "A: b\nTransfer-Encoding: chunked", "A: \x80"}
	oracleBodies = []string{"", "abc", "abcde", "3\r\nabc\r\n0\r\n\r\n", "3;x=y\r\nabc\r\n0\r\nX: y\r\n\r\n", "0\r\n\r\n", "3\nabc\n0\n\n", "0x3\r\nabc\r\n0\r\n\r\n", "3\r\nabcd\r\n0\r\n\r\n",
		"+3\r\nabc\r\n0\r\n\r\n", "3 \r\nabc\r\n0\r\n\r\n", "00000000000000000003\r\nabc\r\n0\r\n\r\n", "3\r\nabc\r\n0\r\n",
		"3;x=\"\r\nabc\r\n0\r\n\r\n", "3\r\nabc\r\n0\r\n\n", "3;\r\nabc\r\n0\r\n\r\n", "3\r\r\nabc\r\n0\r\n\r\n", "3\r\nabc\n0\r\n\r\n", "\r\n3\r\nabc\r\n0\r\n\r\n", "A\r\n0123456789\r\n0\r\nX : y\r\n\r\n"}
	oracleStatus = []string{"HTTP/1.1 200 OK", "HTTP/1.0 200 OK", "HTTP/1.1 404", "HTTP/1.1 204 No", "HTTP/1.1 304 No", "HTTP/1.1 20 X", "HTTP/1.1 2000 X", "HTTP/1.1 abc", "HTTP/2.0 200 OK", "HTTP/1.1  200 OK", "HTTP/1.1 200", "HTTP/1.1 099 X", "HTTP/1.1 200OK", "HTTP/1.1 205 R", "HTTP/1.1\t200 OK", "HTTP/1.1 200 \x01"}
)

// drawHead draws a message out of pieces.
func drawHead(t *rapid.T, first []string) string {
	end := rapid.SampledFrom([]string{"\r\n", "\r\n", "\r\n", "\n"}).Draw(t, "end")
	var b strings.Builder
	b.WriteString(rapid.SampledFrom(first).Draw(t, "first") + end)
	for _, f := range rapid.SliceOfN(rapid.SampledFrom(oracleFields), 0, 5).Draw(t, "fields") {
		b.WriteString(f + end)
	}
	return b.String() + end + rapid.SampledFrom(oracleBodies).Draw(t, "body")
}

// only returns the first call of a conversation, and whether it says anything
// odd of itself or leaves bytes over.
func only(p ...push) (c *event.Call, odd bool) {
	var led event.Ledger
	conn := NewConn(nil, nil, &event.Flow{}, &led, func(got *event.Call, _ event.Stamp) {
		if c == nil {
			keep := *got
			keep.Req.Raw, keep.Resp.Raw = bytes.Clone(got.Req.Raw), bytes.Clone(got.Resp.Raw)
			keep.Req.Headers = append([]event.Header(nil), got.Req.Headers...)
			keep.Anomalies = append([]string(nil), got.Anomalies...)
			c = &keep
		}
	})
	for _, p := range p {
		conn.Data(p.dir, []byte(p.data), event.Stamp{})
		conn.End(p.dir, event.Stamp{})
	}
	conn.Close(event.Stamp{})
	return c, c == nil || len(c.Anomalies) > 0
}

// TestOracleRequests compares requests with net/http: the same, or an anomaly.
func TestOracleRequests(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := drawHead(t, oracleLines)
		c, odd := only(req(text))
		if odd {
			return
		}
		in := bufio.NewReader(strings.NewReader(text))
		r, err := http.ReadRequest(in)
		if unsupported(err) {
			return
		}
		if err != nil {
			if c.Req.Complete {
				t.Fatalf("%q: net/http says %v, we say nothing of %s", text, err, render(c))
			}
			return
		}
		body, err := io.ReadAll(r.Body)
		if (err == nil) != c.Req.Complete || string(body) != string(c.Req.Raw) {
			t.Fatalf("%q: body %q (%v), ours %q, complete %v", text, body, err, c.Req.Raw, c.Req.Complete)
		}
		if r.Method != c.Req.Method || r.RequestURI != c.Req.Target || r.Host != c.Req.Host {
			t.Fatalf("%q: %s %s %s, ours %s %s %s", text, r.Method, r.RequestURI, r.Host, c.Req.Method, c.Req.Target, c.Req.Host)
		}
		for name, values := range r.Header {
			if c.Req.Get(name) != values[0] {
				t.Fatalf("%q: %s is %q, ours %q", text, name, values[0], c.Req.Get(name))
			}
		}
	})
}

// TestOracleResponses compares responses with net/http: the same, or an anomaly.
func TestOracleResponses(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		method := rapid.SampledFrom([]string{"GET", "HEAD"}).Draw(t, "method")
		text := drawHead(t, oracleStatus)
		c, odd := only(req(method+" / HTTP/1.1\r\nHost: x\r\n\r\n"), res(text))
		if odd {
			return
		}
		r, err := http.ReadResponse(bufio.NewReader(strings.NewReader(text)), &http.Request{Method: method})
		if unsupported(err) {
			return
		}
		if err != nil {
			if c.Resp.Complete {
				t.Fatalf("%q: net/http says %v, we say nothing of %s", text, err, render(c))
			}
			return
		}
		body, err := io.ReadAll(r.Body)
		if (err == nil) != c.Resp.Complete || string(body) != string(c.Resp.Raw) || r.StatusCode != c.Resp.Status {
			t.Fatalf("%q to %s: %d, body %q (%v), ours %s, complete %v", text, method, r.StatusCode, body, err, render(c), c.Resp.Complete)
		}
	})
}

// unsupported: stacked transfer codings are right by the RFC, and only beyond
// what net/http cares to do.
func unsupported(err error) bool {
	return err != nil && strings.Contains(err.Error(), "unsupported transfer encoding: \"gzip, chunked\"")
}
