package stream

import (
	"fmt"
	"net/netip"

	"spaniel/event"
)

// A Policy says which bytes count where two segments that wait behind a hole
// bring different ones: what the hosts of a kind do. Bytes delivered stay.
type Policy uint8

// The policies. The rules are those of Sturges and Novak's vectors for TCP: a
// new segment wins over a waiting one where
const (
	// Linux: it starts earlier, or at the same place and ends later.
	Linux Policy = iota
	// BSD, and macOS: it starts earlier.
	BSD
	// Windows does as BSD does.
	Windows
	// Solaris: it ends later; or ends at the same place and starts no later.
	Solaris
	// First never: what came first counts.
	First
	// Last always.
	Last
	numPolicies
)

var policyNames = [numPolicies]string{"linux", "bsd", "windows", "solaris", "first", "last"}

func (p Policy) String() string {
	if p >= numPolicies {
		return fmt.Sprintf("policy %d", uint8(p))
	}
	return policyNames[p]
}

// ParsePolicy returns the policy of that name: linux, bsd, windows, solaris,
// first or last.
func ParsePolicy(name string) (Policy, error) {
	for p, n := range policyNames {
		if n == name {
			return Policy(p), nil
		}
	}
	return Linux, fmt.Errorf("there is no overlap policy %q: it is one of %v", name, policyNames)
}

// needsEnds reports whether the policy asks where two segments end, the new
// one of which starts before (-1), at (0) or behind (1) the waiting one's start.
func (p Policy) needsEnds(start int) bool { return p == Solaris || p == Linux && start == 0 }

// wins reports whether the bytes of a new segment count that starts before
// (-1), at (0) or behind (1) the start of a waiting one and ends before, with
// or behind its end.
func (p Policy) wins(start, end int) bool {
	switch p {
	case BSD, Windows:
		return start < 0
	case Solaris:
		return end > 0 || end == 0 && start <= 0
	case First:
		return false
	case Last:
		return true
	}
	return start < 0 || start == 0 && end > 0
}

// keepsWaiting reports whether waiting bytes may count though the bytes that
// close the hole before them bring others.
func (p Policy) keepsWaiting() bool { return p == Solaris || p == First }

// A Target is the hosts of a prefix and what they do.
type Target struct {
	Hosts  netip.Prefix
	Policy Policy
}

// policy returns what the receiver of a direction does.
func (c *Config) policy(f *flow, d event.Direction) Policy {
	to := f.ev.Server.Addr()
	if d == event.ToClient {
		to = f.ev.Client.Addr()
	}
	for i := range c.Targets {
		if c.Targets[i].Hosts.Contains(to) {
			return c.Targets[i].Policy
		}
	}
	return c.Policy
}
