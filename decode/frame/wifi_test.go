package frame

import (
	"bytes"
	"encoding/hex"
	"slices"
	"strings"
	"testing"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"

	"spaniel/event"
)

// unhex reads hexadecimal digits, spaces ignored.
func unhex(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// overAir puts the packets of Ethernet frames behind the header given in hex
// and LLC's.
func overAir(t *testing.T, frames []event.Frame, link uint16, header string) []event.Frame {
	t.Helper()
	out := slices.Clone(frames)
	for i, f := range out {
		b := append(unhex(t, header), 0xaa, 0xaa, 3, 0, 0, 0)
		out[i].Data = append(append(b, f.Data[12:]...), 0xde, 0xad, 0xbe, 0xef) // a check sum of the radio's
		out[i].Length, out[i].Link = len(out[i].Data), link
	}
	return out
}

const (
	wifiAddrs = "0000 020000000001 020000000002 020000000003 1000"
	radioHead = "00 00 0900 02000000 10"                                            // flags: a check sum follows
	radioPad  = "00 00 1900 2f0000a0 20080000 00000000 1122334455667788 20"         // two words of fields, a time, flags: padded
	radioTime = "00 00 1c00 2b0000a0 20080000 00000000 1122334455667788 30 02 0000" // time, flags, rate, channel begins
)

// TestWiFi: the same packets, whatever the air adds to them.
func TestWiFi(t *testing.T) {
	for _, c := range []struct {
		name   string
		link   uint16
		header string
	}{
		{"from a station", 105, "0801" + wifiAddrs},
		{"to a station", 105, "0802" + wifiAddrs},
		{"between stations", 105, "0800" + wifiAddrs},
		{"between access points", 105, "0803" + wifiAddrs + "020000000004"},
		{"sent again", 105, "0809" + wifiAddrs},
		{"with quality of service", 105, "8801" + wifiAddrs + "0000"},
		{"and a control field", 105, "8881" + wifiAddrs + "0000 00000000"},
		{"four addresses and both", 105, "8883" + wifiAddrs + "020000000004 0000 00000000"},
		{"radiotap", 127, radioHead + "0801" + wifiAddrs},
		{"radiotap, padded", 127, radioPad + "8801" + wifiAddrs + "0000 0000"},
		{"radiotap, padded, with more fields", 127, radioTime + "8801" + wifiAddrs + "0000 0000"},
		{"per-packet information", 192, "00 00 0800 69000000 0801" + wifiAddrs},
		{"per-packet information, padded", 192, "00 01 0800 69000000 8801" + wifiAddrs + "0000 0000"},
	} {
		for _, v6 := range []bool{false, true} {
			frames := conversation(v6)
			want := newHarness(Config{}).run(t, frames).packets
			same(t, c.name, newHarness(Config{}).run(t, overAir(t, frames, c.link, c.header)).packets, want)
		}
	}
}

// TestWiFiNotRead: what is not one clear packet is counted, not guessed at.
func TestWiFiNotRead(t *testing.T) {
	frames := conversation(false)[:1]
	for name, c := range map[string]struct {
		header string
		want   event.FrameFate
	}{
		"encrypted":          {"0841" + wifiAddrs, event.FrameUnknownLink},
		"first fragment":     {"0805" + wifiAddrs, event.FrameUnknownLink},
		"last fragment":      {"0801" + strings.TrimSuffix(wifiAddrs, "1000") + "1100", event.FrameUnknownLink},
		"several packets":    {"8801" + wifiAddrs + "8000", event.FrameUnknownLink},
		"another version":    {"0901" + wifiAddrs, event.FrameUnknownLink},
		"beacon":             {"8000" + wifiAddrs, event.FrameNotIP},
		"acknowledgement":    {"d400" + wifiAddrs, event.FrameNotIP},
		"data without data":  {"4801" + wifiAddrs, event.FrameNotIP},
		"QoS without data":   {"c801" + wifiAddrs + "0000", event.FrameNotIP},
		"something reserved": {"0c01" + wifiAddrs, event.FrameNotIP},
	} {
		h := newHarness(Config{}).run(t, overAir(t, frames, 105, c.header))
		if h.led.Frames[c.want] != 1 {
			t.Errorf("%s: %v, want %v", name, h.fates[0], c.want)
		}
	}
	for _, s := range []string{"", "00", "0801", "00 00 ffff 00000000", "00 00 0700 00000000 00", "01 00 0800 00000000 0801", "00 00 0800 00000080"} {
		for _, link := range []uint16{105, 127, 192} {
			f := event.Frame{Number: 1, Link: link, Data: unhex(t, s), Length: len(unhex(t, s))}
			if h := newHarness(Config{}).run(t, []event.Frame{f}); h.led.Frames[event.FrameStream] != 0 {
				t.Errorf("link %d, %s: read as TCP", link, s)
			}
		}
	}
}

// TestWiFiAgainstGopacket: header and payload are parted where gopacket parts
// them, for every combination of the frame control's flags.
func TestWiFiAgainstGopacket(t *testing.T) {
	ip := conversation(false)[3].Data[14:]
	agreed := 0
	for control := 0; control < 1<<16; control += 4 { // version 0
		b := append([]byte{byte(control), byte(control >> 8)}, unhex(t, wifiAddrs)...)
		if control&0x0300 == 0x0300 {
			b = append(b, 2, 0, 0, 0, 0, 4)
		}
		if control&0x80 != 0 {
			b = append(b, 0, 0)
			if control&0x8000 != 0 {
				b = append(b, 0, 0, 0, 0)
			}
		}
		b = append(append(b, 0xaa, 0xaa, 3, 0, 0, 0, 8, 0), ip...)
		var p Packet
		d := newHarness(Config{}).Decoder
		if d.Decode(&event.Frame{Number: 1, Link: 105, Data: b, Length: len(b)}, &p) != event.FrameStream {
			continue
		}
		// gopacket takes the last four bytes for a check sum.
		pkt := gopacket.NewPacket(append(slices.Clone(b), 0, 0, 0, 0), layers.LayerTypeDot11, gopacket.NoCopy)
		tcp, ok := pkt.TransportLayer().(*layers.TCP)
		if control&0x8000 != 0 {
			continue // gopacket does not know the control field
		}
		if !ok || !bytes.Equal(tcp.Payload, p.Payload) || p.Src.Port() != uint16(tcp.SrcPort) {
			t.Fatalf("frame control %04x: read here, not by gopacket: %v", control, pkt.ErrorLayer())
		}
		agreed++
	}
	if agreed < 100 {
		t.Errorf("only %d combinations compared", agreed)
	}
	t.Logf("%d combinations compared", agreed)
}
