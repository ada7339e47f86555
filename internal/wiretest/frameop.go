package wiretest

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"spaniel/event"
)

// frameOp applies one operator to frames.
func (c *Case) frameOp(frames []event.Frame, words []string) ([]event.Frame, error) {
	name, args := words[0], words[1:]
	switch name {
	case "pieces":
		return c.pieces(frames, strings.Join(words, " "))
	case "tcp", "ip":
		return patch(frames, name, args)
	case "time", "stamp":
		if len(args) != 1 {
			return nil, fmt.Errorf("want a time")
		}
		out := slices.Clone(frames)
		for i := range out {
			t, err := moment(out[i], args[0])
			if err != nil {
				return nil, err
			}
			out[i].Time = t
		}
		return Number(out), nil
	case "twice":
		return twice(frames, args)
	case "trail":
		b, err := hex.DecodeString(strings.Join(args, ""))
		out := slices.Clone(frames)
		for i, f := range out {
			out[i] = withData(f, append(slices.Clone(f.Data), b...))
		}
		return Number(out), err
	}
	n := make([]uint64, 2) // of which the second may be left out
	for i, a := range args {
		v, err := strconv.ParseUint(a, 0, 32)
		if err != nil || i > 1 {
			return nil, fmt.Errorf("want at most two numbers: %w", err)
		}
		n[i] = v
	}
	if kind, ok := tunnelNames[name]; ok {
		if n[1] != 0 {
			return TunnelTo(frames, kind, uint32(n[0]), uint16(n[1])), nil
		}
		return Tunnel(frames, kind, uint32(n[0])), nil
	}
	return plainOp(frames, name, n, len(args))
}

func plainOp(frames []event.Frame, name string, n []uint64, given int) ([]event.Frame, error) {
	switch name {
	case "first": // the capture begins n frames late
		return Number(frames[n[0]:]), nil
	case "lost":
		return nil, nil
	case "fragment":
		return Fragment(frames, int(n[0])), nil
	case "truncate":
		return Truncate(frames, int(n[0])), nil
	case "vlan":
		if given < 2 {
			n[1] = etherVLAN
		}
		return AddVLAN(frames, uint16(n[1]), uint16(n[0])), nil
	case "link":
		return Relink(frames, uint16(n[0])), nil
	case "spray":
		return Spray(frames, int(n[0])), nil
	case "nops":
		return Nops(frames), nil
	case "extend":
		return Extend(frames, int(n[0])), nil
	case "backwards":
		return Backwards(frames), nil
	}
	return nil, fmt.Errorf("unknown operator")
}

// Backwards reverses the order of frames among their times.
func Backwards(frames []event.Frame) []event.Frame {
	out := slices.Clone(frames)
	slices.Reverse(out)
	for i := range out {
		out[i].Time = frames[i].Time
	}
	return Number(out)
}

// twice repeats each frame: "after=1ms", "vlan=9", "ttl=63" say how the copy differs.
func twice(frames []event.Frame, args []string) ([]event.Frame, error) {
	var copies []event.Frame
	for _, f := range frames {
		g := withData(f, slices.Clone(f.Data))
		for _, a := range args {
			key, value, _ := strings.Cut(a, "=")
			var err error
			switch key {
			case "after":
				g.Time, err = moment(g, value)
			case "vlan":
				var id uint64
				id, err = strconv.ParseUint(value, 10, 12)
				g = AddVLAN([]event.Frame{g}, etherVLAN, uint16(id))[0]
			case "ttl":
				g, err = patchIP(g, 8, value)
			default:
				err = fmt.Errorf("%q: unknown word", a)
			}
			if err != nil {
				return nil, err
			}
		}
		copies = append(copies, g)
	}
	return InOrder(append(slices.Clone(frames), copies...)), nil
}

// patch writes bytes into the header of IP or of TCP, at an offset, in
// hexadecimal. The IPv4 header's checksum is made right again, unless it was
// what was written; TCP's is not.
func patch(frames []event.Frame, layer string, args []string) ([]event.Frame, error) {
	if len(args) != 2 {
		return nil, fmt.Errorf("want an offset and bytes in hexadecimal")
	}
	off, err := strconv.Atoi(args[0])
	if err != nil {
		return nil, err
	}
	out := slices.Clone(frames)
	for i, f := range out {
		f.Data = slices.Clone(f.Data)
		if layer == "ip" {
			b, err := hex.DecodeString(args[1])
			if err != nil {
				return nil, err
			}
			out[i] = writeIP(f, off, b)
			continue
		}
		b, err := hex.DecodeString(args[1])
		if err != nil {
			return nil, err
		}
		at, kind := ethernetPayload(f.Data)
		head, _, ok := splitIP(f.Data[at:], kind)
		if !ok {
			return nil, fmt.Errorf("no IP packet")
		}
		copy(f.Data[at+len(head)+off:], b)
		out[i] = f
	}
	return Number(out), nil
}

// patchIP writes a decimal byte into an IP header.
func patchIP(f event.Frame, off int, value string) (event.Frame, error) {
	v, err := strconv.ParseUint(value, 10, 8)
	if err != nil {
		return f, err
	}
	return writeIP(f, off, []byte{byte(v)}), nil
}

func writeIP(f event.Frame, off int, b []byte) event.Frame {
	at, kind := ethernetPayload(f.Data)
	copy(f.Data[at+off:], b)
	if kind == etherIPv4 && off != 10 {
		head := f.Data[at:min(len(f.Data), at+max(20, int(f.Data[at]&15)*4))]
		head[10], head[11] = 0, 0
		binary.BigEndian.PutUint16(head[10:], Checksum(head))
	}
	return f
}
