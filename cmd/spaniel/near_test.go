package main

import (
	"bytes"
	"net/netip"
	"testing"
	"time"

	"spaniel/event"
	"spaniel/sinks/redact"
)

// TestNear: of calls that are alike the nearest in time is taken, each once,
// and none that is too far away or another.
func TestNear(t *testing.T) {
	at := time.Unix(1773133200, 0).UTC()
	same := identity(uint64(5001), "::ffff:10.0.0.5", uint64(80), "GET", "/a", uint64(200))
	n := &near{red: redact.New(bytes.Repeat([]byte{7}, 32), redact.Option{}), left: []remembered{{at, same}, {at.Add(3 * time.Second), same}}}
	call := func(after time.Duration, target string, port uint16) *event.Call {
		c := &event.Call{Time: at.Add(after).UnixNano(), Flow: &event.Flow{FlowKey: event.FlowKey{
			Client: netip.AddrPortFrom(netip.MustParseAddr("203.0.113.9"), port), Server: netip.MustParseAddrPort("10.0.0.5:80")}}}
		c.Req.Seen, c.Req.Method, c.Req.Target, c.Req.Path = true, "GET", target, target
		c.Resp.Seen, c.Resp.Status = true, 200
		return c
	}
	for i, s := range []struct {
		c    *event.Call
		want bool
	}{
		{call(0, "/b", 5001), false},
		{call(0, "/a", 5002), false},
		{call(-3*time.Second, "/a", 5001), false},
		{call(2*time.Second, "/a", 5001), true}, // the second
		{call(2*time.Second, "/a", 5001), true}, // the first, 2 s away
		{call(0, "/a", 5001), false},            // both were found
	} {
		if got := n.match(s.c); got != s.want {
			t.Errorf("call %d: %v", i+1, got)
		}
	}
}
