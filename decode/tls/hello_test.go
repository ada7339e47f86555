package tls

import (
	"strings"
	"testing"
)

// TestJA4Protocol covers names of protocols that are no words.
func TestJA4Protocol(t *testing.T) {
	for in, want := range map[string]string{"": "00", "h2": "h2", "http/1.1": "h1", "x": "xx", "\xab": "ab", "\xab\xcd": "ad", "\x30\xab": "3b", "0\x00": "30", "a\n": "6a"} {
		if got := ja4Protocol([]string{in}); got != want {
			t.Errorf("%q: %s, want %s", in, got, want)
		}
	}
}

// TestJA4 is the worked example of the JA4 definition.
func TestJA4(t *testing.T) {
	h := &ClientHello{Version: 0x0303, HasName: true, Versions: []uint16{0x2a2a, 0x0304, 0x0303}, Protocols: []string{"h2", "http/1.1"},
		Ciphers:    []uint16{0x1a1a, 0x1301, 0x1302, 0x1303, 0xc02b, 0xc02f, 0xc02c, 0xc030, 0xcca9, 0xcca8, 0xc013, 0xc014, 0x009c, 0x009d, 0x002f, 0x0035},
		Extensions: []uint16{0x3a3a, 0x001b, 0x0000, 0x0033, 0x0010, 0x4469, 0x0017, 0x002d, 0x000d, 0x0005, 0x0023, 0x0012, 0x002b, 0xff01, 0x000b, 0x000a, 0x0015, 0x4a4a},
		Algorithms: []uint16{0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0806, 0x0601}}
	if got := h.JA4(); got != "t13d1516h2_8daaf6152771_e5627efa2ab1" {
		t.Error(got)
	}
	if got := (&ClientHello{}).JA4(); got != "t00i000000_000000000000_000000000000" {
		t.Error(got)
	}
}

// TestJA3 is an example of the JA3 definition.
func TestJA3(t *testing.T) {
	h := &ClientHello{Version: 769, Ciphers: []uint16{47, 53, 5, 10, 49161, 49162, 49171, 49172, 50, 56, 19, 4}, Extensions: []uint16{0, 10, 11},
		Groups: []uint16{23, 24, 25}, Points: []byte{0}}
	if got := h.JA3(); got != "ada70206e40642a3e4461f35503241d5" {
		t.Error(got)
	}
	h = &ClientHello{Version: 769, Ciphers: []uint16{4, 5, 10, 9, 100, 98, 3, 6, 19, 18, 99}}
	if got := h.JA3(); got != "de350869b8c85de67a350c8d186f11e6" {
		t.Error(got)
	}
}

// TestDrafts reads server hellos of drafts of TLS 1.3, which are shorter.
func TestDrafts(t *testing.T) {
	for _, version := range []uint16{0x0304, 0x7f0e, 0x7f12} {
		b := append([]byte{byte(version >> 8), byte(version)}, make([]byte, 32)...)
		b = append(b, 0x13, 0x01, 0, 4, 0, 40, 0, 0)
		if h := ParseServerHello(b); h.Malformed || h.Cipher != 0x1301 || len(h.Extensions) != 1 || h.Version != version {
			t.Errorf("%x: %+v", version, h)
		}
	}
}

// name makes a server name extension of the given host names.
func sni(names ...string) cursor {
	var list []byte
	for _, n := range names {
		list = append(append(list, 0, byte(len(n)>>8), byte(len(n))), n...)
	}
	return cursor{b: append([]byte{byte(len(list) >> 8), byte(len(list))}, list...)}
}

func TestServerNames(t *testing.T) {
	long := strings.Repeat("a", 4000)
	for _, c := range []struct {
		ext  cursor
		want string
		bad  bool
	}{
		{sni("a.example"), "a.example", false}, {sni("a", "b"), "a", false}, {sni(""), "", false}, {sni(), "", false}, {sni("a\x00b"), "a\x00b", false},
		{sni("192.0.2.1"), "192.0.2.1", false}, {sni(long), long, false}, {cursor{}, "", true}, {cursor{b: []byte{0, 9, 0}}, "", true},
	} {
		h := new(ClientHello)
		h.names(c.ext)
		if h.Name != c.want || h.Malformed != c.bad || !h.HasName {
			t.Errorf("%.20q: %+v", c.want, h)
		}
	}
}
