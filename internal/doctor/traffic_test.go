package doctor

import (
	"net/netip"
	"strings"
	"testing"

	"spaniel/event"
)

func flow(client string, port uint16, service string, vlan uint16, flags ...string) *event.FlowRecord {
	return &event.FlowRecord{ClientIP: netip.MustParseAddr(client), ClientPort: port, ServerIP: netip.MustParseAddr("10.0.0.5"), ServerPort: 443,
		Service: service, VLAN: vlan, ReqBytes: 100, RespBytes: 100, Flags: flags}
}

// whole is a ledger of traffic without a fault.
func whole() event.Ledger {
	var led event.Ledger
	led.FramesIn, led.StreamIn = 10_000, 1_000_000
	led.Frames[event.FrameStream], led.Stream[event.ByteDelivered] = 10_000, 1_000_000
	return led
}

// TestFindings: each fault of a mirror is found by its own check, says what to
// do, and leaves the other checks alone.
func TestFindings(t *testing.T) {
	for _, c := range []struct {
		name  string
		make  func(*Traffic, *event.Ledger)
		check string // "" is none
		level Level
		says  string
		do    string
	}{
		{"nothing wrong", func(*Traffic, *event.Ledger) {}, "", OK, "", ""},
		{"nothing at all", func(tr *Traffic, _ *event.Ledger) { tr.Frames = 0 }, "traffic", Bad, "no packet", "tcpdump -nc 10 -i eth7"},
		{"no TCP", func(tr *Traffic, _ *event.Ledger) { *tr = Traffic{Frames: 5} }, "traffic", Warn, "0 connections", "filter"},
		{"cut here", func(tr *Traffic, _ *event.Ledger) { tr.Frame(&event.Frame{Length: 1514, Data: make([]byte, 96)}) }, "truncation", Warn, "1 packets were cut", "capture.snaplen"},
		{"cut by the mirror", func(tr *Traffic, _ *event.Ledger) { tr.Loss(&event.NoteRecord{Name: "truncated", Packets: 3}) }, "truncation", Warn, "3 packets", "ip link set eth7 mtu"},
		{"one direction", func(tr *Traffic, _ *event.Ledger) {
			for i := range uint16(9) {
				f := flow("198.51.100.9", 2000+i, "http", 0, "one_sided")
				f.RespBytes = 0
				tr.Flow(f)
			}
		}, "directions", Warn, "43 % of 21", "both"},
		{"two tags", func(tr *Traffic, _ *event.Ledger) {
			for i := range uint16(9) {
				to, back := flow("198.51.100.9", 2000+i, "http", 120, "one_sided"), flow("198.51.100.9", 2000+i, "http", 121, "one_sided")
				to.RespBytes, back.ReqBytes = 0, 0
				tr.Flow(to)
				tr.Flow(back)
			}
		}, "vlans", Warn, "9 connections come with different VLAN tags (120 and 121)", "decode.join_vlans: true"},
		{"copies", func(_ *Traffic, led *event.Ledger) { led.Frames[event.FrameDuplicate] = 4000 }, "duplicates", Note, "40 %", "one place"},
		{"late copies", func(_ *Traffic, led *event.Ledger) { led.Stream[event.ByteOverlap] = 400_000 }, "duplicates", Warn, "40 %", "decode.copy_wait"},
		{"some loss", func(_ *Traffic, led *event.Ledger) { led.GapBytes = 5000 }, "loss", Warn, "0.50 %", "mirror"},
		{"much loss", func(_ *Traffic, led *event.Ledger) { led.GapBytes = 100_000 }, "loss", Bad, "9.09 %", "mirror"},
		{"some TLS", func(tr *Traffic, _ *event.Ledger) { tr.Flow(flow("198.51.100.9", 9, "tls", 0)) }, "encryption", Note, "8 % of the connections are TLS: port 443 (1)", "behind the proxy"},
		{"TLS", func(tr *Traffic, _ *event.Ledger) {
			for i := range uint16(20) {
				f := flow("198.51.100.9", i, "tls", 0)
				f.ServerPort = 8443 + i%2*1000
				tr.Flow(f)
			}
		}, "encryption", Warn, "port 8443 (10), port 9443 (10)", "behind the proxy"},
		{"checksums", func(_ *Traffic, led *event.Ledger) { led.Frames[event.FrameChecksum] = 300 }, "checksums", Warn, "3 %", "decode.checksums: ignore"},
		{"clock", func(tr *Traffic, _ *event.Ledger) { tr.Live, tr.Skew = true, -3600e9 }, "packet clock", Warn, "-3600 s", "clock"},
		{"right clock", func(tr *Traffic, _ *event.Ledger) { tr.Live, tr.Skew = true, -1e9 }, "", OK, "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			tr, led := Traffic{}, whole()
			for i := range uint16(12) {
				tr.Frame(&event.Frame{Length: 60, Data: make([]byte, 60)})
				tr.Flow(flow("198.51.100.7", 1000+i, "http", 0))
			}
			c.make(&tr, &led)
			seen := false
			for _, f := range tr.Findings(&led, "eth7") {
				if f.Check != c.check {
					if f.Level != OK {
						t.Errorf("%s says %s: %s", f.Check, f.Level, f.What)
					}
					continue
				}
				seen = true
				if f.Level != c.level || !strings.Contains(f.What, c.says) || !strings.Contains(f.Fix, c.do) {
					t.Errorf("%+v", f)
				}
			}
			if seen != (c.check != "") {
				t.Errorf("%s was looked at: %v", c.check, seen)
			}
		})
	}
}

func TestDrops(t *testing.T) {
	for i, f := range []Finding{Drops(100, 0, 0), Drops(100, 3, 0), Drops(100, 0, 4)} {
		if want := []Level{OK, Bad, Bad}[i]; f.Level != want || (f.Fix == "") != (want == OK) {
			t.Errorf("%+v", f)
		}
	}
	if Worst([]Finding{ok("a", ""), Drops(1, 1, 0)}) != Bad || Worst(nil) != OK {
		t.Error("the worst is not the worst")
	}
}
