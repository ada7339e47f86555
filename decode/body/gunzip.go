package body

import (
	"encoding/binary"
	"hash/crc32"
	"math/bits"
)

// gunzipper undoes gzip of small bodies in one go, which is what most answers are:
// a streaming reader costs several times as much. It takes nothing but what is in
// order from the first byte to the last and as long as it says; all else is left
// to that reader, which says what is odd about it.
type gunzipper struct {
	in      []byte // what came in, and zeros behind
	at      int    // of the next byte for acc
	acc     uint64
	n       uint // bits in acc
	literal [1 << 11]uint32
	offset  [1 << 10]uint32
	lengths [maxLiterals + maxOffsets]uint8
	// usual is what fixed makes, nil before the first time.
	usual *fixedTables
}

// fixedTables are the tables of a block without any of its own: no code is longer
// than the first look.
type fixedTables struct {
	literal [1 << literalBits]uint32
	offset  [1 << offsetBits]uint32
}

// An entry of a table is, from the lowest bit on: the length of a code, 5 bits; its
// kind, 3; how many more bits belong to the value, 8; the value. Codes longer than
// the first look share entries to a table of their own, behind.
const (
	kindValue uint32 = iota << 5 // a byte, or an offset
	kindLength
	kindEnd
	kindMore // how many bits decide are in the place of the more bits
	kindBad
	kindMask = 7 << 5
)

const (
	literalBits, offsetBits, lengthsBits = 10, 8, 7 // of the first look
	maxCode                              = 15
	maxLiterals, maxOffsets              = 288, 32

	gzipHead, gzipTail = 10, 8
	// ahead is how far a turn of the loop may look beyond what it needs, and write.
	ahead = 32
	spill = 258 + 16
)

// gunzip appends to dst, which is empty, what body holds if that is no more than
// limit. ok is false, and dst as good as ever, where it is not for it to say.
func (z *gunzipper) gunzip(body, dst []byte, limit int) (out []byte, ok bool) {
	if len(body) < gzipHead+gzipTail || string(body[:4]) != "\x1f\x8b\x08\x00" || len(dst) > 0 {
		return dst, false
	}
	tail := body[len(body)-gzipTail:]
	size := int(binary.LittleEndian.Uint32(tail[4:]))
	if size > limit || len(body) > limit {
		return dst, false
	}
	if cap(dst) < size+2+spill {
		dst = make([]byte, max(size+2+spill, 16<<10))
	}
	z.in = append(z.in[:0], body[gzipHead:len(body)-gzipTail]...)
	whole := len(z.in)
	z.in = append(z.in, make([]byte, 2*ahead)...)
	z.at, z.acc, z.n = 0, 0, 0
	got, ok := z.blocks(dst[:cap(dst)], size)
	if !ok || got != size || z.at-int(z.n>>3) != whole || crc32.ChecksumIEEE(dst[:size]) != binary.LittleEndian.Uint32(tail) {
		return dst[:0], false
	}
	return dst[:size], true
}

// blocks undoes all blocks, to size bytes of out.
func (z *gunzipper) blocks(out []byte, size int) (at int, ok bool) {
	for last := false; !last; {
		if !z.fill() {
			return 0, false
		}
		last = z.take(1) == 1
		switch z.take(2) {
		case 0:
			at, ok = z.stored(out, at, size)
		case 1:
			ok = z.fixed()
			if ok {
				at, ok = z.coded(out, at, size)
			}
		case 2:
			ok = z.tables()
			if ok {
				at, ok = z.coded(out, at, size)
			}
		default:
			ok = false
		}
		if !ok {
			return 0, false
		}
	}
	return at, true
}

// fill makes acc hold 56 bits or more; false where the end is long past.
func (z *gunzipper) fill() bool {
	if z.at+ahead > len(z.in) {
		return false
	}
	z.acc |= binary.LittleEndian.Uint64(z.in[z.at:]) << (z.n & 63)
	z.at += int(63-z.n) >> 3
	z.n |= 56
	return true
}

// take takes so many bits, which acc holds.
func (z *gunzipper) take(n uint) uint64 {
	v := z.acc & (1<<n - 1)
	z.acc >>= n
	z.n -= n
	return v
}

// stored copies a block that was not packed.
func (z *gunzipper) stored(out []byte, at, size int) (int, bool) {
	z.at -= int(z.n >> 3)
	z.acc, z.n = 0, 0
	if z.at+4 > len(z.in)-2*ahead {
		return 0, false
	}
	n, not := binary.LittleEndian.Uint16(z.in[z.at:]), binary.LittleEndian.Uint16(z.in[z.at+2:])
	z.at += 4
	if n != ^not || z.at+int(n) > len(z.in)-2*ahead || at+int(n) > size {
		return 0, false
	}
	copy(out[at:], z.in[z.at:z.at+int(n)])
	z.at += int(n)
	return at + int(n), true
}

