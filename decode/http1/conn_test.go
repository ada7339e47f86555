package http1

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"spaniel/event"
)

const (
	up   = event.ToServer
	down = event.ToClient
	get  = "GET /a HTTP/1.1\r\nHost: x\r\n\r\n"
	ok0  = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
	ok2  = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"
)

var conversations = []struct {
	name   string
	pushes []push
	want   []string
}{
	{"plain", []push{req(get), res(ok2)}, []string{`1 GET /a host=x -> 200 body=2:"hi"`}},
	{"keep alive", []push{req(get), res(ok2), req(get), res(ok0)},
		[]string{`1 GET /a host=x -> 200 body=2:"hi"`, `2 GET /a host=x -> 200`}},
	{"pipelined", []push{req(get + "GET /b HTTP/1.1\r\nHost: Y:80\r\n\r\n"), res(ok2 + ok0)},
		[]string{`1 GET /a host=x -> 200 body=2:"hi"`, `2 GET /b host=y -> 200`}},
	{"head, 204 and 304 have no body", []push{req("HEAD / HTTP/1.1\r\nHost: x\r\n\r\n"), res("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"),
		req(get), res("HTTP/1.1 304 No\r\nContent-Length: 7\r\n\r\n"), req(get), res("HTTP/1.1 204 No\r\nTransfer-Encoding: chunked\r\n\r\n"), req(get), res(ok2)},
		[]string{`1 HEAD / host=x -> 200`, `2 GET /a host=x -> 304`, `3 GET /a host=x -> 204 anomalies=forbidden_body`, `4 GET /a host=x -> 200 body=2:"hi"`}},
	{"interim responses are passed over", []push{req("PUT / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n"), res("HTTP/1.1 100 Continue\r\n\r\n"),
		req("abc"), res("HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\n" + ok0)}, []string{`1 PUT / host=x body=3:"abc" -> 200`}},
	{"chunked with extension and trailer", []push{req("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3;a=b\r\nabc\r\n2\r\nde\r\n0\r\nX: y\r\n\r\n" + get), res(ok0 + ok0)},
		[]string{`1 POST / host=x body=5:"abcde" trailer=X:y -> 200`, `2 GET /a host=x -> 200`}},
	{"until close", []push{req(get), res("HTTP/1.0 200 OK\r\n\r\nabc"), fin(down)}, []string{`1 GET /a host=x -> 200 body=3:"abc"`}},
	{"until close, reset", []push{req(get), res("HTTP/1.0 200 OK\r\n\r\nabc")}, []string{`1 GET /a host=x -> 200 body=3:"abc" flags=resp_incomplete`}},
	{"http/0.9", []push{req("GET /old\r\n"), res("<html>"), fin(down)},
		[]string{`1 GET /old host= -> 0 body=6:"<html>" anomalies=http_0_9`}},
	{"upgrade", []push{req("GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n\r\n"), res("HTTP/1.1 101 S\r\nUpgrade: WebSocket\r\n\r\n\x81\x00"), req("\x81\x80abcd")},
		[]string{`1 GET /ws host=x -> 101`}},
	{"connect", []push{req("CONNECT a.example:443 HTTP/1.1\r\nHost: a.example:443\r\n\r\n"), res("HTTP/1.1 200 Up\r\n\r\n"), req("\x16\x03\x01"), res("\x16\x03")},
		[]string{`1 CONNECT a.example:443 host=a.example:443 -> 200`}},
	{"bytes after a 304 that announces a body", []push{req(get), res("HTTP/1.1 304 N\r\nConnection: close\r\nContent-Length: 4\r\n\r\nevil"), fin(down)},
		[]string{`1 GET /a host=x -> 304 body=4:"evil" anomalies=forbidden_body`}},
	{"no bytes after a 304 that announces a body", []push{req(get), res("HTTP/1.1 304 N\r\nConnection: close\r\nContent-Length: 4\r\n\r\n"), fin(down)},
		[]string{`1 GET /a host=x -> 304`}},
	{"bytes after the answer to a HEAD", []push{req("HEAD /a HTTP/1.1\r\nHost: x\r\n\r\n"), res("HTTP/1.1 200 OK\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nevil\r\n0\r\n\r\n")},
		[]string{`1 HEAD /a host=x -> 200 body=4:"evil" anomalies=forbidden_body`}},
	{"a 204 that announces a body", []push{req(get), res("HTTP/1.1 204 N\r\nContent-Length: 4\r\n\r\n"), req(get), res(ok0)},
		[]string{`1 GET /a host=x -> 204 anomalies=forbidden_body`, `2 GET /a host=x -> 200`}},
	{"an interim response with a body", []push{req(get), res("HTTP/1.1 100 C\r\nContent-Length: 4\r\n\r\nevil"), fin(down)},
		[]string{`1 GET /a host=x -> 0 flags=request_only anomalies=forbidden_body,desync`}},
	{"bytes before the status line", []push{req(get), res(" \rHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi")},
		[]string{`1 GET /a host=x -> 200 body=2:"hi" anomalies=bare_cr,bad_status`}},
	{"garbage for a response", []push{req(get), res("hello\n"), fin(down)},
		[]string{`1 GET /a host=x -> 0 flags=request_only anomalies=desync,bad_status`}},
	{"connect to a path", []push{req("CONNECT / HTTP/1.1\r\nHost: a.example\r\n\r\n"), res("HTTP/1.1 400 No\r\nContent-Length: 2\r\n\r\nno")},
		[]string{`1 CONNECT / host=a.example -> 400 body=2:"no" anomalies=host_ambiguous`}},
	{"a method alone", []push{req("OPTIONS\r\nHost: x\r\n\r\n"), res("HTTP/1.0 400 No\r\nContent-Length: 0\r\n\r\n"), req(get), res(ok0)},
		[]string{`1 OPTIONS  host=x -> 400 anomalies=bad_request_line`, `2 GET /a host=x -> 200`}},
	{"connect refused", []push{req("CONNECT a.example:443 HTTP/1.1\r\nHost: a.example:443\r\n\r\n"), res("HTTP/1.1 407 No\r\nContent-Length: 2\r\n\r\nno"), req(get), res(ok0)},
		[]string{`1 CONNECT a.example:443 host=a.example:443 -> 407 body=2:"no"`, `2 GET /a host=x -> 200`}},
	{"requests only", []push{req(get + get)}, []string{`1 GET /a host=x -> 0 flags=request_only`, `2 GET /a host=x -> 0 flags=request_only`}},
	{"responses only", []push{res(ok2 + ok0)}, []string{`1 -> 200 body=2:"hi" flags=response_only`, `2 -> 200 flags=response_only`}},
	{"responses only, to HEAD", []push{res("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n" + ok2)}, []string{`1 -> 200 flags=response_only`, `2 -> 200 body=2:"hi" flags=response_only`}},
	{"response captured first", []push{res(ok2), req(get), req(get), res(ok0)},
		[]string{`1 GET /a host=x -> 200 body=2:"hi" anomalies=response_before_request`, `2 GET /a host=x -> 200`}},
	{"an unasked response is not paired with a later request", []push{req(get), res(ok0), res("HTTP/1.1 408 T\r\nContent-Length: 0\r\n\r\n"), {dir: up, data: get, time: 1e9}, res(ok2)},
		[]string{`1 GET /a host=x -> 200`, `2 -> 408 flags=response_only`, `3 GET /a host=x -> 200 body=2:"hi"`}},
	{"early response to an unfinished upload", []push{req("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nab"), res("HTTP/1.1 413 Big\r\nContent-Length: 0\r\n\r\n"), req("cde"), req(get), res(ok0)},
		[]string{`1 POST / host=x body=5:"abcde" -> 413`, `2 GET /a host=x -> 200`}},
	{"body left out after a refusal", []push{req("PUT /a HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 30\r\n\r\n"), res("HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n"), req(get), res(ok2)},
		[]string{`1 PUT /a host=x -> 401`, `2 GET /a host=x -> 200 body=2:"hi"`}},
	{"body sent after a refusal", []push{req("PUT /a HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n"), res("HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n"), req("GET\nx" + get), res(ok2)},
		[]string{`1 PUT /a host=x body=5:"GET\nx" -> 401`, `2 GET /a host=x -> 200 body=2:"hi"`}},
	{"connect refused, a request behind it", []push{req("CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n" + get), res("HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n" + ok2)},
		[]string{`1 CONNECT a:1 host=a:1 -> 407`, `2 GET /a host=x -> 200 body=2:"hi"`}},
	{"chunked for some readers only: the body says so", []push{req(get), res("HTTP/1.1 200 OK\r\nX: y\r\n Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n"), req(get), res(ok0)},
		[]string{`1 GET /a host=x -> 200 body=2:"hi" anomalies=obs_fold,smuggling_ambiguous`, `2 GET /a host=x -> 200`}},
	{"chunked by its head, not by its body", []push{req(get), res("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\nhello"), req(get), res(ok0)},
		[]string{`1 GET /a host=x -> 200 body=5:"hello" anomalies=smuggling_ambiguous,bad_chunk`, `2 GET /a host=x -> 200`}},
	{"doubtful, then plain until close", []push{req(get), res("HTTP/1.1 200 OK\r\nTransfer-Encoding: xchunked\r\n\r\nabc"), fin(down)},
		[]string{`1 GET /a host=x -> 200 body=3:"abc" anomalies=bad_transfer_encoding,smuggling_ambiguous`}},
	{"length hidden behind a CR", []push{req(get), res("HTTP/1.1 200 OK\rContent-Length: 2\r\n\r\nhi" + ok0)},
		[]string{`1 GET /a host=x -> 200 body=2:"hi" anomalies=bare_cr,smuggling_ambiguous`, `2 -> 200 flags=response_only anomalies=surplus_response`}},
	{"version in lower case", []push{req(get), res("http/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi")}, []string{`1 GET /a host=x -> 200 body=2:"hi" anomalies=bad_version`}},
	{"white space before chunk sizes", []push{req(get), res("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\r\n 2\r\nhi\r\n\t0\r\n\r\n"), req(get), res(ok0)},
		[]string{`1 GET /a host=x -> 200 body=2:"hi" anomalies=bad_chunk`, `2 GET /a host=x -> 200`}},
	{"hole in a body of known length", []push{req(get), res("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nab"), hole(down, 5), res("cde"), req(get), res(ok0)},
		[]string{`1 GET /a host=x -> 200 body=5:"ab" flags=gap`, `2 GET /a host=x -> 200`}},
	{"hole over a body's end", []push{req(get), res("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nab"), hole(down, 20), res("\r\n\r\n"), req(get), res(ok0)},
		[]string{`1 GET /a host=x -> 200 body=2:"ab" flags=gap,resp_incomplete`, `2 GET /a host=x -> 200`}},
	{"hole within a chunk", []push{req(get), res("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\na\r\nab"), hole(down, 5), res("cde\r\n0\r\n\r\n" + ok0)},
		[]string{`1 GET /a host=x -> 200 body=5:"ab" flags=gap`, `2 -> 200 flags=response_only`}},
	{"hole of unknown size in chunks", []push{req(get), res("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\na\r\nab"), hole(down, unknown), res("xx\r\n0\r\n\r\n"), req(get), res(ok2)},
		[]string{`1 GET /a host=x -> 200 body=2:"ab" flags=gap,resp_incomplete`, `2 GET /a host=x -> 200 body=2:"hi"`}},
	{"hole in a head", []push{req("POST /a?b=c HTTP/1.1\r\nHost: x\r\nX: "), hole(up, 30), req("\r\n\r\n"), res(ok0), req(get), res(ok2)},
		[]string{`1 POST /a?b=c host=x -> 200 flags=gap,req_incomplete`, `2 GET /a host=x -> 200 body=2:"hi" flags=pair_inferred`}},
	{"a lost response does not shift the next", []push{req(get), hole(down, 40), req("GET /b HTTP/1.1\r\nHost: x\r\n\r\n"), res(ok2)},
		[]string{`1 GET /a host=x -> 0 flags=request_only,gap`, `2 GET /b host=x -> 200 body=2:"hi" flags=pair_inferred`}},
	{"garbage between requests", []push{req(get), res(ok0), req("\x00\x01garbage\r\n" + get), res(ok2)},
		[]string{`1 GET /a host=x -> 200`, `2 GET /a host=x -> 200 body=2:"hi" anomalies=desync`}},
	{"head cut by the end", []push{req("GET /a HTTP/1.1\r\nHost: x\r\nX: y"), fin(up)}, []string{`1 GET /a host=x -> 0 flags=request_only,req_incomplete`}},
	{"slow head without an end", []push{req("GET /a HTTP/1.1\r\nHost: x\r\nX: y\r\n")}, []string{`1 GET /a host=x -> 0 flags=request_only,req_incomplete`}},
	{"nothing but junk", []push{req("\x16\x03\x01\x00\xff"), res("SSH-2.0-x\r\n")}, nil},
}

