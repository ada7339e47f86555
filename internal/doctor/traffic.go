package doctor

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"spaniel/event"
)

// maxPairs bounds the connections whose other half is looked for.
const maxPairs = 50_000

// What is a fault of the mirror rather than chance.
const (
	muchOneSided  = 10  // percent of connections that carry bytes
	muchTwice     = 1   // percent of frames
	muchResent    = 20  // percent of TCP payload
	muchLost      = 0.1 // percent of TCP payload
	veryMuchLost  = 2   // likewise
	muchEncrypted = 50  // percent of connections that carry bytes
	muchWrong     = 1   // percent of frames with a wrong checksum
	skewed        = 5e9 // ns between the clock of packets and of the machine
	fewFlows      = 5   // below it no share says anything
)

// Traffic gathers what a look at traffic shows. The zero value is ready.
type Traffic struct {
	// Frames counts what was captured, Cut those of them that are shorter than
	// they were on the wire.
	Frames, Cut uint64
	// LongestCut is the longest of those, on the wire.
	LongestCut int
	// Skew is by how much the packets' clock is ahead of the machine's, ns;
	// Live says that it was measured.
	Skew int64
	Live bool

	flows, oneSided, tls, http uint64
	tlsPorts                   map[uint16]uint64
	halves                     map[[2]netip.AddrPort]half
	split                      map[[2]uint16]uint64 // pairs of VLANs that have one direction each
	truncated                  uint64               // frames that the mirror cut
}

// A half is one direction of a connection.
type half struct {
	vlan uint16
	from netip.AddrPort
}

// Frame counts a frame.
func (t *Traffic) Frame(f *event.Frame) {
	t.Frames++
	if f.Length > len(f.Data) {
		t.Cut++
		t.LongestCut = max(t.LongestCut, f.Length)
	}
}

// Flow takes a connection that is over.
func (t *Traffic) Flow(f *event.FlowRecord) {
	if f.ReqBytes+f.RespBytes == 0 {
		return
	}
	t.flows++
	switch f.Service {
	case "tls":
		t.tls++
		if t.tlsPorts == nil {
			t.tlsPorts = map[uint16]uint64{}
		}
		if _, known := t.tlsPorts[f.ServerPort]; known || len(t.tlsPorts) < 1000 {
			t.tlsPorts[f.ServerPort]++
		}
	case "http":
		t.http++
	}
	if slices.Contains(f.Flags, "one_sided") {
		t.oneSided++
		t.pair(f)
	}
}

// pair looks for the other half of a one-sided connection in another VLAN.
func (t *Traffic) pair(f *event.FlowRecord) {
	from, to := netip.AddrPortFrom(f.ClientIP, f.ClientPort), netip.AddrPortFrom(f.ServerIP, f.ServerPort)
	if f.ReqBytes == 0 {
		from, to = to, from
	}
	key := [2]netip.AddrPort{from, to}
	if from.Compare(to) > 0 {
		key = [2]netip.AddrPort{to, from}
	}
	if t.halves == nil {
		t.halves, t.split = map[[2]netip.AddrPort]half{}, map[[2]uint16]uint64{}
	}
	other, known := t.halves[key]
	switch {
	case known && other.from != from && other.vlan != f.VLAN:
		if len(t.split) < 100 {
			t.split[[2]uint16{min(other.vlan, f.VLAN), max(other.vlan, f.VLAN)}]++
		}
	case !known && len(t.halves) < maxPairs:
		t.halves[key] = half{vlan: f.VLAN, from: from}
	}
}

// Loss takes a loss.
func (t *Traffic) Loss(l *event.NoteRecord) {
	if l.Name == "truncated" {
		t.truncated += max(l.Packets, 1)
	}
}

// Findings says what the traffic shows. iface is what was captured from, for
// commands to type.
func (t *Traffic) Findings(led *event.Ledger, iface string) []Finding {
	if t.Frames == 0 {
		return []Finding{{"traffic", Bad, "no packet arrived", fmt.Sprintf("see whether the mirror is on, and whether there is a link: sudo tcpdump -nc 10 -i %s; ip -s link show %s", iface, iface)}}
	}
	out := []Finding{ok("traffic", "%d packets, %d connections with bytes, %d of them HTTP/1", t.Frames, t.flows, t.http)}
	if t.flows == 0 {
		out[0].Level, out[0].Fix = Warn, "no TCP connection carried a byte: see whether the mirror has the right ports, and the filter (-f) is not too narrow"
	}
	out = append(out, t.cuts(iface), t.sides(), t.tags(), t.copies(led), t.losses(led), t.encrypted(), checksums(led))
	if t.Live {
		out = append(out, t.clock())
	}
	return out
}