// fixed makes the tables that a block without any has. Small bodies often are one
// such block, of which making the tables would be a third.
func (z *gunzipper) fixed() bool {
	if z.usual != nil {
		copy(z.literal[:], z.usual.literal[:])
		copy(z.offset[:], z.usual.offset[:])
		return true
	}
	for i := range z.lengths {
		switch {
		case i >= maxLiterals:
			z.lengths[i] = 5
		case i < 144:
			z.lengths[i] = 8
		case i < 256:
			z.lengths[i] = 9
		case i < 280:
			z.lengths[i] = 7
		default:
			z.lengths[i] = 8
		}
	}
	if !arrange(z.literal[:], literalBits, z.lengths[:maxLiterals], literalEntries) || !arrange(z.offset[:], offsetBits, z.lengths[maxLiterals:], offsetEntries) {
		return false
	}
	z.usual = &fixedTables{}
	copy(z.usual.literal[:], z.literal[:])
	copy(z.usual.offset[:], z.offset[:])
	return true
}

// lengthsOrder is the order in which the lengths of the codes for lengths come.
var lengthsOrder = [...]uint8{16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15}

// tables reads the tables of a block.
func (z *gunzipper) tables() bool {
	literals, offsets, n := int(z.take(5))+257, int(z.take(5))+1, int(z.take(4))+4
	if literals > 286 || offsets > 30 {
		return false
	}
	var of [19]uint8
	for i := range n {
		if !z.fill() {
			return false
		}
		of[lengthsOrder[i]] = uint8(z.take(3))
	}
	if !arrange(z.offset[:], lengthsBits, of[:], plainEntries) {
		return false
	}
	for i := 0; i < literals+offsets; {
		if !z.fill() {
			return false
		}
		e := z.offset[z.acc&(1<<lengthsBits-1)]
		z.take(uint(e & 31))
		symbol, times, again := e>>16, 1, uint8(0)
		switch symbol {
		case 16:
			if i == 0 {
				return false
			}
			times, again = 3+int(z.take(2)), z.lengths[i-1]
		case 17:
			times = 3 + int(z.take(3))
		case 18:
			times = 11 + int(z.take(7))
		default:
			again = uint8(symbol)
		}
		if i+times > literals+offsets {
			return false
		}
		for range times {
			z.lengths[i] = again
			i++
		}
	}
	return z.lengths[256] != 0 && arrange(z.literal[:], literalBits, z.lengths[:literals], literalEntries) &&
		arrange(z.offset[:], offsetBits, z.lengths[literals:literals+offsets], offsetEntries)
}

// coded undoes a block by the tables. What it works with is kept apart from z, in
// the processor: fill and take are written out.
func (z *gunzipper) coded(out []byte, at, size int) (int, bool) {
	in, from, acc, n := z.in, z.at, z.acc, z.n
	for at <= size && from+ahead <= len(in) {
		acc |= binary.LittleEndian.Uint64(in[from:]) << (n & 63)
		from += int(63-n) >> 3
		n |= 56
		e := z.literalAt(acc)
		if e&kindMask == kindValue { // of which two go with a length into what was filled
			out[at] = byte(e >> 16)
			at++
			acc >>= e & 31
			n -= uint(e & 31)
			if e = z.literalAt(acc); e&kindMask == kindValue {
				out[at] = byte(e >> 16)
				at++
				acc >>= e & 31
				n -= uint(e & 31)
				continue
			}
		}
		acc >>= e & 31
		n -= uint(e & 31)
		if e&kindMask != kindLength {
			z.at, z.acc, z.n = from, acc, n
			return at, e&kindMask == kindEnd
		}
		more := e >> 8 & 0xff
		length := int(e>>16) + int(acc&(1<<more-1))
		acc >>= more & 31
		n -= uint(more)
		acc |= binary.LittleEndian.Uint64(in[from:]) << (n & 63)
		from += int(63-n) >> 3
		n |= 56
		if e = z.offsetAt(acc); e&kindMask != kindValue {
			return 0, false
		}
		acc >>= e & 31
		n -= uint(e & 31)
		more = e >> 8 & 0xff
		back := int(e>>16) + int(acc&(1<<more-1))
		acc >>= more & 31
		n -= uint(more)
		if back > at || at > size {
			return 0, false
		}
		again(out, at, back, length)
		at += length
	}
	return 0, false
}

func (z *gunzipper) literalAt(acc uint64) uint32 {
	e := z.literal[acc&(1<<literalBits-1)]
	if e&kindMask == kindMore {
		e = z.literal[(uint64(e>>16)+acc>>literalBits&(1<<(e>>8&15)-1))%uint64(len(z.literal))]
	}
	return e
}

