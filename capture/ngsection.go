package capture

import "strings"

// Limits of what a pcapng file may describe.
const (
	// maxInterfaces bounds the interfaces of a file, over all its sections:
	// about 6 MiB.
	maxInterfaces = 1 << 16
	// maxName is how much of an interface's name is kept.
	maxName = 256
	// sectionFixed is the body of a Section Header Block without its options.
	sectionFixed = 16
	// interfaceFixed is the body of an Interface Description Block without.
	interfaceFixed = 8
)

// byteOrderMagic stands first in a section, in the section's byte order.
const byteOrderMagic = 0x1a2b3c4d

// Options of an Interface Description Block, and the end of any options.
const (
	optEnd      = 0
	optName     = 2
	optTsResol  = 9
	optTsOffset = 14
)

// defaultResol is if_tsresol where a file does not say: microseconds.
const defaultResol = 6

// readSection reads the Section Header Block at start, whose header lies in
// the window. The interfaces before it are out of reach from here on.
func (f *File) readSection(start int64) error {
	h, err := f.in.peek(blockFrame)
	if err != nil {
		return f.short(start, "section header", int64(len(h)), blockFrame, err)
	}
	big := order(false)
	if big.u32(h[8:]) != byteOrderMagic {
		if big = true; big.u32(h[8:]) != byteOrderMagic {
			return f.fault(start, "a section begins with byte-order magic %s", hex(big.u32(h[8:])))
		}
	}
	f.format.order = big
	body, err := f.wholeBlock(start, big.u32(h[4:]))
	if err != nil {
		return err
	}
	if len(body) < sectionFixed {
		return f.fault(start, "a section header of %d bytes is too short", len(body)+blockFrame)
	}
	if major, minor := big.u16(body[4:]), big.u16(body[6:]); major != 1 {
		return f.fault(start, "a section is of pcapng version %d.%d; 1.x is what can be read", major, minor)
	}
	f.section = len(f.ifaces)
	return nil
}

// readInterface reads the body of an Interface Description Block.
func (f *File) readInterface(start int64, body []byte) error {
	if len(body) < interfaceFixed {
		return f.fault(start, "an interface description of %d bytes is too short", len(body)+blockFrame)
	}
	if len(f.ifaces) == maxInterfaces {
		return f.fault(start, "more than %d interfaces", maxInterfaces)
	}
	o := f.format.order
	i := iface{Interface: Interface{Link: o.u16(body), Snaplen: o.u32(body[4:])}}
	resol, offset := uint8(defaultResol), int64(0)
	for opts := body[interfaceFixed:]; len(opts) >= 4; {
		code, size := o.u16(opts), int(o.u16(opts[2:]))
		if code == optEnd {
			break
		}
		padded := 4 + (size+3)&^3
		if padded > len(opts) {
			return f.fault(start, "option %d of an interface runs past its block", code)
		}
		v := opts[4 : 4+size]
		switch {
		case code == optName:
			i.Name = strings.ToValidUTF8(string(v[:min(size, maxName)]), "\uFFFD")
		case code == optTsResol && size == 1:
			resol = v[0]
		case code == optTsOffset && size == 8:
			offset = int64(o.u64(v))
		case code == optTsResol || code == optTsOffset:
			return f.fault(start, "option %d of an interface is %d bytes long", code, size)
		}
		opts = opts[padded:]
	}
	i.ticks = newTicks(resol, offset)
	f.ifaces = append(f.ifaces, i)
	return nil
}
