package frame

import (
	"encoding/binary"
	"net/netip"
)

// Checksums is what to do about IPv4 header and TCP checksums.
type Checksums uint8

// The two ways.
const (
	// Ignore reads segments whatever their checksums say.
	Ignore Checksums = iota
	// Verify gives frames with a wrong checksum the fate FrameChecksum. A
	// segment the capture cut cannot be verified and passes.
	Verify
)

// sum16 adds b to a folded one's complement sum.
func sum16(sum uint32, b []byte) uint16 {
	for ; len(b) >= 2; b = b[2:] {
		sum += uint32(binary.BigEndian.Uint16(b))
		sum = sum&0xffff + sum>>16
	}
	if len(b) == 1 {
		sum += uint32(b[0]) << 8
	}
	sum = sum&0xffff + sum>>16
	return uint16(sum&0xffff + sum>>16)
}

// tcpSumRight reports whether the TCP checksum of the whole segment b fits.
func tcpSumRight(b []byte, src, dst netip.Addr) bool {
	sum := uint32(protoTCP) + uint32(len(b)>>16) + uint32(len(b)&0xffff)
	for _, a := range [2]netip.Addr{src, dst} {
		if a.Is4() {
			raw := a.As4()
			sum = uint32(sum16(sum, raw[:]))
		} else {
			raw := a.As16()
			sum = uint32(sum16(sum, raw[:]))
		}
	}
	return sum16(sum, b) == 0xffff
}
