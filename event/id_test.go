package event

import (
	"fmt"
	"net/netip"
	"testing"
)

func idFlow(first int64) *Flow {
	f := &Flow{FlowKey: FlowKey{Client: netip.MustParseAddrPort("198.51.100.7:40000"), Server: netip.MustParseAddrPort("10.0.0.5:80"), VLAN: 100}, First: first}
	f.Identify()
	return f
}

// TestIDsStay: what is read again has the ids that it had, in another version
// too. A tag within another one makes another flow.
func TestIDsStay(t *testing.T) {
	f, dc1 := idFlow(1_700_000_000_000_000_000), NewSensorMark("dc1")
	id, key := f.CallIDs(dc1, 3)
	const want = "8b8215cfb53337e8 52b02151e0cc574b1ae12507e7e3ef6c 846ad34376043ce43815a89cd4259e75"
	if got := fmt.Sprintf("%016x %s %s", f.ID, id, key); got != want {
		t.Errorf("ids are %s, were %s", got, want)
	}
	seen, flows := map[ID]bool{id: true, key: true}, map[uint64]bool{f.ID: true}
	for inner := range uint32(100) {
		f.Inner = inner + 1
		f.Identify()
		a, b := f.CallIDs(dc1, 3)
		if seen[a] || seen[b] || flows[f.ID] {
			t.Fatalf("inner tag %d has the ids of another", inner+1)
		}
		seen[a], seen[b], flows[f.ID] = true, true, true
	}
}

// TestIDsOfCalls: the calls of a connection have ids of their own, in either
// half, the neighbours no beginning in common to speak of; sensors have their own
// ids for them and the same keys.
func TestIDsOfCalls(t *testing.T) {
	f, here, there := idFlow(5), NewSensorMark("dc1"), NewSensorMark("dc2")
	begin, end := map[[4]byte]bool{}, map[[8]byte]bool{}
	for n := range uint32(2000) {
		id, key := f.CallIDs(here, n)
		other, same := f.CallIDs(there, n)
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
