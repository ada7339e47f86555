package frame

import (
	"encoding/binary"

	"spaniel/event"
)

// Link types that hold 802.11 frames.
const (
	linkWiFi     = 105 // no header before them
	linkRadiotap = 127
	linkPPI      = 192
)

// greAruba are the protocols under which access points of one maker send
// 802.11 frames to their controller: 0x8200 and what follows, a number a
// tunnel.
const greAruba, greArubaMask = 0x8200, 0xff80

// Bits of the frame control field (IEEE 802.11-2020, 9.2.4.1), its two bytes
// taken in their order.
const (
	wifiVersion   = 0x0003
	wifiType      = 0x000c
	wifiData      = 0x0008
	wifiNull      = 0x0040 // data that carries none
	wifiQoS       = 0x0080
	wifiToDS      = 0x0100
	wifiFromDS    = 0x0200
	wifiMore      = 0x0400 // fragments follow
	wifiProtected = 0x4000 // encrypted
	wifiOrder     = 0x8000 // with QoS: a control field of 4 bytes more
)

// radiotap steps over the header of a radio's driver. Of its fields only the
// flags matter: whether the radio padded the 802.11 header to 4 bytes.
func (d *Decoder) radiotap(b []byte) event.FrameFate {
	if len(b) < 8 {
		return d.short()
	}
	n := int(binary.LittleEndian.Uint16(b[2:]))
	if b[0] != 0 || n < 8 {
		return event.FrameMalformed
	}
	if len(b) < n {
		return d.short()
	}
	first, at := binary.LittleEndian.Uint32(b[4:]), 8
	for words := first; words>>31 != 0 && at+4 <= n; at += 4 {
		words = binary.LittleEndian.Uint32(b[at:])
	}
	if first&1 != 0 { // a time of 8 bytes, aligned
		at = (at+7)&^7 + 8
	}
	padded := first&2 != 0 && at < n && b[at]&0x20 != 0
	return d.wifi(b[n:], padded)
}

// ppi steps over the header of per-packet information; what it says of the
// link is what counts.
func (d *Decoder) ppi(b []byte) event.FrameFate {
	if len(b) < 8 {
		return d.short()
	}
	n := int(binary.LittleEndian.Uint16(b[2:]))
	if b[0] != 0 || n < 8 {
		return event.FrameMalformed
	}
	if len(b) < n {
		return d.short()
	}
	switch binary.LittleEndian.Uint32(b[4:]) {
	case linkWiFi:
		return d.wifi(b[n:], b[1]&1 != 0)
	case linkEthernet:
		return d.ethernet(b[n:])
	}
	return event.FrameUnknownLink
}

// wifi reads an 802.11 frame: data in clear, one packet in it. What is
// encrypted, a fragment, or several packets in one frame is not read.
func (d *Decoder) wifi(b []byte, padded bool) event.FrameFate {
	if len(b) < 2 {
		return d.short()
	}
	control := binary.LittleEndian.Uint16(b)
	if control&wifiVersion != 0 {
		return event.FrameUnknownLink
	}
	if control&wifiType != wifiData || control&wifiNull != 0 {
		return event.FrameNotIP // management, control, no data
	}
	n, source := 24, 10
	switch {
	case control&wifiToDS != 0 && control&wifiFromDS != 0:
		n, source = 30, 24
	case control&wifiFromDS != 0:
		source = 16
	}
	qos := n
	if control&wifiQoS != 0 {
		n += 2
		if control&wifiOrder != 0 {
			n += 4
		}
	}
	if padded {
		n = (n + 3) &^ 3
	}
	if len(b) < n {
		return d.short()
	}
	several := control&wifiQoS != 0 && b[qos]&0x80 != 0
	if control&(wifiProtected|wifiMore) != 0 || b[22]&0x0f != 0 || several {
		return event.FrameUnknownLink
	}
	d.mac = b[source : source+6]
	return d.llc(b[n:])
}
