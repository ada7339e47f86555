package http1

import (
	"fmt"
	"testing"

	"spaniel/event"
)

// TestPairInferred: a pair behind a hole that may have held whole messages says
// that it is concluded; one that no hole can have shifted does not.
func TestPairInferred(t *testing.T) {
	const get, ok = "GET /%d HTTP/1.1\r\nHost: h\r\n\r\n", "HTTP/1.1 20%d OK\r\nContent-Length: 0\r\n\r\n"
	type step func(c *Conn, at event.Stamp)
	say := func(d event.Direction, format string, i int) step {
		return func(c *Conn, at event.Stamp) { c.Data(d, fmt.Appendf(nil, format, i), at) }
	}
	ask := func(i int) step { return say(event.ToServer, get, i) }
	answer := func(i int) step { return say(event.ToClient, ok, i) }
	gap := func(d event.Direction, n uint64) step { return func(c *Conn, at event.Stamp) { c.Gap(d, n, at) } }
	unseen := func(d event.Direction, n uint64) step { return func(c *Conn, _ event.Stamp) { c.Unseen(d, n) } }
	up, down := event.ToServer, event.ToClient
	for name, tc := range map[string]struct {
		steps []step
		want  string // of each call with both halves: target, status, ? where inferred, ! where in doubt
	}{
		"nothing lost":                             {[]step{ask(1), answer(1), ask(2), answer(2)}, "/1 201 /2 202 "},
		"an answer lost, the client waits":         {[]step{ask(1), gap(down, 40), ask(2), answer(2), ask(3), answer(3)}, "/2 202 ? /3 203 ? "},
		"an answer lost and seen as such":          {[]step{ask(1), unseen(down, 40), ask(2), gap(down, 40), answer(2)}, "/2 202 ? "},
		"an answer lost, the client does not wait": {[]step{ask(1), ask(2), gap(down, 40), answer(2)}, "/2 202 ?! "},
		"one waits":                               {[]step{ask(1), gap(down, 10), answer(1), ask(2), answer(2)}, "/1 201 /2 202 "},
		"a request lost, and acknowledged":        {[]step{ask(1), gap(down, 40), unseen(up, 40), answer(1)}, "/1 201 ? "},
		"a request captured late":                 {[]step{say(up, "POST /1 HTTP/1.1\r\nHost: h\r\nContent-Length: %d\r\n\r\n", 1), unseen(up, 1), gap(down, 9), answer(1), say(up, "%d", 7), ask(2), answer(2)}, "/1 201 /2 202 "},
		"a request captured late, its answer not": {[]step{ask(1), unseen(up, 28), gap(down, 40), answer(2), ask(2), answer(3), ask(3)}, "/1 202 ? /2 203 ? "},
		"requests lost":                           {[]step{ask(1), answer(1), gap(up, 99), ask(2), answer(2), ask(3), answer(3)}, "/1 201 /2 202 ?! /3 203 ? "},
		"a hole in a body":                        {[]step{say(up, "POST /1 HTTP/1.1\r\nHost: h\r\nContent-Length: %d\r\n\r\n", 5), gap(up, 5), answer(1), ask(2), answer(2)}, "/1 201 ! /2 202 "},
		"a hole longer than the body":             {[]step{say(up, "POST /1 HTTP/1.1\r\nHost: h\r\nContent-Length: %d\r\n\r\n", 5), gap(up, 50), ask(2), answer(1), answer(2)}, "/1 201 ! /2 202 ? "},
	} {
		got := ""
		c := NewConn(nil, nil, &event.Flow{}, new(event.Ledger), func(c *event.Call, _ event.Stamp) {
			if !c.Req.Seen || !c.Resp.Seen {
				return
			}
			got += fmt.Sprintf("%s %d ", c.Req.Target, c.Resp.Status)
			mark := ""
			if c.Flags.Has(event.FlagPairInferred) {
				mark += "?"
			}
			if c.Flags.Has(event.FlagGap) {
				mark += "!"
			}
			if mark != "" {
				got += mark + " "
			}
		})
		at := event.Stamp{}
		for _, s := range tc.steps {
			at = event.Stamp{Time: at.Time + 1e6, Clock: at.Clock + 1e6, Frame: at.Frame + 1}
			s(c, at)
		}
		c.Close(at)
		if got != tc.want {
			t.Errorf("%s: %q, want %q", name, got, tc.want)
		}
	}
}
