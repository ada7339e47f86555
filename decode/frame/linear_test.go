package frame

import (
	"encoding/binary"
	"net/netip"
	"testing"

	"spaniel/decode/defrag"
	"spaniel/event"
	"spaniel/internal/costtest"
	"spaniel/internal/wiretest"
)

// TestDecoderIsLinear measures single frames as long as a capture's may be,
// made of nothing but headers.
func TestDecoderIsLinear(t *testing.T) {
	ip4 := func(proto byte, payload []byte) []byte {
		b := make([]byte, 20, 20+len(payload))
		b[0], b[8], b[9] = 0x45, 64, proto
		binary.BigEndian.PutUint16(b[2:], uint16(min(20+len(payload), 0xffff)))
		return append(b, payload...)
	}
	ip6 := func(next byte, payload []byte) []byte {
		b := make([]byte, 40, 40+len(payload))
		b[0], b[6], b[7] = 0x60, next, 64
		binary.BigEndian.PutUint16(b[4:], uint16(min(len(payload), 0xffff)))
		return append(b, payload...)
	}
	times := func(n int, piece ...byte) (b []byte) {
		for len(b)+len(piece) <= n {
			b = append(b, piece...)
		}
		return b
	}
	ether := func(kind uint16, payload []byte) []byte {
		return append(binary.BigEndian.AppendUint16(make([]byte, 12), kind), payload...)
	}
	for name, frame := range map[string]func(n int) []byte{
		"VLAN tags":       func(n int) []byte { return ether(0x8100, times(n, 0, 1, 0x81, 0)) },
		"QinQ tags":       func(n int) []byte { return ether(0x88a8, times(n, 0, 1, 0x88, 0xa8)) },
		"MPLS labels":     func(n int) []byte { return ether(0x8847, times(n, 0, 0, 0x10, 64)) },
		"IPv4 in IPv4":    func(n int) []byte { return ether(0x0800, times(n, ip4(4, nil)...)) },
		"IPv6 extensions": func(n int) []byte { return ether(0x86dd, ip6(60, times(n, 60, 0, 0, 0, 0, 0, 0, 0))) },
		"IPv6 fragments":  func(n int) []byte { return ether(0x86dd, ip6(44, times(n, 44, 0, 0, 0, 0, 0, 0, 1))) },
		"IPv6 in IPv6":    func(n int) []byte { return ether(0x86dd, times(n, ip6(41, nil)...)) },
		"GRE":             func(n int) []byte { return ether(0x0800, ip4(47, times(n, 0, 0, 0x08, 0, 0x45, 0, 0, 0))) },
		"GRE routes": func(n int) []byte {
			return ether(0x0800, ip4(47, append([]byte{0x40, 0, 8, 0, 0, 0, 0, 0}, times(n, 0, 0, 0, 4)...)))
		},
		"GTP extensions": func(n int) []byte {
			return ether(0x0800, ip4(17, append([]byte{8, 104, 8, 104, 255, 255, 0, 0, 0x34, 255, 255, 255, 0, 0, 0, 1, 0, 0, 0, 0x85}, times(n, 1, 0, 0, 0x85)...)))
		},
		"GENEVE options": func(n int) []byte {
			return ether(0x0800, ip4(17, append([]byte{0x17, 0xc1, 0x17, 0xc1, 255, 255, 0, 0, 0x3f, 0, 8, 0, 0, 0, 1, 0}, times(n, 0, 0, 0, 0)...)))
		},
		"neighbour option": func(n int) []byte {
			return ether(0x86dd, ip6(58, append([]byte{136, 0, 0, 0, 0, 0, 0, 0}, times(n, 2, 1, 0, 0, 0, 0, 0, 0)...)))
		},
	} {
		costtest.Linear(t, name, 16<<10, 0, func(n int) func() {
			var led event.Ledger
			d := New(Config{}, &led, func(event.Anomaly) {})
			f := event.Frame{Number: 1, Time: 1, Clock: 1, Link: 1, Data: frame(n)}
			f.Length = len(f.Data)
			var p Packet
			return func() {
				for range 20 { // a single one is too quick to measure
					d.Decode(&f, &p)
				}
			}
		})
	}
}

// TestTablesAreLinear measures what the decoder remembers between frames: n
// senders, copies, claims of addresses and datagrams, all of them different.
func TestTablesAreLinear(t *testing.T) {
	for name, change := range map[string]func(b []byte, i uint32){
		"senders":   func(b []byte, i uint32) { binary.BigEndian.PutUint32(b[26:], 11<<24|i) },
		"copies":    func(b []byte, i uint32) { binary.BigEndian.PutUint16(b[18:], uint16(i)) },
		"datagrams": func(b []byte, i uint32) { b[20] |= 0x20; binary.BigEndian.PutUint32(b[26:], 11<<24|i) },
		"same":      func([]byte, uint32) {},
		"far fragments of few": func(b []byte, i uint32) {
			b[20], b[21] = 0x20|byte(i*7>>8&0x0f), byte(i*7)
			binary.BigEndian.PutUint32(b[26:], 11<<24|i%64)
		},
		"claims": func(b []byte, i uint32) {
			copy(b[12:], []byte{8, 6, 0, 1, 8, 0, 6, 4, 0, 2, 2, 0})
			binary.BigEndian.PutUint32(b[24:], i)
			binary.BigEndian.PutUint32(b[28:], 10<<24|i)
		},
	} {
		costtest.Linear(t, name, 10_000, 0, func(n int) func() {
			var led event.Ledger
			d := New(Config{Checksums: Ignore, Defrag: defrag.Config{MaxBytes: 1 << 20}}, &led, func(event.Anomaly) {})
			d.Fact = func(event.Fact) {}
			s := wiretest.Segment{Src: netip.MustParseAddrPort("11.0.0.1:1024"), Dst: netip.MustParseAddrPort("10.0.0.5:80"), Flags: ACK, TTL: 64, Payload: make([]byte, 104)}
			b := s.Ethernet()
			var p Packet
			return func() {
				for i := range n {
					change(b, uint32(i))
					at := int64(i+1) * 10_000
					f := event.Frame{Number: uint64(i + 1), Time: at, Clock: at, Link: 1, Length: len(b), Data: b}
					d.Decode(&f, &p)
				}
			}
		})
	}
}
