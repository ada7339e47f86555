package capture

import (
	"errors"
	"strings"
	"testing"

	"spaniel/event"
)

// FuzzFilter: whatever the expression, it compiles or is refused with one line,
// and one that compiled judges any frame.
func FuzzFilter(f *testing.F) {
	for _, s := range []string{"", "tcp port 80", "host 10.0.0.1 and not (vlan 5 or mpls)", "tcp[tcpflags] & tcp-syn != 0", "ip6 proto 6 && len > 60",
		"ether[0:4] = 0xffffffff", "((((tcp", "port 99999", "host \x00", "not", "tcp portrange 1-2 or net 10/8"} {
		f.Add(s, []byte("\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x08\x00E"))
	}
	f.Fuzz(func(t *testing.T, expr string, frame []byte) {
		if len(expr) > 200 {
			return // libpcap's optimizer is worse than cubic; the length has a cap for that
		}
		x, err := NewFilter(expr, LinkEthernet)
		var input *InputError
		if err != nil {
			if !errors.As(err, &input) || strings.Contains(err.Error(), "\n") {
				t.Fatalf("%q: %v", expr, err)
			}
			return
		}
		x.Match(&event.Frame{Data: frame, Length: len(frame), Link: LinkEthernet})
	})
}
