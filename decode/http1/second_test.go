package http1

import (
	"fmt"
	"strings"
	"testing"

	"spaniel/event"
)

// seconds runs pushes and tells the second reading of each call that has one.
func seconds(cfg *Config, pushes ...push) (list []string) {
	r := &rig{}
	r.conn = NewConn(cfg, nil, &r.flow, &r.led, func(c *event.Call, _ event.Stamp) {
		for a := c.Alt; a != nil; a = a.Alt {
			s := fmt.Sprintf("%d %s: %s %s%s %q", c.Depth, a.Why, a.Req.Method, a.Req.Host, a.Req.Target, a.Req.Raw)
			for _, h := range a.Req.Headers {
				if strings.HasPrefix(h.Name, "X") {
					s += fmt.Sprintf(" %s=%q", h.Name, h.Value)
				}
			}
			if a.Resp.Seen {
				s += fmt.Sprintf(" -> %q", a.Resp.Raw)
			}
			list = append(list, s)
		}
	})
	r.run(0, pushes...)
	return list
}

// TestSecondReadings: what hides from the first reading stands in the second.
// The expectations are what servers are known to make of such requests.
func TestSecondReadings(t *testing.T) {
	const smuggled = "GET /x?id=1 HTTP/1.1\r\nHost: in\r\n\r\n"
	for _, tc := range []struct {
		name, request string
		want          []string
	}{
		{"CL.TE: the length takes in what follows the last chunk",
			"POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 39\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + smuggled,
			[]string{`1 smuggling_ambiguous: POST h/a "0\r\n\r\nGET /x?id=1 HTTP/1.1\r\nHost: in\r\n\r\n"`}},
		{"CL.TE with a remainder that is no request",
			"POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 8\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nG1=",
			[]string{`1 smuggling_ambiguous: POST h/a "0\r\n\r\nG1="`}},
		{"TE.CL: the length ends within the chunks",
			"POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n22\r\n" + smuggled + "\r\n0\r\n\r\n",
			[]string{`1 smuggling_ambiguous: POST h/a "22\r\n"`, `1 smuggling_ambiguous: GET in/x?id=1 ""`}},
		{"TE on HTTP/1.0, which does not know it",
			"POST /a HTTP/1.0\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n22\r\n" + smuggled + "\r\n0\r\n\r\n",
			[]string{`1 smuggling_ambiguous: POST h/a ""`, `1 smuggling_ambiguous: GET in/x?id=1 ""`}},
		{"TE with a space before its colon, which is another field",
			"POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding : chunked\r\nContent-Length: 4\r\n\r\n22\r\n" + smuggled + "\r\n0\r\n\r\n",
			[]string{`1 smuggling_ambiguous: POST h/a "22\r\n"`, `1 smuggling_ambiguous: GET in/x?id=1 ""`}},
		{"the last of two lengths",
			"POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 36\r\nContent-Length: 2\r\n\r\nok" + smuggled,
			[]string{`1 smuggling_ambiguous: POST h/a "ok"`, `1 smuggling_ambiguous: GET in/x?id=1 ""`}},
		{"a length with a sign", "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: +4\r\n\r\nid=1",
			[]string{`1 bad_content_length: POST h/a "id=1"`}},
		{"a folded value without the fold's space", "GET /a HTTP/1.1\r\nHost: h\r\nX: UN\r\n ION SEL\r\n\tECT\r\n\r\n",
			[]string{`1 obs_fold: GET h/a "" X="UNION SELECT"`}},
		{"a fold that is a field", "GET /a HTTP/1.1\r\nHost: h\r\nX: a\r\n X-B: c\r\n\r\n",
			[]string{`1 obs_fold: GET h/a "" X="a" X-B="c"`}},
		{"a field that a lone LF does not end", "POST /a HTTP/1.1\r\nHost: h\r\nX: a\nContent-Length: 34\r\n\r\n" + smuggled,
			[]string{`1 smuggling_ambiguous: POST h/a "" X="a\nContent-Length: 34"`, `1 smuggling_ambiguous: GET in/x?id=1 ""`}},
		{"a length that a lone CR does not begin", "POST /a HTTP/1.1\r\nHost: h\r\nX: a\rContent-Length: 34\r\n\r\n" + smuggled,
			[]string{`1 smuggling_ambiguous: POST h/a "" X="a\rContent-Length: 34"`, `1 smuggling_ambiguous: GET in/x?id=1 ""`}},
		{"a value that a NUL ends", "GET /a HTTP/1.1\r\nHost: h\r\nX: a\x00b\r\n\r\n", []string{`1 nul_byte: GET h/a "" X="a"`}},
		{"the second host", "GET /a HTTP/1.1\r\nHost: h\r\nHost: in\r\n\r\n", []string{`1 host_ambiguous: GET in/a ""`}},
		{"the host of the field", "GET http://h/a HTTP/1.1\r\nHost: in\r\n\r\n", []string{`1 host_ambiguous: GET inhttp://h/a ""`}},
		{"one reading", "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nok" + smuggled, nil},
		{"every line ends in LF: nobody reads it otherwise", "GET /a HTTP/1.1\nHost: h\nX: a\n\n", nil},
		{"odd, but read by all alike", "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nok" + smuggled, nil},
	} {
		got := seconds(nil, req(tc.request), res(ok0))
		if strings.Join(got, "\n") != strings.Join(tc.want, "\n") {
			t.Errorf("%s:\n%s\nwant\n%s", tc.name, strings.Join(got, "\n"), strings.Join(tc.want, "\n"))
		}
	}
}

func TestSecondReadingOfAResponse(t *testing.T) {
	got := seconds(nil, req(get), res("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n2\r\nhi\r\n0\r\n\r\n"))
	if want := `1 smuggling_ambiguous: GET x/a "" -> "2\r\nhi"`; len(got) != 1 || got[0] != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// What was not kept is told, and what is kept is bounded.
func TestSecondReadingsAreBounded(t *testing.T) {
	const head = "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 9999999\r\nTransfer-Encoding: chunked\r\n\r\n"
	var marked, calls int
	var led event.Ledger
	c := NewConn(nil, nil, &event.Flow{}, &led, func(c *event.Call, _ event.Stamp) {
		calls++
		if c.Alt != nil && len(c.Alt.Req.Raw) > 64<<10 {
			t.Errorf("call %d: %d bytes", c.Depth, len(c.Alt.Req.Raw))
		}
		for _, a := range c.Anomalies {
			if a == AnomalySecondCut {
				marked++
			}
		}
	})
	const n = 40
	for range n {
		c.Data(up, []byte(head+"11170\r\n"+strings.Repeat("x", 70_000)+"\r\n0\r\n\r\n"), event.Stamp{})
		if c.raw > pendingRaw {
			t.Fatalf("%d bytes kept", c.raw)
		}
	}
	c.Close(event.Stamp{})
	if marked != n || calls != n || c.raw != 0 {
		t.Errorf("%d calls, %d marked, %d bytes kept", calls, marked, c.raw)
	}
	requests := strings.Repeat("G /x HTTP/1.1\r\n\r\n", 200)
	got := seconds(nil, req(fmt.Sprintf("POST /a HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n", len(requests), requests)), res(ok0))
	if len(got) != maxSecond {
		t.Errorf("%d requests in a second reading", len(got))
	}
}
