package geo

import (
	"bytes"
	"net"
	"net/netip"
	"testing"

	"github.com/maxmind/mmdbwriter"
	"github.com/maxmind/mmdbwriter/mmdbtype"
)

// database writes an MMDB in memory: networks with their records.
func database(t testing.TB, kind string, records map[string]mmdbtype.Map) []byte {
	t.Helper()
	w, err := mmdbwriter.New(mmdbwriter.Options{DatabaseType: kind, RecordSize: 24, BuildEpoch: 1_700_000_000, IncludeReservedNetworks: true})
	if err != nil {
		t.Fatal(err)
	}
	for network, record := range records {
		_, n, err := net.ParseCIDR(network)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Insert(n, record); err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	if _, err := w.WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func countries(t testing.TB) []byte {
	return database(t, "Test-Country", map[string]mmdbtype.Map{
		"203.0.113.0/24":  {"country": mmdbtype.Map{"iso_code": mmdbtype.String("NL")}},
		"2001:db8::/32":   {"country": mmdbtype.Map{"iso_code": mmdbtype.String("DE")}},
		"192.0.2.0/24":    {"continent": mmdbtype.String("EU")},
		"198.51.100.0/24": {"country": mmdbtype.Map{"iso_code": mmdbtype.Uint32(7)}},
	})
}

func systems(t testing.TB) []byte {
	return database(t, "Test-ASN", map[string]mmdbtype.Map{
		"203.0.113.0/25": {"autonomous_system_number": mmdbtype.Uint32(64496), "autonomous_system_organization": mmdbtype.String("Example")},
	})
}

func TestLookUp(t *testing.T) {
	d, err := New(countries(t), systems(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		addr, country string
		asn           uint32
	}{{"203.0.113.9", "NL", 64496}, {"::ffff:203.0.113.9", "NL", 64496}, {"203.0.113.200", "NL", 0}, {"2001:db8::1%eth0", "DE", 0}, {"192.0.2.1", "", 0}, {"10.0.0.1", "", 0}} {
		a := netip.MustParseAddr(c.addr)
		if got, asn := d.Country(a), d.ASN(a); got != c.country || asn != c.asn {
			t.Errorf("%s: %q, %d", c.addr, got, asn)
		}
	}
	if d.Faults() != 0 {
		t.Errorf("%d faults", d.Faults())
	}
	if got := d.Country(netip.MustParseAddr("198.51.100.1")); got != "" || d.Faults() != 1 { // a number where text should be
		t.Errorf("%q, %d faults", got, d.Faults())
	}
	var none *DB
	if none.Country(netip.MustParseAddr("203.0.113.9")) != "" || none.ASN(netip.Addr{}) != 0 || none.Hash() != "" || none.Faults() != 0 {
		t.Error("no database knows something")
	}
	if d.Country(netip.Addr{}) != "" {
		t.Error("no address has a country")
	}
	only, err := New(countries(t), nil)
	if err != nil || only.ASN(netip.MustParseAddr("203.0.113.9")) != 0 || only.Hash() == d.Hash() {
		t.Errorf("%v", err)
	}
	if _, err := New([]byte("no database"), nil); err == nil {
		t.Error("any file is taken")
	}
}

// FuzzDatabase: whatever the file, a look-up ends and answers text or nothing.
func FuzzDatabase(f *testing.F) {
	f.Add(countries(f), uint32(0xcb007109))
	f.Add(systems(f), uint32(1))
	f.Fuzz(func(t *testing.T, raw []byte, addr uint32) {
		d, err := New(raw, raw)
		if err != nil {
			return
		}
		v4 := netip.AddrFrom4([4]byte{byte(addr >> 24), byte(addr >> 16), byte(addr >> 8), byte(addr)})
		for _, a := range []netip.Addr{v4, netip.AddrFrom16([16]byte{0: 0x20, 1: 1, 12: byte(addr)})} {
			if first, again := d.Country(a), d.Country(a); first != again || len(first) > len(raw) {
				t.Fatalf("%q, %q", first, again)
			}
			d.ASN(a)
		}
	})
}
