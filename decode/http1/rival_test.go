package http1

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"spaniel/event"
)

// TestRivalStandsInItsPlace: whatever the cut of the bytes and whenever the
// rival comes, the call in whose bytes it lies, and no other, has a second
// reading, which is what those bytes make with it in their place.
func TestRivalStandsInItsPlace(t *testing.T) {
	requests := []string{
		"GET /aaaaaaaa?q=aaaaaaaa HTTP/1.1\r\nHost: h\r\nX: aaaaaaaaaaaa\r\n\r\n",
		"POST /aaaa HTTP/1.1\r\nHost: h\r\nContent-Length: 12\r\n\r\naaaaaaaaaaaa",
		"\r\nPUT /aaaa HTTP/1.1\r\nHost: aaaaa\r\nContent-Length: 4\r\n\r\naaaa",
		"DELETE /aaaa HTTP/1.1\r\nHost: aaaaa\r\n\r\n",
		"PATCH /aa HTTP/1.1\r\nHost: h\r\nTRANSFER-ENCODING: chunked\r\n\r\n4\r\naaaa\r\n008\r\naaaaaaaa\r\n6;x=y\r\naaaaaa\r\n1\r\na\r\n0\r\n\r\n",
		"PATCH /aa HTTP/1.1\nHost: h\nTRANSFER-ENCODING: chunked\n\n4\naaaa\n8\naaaaaaaa\n0\n\n",
	}
	const whole = "POST /chunked HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nxxxx\r\n0\r\n\r\n"
	for seed := range uint64(4000) {
		g := rand.New(rand.NewPCG(seed, 12))
		var list []string
		for range 1 + g.IntN(4) {
			if list = append(list, requests[g.IntN(len(requests))]); g.IntN(4) == 0 {
				list = append(list, whole)
			}
		}
		stream := strings.Join(list, "")
		// A run of a's, a part of it with b's instead.
		var runs []int
		for i := range stream {
			if stream[i] == 'a' {
				runs = append(runs, i)
			}
		}
		if len(runs) == 0 {
			continue
		}
		from := runs[g.IntN(len(runs))]
		n := 1
		for n < 6 && from+n < len(stream) && stream[from+n] == 'a' {
			n++
		}
		other := stream[:from] + strings.Repeat("b", n) + stream[from+n:]
		tell := g.IntN(len(stream) + 1) // how much was delivered when the rival is told
		var got, want []string
		c := NewConn(nil, nil, &event.Flow{}, new(event.Ledger), func(c *event.Call, _ event.Stamp) { got = append(got, readings(c)) })
		for at, told := 0, false; at < len(stream) || !told; {
			if !told && at >= tell {
				if !c.Other(up, int64(from-at), []byte(other[from:from+n]), event.Stamp{}) {
					t.Fatalf("seed %d: not kept", seed)
				}
				told = true
			}
			k := min(1+g.IntN(60), len(stream)-at)
			c.Data(up, []byte(stream[at:at+k]), event.Stamp{})
			at += k
		}
		for range list {
			c.Data(down, []byte(ok0), event.Stamp{})
		}
		c.Close(event.Stamp{})
		for i, s := range list {
			a, b := parseOne(s), parseOne(other[:len(s)])
			if other = other[len(s):]; a != b {
				a += " / " + b
			}
			want = append(want, fmt.Sprintf("%d %s", i+1, a))
		}
		if strings.Join(got, "\n") != strings.Join(want, "\n") {
			t.Fatalf("seed %d, told after %d:\n%s\nwant\n%s", seed, tell, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
		if c.raw != 0 || c.texts != 0 || c.pool.kept != 0 || c.list != nil {
			t.Fatalf("seed %d: %d bytes, %d rivals left", seed, c.raw, len(c.list))
		}
	}
}

func readings(c *event.Call) string {
	s := fmt.Sprint(c.Depth, " ", show(&c.Req))
	for a := c.Alt; a != nil; a = a.Alt {
		s += " / " + show(&a.Req)
	}
	return s
}

func show(q *event.Request) string {
	return fmt.Sprintf("%s %s %q %q", q.Method, q.Target, q.Headers, q.Raw)
}

// parseOne reads a lone request.
func parseOne(s string) (shown string) {
	c := NewConn(nil, nil, &event.Flow{}, new(event.Ledger), func(c *event.Call, _ event.Stamp) { shown = show(&c.Req) })
	c.Data(up, []byte(s), event.Stamp{})
	c.Close(event.Stamp{})
	return shown
}

func TestRivals(t *testing.T) {
	const post = "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nid=1"
	for _, tc := range []struct {
		name, request, rival string
		off                  int64 // from the request's end
		want                 []string
	}{
		{"goes on behind the request's end", "GET /a HTTP/1.1\r\nHost: h\r\n\r\n", "X: y\r\n\r\n", -2, []string{"GET /a X=y"}},
		{"begins before the request", get, "xxGET /b", -int64(len(get)) - 2, []string{"GET /b"}},
		{"makes no request: its bytes are the body", get, strings.Repeat("\x00", len(get)), -int64(len(get)), []string{`GET /a "` + strings.Repeat(`\x00`, len(get)) + `"`}},
		{"in a chunk", "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nid=1\r\n0\r\n\r\n", "'", -8, []string{`POST /a "id='"`}},
		{"in a second chunk", "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nid=1\r\n03;a\r\n234\r\n0\r\n\r\n", "'x", -9, []string{`POST /a "id=12'x"`}},
		{"another size of a chunk, behind which a request begins", "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1b\r\n" + "x\r\n0\r\n\r\nGET /b HTTP/1.1\r\n\r\n" + "\r\n0\r\n\r\n", "01", -38, []string{`POST /a "x"`, `GET /b ""`}},
		{"in a chunked body, in more chunks than are known", "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n" + strings.Repeat("1\r\nx\r\n", 33) + "0\r\n\r\n", "'", -8, []string{`POST /a "` + strings.Repeat("x", 33) + `'"`}},
		{"a length that leaves a request behind", "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 29\r\n\r\n" + get[:27] + "\r\n", "02", -35, []string{`POST /a "GE"`, `T /a ""`}},
		{"equal in all that rules see", post, "id=1", -4, nil},
	} {
		var got []string
		var anomalies []string
		c := NewConn(nil, nil, &event.Flow{}, new(event.Ledger), func(c *event.Call, _ event.Stamp) {
			anomalies = append(anomalies, c.Anomalies...)
			for a := c.Alt; a != nil; a = a.Alt {
				s := a.Req.Method + " " + a.Req.Target
				for _, h := range a.Req.Headers {
					if h.Name == "X" {
						s += " X=" + h.Value
					}
				}
				if len(a.Req.Raw) > 0 || len(got) > 0 {
					s += fmt.Sprintf(" %q", a.Req.Raw)
				}
				got = append(got, s)
			}
		})
		c.Data(up, []byte(tc.request), event.Stamp{})
		c.Other(up, tc.off, []byte(tc.rival), event.Stamp{})
		c.Data(down, []byte(ok0), event.Stamp{})
		c.Close(event.Stamp{})
		if strings.Join(got, "|") != strings.Join(tc.want, "|") || strings.Join(anomalies, ",") != AnomalyOverlap {
			t.Errorf("%s: %q %v, want %q", tc.name, got, anomalies, tc.want)
		}
	}
}

// A rival of a call that is over, and one too many, are told; none is kept for
// ever.
func TestRivalsAreBounded(t *testing.T) {
	var marks []string
	c := NewConn(nil, nil, &event.Flow{}, new(event.Ledger), func(c *event.Call, _ event.Stamp) { marks = append(marks, strings.Join(c.Anomalies, ",")) })
	c.Data(up, []byte(get), event.Stamp{})
	c.Data(down, []byte(ok0), event.Stamp{})
	if c.Other(up, -4, []byte("x"), event.Stamp{}) {
		t.Error("kept for a call that is over")
	}
	c.Data(up, []byte(get), event.Stamp{})
	for i := range 10_000 {
		if !c.Other(up, -4, fmt.Appendf(nil, "x%d%s", i, strings.Repeat("y", 1000)), event.Stamp{}) || len(c.list) > maxRivals || c.raw > pendingRaw {
			t.Fatalf("%d rivals, %d bytes", len(c.list), c.raw)
		}
	}
	c.Data(down, []byte(ok0), event.Stamp{})
	c.Data(up, []byte(get), event.Stamp{})
	c.Data(down, []byte(ok0), event.Stamp{})
	if got, want := strings.Join(marks, "|"), "|"+AnomalySecondCut+","+AnomalyOverlap+"|"; got != want {
		t.Errorf("anomalies %s, want %s", got, want)
	}
	if c.raw != 0 || c.list != nil {
		t.Errorf("%d bytes, %d rivals left", c.raw, len(c.list))
	}
}
