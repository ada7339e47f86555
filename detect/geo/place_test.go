package geo

import (
	"math"
	"net/netip"
	"testing"

	"github.com/maxmind/mmdbwriter/mmdbtype"
	"pgregory.net/rapid"
)

func TestPlaces(t *testing.T) {
	at := func(lat, lon float64) mmdbtype.Map {
		return mmdbtype.Map{"location": mmdbtype.Map{"latitude": mmdbtype.Float64(lat), "longitude": mmdbtype.Float64(lon)}}
	}
	d, err := New(database(t, "Test-City", map[string]mmdbtype.Map{
		"203.0.113.0/24": at(52.52, 13.405), "2001:db8::/32": at(0, 0), "198.51.100.0/24": at(95, 0), "192.0.2.0/24": {"country": mmdbtype.Map{"iso_code": mmdbtype.String("NL")}},
	}), nil)
	if err != nil {
		t.Fatal(err)
	}
	for addr, want := range map[string]string{"203.0.113.9": "52.52,13.40", "::ffff:203.0.113.9": "52.52,13.40", "2001:db8::1": "0.00,0.00", "198.51.100.7": "", "192.0.2.1": "", "10.0.0.1": ""} {
		got := ""
		if p, ok := d.Place(netip.MustParseAddr(addr)); ok {
			got = p.String()
		}
		if got != want && !(want == "52.52,13.40" && got == "52.52,13.41") {
			t.Errorf("%s: %q, want %q", addr, got, want)
		}
	}
	if d.Faults() != 0 {
		t.Errorf("%d faults", d.Faults())
	}
	fixed := Fixed(map[netip.Prefix]Spot{netip.MustParsePrefix("203.0.113.0/24"): {Place: Place{1, 1}}, netip.MustParsePrefix("203.0.113.8/30"): {Place: Place{2, 2}}, netip.MustParsePrefix("203.0.0.0/16"): {Place: Place{3, 3}},
		netip.MustParsePrefix("203.0.113.8/31"): {ASN: 64496}, netip.MustParsePrefix("203.0.0.0/8"): {ASN: 64497}})
	for range 20 {
		p, ok := fixed.Place(netip.MustParseAddr("203.0.113.9"))
		if _, other := fixed.Place(netip.MustParseAddr("192.0.2.1")); !ok || other || p != (Place{2, 2}) {
			t.Fatalf("%v %v, elsewhere %v", p, ok, other)
		}
	}
	for addr, want := range map[string]uint32{"203.0.113.9": 64496, "203.0.113.10": 64497, "192.0.2.1": 0} {
		if got := fixed.ASN(netip.MustParseAddr(addr)); got != want {
			t.Errorf("%s is of AS%d, want %d", addr, got, want)
		}
	}
	for text, want := range map[string]bool{"AS64496": true, "AS0": false, "AS": false, "ASx": false, "AS4294967296": false, "52.5,13.4": true, "52.5": false} {
		if _, ok := ParseSpot(text); ok != want {
			t.Errorf("%q: %v", text, ok)
		}
	}
	var none *DB
	if _, ok := none.Place(netip.MustParseAddr("203.0.113.9")); ok {
		t.Error("no database knows a place")
	}
}

// TestKm: distances that are known, and those of a metric.
func TestKm(t *testing.T) {
	berlin, sydney, york, quito := Place{52.52, 13.405}, Place{-33.87, 151.21}, Place{40.71, -74.01}, Place{0, -78.5}
	for _, tc := range []struct {
		a, b Place
		km   float64
	}{{berlin, sydney, 16090}, {berlin, york, 6385}, {york, quito, 4550}, {berlin, berlin, 0}, {Place{0, 0}, Place{0, 180}, math.Pi * earthKm}, {Place{90, 0}, Place{-90, 77}, math.Pi * earthKm}} {
		if got := tc.a.Km(tc.b); math.Abs(got-tc.km) > 30 || math.Abs(got-tc.b.Km(tc.a)) > 1e-6 {
			t.Errorf("%v to %v: %v km, want %v", tc.a, tc.b, got, tc.km)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		draw := func(n string) Place {
			return Place{rapid.Float64Range(-90, 90).Draw(t, n+" lat"), rapid.Float64Range(-180, 180).Draw(t, n+" lon")}
		}
		a, b, c := draw("a"), draw("b"), draw("c")
		if ab := a.Km(b); !(ab >= 0 && ab <= math.Pi*earthKm+1) || a.Km(c) > ab+b.Km(c)+1e-3 {
			t.Fatalf("%v %v %v: %v, %v, %v", a, b, c, ab, b.Km(c), a.Km(c))
		}
		if p, ok := ParsePlace(a.String()); !ok || a.Km(p) > 2 {
			t.Fatalf("%v is read as %v", a, p)
		}
	})
	for _, bad := range []string{"", "1", "a,b", "91,0", "0,181", "1,", ",1"} {
		if p, ok := ParsePlace(bad); ok {
			t.Errorf("%q is %v", bad, p)
		}
	}
}
