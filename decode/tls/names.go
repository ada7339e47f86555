package tls

import (
	"crypto/tls"
	"fmt"
)

// versionName is the word for a protocol version.
func versionName(v uint16) string {
	switch v {
	case 0x0304:
		return "tls1.3"
	case 0x0303:
		return "tls1.2"
	case 0x0302:
		return "tls1.1"
	case 0x0301:
		return "tls1.0"
	case 0x0300:
		return "ssl3"
	case 0x0002:
		return "ssl2"
	}
	return fmt.Sprintf("0x%04x", v)
}

// cipherName is the registered name of a cipher suite, its number in hex where
// Go knows none.
func cipherName(id uint16) string { return tls.CipherSuiteName(id) }
