package spool

import (
	"encoding/binary"
	"hash/crc32"

	"spaniel/event"
)

// A record is len u32 ‖ crc32c u32 ‖ seq u64 ‖ kind u8 ‖ payload, little
// endian; len counts seq, kind and payload. The checksum covers the salt of
// the segment, the length and all that follows, so that a payload which holds
// the bytes of a record cannot pass for one when the reader looks for the next
// good record behind a bad one.
const (
	headSize  = 4 + 4
	fixedSize = 8 + 1
	// maxPayload bounds a record: sixteen times the largest alert or call
	// that the caps on heads, leaves and evidence allow.
	maxPayload = 16 << 20
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func checksum(salt uint64, length uint32, body []byte) uint32 {
	var head [12]byte
	binary.LittleEndian.PutUint64(head[:], salt)
	binary.LittleEndian.PutUint32(head[8:], length)
	return crc32.Update(crc32.Update(0, castagnoli, head[:]), castagnoli, body)
}

func appendRecord(b []byte, salt, seq uint64, k event.Kind, payload []byte) []byte {
	n := uint32(fixedSize + len(payload))
	b = binary.LittleEndian.AppendUint32(b, n)
	at := len(b)
	b = append(b, 0, 0, 0, 0)
	b = binary.LittleEndian.AppendUint64(b, seq)
	b = append(append(b, byte(k)), payload...)
	binary.LittleEndian.PutUint32(b[at:], checksum(salt, n, b[at+4:]))
	return b
}

// peekRecord returns the length a record at the start of b claims, 0 if it
// cannot be one: its length makes no sense, or its number is not in (after, last].
func peekRecord(b []byte, after, last uint64) int {
	if len(b) < headSize+fixedSize {
		return 0
	}
	n := binary.LittleEndian.Uint32(b)
	seq := binary.LittleEndian.Uint64(b[headSize:])
	if n < fixedSize || n > fixedSize+maxPayload || seq <= after || seq > last {
		return 0
	}
	return headSize + int(n)
}

// checkRecord takes apart the record that fills b.
func checkRecord(b []byte, salt uint64) (seq uint64, k event.Kind, payload []byte, ok bool) {
	body := b[headSize:]
	if binary.LittleEndian.Uint32(b[4:]) != checksum(salt, uint32(len(body)), body) {
		return 0, 0, nil, false
	}
	return binary.LittleEndian.Uint64(body), event.Kind(body[8]), body[fixedSize:], true
}
