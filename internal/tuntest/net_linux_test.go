package tuntest

import (
	"net/netip"
	"testing"

	"spaniel/internal/wiretest"
)

// TestTheKernelAnswers knocks at a closed port: a RST comes back, from the
// address of either family.
func TestTheKernelAnswers(t *testing.T) {
	n := Open(t)
	n.Up6()
	for _, a := range [][2]netip.Addr{{Peer4, Host4}, {Peer6, Host6}} {
		s := wiretest.Segment{Src: netip.AddrPortFrom(a[0], 1), Dst: netip.AddrPortFrom(a[1], 2), Flags: wiretest.SYN, TTL: 64, Seq: 7}
		n.Write(s.IP())
		rst := false
		for b := n.Read(); b != nil; b = n.Read() {
			rst = rst || len(b) >= 20 && b[len(b)-20+13]&wiretest.RST != 0
		}
		if !rst {
			t.Errorf("%v does not answer", a[1])
		}
	}
}