func (t *Traffic) cuts(iface string) Finding {
	switch {
	case t.Cut > 0:
		return Finding{"truncation", Warn, fmt.Sprintf("%d packets were cut short here; the longest had %d bytes", t.Cut, t.LongestCut), "capture.snaplen: 0   (or leave it out)"}
	case t.truncated > 0:
		return Finding{"truncation", Warn, fmt.Sprintf("%d packets end before the length in their headers: the mirror cuts them", t.truncated),
			fmt.Sprintf("sudo ip link set %s mtu 9000, and the same at the mirror's target; a tunnel needs 54 bytes more than its packets", iface)}
	}
	return ok("truncation", "packets are whole")
}

func (t *Traffic) sides() Finding {
	if p := share(t.oneSided-min(t.joined(), t.oneSided), t.flows); t.flows >= fewFlows && p >= muchOneSided {
		return Finding{"directions", Warn, fmt.Sprintf("%.0f %% of %d connections show one direction only", p, t.flows),
			"mirror what is received and what is sent: monitor session 1 source interface … both   (Cisco); both TAP outputs: spaniel run -i ethA -i ethB"}
	}
	return ok("directions", "both directions are seen")
}

// joined is how many one-sided connections have their other half elsewhere.
func (t *Traffic) joined() (n uint64) {
	for _, v := range t.split {
		n += 2 * v
	}
	return n
}

func (t *Traffic) tags() Finding {
	if len(t.split) == 0 {
		return ok("vlans", "the directions of a connection have the same tags")
	}
	var n uint64
	var pair [2]uint16
	for p, v := range t.split {
		if v > n || v == n && p[0] < pair[0] {
			n, pair = v, p
		}
	}
	return Finding{"vlans", Warn, fmt.Sprintf("the two directions of %d connections come with different VLAN tags (%d and %d)", t.joined()/2, pair[0], pair[1]), "decode.join_vlans: true"}
}

func (t *Traffic) copies(led *event.Ledger) Finding {
	if p := share(led.Frames[event.FrameDuplicate], led.FramesIn); p >= muchTwice {
		return Finding{"duplicates", Note, fmt.Sprintf("%.0f %% of the packets came twice; the copies are left out", p), "mirror each packet at one place: ports or VLANs, one direction of each"}
	}
	if p := share(led.Stream[event.ByteOverlap], led.StreamIn); p >= muchResent {
		return Finding{"duplicates", Warn, fmt.Sprintf("%.0f %% of the bytes came again, too late to be taken for copies", p), "decode.copy_wait: 50ms   if the mirror doubles packets; else the network resends"}
	}
	return ok("duplicates", "packets come once")
}

func (t *Traffic) losses(led *event.Ledger) Finding {
	p := share(led.GapBytes, led.GapBytes+led.Stream[event.ByteDelivered])
	f := Finding{"loss", OK, fmt.Sprintf("%.2f %% of the bytes that hosts acknowledged were not seen", p), ""}
	if p >= muchLost {
		f.Level, f.Fix = Warn, "if the kernel drops nothing here, the mirror port or the switch is overloaded: mirror fewer ports, or filter there"
	}
	if p >= veryMuchLost {
		f.Level = Bad
	}
	return f
}

func (t *Traffic) encrypted() Finding {
	p := share(t.tls, t.flows)
	f := Finding{"encryption", OK, fmt.Sprintf("%.0f %% of the connections are TLS", p), ""}
	if t.tls == 0 {
		return f
	}
	f.Level, f.What = Note, f.What+": "+t.ports()
	f.Fix = "their calls cannot be read: mirror the link behind the proxy or balancer that ends TLS"
	if p >= muchEncrypted && t.flows >= fewFlows {
		f.Level = Warn
	}
	return f
}

// ports are those with the most TLS.
func (t *Traffic) ports() string {
	var list []uint16
	for p := range t.tlsPorts {
		list = append(list, p)
	}
	slices.SortFunc(list, func(a, b uint16) int {
		if x, y := t.tlsPorts[a], t.tlsPorts[b]; x != y {
			return int(int64(y) - int64(x))
		}
		return int(a) - int(b)
	})
	var words []string
	for _, p := range list[:min(len(list), 5)] {
		words = append(words, fmt.Sprintf("port %d (%d)", p, t.tlsPorts[p]))
	}
	return strings.Join(words, ", ")
}

func checksums(led *event.Ledger) Finding {
	if p := share(led.Frames[event.FrameChecksum], led.FramesIn); p >= muchWrong {
		return Finding{"checksums", Warn, fmt.Sprintf("%.0f %% of the packets have wrong checksums and are left out", p), "decode.checksums: ignore   if a card or a mirror makes them"}
	}
	return ok("checksums", "right, or filled in by a card behind the capture")
}

func (t *Traffic) clock() Finding {
	if t.Skew > skewed || t.Skew < -skewed {
		return Finding{"packet clock", Warn, fmt.Sprintf("packets are stamped %.0f s apart from this machine's clock", float64(t.Skew)/1e9), "set the clock of what stamps them; windows of rules go by it"}
	}
	return ok("packet clock", "agrees with this machine's")
}
