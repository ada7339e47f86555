package redact

import (
	"crypto/sha1"
	"encoding/base64"
	"encoding/binary"
	"net/netip"

	"spaniel/event"
)

// CommunityID returns the Community ID, version 1 with seed 0, of a TCP
// connection: what Zeek, Suricata and others call the same connection. It is
// a public convention and no secret: SHA-1 is what it prescribes.
func CommunityID(k event.FlowKey) string {
	if !k.Client.IsValid() || !k.Server.IsValid() {
		return ""
	}
	a, b := k.Client, k.Server
	if b.Compare(a) < 0 {
		a, b = b, a
	}
	var buf [40]byte
	d := append(buf[:0], 0, 0) // seed
	for _, addr := range [2]netip.Addr{a.Addr().Unmap(), b.Addr().Unmap()} {
		if addr.Is4() {
			v := addr.As4()
			d = append(d, v[:]...)
		} else {
			v := addr.As16()
			d = append(d, v[:]...)
		}
	}
	const tcp = 6
	d = append(d, tcp, 0)
	d = binary.BigEndian.AppendUint16(d, a.Port())
	d = binary.BigEndian.AppendUint16(d, b.Port())
	sum := sha1.Sum(d)
	out := append(make([]byte, 0, 30), "1:"...)
	return string(base64.StdEncoding.AppendEncode(out, sum[:]))
}
