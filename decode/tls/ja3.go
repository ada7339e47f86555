package tls

import (
	"crypto/md5"
	"encoding/hex"
	"strconv"
)

// JA3 returns the client's JA3 fingerprint: the MD5 of version, ciphers,
// extensions, groups and point formats in decimal, GREASE left out.
func (h *ClientHello) JA3() string {
	b := strconv.AppendUint(nil, uint64(h.Version), 10)
	for _, list := range [][]uint16{h.Ciphers, h.Extensions, h.Groups} {
		b = appendDecimal(append(b, ','), list)
	}
	b = append(b, ',')
	for i, p := range h.Points {
		if i > 0 {
			b = append(b, '-')
		}
		b = strconv.AppendUint(b, uint64(p), 10)
	}
	return digest(b)
}

// JA3S returns the server's JA3S fingerprint: the MD5 of version, cipher and
// extensions in decimal.
func (h *ServerHello) JA3S() string {
	b := strconv.AppendUint(nil, uint64(h.Legacy), 10)
	b = strconv.AppendUint(append(b, ','), uint64(h.Cipher), 10)
	return digest(appendDecimal(append(b, ','), h.Extensions))
}

// appendDecimal appends the values of v that are no GREASE, joined by hyphens.
func appendDecimal(b []byte, v []uint16) []byte {
	first := true
	for _, x := range v {
		if grease(x) {
			continue
		}
		if !first {
			b = append(b, '-')
		}
		b, first = strconv.AppendUint(b, uint64(x), 10), false
	}
	return b
}

// digest is the MD5 of b in hex, as JA3 has it; it protects nothing.
func digest(b []byte) string {
	sum := md5.Sum(b)
	return hex.EncodeToString(sum[:])
}
