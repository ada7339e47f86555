package capture

import "spaniel/event"

// Block types of pcapng.
const (
	blockSection   = 0x0a0d0d0a
	blockInterface = 1
	blockPacket    = 2 // obsolete, still written by some
	blockSimple    = 3
	blockEnhanced  = 6
)

// Sizes of pcapng, in bytes.
const (
	// blockFrame is a block's type and its length, twice.
	blockFrame = 12
	// maxBlock bounds the blocks that are taken whole: the largest frame and
	// as much again of options. Blocks of other types are skipped at any size.
	maxBlock = 2 * MaxRecord
)

// nextBlock reads blocks up to the next one that holds a frame.
func (f *File) nextBlock(fr *event.Frame) error {
	for {
		if err := f.passOver(); err != nil {
			return err
		}
		start := f.in.offset()
		h, err := f.in.peek(blockFrame)
		if err != nil {
			return f.short(start, "block's header", int64(len(h)), blockFrame, err)
		}
		kind := f.format.order.u32(h)
		if kind == blockSection {
			if err := f.readSection(start); err != nil {
				return err
			}
			continue
		}
		size := f.format.order.u32(h[4:])
		switch kind {
		case blockEnhanced, blockPacket, blockSimple, blockInterface:
			body, err := f.wholeBlock(start, size)
			if err != nil {
				return err
			}
			if kind == blockInterface {
				if err := f.readInterface(start, body); err != nil {
					return err
				}
				continue
			}
			return f.readPacket(start, kind, body, fr)
		default:
			if err := f.skipBlock(start, size); err != nil {
				return err
			}
		}
	}
}

// wholeBlock consumes the block of size bytes at start and returns its body,
// borrowed: what lies between the leading and the trailing length.
func (f *File) wholeBlock(start int64, size uint32) ([]byte, error) {
	if err := f.checkSize(start, size); err != nil {
		return nil, err
	}
	if size > maxBlock {
		return nil, f.fault(start, "a block claims %d bytes, more than %d", size, maxBlock)
	}
	b, err := f.in.peek(int(size))
	if err != nil {
		return nil, f.short(start, "block", int64(len(b)), int64(size), err)
	}
	f.in.advance(int(size))
	end := len(b) - 4
	return b[8:end], f.checkTrailer(start, size, b[end:])
}

// skipBlock begins to pass over a block nobody here reads.
func (f *File) skipBlock(start int64, size uint32) error {
	if err := f.checkSize(start, size); err != nil {
		return err
	}
	f.over = passed{start: start, size: size, left: int64(size) - 4}
	return nil
}

// passed is a block that is passed over: left bytes of it come before its trailing
// length. The input may have no more of it for now.
type passed struct {
	start, left int64
	size        uint32 // 0 where there is none
}

// passOver goes on to pass over a block, if there is one.
func (f *File) passOver() (err error) {
	o := &f.over
	if o.size == 0 {
		return nil
	}
	var trailer []byte
	if o.left, err = f.in.skip(o.left); err == nil {
		trailer, err = f.in.peek(4)
	}
	if err != nil {
		return f.short(o.start, "block", f.in.offset()+int64(len(trailer))-o.start, int64(o.size), err)
	}
	f.in.advance(4)
	size := o.size
	o.size = 0
	return f.checkTrailer(o.start, size, trailer)
}

func (f *File) checkSize(start int64, size uint32) error {
	if size < blockFrame || size%4 != 0 {
		return f.fault(start, "a block claims %d bytes: a length is at least %d and a multiple of 4", size, blockFrame)
	}
	return nil
}

func (f *File) checkTrailer(start int64, size uint32, trailer []byte) error {
	if end := f.format.order.u32(trailer); end != size {
		return f.fault(start, "a block's length is %d at its start and %d at its end", size, end)
	}
	return nil
}
