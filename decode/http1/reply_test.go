package http1

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"spaniel/event"
)

// TestRivalStandsInItsAnswer: whatever the cut of the bytes, the call in whose
// response a rival lies, and no other, has a second reading, which is what the
// response's bytes make with it in their place; one that comes when the call is
// over has no place any more.
func TestRivalStandsInItsAnswer(t *testing.T) {
	responses := []string{
		"HTTP/1.1 200 aaaa\r\nX: aaaaaaaaaaaa\r\nContent-Length: 0\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\naaaaaaaaaaaa",
		"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 404 aa\r\nX: aaaaa\r\nContent-Length: 4\r\n\r\naaaa",
		"HTTP/1.1 204 aaaa\r\nX: aaaaa\r\n\r\n",
		"HTTP/1.1 201 OK\r\nTRANSFER-ENCODING: chunked\r\n\r\n4\r\naaaa\r\n008\r\naaaaaaaa\r\n6;x=y\r\naaaaaa\r\n1\r\na\r\n0\r\n\r\n",
	}
	const whole = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nxxxx\r\n0\r\n\r\n"
	kept, late := 0, 0
	for seed := range uint64(4000) {
		g := rand.New(rand.NewPCG(seed, 21))
		var list []string
		for range 1 + g.IntN(4) {
			if list = append(list, responses[g.IntN(len(responses))]); g.IntN(4) == 0 {
				list = append(list, whole)
			}
		}
		stream := strings.Join(list, "")
		var runs []int
		for i := range stream {
			if stream[i] == 'a' {
				runs = append(runs, i)
			}
		}
		from := runs[g.IntN(len(runs))]
		n := 1
		for n < 6 && from+n < len(stream) && stream[from+n] == 'a' {
			n++
		}
		end := 0 // of the response that the run lies in
		for _, s := range list {
			if end += len(s); end > from {
				break
			}
		}
		other := stream[:from] + strings.Repeat("b", n) + stream[from+n:]
		tell := g.IntN(end + 20)
		var got, want []string
		c := NewConn(nil, nil, &event.Flow{}, new(event.Ledger), func(c *event.Call, _ event.Stamp) { got = append(got, answers(c)) })
		for range list {
			c.Data(up, []byte(get), event.Stamp{})
		}
		over := false
		for at, told := 0, false; at < len(stream) || !told; {
			if !told && at >= min(tell, len(stream)) {
				over = at >= end
				if c.Other(down, int64(from-at), []byte(other[from:from+n]), event.Stamp{}) == over {
					t.Fatalf("seed %d: kept is %v", seed, !over)
				}
				told = true
			}
			if at == len(stream) {
				break
			}
			k := min(1+g.IntN(60), len(stream)-at)
			c.Data(down, []byte(stream[at:at+k]), event.Stamp{})
			at += k
		}
		c.Close(event.Stamp{})
		if over {
			other = stream
			late++
		} else {
			kept++
		}
		for i, s := range list {
			a, b := answerAlone(s), answerAlone(other[:len(s)])
			if other = other[len(s):]; a != b {
				a += " / " + b
			}
			want = append(want, fmt.Sprintf("%d %s", i+1, a))
		}
		if strings.Join(got, "\n") != strings.Join(want, "\n") {
			t.Fatalf("seed %d, told after %d:\n%s\nwant\n%s", seed, tell, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
		if c.raw != 0 || c.pool.kept != 0 || c.list != nil || c.texts != 0 || c.replied.call != nil || c.replied.text != "" || len(c.replied.chunks) > 0 {
			t.Fatalf("seed %d: %d bytes, %d rivals, %+v left", seed, c.raw, len(c.list), c.replied)
		}
	}
	if kept < 1000 || late < 100 {
		t.Errorf("%d were kept, %d came too late", kept, late)
	}
}

func answers(c *event.Call) string {
	s := fmt.Sprint(c.Depth, " ", replyText(&c.Resp))
	for a := c.Alt; a != nil; a = a.Alt {
		if s += " / " + replyText(&a.Resp); !sameRequest(&a.Req, &c.Req) {
			s += " to another request"
		}
	}
	return s
}

func replyText(p *event.Response) string {
	return fmt.Sprintf("%d %q %q %d %v", p.Status, p.Headers, p.Raw, p.BodyBytes, p.Complete)
}

// answerAlone reads a lone response.
func answerAlone(s string) (shown string) {
	c := NewConn(nil, nil, &event.Flow{}, new(event.Ledger), func(c *event.Call, _ event.Stamp) { shown = replyText(&c.Resp) })
	c.Data(up, []byte(get), event.Stamp{})
	c.Data(down, []byte(s), event.Stamp{})
	c.Close(event.Stamp{})
	return shown
}

func TestRivalsOfAnswers(t *testing.T) {
	for _, tc := range []struct {
		name, request, response, rival string
		off                            int64  // of the rival, from the end of what came of the response
		rest                           string // what comes behind the rival
		want, anomalies                string
	}{
		{"until the connection closes", get, "HTTP/1.1 200 OK\r\n\r\nabc", "X", -1, "d", `200 "abXd"`, AnomalyOverlap},
		{"in a chunk", get, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nid=1\r\n", "'", -3, "0\r\n\r\n", `200 "id='"`, AnomalyOverlap},
		{"in a chunked body, behind an extension of 2 KiB", get, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4;" + strings.Repeat("a", 2048) + "\r\nid=1\r\n", "'", -3, "0\r\n\r\n", `200 "id=1'"`, AnomalyOverlap},
		{"a shorter length: the rest is told of", get, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc", "4", -8, "defghi", `200 "abcd"`, AnomalySecondCut},
		{"a longer one", get, "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nabc", "9", -8, "d", `200 "abcd"`, AnomalyOverlap},
		{"to HEAD", "HEAD / HTTP/1.1\r\nHost: h\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 4\r\nX: a", "b", -1, "\r\n\r\n", `200 X=b ""`, AnomalyOverlap},
		{"makes no response: its bytes are the body", get, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\na", "garbage ga", -39, "b", `200 "garbage ga"`, AnomalyOverlap},
		{"another status", get, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\na", "500", -30, "b", `500 "ab"`, AnomalyOverlap},
		{"equal in all that rules see", get, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\na", "a", -1, "b", "", AnomalyOverlap},
		{"goes on behind the response's end", get, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\na", "xyz", 0, "b", `200 "ax"`, AnomalySecondCut},
		{"in the response alone", "", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\na", "x", -1, "b", `200 "xb"`, AnomalyOverlap},
	} {
		got, anomalies := "", ""
		c := NewConn(nil, nil, &event.Flow{}, new(event.Ledger), func(c *event.Call, _ event.Stamp) {
			anomalies = strings.Join(c.Anomalies, ",")
			if c.Alt == nil {
				return
			}
			if c.Alt.Why != AnomalyOverlap || c.Alt.Alt != nil {
				t.Errorf("%s: %q, %v", tc.name, c.Alt.Why, c.Alt.Alt)
			}
			got = fmt.Sprint(c.Alt.Resp.Status)
			for _, h := range c.Alt.Resp.Headers {
				if h.Name == "X" {
					got += " X=" + h.Value
				}
			}
			got += fmt.Sprintf(" %q", c.Alt.Resp.Raw)
		})
		if tc.request != "" {
			c.Data(up, []byte(tc.request), event.Stamp{})
		}
		c.Data(down, []byte(tc.response), event.Stamp{})
		c.Other(down, tc.off, []byte(tc.rival), event.Stamp{})
		c.Data(down, []byte(tc.rest), event.Stamp{})
		c.End(down, event.Stamp{})
		c.Close(event.Stamp{})
		if got != tc.want || !strings.Contains(anomalies, tc.anomalies) || !strings.Contains(anomalies, AnomalyOverlap) {
			t.Errorf("%s: %q %v, want %q %s", tc.name, got, anomalies, tc.want, tc.anomalies)
		}
		if c.raw != 0 || c.pool.kept != 0 || c.list != nil || c.texts != 0 || c.replied.call != nil || c.replied.text != "" || len(c.replied.chunks) > 0 {
			t.Errorf("%s: %d bytes, %d rivals, %+v left", tc.name, c.raw, len(c.list), c.replied)
		}
	}
}

// TestRivalsOfAnswersAreBounded: of a flood of them so many are kept as of those
// of requests, and the call says that there were more.
func TestRivalsOfAnswersAreBounded(t *testing.T) {
	marks := ""
	c := NewConn(nil, nil, &event.Flow{}, new(event.Ledger), func(c *event.Call, _ event.Stamp) { marks += strings.Join(c.Anomalies, ",") + "|" })
	c.Data(up, []byte(get), event.Stamp{})
	c.Data(down, []byte("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n"+strings.Repeat("a", 99)), event.Stamp{})
	for i := range 10_000 {
		if !c.Other(down, -4, fmt.Appendf(nil, "x%d%s", i, strings.Repeat("y", 1000)), event.Stamp{}) || len(c.list) > maxRivals || c.raw > pendingRaw {
			t.Fatalf("%d rivals, %d bytes", len(c.list), c.raw)
		}
	}
	c.Data(down, []byte("a"), event.Stamp{})
	if want := AnomalySecondCut + "," + AnomalyOverlap + "|"; marks != want {
		t.Errorf("anomalies %s, want %s", marks, want)
	}
	if c.raw != 0 || c.list != nil {
		t.Errorf("%d bytes, %d rivals left", c.raw, len(c.list))
	}
}
