package redact

import (
	"net/netip"
	"testing"

	"spaniel/event"
)

func TestRealIP(t *testing.T) {
	proxies := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")}
	xff := func(values ...string) (list []event.Header) {
		for _, v := range values {
			list = append(list, event.Header{Name: "x-forwarded-for", Value: v})
		}
		return list
	}
	for _, tc := range []struct {
		name, client, header string
		fields               []event.Header
		want                 string
	}{
		{"no header", "10.0.0.1", "", nil, "10.0.0.1"},
		{"one hop", "10.0.0.1", "", xff("198.51.100.7"), "198.51.100.7"},
		{"two trusted hops", "10.0.0.1", "", xff("198.51.100.7, 10.2.2.2"), "198.51.100.7"},
		{"what the client wrote itself", "10.0.0.1", "", xff("1.1.1.1, 198.51.100.7, 10.2.2.2"), "198.51.100.7"},
		{"what the client wrote in a field of its own", "10.0.0.1", "", xff("1.1.1.1", "198.51.100.7"), "198.51.100.7"},
		{"fields are one list", "10.0.0.1", "", xff("198.51.100.7", "10.2.2.2"), "198.51.100.7"},
		{"not from a proxy", "192.0.2.1", "", xff("198.51.100.7"), "192.0.2.1"},
		{"nonsense", "10.0.0.1", "", xff("198.51.100.7, unknown"), "10.0.0.1"},
		{"nonsense further left", "10.0.0.1", "", xff("unknown, 10.2.2.2"), "10.2.2.2"},
		{"with a port", "10.0.0.1", "", xff("198.51.100.7:4711"), "198.51.100.7"},
		{"IPv6 in brackets with a port", "fd00::1", "", xff("[2001:db8::7]:4711"), "2001:db8::7"},
		{"IPv6 in brackets", "fd00::1", "", xff("[2001:db8::7]"), "2001:db8::7"},
		{"mapped", "::ffff:10.0.0.1", "", xff("::ffff:198.51.100.7"), "198.51.100.7"},
		{"a header of one address", "10.0.0.1", "X-Real-IP", []event.Header{{Name: "X-Forwarded-For", Value: "1.1.1.1"}, {Name: "x-real-ip", Value: "198.51.100.7"}}, "198.51.100.7"},
		{"another header is not believed", "10.0.0.1", "X-Real-IP", xff("198.51.100.7"), "10.0.0.1"},
		{"Forwarded", "10.0.0.1", "Forwarded", []event.Header{{Name: "forwarded", Value: `for=1.1.1.1, For="[2001:db8::7]:80";proto=https, for=10.2.2.2;by=10.0.0.1`}}, "2001:db8::7"},
		{"Forwarded without for", "10.0.0.1", "forwarded", []event.Header{{Name: "forwarded", Value: `proto=https`}}, "10.0.0.1"},
		{"Forwarded that hides", "10.0.0.1", "forwarded", []event.Header{{Name: "forwarded", Value: `for=_secret`}}, "10.0.0.1"},
	} {
		r := New([]byte("k"), Option{TrustedHops: proxies, HopHeader: tc.header})
		req := &event.Message{Headers: tc.fields}
		if got := r.RealIP(netip.MustParseAddr(tc.client), req); got.Unmap().String() != tc.want {
			t.Errorf("%s: %v, want %s", tc.name, got, tc.want)
		}
	}
}

// FuzzRealIP: whoever the header names, it is the connection's own address or
// one that the header holds, and never a claim left of an untrusted address.
func FuzzRealIP(f *testing.F) {
	f.Add("198.51.100.7, 10.2.2.2")
	f.Add("[::1]:80,unknown")
	f.Fuzz(func(t *testing.T, value string) {
		r := New([]byte("k"), Option{TrustedHops: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}})
		client := netip.MustParseAddr("10.0.0.1")
		got := r.RealIP(client, &event.Message{Headers: []event.Header{{Name: "X-Forwarded-For", Value: value + ", 198.51.100.7"}}})
		if got.String() != "198.51.100.7" {
			t.Fatalf("%q: %v", value, got)
		}
		if got = r.RealIP(netip.MustParseAddr("192.0.2.1"), &event.Message{Headers: []event.Header{{Name: "X-Forwarded-For", Value: value}}}); got.String() != "192.0.2.1" {
			t.Fatalf("%q: %v is believed of nobody's proxy", value, got)
		}
	})
}
