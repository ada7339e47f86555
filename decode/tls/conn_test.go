package tls

import (
	"crypto/tls"
	"maps"
	"strings"
	"testing"

	"spaniel/event"
)

func TestHandshakes(t *testing.T) {
	for _, c := range []struct {
		name string
		max  uint16
		want map[string]string
	}{
		{"tls 1.2", tls.VersionTLS12, map[string]string{"sni": "shop.example", "alpn_offered": "h2,http/1.1", "alpn": "h2", "versions_offered": "tls1.2",
			"version": "tls1.2", "cipher": "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", "subject": "CN=shop.example,O=Shop\\, Inc", "issuer": "CN=shop.example,O=Shop\\, Inc",
			"not_before": "2026-01-02T03:04:05Z", "not_after": "2027-01-02T03:04:05Z", "self_signed": "true", "names": "shop.example,api.shop.example"}},
		{"tls 1.3", tls.VersionTLS13, map[string]string{"sni": "shop.example", "alpn_offered": "h2,http/1.1", "versions_offered": "tls1.3,tls1.2", "version": "tls1.3"}},
	} {
		up, down := handshake(t, &tls.Config{ServerName: "shop.example", InsecureSkipVerify: true, NextProtos: []string{"h2", "http/1.1"}, MaxVersion: c.max,
			CipherSuites: []uint16{tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256}}, &tls.Config{NextProtos: []string{"h2"}})
		want, r := told(t, up, down, 0)
		for name, value := range c.want {
			if want[name] != value {
				t.Errorf("%s: %s is %q, want %q", c.name, name, want[name], value)
			}
		}
		if c.max == tls.VersionTLS13 && (want["alpn"] != "" || want["subject"] != "") {
			t.Errorf("%s tells what is encrypted: %v", c.name, want)
		}
		if r.Malformed || len(want["ja3"]) != 32 || len(want["ja4"]) != 36 || !strings.HasPrefix(want["cipher"], "TLS_") {
			t.Errorf("%s: %+v", c.name, r)
		}
		for _, size := range []int{1, 2, 7, 100} {
			if got, _ := told(t, up, down, size); !maps.Equal(got, want) {
				t.Errorf("%s cut at %d: %v, want %v", c.name, size, got, want)
			}
		}
		alone, _ := told(t, up, nil, 0)
		if alone["ja4"] != want["ja4"] || alone["version"] != "" {
			t.Errorf("%s, client alone: %v", c.name, alone)
		}
		if half, _ := told(t, up[:len(up)/4], down, 0); half["version"] != want["version"] || half["ja3"] != "" {
			t.Errorf("%s, half a client hello: %v", c.name, half)
		}
	}
}

// TestHelloInManyRecords spreads a hello over records of a few bytes each.
func TestHelloInManyRecords(t *testing.T) {
	up, down := handshake(t, &tls.Config{ServerName: "shop.example", InsecureSkipVerify: true}, &tls.Config{})
	want, _ := told(t, up, down, 0)
	body := up[5:][:int(up[3])<<8|int(up[4])]
	for _, n := range []int{1, 3, 50} {
		var cut []byte
		for b := body; len(b) > 0; {
			k := min(n, len(b))
			cut = append(append(cut, 22, 3, 1, 0, byte(k)), b[:k]...)
			b = b[k:]
		}
		if got, _ := told(t, cut, down, 0); !maps.Equal(got, want) {
			t.Errorf("records of %d bytes: %v, want %v", n, got, want)
		}
	}
}

// TestLengthsOffByOne changes every byte of both hellos by one: nothing
// panics, and what is told stays bounded.
func TestLengthsOffByOne(t *testing.T) {
	up, down := handshake(t, &tls.Config{ServerName: "shop.example", InsecureSkipVerify: true, NextProtos: []string{"h2"}, MaxVersion: tls.VersionTLS12}, &tls.Config{})
	odd := 0
	for _, by := range []int{1, -1, 0x80} {
		for i := range up {
			b := append([]byte(nil), up...)
			b[i] = byte(int(b[i]) + by)
			if _, r := told(t, b, down, 0); r != nil && r.Malformed {
				odd++
			}
		}
		for i := range down {
			b := append([]byte(nil), down...)
			b[i] = byte(int(b[i]) + by)
			told(t, up, b, 0)
		}
	}
	if odd < 30 {
		t.Errorf("only %d changes of a length were seen", odd)
	}
}

