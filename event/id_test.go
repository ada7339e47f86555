package event

import (
	"net/netip"
	"testing"
)

// TestIDsOfTags: a tag within another one makes another flow; without one, the
// ids are what they were before there was a place for it.
func TestIDsOfTags(t *testing.T) {
	k := FlowKey{Client: netip.MustParseAddrPort("198.51.100.7:40000"), Server: netip.MustParseAddrPort("10.0.0.5:80"), VLAN: 100}
	id, key := CallIDs("dc1", k, 1_700_000_000_000_000_000, 3)
	const want = "7ef4f25735b03d324dae8d97210bba14 741dfc69382c1da6391c6188a4b0913d"
	if got := id.String() + " " + key.String(); got != want {
		t.Errorf("ids are %s, were %s", got, want)
	}
	seen := map[ID]bool{id: true, key: true}
	for inner := range uint32(100) {
		k.Inner = inner + 1
		a, b := CallIDs("dc1", k, 1_700_000_000_000_000_000, 3)
		if seen[a] || seen[b] {
			t.Fatalf("inner tag %d has the ids of another", inner+1)
		}
		seen[a], seen[b] = true, true
	}
}
