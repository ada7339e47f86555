package tls

import (
	"fmt"
	"strings"
	"testing"

	"spaniel/event"
	"spaniel/internal/costtest"
)

// TestHellosAreLinear measures handshakes made of as many records, extensions,
// ciphers and names as fit, whole and byte by byte.
func TestHellosAreLinear(t *testing.T) {
	size := func(n int) string { return string([]byte{byte(n >> 16), byte(n >> 8), byte(n)}) }
	record := func(s string) (out string) {
		for len(s) > 0 {
			k := min(len(s), 1<<14)
			out += "\x16\x03\x01" + size(k)[1:] + s[:k]
			s = s[k:]
		}
		return out
	}
	message := func(kind, s string) string { return record(kind + size(len(s)) + s) }
	hello := func(ciphers, extensions string) string {
		return message("\x01", "\x03\x03"+strings.Repeat("r", 32)+"\x00"+size(len(ciphers))[1:]+ciphers+"\x01\x00"+size(len(extensions))[1:]+extensions)
	}
	for name, text := range map[string]func(n int) string{
		"extensions": func(n int) string { return hello("\x13\x01", strings.Repeat("\x00\x2b\x00\x00", n/4)) },
		"ciphers":    func(n int) string { return hello(strings.Repeat("\x13\x01", n/2), "") },
		"names": func(n int) string {
			return hello("\x13\x01", "\x00\x00"+size(n + 2)[1:]+size(n)[1:]+strings.Repeat("\x00\x00\x01a", n/4))
		},
		"protocols": func(n int) string {
			return hello("\x13\x01", "\x00\x10"+size(n + 2)[1:]+size(n)[1:]+strings.Repeat("\x01a", n/2))
		},
		"algorithms": func(n int) string {
			return hello("\x13\x01", "\x00\x0d"+size(n + 2)[1:]+size(n)[1:]+strings.Repeat("\x04\x03", n/2))
		},
		"empty records":     func(n int) string { return strings.Repeat("\x16\x03\x01\x00\x00", n/5) },
		"one-byte records":  func(n int) string { return strings.Repeat("\x16\x03\x01\x00\x01\x01", n/6) },
		"alerts":            func(n int) string { return strings.Repeat("\x15\x03\x01\x00\x02\x01\x00", n/7) },
		"handshakes":        func(n int) string { return strings.Repeat(record("\x00\x00\x00\x00"), n/9) },
		"a long certifcate": func(n int) string { return message("\x0b", size(n+3)+size(n)+strings.Repeat("0", n)) },
		"certificates":      func(n int) string { return message("\x0b", size(n)+strings.Repeat("\x00\x00\x010", n/4)) },
	} {
		for _, cut := range []int{1 << 20, 1} {
			costtest.Linear(t, fmt.Sprintf("%s, cut at %d", name, cut), 15_000, 0, func(n int) func() {
				b := []byte(text(n))
				return func() {
					var led event.Ledger
					c := NewConn(&led, func(*Report, event.Stamp) {})
					for d := range event.Direction(2) {
						for rest := b; len(rest) > 0; rest = rest[min(cut, len(rest)):] {
							c.Data(d, rest[:min(cut, len(rest))], event.Stamp{Frame: 1})
						}
					}
					c.Close(event.Stamp{Frame: 2})
				}
			})
		}
	}
}