// TestAlerts puts a warning before the server's hello, and a refusal in its
// place.
func TestAlerts(t *testing.T) {
	up, down := handshake(t, &tls.Config{ServerName: "shop.example", InsecureSkipVerify: true}, &tls.Config{})
	for _, size := range []int{0, 1} {
		got, _ := told(t, up, append([]byte("\x15\x03\x03\x00\x02\x01\x70"), down...), size)
		if got["version"] != "tls1.3" || got["server_alert"] != "112" {
			t.Errorf("warning, cut at %d: %v", size, got)
		}
		got, _ = told(t, up, []byte("\x15\x03\x03\x00\x02\x02\x28\x15\x03\x03\x00\x02\x02\x29"), size)
		if got["sni"] != "shop.example" || got["version"] != "" || got["server_alert"] != "40" {
			t.Errorf("refusal, cut at %d: %v", size, got)
		}
	}
}

// TestBounds gives what never ends.
func TestBounds(t *testing.T) {
	var led event.Ledger
	reports := 0
	c := NewConn(&led, func(*Report, event.Stamp) { reports++ })
	c.Data(event.ToServer, []byte{22, 3, 1, 0, 4, 1, 0, 0xff, 0xfc}, event.Stamp{})
	chunk := append([]byte{22, 3, 1, 0x40, 0}, make([]byte, 1<<14)...)
	for range 100 {
		c.Data(event.ToServer, chunk, event.Stamp{})
		if n := cap(c.half[0].buf); n > 2*maxHandshake {
			t.Fatalf("%d bytes held", n)
		}
	}
	c.Close(event.Stamp{})
	for _, first := range []string{"\x17\x03\x03\x00\x10", "\x15\x03\x01\x00\x02\x02\x28", "\x16\x07\x01\x00\x05", "\x16\x03\x01\xff\xff"} {
		c := NewConn(&led, func(*Report, event.Stamp) { reports++ })
		c.Data(event.ToClient, []byte(first), event.Stamp{})
		c.Gap(event.ToServer, 5, event.Stamp{})
		c.Close(event.Stamp{})
	}
	if reports != 3 { // a hello of nothing, a strange version, an overlong record
		t.Errorf("%d reports", reports)
	}
}

// TestCertificateBomb sends a chain of a megabyte: the server's own
// certificate is read, the rest is not.
func TestCertificateBomb(t *testing.T) {
	leaf := selfSigned(t).Certificate[0]
	msg := []byte{msgServerHello, 0, 0, 38, 3, 3}
	msg = append(append(msg, make([]byte, 32)...), 0, 0, 47, 0)
	msg = append(msg, msgCertificate, 0x10, 0, 0, 0x0f, 0xff, 0xfd, 0, byte(len(leaf)>>8), byte(len(leaf)))
	msg = append(append(msg, leaf...), make([]byte, 1<<20)...)
	var down []byte
	for len(msg) > 0 {
		n := min(len(msg), 1<<14)
		down = append(append(down, 22, 3, 3, byte(n>>8), byte(n)), msg[:n]...)
		msg = msg[n:]
	}
	for _, size := range []int{0, 1400} {
		got, r := told(t, nil, down, size)
		if got["subject"] != "CN=shop.example,O=Shop\\, Inc" || got["cipher"] != "TLS_RSA_WITH_AES_128_CBC_SHA" || r.Malformed {
			t.Errorf("cut at %d: %v", size, got)
		}
	}
}

// TestSkippingCostsNothing: after the hellos, bytes are only counted.
func TestSkippingCostsNothing(t *testing.T) {
	up, down := handshake(t, &tls.Config{InsecureSkipVerify: true}, &tls.Config{})
	var led event.Ledger
	c := NewConn(&led, func(*Report, event.Stamp) {})
	c.Data(event.ToServer, up, event.Stamp{})
	c.Data(event.ToClient, down, event.Stamp{})
	if n := testing.AllocsPerRun(100, func() { c.Data(event.ToClient, down, event.Stamp{}) }); n != 0 {
		t.Errorf("%v allocations a segment", n)
	}
}
