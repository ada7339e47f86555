package frame

import (
	"encoding/binary"
	"math/bits"
	"net/netip"
)

// Checksums is what to do about IPv4 header and TCP checksums.
type Checksums uint8

// The three ways. A segment that the capture cut cannot be verified and passes.
const (
	// Auto, the default, gives frames with a wrong checksum the fate
	// FrameChecksum, as their host drops them, unless their sender has sent
	// nothing but wrong ones: then its network card fills them in, behind the
	// place of capture.
	Auto Checksums = iota
	// Ignore reads segments whatever their checksums say.
	Ignore
	// Verify gives each frame with a wrong checksum the fate FrameChecksum.
	Verify
)

// The names of the anomalies about checksums.
const (
	// AnomalyChecksum: a wrong checksum of a host that sends right ones.
	AnomalyChecksum = "bad_checksum"
	// AnomalyOffload: a host without right checksums.
	AnomalyOffload = "checksum_offload"
)

// sum64 adds b to a one's complement sum of little-endian words. Sums of
// either byte order are all ones for the same bytes, and 8 bytes at a time
// give the sum of their 16-bit words.
func sum64(acc uint64, b []byte) uint64 {
	var c uint64
	for ; len(b) >= 64; b = b[64:] {
		acc, c = bits.Add64(acc, binary.LittleEndian.Uint64(b), c)
		acc, c = bits.Add64(acc, binary.LittleEndian.Uint64(b[8:]), c)
		acc, c = bits.Add64(acc, binary.LittleEndian.Uint64(b[16:]), c)
		acc, c = bits.Add64(acc, binary.LittleEndian.Uint64(b[24:]), c)
		acc, c = bits.Add64(acc, binary.LittleEndian.Uint64(b[32:]), c)
		acc, c = bits.Add64(acc, binary.LittleEndian.Uint64(b[40:]), c)
		acc, c = bits.Add64(acc, binary.LittleEndian.Uint64(b[48:]), c)
		acc, c = bits.Add64(acc, binary.LittleEndian.Uint64(b[56:]), c)
	}
	for ; len(b) >= 8; b = b[8:] {
		acc, c = bits.Add64(acc, binary.LittleEndian.Uint64(b), c)
	}
	acc, c = bits.Add64(acc, lastWord(b), c)
	acc, c = bits.Add64(acc, 0, c)
	return acc + c
}

// Sum is the one's complement sum of b's little-endian words, 0 where it is nothing
// or all ones. Equal bytes have equal sums; of others one in 65,535 has, more if
// somebody wants it.
func Sum(b []byte) uint16 { return folded(sum64(0, b)) }

// folded is fold with one zero instead of two.
func folded(acc uint64) uint16 {
	if s := fold(acc); s != 0xffff {
		return s
	}
	return 0
}

// lastWord is the word of fewer than eight bytes, as if zeros followed.
func lastWord(b []byte) (v uint64) {
	n := len(b)
	switch {
	case n >= 4: // two halves that may have bytes in common
		return uint64(binary.LittleEndian.Uint32(b)) | uint64(binary.LittleEndian.Uint32(b[n-4:]))<<(8*(n-4))
	case n >= 2:
		return uint64(binary.LittleEndian.Uint16(b)) | uint64(b[n-1])<<(8*(n-1))
	case n == 1:
		return uint64(b[0])
	}
	return 0
}

// add adds two sums.
func add(a, b uint64) uint64 {
	s, c := bits.Add64(a, b, 0)
	return s + c
}

// fold makes 16 bits of a sum.
func fold(acc uint64) uint16 {
	acc = acc>>32 + acc&0xffffffff
	acc = acc>>32 + acc&0xffffffff
	acc = acc>>16 + acc&0xffff
	acc = acc>>16 + acc&0xffff
	return uint16(acc>>16 + acc&0xffff)
}

// pseudo returns the sum of TCP's pseudo header but for the length. The
// prefix of a mapped address is 0xffff, which is zero.
func pseudo(src, dst netip.Addr) uint64 {
	if src.Is4() && dst.Is4() {
		a, b := src.As4(), dst.As4()
		return protoTCP<<8 + uint64(binary.LittleEndian.Uint32(a[:])) + uint64(binary.LittleEndian.Uint32(b[:]))
	}
	a, b := src.As16(), dst.As16()
	return sum64(sum64(protoTCP<<8, a[:]), b[:])
}

// lengthWord is a segment's length as the pseudo header holds it.
func lengthWord(n int) uint64 {
	return uint64(bits.ReverseBytes16(uint16(n))) + uint64(bits.ReverseBytes16(uint16(n>>16)))
}
