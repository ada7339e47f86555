package redact

import (
	"net/netip"
	"strings"

	"spaniel/event"
)

// maxHops bounds the addresses that are looked at from the right.
const maxHops = 32

// RealIP is the client behind trusted proxies: from the right of the header in
// which they tell it (Option.HopHeader), the first address that is not one of
// them. Where the connection itself does not come from a trusted proxy the
// header is only a claim, and the connection's address stands.
//
// All fields of that name count, as one list (RFC 9110, 5.3): a proxy may add
// its own behind one that the client sent.
func (r *Redactor) RealIP(client netip.Addr, req *event.Message) netip.Addr {
	if !r.trusted(client) {
		return client
	}
	header := r.opt.HopHeader
	if header == "" {
		header = "X-Forwarded-For"
	}
	forwarded := strings.EqualFold(header, "Forwarded")
	real, left := client, maxHops
	for i := len(req.Headers) - 1; i >= 0; i-- {
		if !strings.EqualFold(req.Headers[i].Name, header) {
			continue
		}
		for rest := req.Headers[i].Value; ; left-- {
			comma := strings.LastIndexByte(rest, ',')
			hop := rest[comma+1:]
			if forwarded {
				hop = forwardedFor(hop)
			}
			a, ok := hopAddr(hop)
			if !ok || left == 0 {
				return real // what stands left of nonsense is nobody's word
			}
			if real = a; !r.trusted(real) {
				return real
			}
			if comma < 0 {
				break
			}
			rest = rest[:comma]
		}
	}
	return real
}

// forwardedFor is the for parameter of an element of Forwarded (RFC 7239), ""
// if it has none.
func forwardedFor(element string) string {
	for part := range strings.SplitSeq(element, ";") {
		if k, v, ok := strings.Cut(strings.TrimSpace(part), "="); ok && strings.EqualFold(k, "for") {
			return strings.Trim(v, `"`)
		}
	}
	return ""
}

// hopAddr reads an address as proxies write it: bare, with a port, an IPv6
// address in brackets.
func hopAddr(s string) (netip.Addr, bool) {
	s = strings.TrimSpace(s)
	a, err := netip.ParseAddr(s)
	if err != nil {
		ap, portErr := netip.ParseAddrPort(s)
		if a = ap.Addr(); portErr != nil {
			inner, ok := strings.CutPrefix(s, "[")
			if a, err = netip.ParseAddr(strings.TrimSuffix(inner, "]")); !ok || err != nil {
				return netip.Addr{}, false
			}
		}
	}
	return a.Unmap().WithZone(""), true
}

func (r *Redactor) trusted(a netip.Addr) bool {
	for _, p := range r.opt.TrustedHops {
		if p.Contains(a.Unmap()) {
			return true
		}
	}
	return false
}
