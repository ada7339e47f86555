package stream

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestMidstreamRoles(t *testing.T) {
	role := func(b []byte) (bool, bool) {
		return strings.HasPrefix(string(b), "GET"), strings.HasPrefix(string(b), "HTTP")
	}
	t.Run("a request settles it against the ports", func(t *testing.T) {
		r := newRig(t, func(c *Config) { c.Role = role })
		p := r.packet(true, ".", 1, 2, "GET /")
		p.Src, p.Dst = serverAddr, clientAddr
		r.push(&p)
		r.close()
		if r.flows[0].Client != serverAddr {
			t.Errorf("client is %v", r.flows[0].Client)
		}
		r.want(0, "<0>GET /", "")
	})
	t.Run("a later response settles it", func(t *testing.T) {
		r := newRig(t, func(c *Config) { c.Role = role })
		long := strings.Repeat("half of something", 5)
		r.send(true, ".", 1, 2, long)
		r.send(true, ".", 1+uint32(len(long)), 2, "HTTP/1.1 200 OK")
		r.close()
		r.want(1, "", "<0>HTTP/1.1 200 OK")
		r.wantEnded("reused", "end")
	})
	t.Run("of a few bytes the receiver tells", func(t *testing.T) {
		r := newRig(t, func(c *Config) { c.Role = role })
		r.send(true, ".", 1, 2, "H")
		r.send(true, ".", 2, 2, "TTP/1.1 200 OK")
		if !r.conns[0].flow.RolesGuessed {
			t.Error("the receiver is not told that the ends are a guess")
		}
		r.close()
		r.want(0, "<0>HTTP/1.1 200 OK", "")
		r.wantEnded("end")
	})
	t.Run("ports", func(t *testing.T) {
		r := newRig(t, nil)
		r.send(false, ".", 1, 2, "abc")
		r.close()
		if r.flows[0].Client != clientAddr {
			t.Errorf("client is %v", r.flows[0].Client)
		}
	})
}

func TestNothingIsMadeByAcksAndEnds(t *testing.T) {
	r := newRig(t, nil)
	for _, fl := range []string{".", "R", "R.", "F.", "F", "P."} {
		r.send(true, fl, 5, 6, "")
	}
	r.close()
	if r.led.Flows != 0 {
		t.Errorf("%d flows", r.led.Flows)
	}
}

func TestIdleEnds(t *testing.T) {
	r := newRig(t, nil)
	r.send(true, "S", 99, 0, "")
	r.wait(31 * time.Second)
	r.table.Advance(r.clock)
	r.wantEnded("idle")
	r.open(99, 199)
	r.send(true, ".", 100, 200, "abc")
	r.wait(5*time.Minute - 2*time.Millisecond)
	r.table.Advance(r.clock)
	r.wantEnded("idle")
	r.send(true, ".", 103, 200, "def") // a nick of time before
	r.wait(5 * time.Minute)
	r.table.Advance(r.clock)
	r.wantEnded("idle", "idle")
	r.want(0, "abcdef", "")
	r.send(true, ".", 106, 200, "ghi") // goes on as a new flow
	r.close()
	r.want(1, "<0>ghi", "")
}

func TestClockJumps(t *testing.T) {
	r := newRig(t, nil)
	r.open(99, 199)
	r.send(true, ".", 100, 200, "abc")
	p := r.packet(true, ".", 103, 200, "def")
	p.Stamp.Time = 0 // a timestamp from 1970; the clock does not go back
	r.push(&p)
	r.close()
	r.want(0, "abcdef", "")
	if f := r.flows[0]; f.Last < f.First {
		t.Errorf("flow %+v", f)
	}
}

func TestLandAttack(t *testing.T) {
	r := newRig(t, nil)
	for _, c := range []struct{ fl, data string }{{"S", ""}, {".", "abc"}, {".", "def"}, {"F.", ""}, {"R", ""}} {
		p := r.packet(true, c.fl, 7, 7, c.data)
		p.Dst = p.Src
		r.push(&p)
	}
	r.close()
	if r.led.Flows != 1 {
		t.Errorf("%d flows", r.led.Flows)
	}
}

func TestTenantsStayApart(t *testing.T) {
	r := newRig(t, nil)
	for i := range 4 {
		p := r.packet(true, ".", 1, 1, fmt.Sprint(i))
		p.VLAN, p.VNI = uint16(i%2), uint32(i/2)
		r.push(&p)
	}
	r.close()
	if len(r.conns) != 4 {
		t.Errorf("%d flows", len(r.conns))
	}
}
