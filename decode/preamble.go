package decode

import (
	"bytes"
	"encoding/binary"

	"spaniel/event"
)

// proxySignature begins the binary PROXY header.
const proxySignature = "\r\n\r\n\x00\r\nQUIT\n"

// proxyLine reports whether b begins with a PROXY header of version 1: PROXY
// alone is a method like any other.
func proxyLine(b []byte) bool {
	for _, s := range []string{"PROXY TCP4 ", "PROXY TCP6 ", "PROXY UNKNOWN\r", "PROXY UNKNOWN "} {
		if bytes.HasPrefix(b, []byte(s)) {
			return true
		}
	}
	return false
}

// preamble returns how many of a direction's first bytes are a PROXY header,
// which load balancers put before the client's own bytes: version 1 is a line
// of at most 107 bytes, version 2 has its length at offset 14.
func preamble(d event.Direction, b []byte) int {
	switch {
	case d != event.ToServer:
	case proxyLine(b):
		if i := bytes.Index(b[:min(len(b), 107)], []byte("\r\n")); i >= 0 {
			return i + 2
		}
	case bytes.HasPrefix(b, []byte(proxySignature)) && len(b) >= 16:
		if n := 16 + int(binary.BigEndian.Uint16(b[14:])); n <= len(b) {
			return n
		}
	}
	return 0
}
