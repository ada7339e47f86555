package redact

import (
	"net/netip"
	"strings"

	"spaniel/event"
)

// RealIP is the client behind trusted proxies: from the right of
// X-Forwarded-For, the first address that is not one of them. Where the
// connection itself does not come from a trusted proxy the header is only a
// claim, and the connection's address stands.
func (r *Redactor) RealIP(client netip.Addr, req *event.Message) netip.Addr {
	if !r.trusted(client) {
		return client
	}
	hops := strings.Split(req.Get("X-Forwarded-For"), ",")
	real := client
	for i := len(hops) - 1; i >= 0; i-- {
		a, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			return real // what stands left of nonsense is nobody's word
		}
		real = a.Unmap().WithZone("")
		if !r.trusted(real) {
			break
		}
	}
	return real
}

func (r *Redactor) trusted(a netip.Addr) bool {
	for _, p := range r.opt.TrustedHops {
		if p.Contains(a.Unmap()) {
			return true
		}
	}
	return false
}