func TestConversations(t *testing.T) {
	for _, c := range conversations {
		for _, size := range []int{0, 1, 2, 3, 7} {
			r := newRig(nil).run(size, c.pushes...)
			if got, want := strings.Join(r.calls, "\n"), strings.Join(c.want, "\n"); got != want {
				t.Errorf("%s, cut at %d:\n got %s\nwant %s", c.name, size, got, want)
			}
			r.accounted(t)
		}
	}
}

// TestDeepPipelining sends more requests than may wait: the oldest are given
// up, and the others still get their own answers.
func TestDeepPipelining(t *testing.T) {
	const n = 10_000
	var up, down strings.Builder
	for i := range n {
		fmt.Fprintf(&up, "GET /%d HTTP/1.1\r\nHost: x\r\n\r\n", i)
		fmt.Fprintf(&down, "HTTP/1.1 200 OK\r\nX-Id: %d\r\nContent-Length: 1\r\n\r\nx", i)
	}
	var led event.Ledger
	given, answered := 0, 0
	c := NewConn(nil, nil, &event.Flow{}, &led, func(c *event.Call, _ event.Stamp) {
		if !c.Resp.Seen {
			given++
			if !slices.Contains(c.Anomalies, AnomalyPipelining) || !c.Flags.Has(event.FlagCapped) {
				t.Errorf("%s: %v", c.Req.Target, c.Anomalies)
			}
			return
		}
		answered++
		if c.Req.Target != "/"+c.Resp.Get("X-Id") {
			t.Errorf("%s has the answer to %s", c.Req.Target, c.Resp.Get("X-Id"))
		}
	})
	c.Data(event.ToServer, []byte(up.String()), event.Stamp{Frame: 1})
	c.Data(event.ToClient, []byte(down.String()), event.Stamp{Frame: 2})
	c.Close(event.Stamp{Frame: 3})
	if given != n-512 || answered != 512 {
		t.Errorf("%d given up, %d answered", given, answered)
	}
}

// TestOneSidedDoesNotPileUp sends requests whose answers the mirror never
// shows: they come out while the connection lasts, not at its end.
func TestOneSidedDoesNotPileUp(t *testing.T) {
	r := newRig(nil)
	at := event.Stamp{}
	for range 10 {
		at.Frame++
		at.Clock += 31e9
		at.Time = at.Clock
		r.conn.Data(event.ToServer, []byte(get), at)
	}
	if len(r.calls) != 9 || !strings.Contains(r.calls[0], "request_only") || !strings.Contains(r.calls[0], "one_sided") {
		t.Errorf("calls before the end: %q", r.calls)
	}
}
