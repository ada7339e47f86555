package detect

import (
	"net/netip"
	"strings"

	"spaniel/event"
)

// needles are words searched for without regard to ASCII case.
type needles struct {
	lower []string
}

// find returns where the first of the words (in their order) occurs.
func (n *needles) find(s string) (int, string, bool) {
	low := lowerASCII(s)
	for _, w := range n.lower {
		if i := strings.Index(low, w); i >= 0 {
			return i, s[i : i+len(w)], true
		}
	}
	return 0, "", false
}

// words is a set of lower-case words.
type words map[string]bool

// hasHeader reports whether the message has the header, even with no value.
func hasHeader(m *event.Message, name string) bool {
	for i := range m.Headers {
		if foldEqual(m.Headers[i].Name, name) {
			return true
		}
	}
	return false
}

// foldEqual compares without regard to ASCII case, and only that.
func foldEqual(a, b string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range len(a) {
		if x, y := a[i], b[i]; x != y && (x|0x20 != y|0x20 || x|0x20 < 'a' || x|0x20 > 'z') {
			return false
		}
	}
	return true
}

func inNetworks(ip string, nets []any) bool {
	a, err := netip.ParseAddr(ip)
	if err != nil {
		return false // no address is in no network
	}
	a = a.Unmap()
	for _, n := range nets {
		if n.(netip.Prefix).Contains(a) {
			return true
		}
	}
	return false
}

// subnet is the network that holds ip: of the given bits for IPv4, /64 for
// IPv6, where one host owns that many addresses. Nonsense gives "".
func subnet(ip string, bits int) string {
	a, err := netip.ParseAddr(ip)
	if err != nil {
		return ""
	}
	a = a.Unmap()
	if a.Is6() {
		bits = 64
	}
	p, err := a.Prefix(bits)
	if err != nil {
		return ""
	}
	return p.String()
}