func (z *gunzipper) offsetAt(acc uint64) uint32 {
	e := z.offset[acc&(1<<offsetBits-1)]
	if e&kindMask == kindMore {
		e = z.offset[(uint64(e>>16)+acc>>offsetBits&(1<<(e>>8&15)-1))%uint64(len(z.offset))]
	}
	return e
}

// again copies what stands so far back, which may be what it makes; it may write
// beyond, less than spill. Most is short: 16 bytes are written without a question.
func again(out []byte, at, back, length int) {
	if back < 8 {
		for k := range length {
			out[at+k] = out[at+k-back]
		}
		return
	}
	to, from := out[at:at+spill], out[at-back:at-back+spill]
	binary.LittleEndian.PutUint64(to, binary.LittleEndian.Uint64(from))
	binary.LittleEndian.PutUint64(to[8:], binary.LittleEndian.Uint64(from[8:]))
	for k := 16; k < length; k += 8 {
		binary.LittleEndian.PutUint64(to[k:], binary.LittleEndian.Uint64(from[k:]))
	}
}

// arrange makes a table of codes by their lengths; false if they do not fill it
// just so. Each code is written once, at its place in a table of as many bits as it
// has, which is doubled for longer ones.
func arrange(table []uint32, first uint, lengths []uint8, entries []uint32) bool {
	var count [maxCode + 1]int
	for _, n := range lengths {
		count[n]++
	}
	var begin [maxCode + 2]int
	left := 1
	for n := 1; n <= maxCode; n++ {
		if left = left<<1 - count[n]; left < 0 {
			return false
		}
		begin[n+1] = begin[n] + count[n]
	}
	if left != 0 {
		return false
	}
	var mem [maxLiterals]uint16
	symbols := mem[:begin[maxCode+1]] // by length
	for symbol, n := range lengths {
		if n > 0 {
			symbols[begin[n]] = uint16(symbol)
			begin[n]++
		}
	}
	n := uint(1)
	for ; count[n] == 0; n++ {
	}
	code, end := uint32(0), 1<<min(n, first) // code from its first bit on, which is the lowest
	mask, within, start := uint32(1)<<first-1, ^uint32(0), 0
	for k, symbol := range symbols {
		e := entries[symbol] | uint32(n)
		if n <= first {
			table[code] = e
		} else {
			if code&mask != within { // one more table, of what the codes from here on need
				more := n - first
				for space := count[n]; space < 1<<more; {
					more++
					space = space<<1 + count[first+more]
				}
				within, start, end = code&mask, end, end+1<<more
				if end > len(table) {
					return false
				}
				table[within] = uint32(start)<<16 | uint32(more)<<8 | kindMore
			}
			for at := start + int(code>>first); at < end; at += 1 << (n - first) {
				table[at] = e
			}
		}
		if k+1 == len(symbols) {
			break
		}
		// The next code, its bits the other way round: the highest 0 becomes 1, what is
		// above it 0.
		top := uint32(1) << (bits.Len32(code^(1<<n-1)) - 1)
		code = code&(top-1) | top
		for count[n]--; count[n] == 0; {
			if n++; n <= first {
				copy(table[end:], table[:end])
				end <<= 1
			}
		}
	}
	for ; end < 1<<first; end <<= 1 {
		copy(table[end:], table[:end])
	}
	return true
}

// The entries by symbol: of literals and lengths, of offsets, of lengths of codes.
var literalEntries, offsetEntries, plainEntries = entriesOf(maxLiterals, literalEntry), entriesOf(maxOffsets, offsetEntry), entriesOf(len(lengthsOrder), plainEntry)

func entriesOf(n int, entry func(symbol int) uint32) []uint32 {
	list := make([]uint32, n)
	for symbol := range list {
		list[symbol] = entry(symbol)
	}
	return list
}

func plainEntry(symbol int) uint32 { return uint32(symbol)<<16 | kindValue }

func literalEntry(symbol int) uint32 {
	switch {
	case symbol < 256:
		return uint32(symbol)<<16 | kindValue
	case symbol == 256:
		return kindEnd
	case symbol < 265:
		return uint32(symbol-254)<<16 | kindLength
	case symbol < 285:
		more := uint32(symbol-261) / 4
		return (3+(4+uint32(symbol-261)%4)<<more)<<16 | more<<8 | kindLength
	case symbol == 285:
		return 258<<16 | kindLength
	}
	return kindBad
}

func offsetEntry(symbol int) uint32 {
	switch {
	case symbol < 4:
		return uint32(symbol+1)<<16 | kindValue
	case symbol < 30:
		more := uint32(symbol-2) / 2
		return (1+(2+uint32(symbol)%2)<<more)<<16 | more<<8 | kindValue
	}
	return kindBad
}
