package wiretest

import (
	"encoding/binary"
	"slices"

	"spaniel/event"
)

// Relink puts the packets of Ethernet frames onto another link type, one of
// the Link constants or 12, 14 (raw IP in old captures). A VLAN tag stays
// where the link has room for it (cooked), else it is lost.
func Relink(frames []event.Frame, link uint16) []event.Frame {
	out := make([]event.Frame, 0, len(frames))
	for _, f := range frames {
		at, kind := ethernetPayload(f.Data)
		head, body, ok := splitIP(f.Data[at:], kind)
		if !ok {
			continue
		}
		ip := append(slices.Clone(head), body...)
		f = withData(f, relink(link, kind, f.Data[12:at], ip))
		f.Link = link
		out = append(out, f)
	}
	return Number(out)
}

// relink returns ip with the header of link before it. tags is the Ethernet
// frame from its first type field: type, then tag and type for each VLAN.
func relink(link, kind uint16, tags, ip []byte) []byte {
	family := uint32(2)
	if kind == etherIPv6 {
		family = 30
	}
	switch link {
	case LinkNull:
		return append(binary.LittleEndian.AppendUint32(nil, family), ip...)
	case LinkLoop:
		return append(binary.BigEndian.AppendUint32(nil, family), ip...)
	case LinkSLL:
		b := []byte{0, 0, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0}
		return append(append(b, tags...), ip...)
	case LinkSLL2:
		b := append(slices.Clone(tags[:2]), 0, 0, 0, 0, 0, 2, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0)
		return append(append(b, tags[2:]...), ip...)
	}
	return ip
}

// AddVLAN puts a tag before whatever tags the Ethernet frames have. tpid is
// 0x8100, 0x88a8 or 0x9100.
func AddVLAN(frames []event.Frame, tpid, id uint16) []event.Frame {
	out := slices.Clone(frames)
	for i, f := range out {
		b := binary.BigEndian.AppendUint16(slices.Clone(f.Data[:12]), tpid)
		b = binary.BigEndian.AppendUint16(b, id)
		out[i] = withData(f, append(b, f.Data[12:]...))
	}
	return Number(out)
}

// Truncate cuts what was captured of every frame to n bytes; Length stays.
func Truncate(frames []event.Frame, n int) []event.Frame {
	out := slices.Clone(frames)
	for i := range out {
		out[i].Data = out[i].Data[:min(n, len(out[i].Data))]
	}
	return Number(out)
}
