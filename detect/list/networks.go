package list

import (
	"fmt"
	"net/netip"
	"strings"

	"github.com/gaissmai/bart"
)

// networks is a list of networks: a trie of prefixes with the time each ends.
type networks struct {
	table bart.Table[int64]
}

func (n *networks) add(entry string, until int64) (string, string) {
	const remedy = "write 203.0.113.0/24, 2001:db8::/32 or one address"
	var p netip.Prefix
	var err error
	if strings.Contains(entry, "/") {
		p, err = netip.ParsePrefix(entry)
	} else {
		var a netip.Addr
		if a, err = netip.ParseAddr(entry); err == nil && a.Zone() == "" {
			a = a.Unmap()
			p = netip.PrefixFrom(a, a.BitLen())
		}
	}
	if err != nil || !p.IsValid() {
		return fmt.Sprintf("%q is no network", entry), remedy
	}
	if p.Masked() != p {
		return fmt.Sprintf("%q has bits beyond its length", entry), fmt.Sprintf("write %s for the network, or the address alone", p.Masked())
	}
	if a := p.Addr(); a.Is4In6() {
		if p.Bits() < 96 {
			return fmt.Sprintf("%q is no network", entry), remedy
		}
		p = netip.PrefixFrom(a.Unmap(), p.Bits()-96)
	}
	if old, ok := n.table.Get(p); ok {
		until = max(until, old)
	}
	n.table.Insert(p, until)
	return "", ""
}

func (n *networks) finish() (string, string) { return "", "" }
func (n *networks) cost() int                { return 1 }

// find returns the network as match, which need not be how it was written.
func (n *networks) find(text string, now int64) (int, string, bool) {
	a, err := netip.ParseAddr(text)
	if err != nil || a.Zone() != "" {
		return 0, "", false // no address is in no network
	}
	a = a.Unmap()
	host := netip.PrefixFrom(a, a.BitLen())
	p, until, ok := n.table.LookupPrefixLPM(host)
	switch {
	case !ok:
		return 0, "", false
	case now < until:
		return 0, p.String(), true
	}
	// The longest has expired: one around it may not have.
	for p, until := range n.table.Supernets(host) {
		if now < until {
			return 0, p.String(), true
		}
	}
	return 0, "", false
}
