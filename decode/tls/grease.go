package tls

// grease reports whether v is one of the values of RFC 8701, which clients
// send at random so that nobody takes them for known.
func grease(v uint16) bool { return v&0x0f0f == 0x0a0a && v>>8 == v&0xff }

// ungreased returns v without the values of RFC 8701, in a slice of its own.
func ungreased(v []uint16) []uint16 {
	out := make([]uint16, 0, len(v))
	for _, x := range v {
		if !grease(x) {
			out = append(out, x)
		}
	}
	return out
}
