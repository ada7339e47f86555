package tls

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
)

// JA4 returns the client's JA4 fingerprint for TLS over TCP, as defined under
// the BSD 3-clause licence: what it offers in ten characters, then hashes of
// the sorted ciphers, and of the sorted extensions with the signature
// algorithms in their order; GREASE left out.
func (h *ClientHello) JA4() string {
	ciphers, exts := ungreased(h.Ciphers), ungreased(h.Extensions)
	name := byte('i')
	if h.HasName {
		name = 'd'
	}
	head := fmt.Sprintf("t%s%c%02d%02d%s", ja4Version(h.Offered()), name, min(len(ciphers), 99), min(len(exts), 99), ja4Protocol(h.Protocols))
	exts = slices.DeleteFunc(exts, func(x uint16) bool { return x == extName || x == extALPN })
	slices.Sort(ciphers)
	slices.Sort(exts)
	list := appendHex(nil, exts)
	if algs := ungreased(h.Algorithms); len(algs) > 0 {
		list = appendHex(append(list, '_'), algs)
	}
	if len(exts) == 0 {
		list = nil
	}
	return head + "_" + ja4Hash(appendHex(nil, ciphers)) + "_" + ja4Hash(list)
}

// ja4Version names the highest version offered.
func ja4Version(offered []uint16) string {
	var top uint16
	for _, v := range offered {
		top = max(top, v)
	}
	switch top {
	case 0x0304:
		return "13"
	case 0x0303:
		return "12"
	case 0x0302:
		return "11"
	case 0x0301:
		return "10"
	case 0x0300:
		return "s3"
	case 0x0002:
		return "s2"
	}
	return "00"
}

// ja4Protocol is the first and the last character of the first protocol, or of
// its hex form where either is no letter and no digit.
func ja4Protocol(offered []string) string {
	if len(offered) == 0 || offered[0] == "" {
		return "00"
	}
	p := offered[0]
	if !alphanumeric(p[0]) || !alphanumeric(p[len(p)-1]) {
		p = hex.EncodeToString([]byte(p))
	}
	return string([]byte{p[0], p[len(p)-1]})
}

func alphanumeric(c byte) bool {
	return '0' <= c && c <= '9' || 'A' <= c && c <= 'Z' || 'a' <= c && c <= 'z'
}

// appendHex appends v as four hex digits each, joined by commas.
func appendHex(b []byte, v []uint16) []byte {
	for i, x := range v {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, fmt.Sprintf("%04x", x)...)
	}
	return b
}

// ja4Hash is the first 12 hex digits of the SHA-256 of b, zeros for nothing.
func ja4Hash(b []byte) string {
	if len(b) == 0 {
		return "000000000000"
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:6])
}
