package detect

import (
	"net/netip"
	"testing"
)

func TestOriginOf(t *testing.T) {
	for _, tc := range []struct {
		a, b string
		same bool
	}{
		{"203.0.113.9", "203.0.113.200", true},
		{"203.0.113.9", "203.0.114.9", false},
		{"203.0.113.9", "::ffff:203.0.113.10", true},
		{"2001:db8:1::1", "2001:db8:1:ffff::2", true},
		{"2001:db8:1::1", "2001:db8:2::1", false},
		{"::", "0.0.0.0", false},
	} {
		a, b := originOf(netip.MustParseAddr(tc.a)), originOf(netip.MustParseAddr(tc.b))
		if (a == b) != tc.same || a == 0 || b == 0 {
			t.Errorf("%s is of %x, %s of %x", tc.a, a, tc.b, b)
		}
	}
	if originOf(netip.Addr{}) != 0 {
		t.Error("no address has a network")
	}
}
