package stream

import (
	"encoding/binary"
	"net/netip"
	"testing"
	"time"

	"spaniel/decode/frame"
	"spaniel/internal/costtest"
)

// TestTableIsLinear measures n packets of as many connections as they can
// make, in tables whose caps they reach.
func TestTableIsLinear(t *testing.T) {
	from := func(i int) netip.AddrPort {
		return netip.AddrPortFrom(netip.AddrFrom4([4]byte(binary.BigEndian.AppendUint32(nil, 11<<24|uint32(i)))), 1024)
	}
	for name, packet := range map[string]func(p *frame.Packet, i int){
		"SYNs":               func(p *frame.Packet, i int) { p.Src, p.Flags, p.Payload = from(i), frame.SYN, nil },
		"SYNs of one source": func(p *frame.Packet, i int) { p.Seq, p.Flags, p.Payload = uint32(i)*9973, frame.SYN, nil },
		"SYNs with data":     func(p *frame.Packet, i int) { p.Src, p.Flags = from(i), frame.SYN },
		"flows":              func(p *frame.Packet, i int) { p.Src = from(i) },
		"flows that end":     func(p *frame.Packet, i int) { p.Src, p.Flags = from(i/2), frame.ACK|uint8(i%2)*frame.RST },
		"RSTs to nobody":     func(p *frame.Packet, i int) { p.Src, p.Flags = from(i), frame.RST },
		"a flow that ends often": func(p *frame.Packet, i int) {
			p.Flags = []uint8{frame.SYN, frame.ACK, frame.RST}[i%3]
			p.Seq = uint32(i/3)*77777 + uint32(min(i%3, 1))
		},
		"holes of many flows": func(p *frame.Packet, i int) { p.Src, p.Seq = from(i%2000), uint32(i/2000)*2048 },
		"holes of a flow":     func(p *frame.Packet, i int) { p.Seq = 10 + uint32(i)*2 },
		"contradictions": func(p *frame.Packet, i int) {
			p.Seq = 10 + uint32(i/3)*2
			p.Payload = []byte{byte(i), 'y', byte(i * 7)}
			p.WireLen = 3
		},
		"urgent bytes":           func(p *frame.Packet, i int) { p.Seq, p.Flags, p.Urgent = 10+uint32(i)*2, frame.ACK|frame.URG, 1 },
		"FINs anywhere":          func(p *frame.Packet, i int) { p.Seq, p.Flags = uint32(i)*7919, frame.ACK|frame.FIN },
		"acknowledgements ahead": func(p *frame.Packet, i int) { p.Src, p.Dst, p.Ack, p.Payload = p.Dst, p.Src, uint32(i)*3, nil },
		"TTLs":                   func(p *frame.Packet, i int) { p.TTL, p.Seq = uint8(i), uint32(i)*3 },
		"what the capture cut":   func(p *frame.Packet, i int) { p.Seq, p.WireLen = 10+uint32(i)*20, 15 },
		"timers of many at once": func(p *frame.Packet, i int) { p.Src, p.Stamp.Clock = from(i), 1e18+int64(i/4096)*int64(time.Minute) },
		"both directions, no SYN": func(p *frame.Packet, i int) {
			p.Src = from(i / 2)
			if i%2 == 1 {
				p.Src, p.Dst = p.Dst, p.Src
			}
		},
	} {
		costtest.Linear(t, name, 10_000, 0, func(n int) func() {
			r := newRig(t, func(c *Config) { c.Buffer = 1 << 20 })
			base := r.packet(true, ".", 1, 200, "xyz")
			return func() {
				for i := range n {
					p := base
					p.Stamp.Frame, p.Stamp.Time, p.Stamp.Clock = uint64(i+1), 1e18+int64(i)*1000, 1e18+int64(i)*1000
					packet(&p, i)
					p.WireLen = max(p.WireLen, len(p.Payload))
					if p.Payload == nil {
						p.WireLen = 0
					}
					r.table.Packet(&p)
				}
				r.table.Close(1e18 + 1e15)
			}
		})
	}
}
