package http1

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"
	"testing"
	"time"

	"spaniel/event"
	"spaniel/internal/costtest"
)

// TestSecondReadingsAreLinear measures what floods of ambiguities cost: twice
// as many, or as long ones, cost no more than twice as much.
func TestSecondReadingsAreLinear(t *testing.T) {
	cfg := &Config{HeadCap: 1 << 24, BodyCap: 1 << 24}
	run := func(times int, pushes ...push) func() {
		return func() {
			for range times { // of a size that fits the processor's caches
				c := NewConn(cfg, nil, &event.Flow{}, new(event.Ledger), func(*event.Call, event.Stamp) {})
				for _, p := range pushes {
					c.Data(p.dir, []byte(p.data), event.Stamp{})
				}
				c.Close(event.Stamp{})
			}
		}
	}
	const n = 16 << 10
	for _, line := range []string{" a\r\n", " a: b\r\n", "X: a\nY: b\r\n", "X: a\n", "Host: a\r\n", "A : b\r\n", "A: \x00\r\n", "A: b\rC: d\r\n", "\r\r", "A: b\n c\r\n"} {
		costtest.Linear(t, fmt.Sprintf("a head of %q", line), n, 0, func(n int) func() {
			return run(16, req("GET / HTTP/1.1\r\nHost: h\r\nHost: i\r\n"+strings.Repeat(line, n/len(line))+"\r\n\r\n"))
		})
	}
	costtest.Linear(t, "ambiguous requests, answered in turn", 64, 200*time.Microsecond, func(n int) func() {
		var pushes []push
		for range n {
			pushes = append(pushes, req("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 900\r\nTransfer-Encoding: chunked\r\n\r\n400\r\n"+strings.Repeat("x", 1024)+"\r\n0\r\n\r\n"), res(ok0))
		}
		return run(1, pushes...)
	})
	costtest.Linear(t, "ambiguous requests, all answered at the end", 64, 200*time.Microsecond, func(n int) func() {
		one := "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 900\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
		return run(1, req(strings.Repeat(one, n)), res(strings.Repeat(ok0, n)))
	})
	costtest.Linear(t, "requests within a body", n, 0, func(n int) func() {
		s := strings.Repeat("G /x HTTP/1.1\r\n\r\n", n/17)
		return run(4, req(fmt.Sprintf("POST /a HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n", len(s), s)), res(ok0))
	})
	costtest.Linear(t, "rivals of one call", 1024, 20*time.Microsecond, func(n int) func() {
		rival := bytes.Repeat([]byte("y"), 1000)
		return func() {
			c := NewConn(nil, nil, &event.Flow{}, new(event.Ledger), func(*event.Call, event.Stamp) {})
			c.Data(up, []byte(get), event.Stamp{})
			for i := range n {
				binary.BigEndian.PutUint32(rival, uint32(i)) // all differ
				c.Other(up, -4, rival, event.Stamp{})
			}
			c.Close(event.Stamp{})
		}
	})
	costtest.Linear(t, "calls with a rival each", 64, 200*time.Microsecond, func(n int) func() {
		return func() {
			c := NewConn(nil, nil, &event.Flow{}, new(event.Ledger), func(*event.Call, event.Stamp) {})
			for i := range n {
				c.Data(up, []byte(get), event.Stamp{})
				c.Other(up, -int64(len(get))+5, []byte{'b' + byte(i%20)}, event.Stamp{})
				if i%2 == 0 {
					c.Data(down, []byte(ok0+ok0), event.Stamp{})
				}
			}
			c.Close(event.Stamp{})
		}
	})
}
