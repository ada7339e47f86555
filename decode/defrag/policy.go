package defrag

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
)

// A Policy says which bytes count where two IPv4 fragments of one datagram
// bring different ones: what the hosts of a kind do. The rules are those of
// Sturges and Novak's vectors. Of IPv6 there is no choice: all hosts there do
// what Modern does.
type Policy uint8

// The policies.
const (
	// Modern is Linux since 4.19, the default: a fragment that brings nothing
	// new is ignored, any other overlap that differs drops the datagram.
	Modern Policy = iota
	// Linux before 4.19: a new fragment wins unless it starts behind.
	Linux
	// BSD: a new fragment wins where it starts earlier.
	BSD
	// BSDRight, as in some printers: a new fragment wins unless it starts earlier.
	BSDRight
	// Windows: a new fragment wins where it starts earlier and ends later.
	Windows
	// Solaris: a new fragment wins where it starts earlier and ends no earlier.
	Solaris
	// First never: what came first counts.
	First
	// Last always.
	Last
	numPolicies
)

var policyNames = [numPolicies]string{"linux-4.19", "linux", "bsd", "bsd-right", "windows", "solaris", "first", "last"}

func (p Policy) String() string {
	if p >= numPolicies {
		return fmt.Sprintf("policy %d", uint8(p))
	}
	return policyNames[p]
}

// ParsePolicy returns the policy of that name: linux-4.19, linux, bsd,
// bsd-right, windows, solaris, first or last.
func ParsePolicy(name string) (Policy, error) {
	if i := slices.Index(policyNames[:], name); i >= 0 {
		return Policy(i), nil
	}
	return Modern, fmt.Errorf("there is no fragment policy %q: it is one of %v", name, policyNames)
}

// A Target is the hosts of a prefix and what they do.
type Target struct {
	Hosts  netip.Prefix
	Policy Policy
}

// policy returns what the receiver of a datagram does.
func (c *Config) policy(k *Key) Policy {
	if k.Dst.Is6() {
		return Modern
	}
	for i := range c.Targets {
		if c.Targets[i].Hosts.Contains(k.Dst) {
			return c.Targets[i].Policy
		}
	}
	return c.Policy
}

// wins reports whether the bytes of a new fragment count that starts before
// (-1), at (0) or behind (1) the start of one that is held, and ends before,
// with or behind its end.
func (p Policy) wins(start, end int) bool {
	switch p {
	case Linux:
		return start <= 0
	case BSD:
		return start < 0
	case BSDRight:
		return start >= 0
	case Windows:
		return start < 0 && end > 0
	case Solaris:
		return start < 0 && end >= 0
	case Last:
		return true
	}
	return false
}

// settle puts a fragment among the pieces as the policy has it, and returns
// how much memory that took. Pieces that are cut keep the memory they had.
func (d *datagram) settle(p Policy, at int, data []byte) (cost int) {
	kept := make([]piece, 0, len(d.pieces)+2)
	mine := []piece{{at, data}} // what of it counts
	end := at + len(data)
	for _, o := range d.pieces {
		switch {
		case o.end() <= at || o.at >= end:
			kept = append(kept, o)
		case p.wins(cmp.Compare(at, o.at), cmp.Compare(end, o.end())):
			kept = append(kept, without(o, at, end)...)
		default:
			kept = append(kept, o)
			last := mine[len(mine)-1]
			mine = append(mine[:len(mine)-1], without(last, o.at, o.end())...)
			if len(mine) == 0 || mine[len(mine)-1].end() <= o.at {
				mine = append(mine, piece{at: end}) // nothing behind this one
			}
		}
	}
	for _, m := range mine {
		if len(m.data) > 0 {
			m.data = slices.Clone(m.data)
			kept = append(kept, m)
			cost += len(m.data) + pieceCost
		}
	}
	slices.SortFunc(kept, func(a, b piece) int { return cmp.Compare(a.at, b.at) })
	d.pieces, d.have = kept, 0
	for i := range kept {
		d.have += len(kept[i].data)
	}
	d.cost += cost
	return cost
}

// without returns what of a piece lies outside [from, to).
func without(p piece, from, to int) (rest []piece) {
	if p.at < from {
		rest = append(rest, piece{p.at, p.data[:min(len(p.data), from-p.at)]})
	}
	if p.end() > to {
		skip := max(to-p.at, 0)
		rest = append(rest, piece{p.at + skip, p.data[skip:]})
	}
	return rest
}
