package frame

import (
	"net/netip"
	"testing"

	"pgregory.net/rapid"
)

func endpointGen() *rapid.Generator[netip.AddrPort] {
	return rapid.Custom(func(t *rapid.T) netip.AddrPort {
		n := rapid.SampledFrom([]int{4, 16}).Draw(t, "size")
		addr, _ := netip.AddrFromSlice(rapid.SliceOfN(rapid.Byte(), n, n).Draw(t, "addr"))
		return netip.AddrPortFrom(addr, rapid.Uint16().Draw(t, "port"))
	})
}

func TestPartitionIsSymmetric(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := Packet{Src: endpointGen().Draw(t, "src"), Dst: endpointGen().Draw(t, "dst"),
			VLAN: rapid.Uint16Max(4095).Draw(t, "vlan"), VNI: rapid.Uint32Max(1<<24).Draw(t, "vni")}
		q := p
		q.Src, q.Dst = p.Dst, p.Src
		seed := rapid.Uint64().Draw(t, "seed")
		a, b := p.Partition(seed), q.Partition(seed)
		if a != b || a > 63 {
			t.Fatalf("partitions %d and %d", a, b)
		}
	})
}

// Flows that differ in one small thing must spread: 64 partitions, 64,000
// flows, so 1,000 each; a fair hash stays within 5 standard deviations (±158).
func TestPartitionSpreads(t *testing.T) {
	server := netip.MustParseAddrPort("10.0.0.5:80")
	for name, vary := range map[string]func(p *Packet, i int){
		"port": func(p *Packet, i int) { p.Src = netip.AddrPortFrom(netip.MustParseAddr("10.0.0.9"), uint16(i)) },
		"client": func(p *Packet, i int) {
			p.Src = netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, 1, byte(i >> 8), byte(i)}), 5000)
		},
		"vni": func(p *Packet, i int) { p.VNI = uint32(i) },
	} {
		var n [64]int
		for i := range 64000 {
			p := Packet{Src: netip.MustParseAddrPort("10.0.0.9:5000"), Dst: server}
			vary(&p, i)
			n[p.Partition(42)]++
		}
		for part, k := range n {
			if k < 842 || k > 1158 {
				t.Errorf("%s: partition %d has %d of 64000 flows", name, part, k)
			}
		}
	}
}

func TestPartitionSeparatesTenants(t *testing.T) {
	p := Packet{Src: netip.MustParseAddrPort("10.0.0.9:5000"), Dst: netip.MustParseAddrPort("10.0.0.5:80")}
	seen := map[uint8]bool{}
	for vlan := range uint16(32) {
		p.VLAN = vlan
		seen[p.Partition(1)] = true
	}
	if len(seen) < 16 {
		t.Errorf("32 VLANs fall into %d partitions", len(seen))
	}
}
