package event

import (
	"net/netip"
	"testing"
)

func idKey() FlowKey {
	return FlowKey{Client: netip.MustParseAddrPort("198.51.100.7:40000"), Server: netip.MustParseAddrPort("10.0.0.5:80"), VLAN: 100}
}

// TestIDsStay: what is read again has the ids that it had, in another version
// too. A tag within another one makes another flow.
func TestIDsStay(t *testing.T) {
	k := idKey()
	const first = 1_700_000_000_000_000_000
	ids := NewCallIDs("dc1", k, first)
	id, key := ids.Of(3)
	const want = "640e4440be98d68c597deacb2d631ceb 652339566d5dda660e8c3f290b6bb11b"
	if got := id.String() + " " + key.String(); got != want {
		t.Errorf("ids are %s, were %s", got, want)
	}
	seen := map[ID]bool{id: true, key: true}
	for inner := range uint32(100) {
		k.Inner = inner + 1
		ids := NewCallIDs("dc1", k, first)
		a, b := ids.Of(3)
		if seen[a] || seen[b] {
			t.Fatalf("inner tag %d has the ids of another", inner+1)
		}
		seen[a], seen[b] = true, true
	}
}

// TestIDsOfCalls: the calls of a connection have ids of their own, in either
// half, the neighbours no beginning in common to speak of; sensors have their own
// ids for them and the same keys.
func TestIDsOfCalls(t *testing.T) {
	here, there := NewCallIDs("dc1", idKey(), 5), NewCallIDs("dc2", idKey(), 5)
	begin, end := map[[4]byte]bool{}, map[[8]byte]bool{}
	for n := range uint32(2000) {
		id, key := here.Of(n)
		other, same := there.Of(n)
		if id == other || key != same || id == key {
			t.Fatalf("call %d is %s with key %s, at another sensor %s with key %s", n, id, key, other, same)
		}
		for _, i := range []ID{id, key, other} {
			if begin[[4]byte(i[:4])] || end[[8]byte(i[8:])] {
				t.Fatalf("call %d: another id begins or ends as %s does", n, i)
			}
			begin[[4]byte(i[:4])], end[[8]byte(i[8:])] = true, true
		}
	}
}
