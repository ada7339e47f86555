package geo

import (
	"fmt"
	"math"
	"net/netip"
	"slices"
	"strings"
)

// A Place is a point on the globe, in degrees.
type Place struct{ Lat, Lon float64 }

// String is the place to a kilometre or so, as ParsePlace reads it.
func (p Place) String() string { return fmt.Sprintf("%.2f,%.2f", p.Lat, p.Lon) }

// ParsePlace reads latitude and longitude with a comma between them.
func ParsePlace(s string) (p Place, ok bool) {
	lat, lon, ok := strings.Cut(s, ",")
	if !ok {
		return p, false
	}
	if _, err := fmt.Sscan(strings.TrimSpace(lat)+" "+strings.TrimSpace(lon), &p.Lat, &p.Lon); err != nil {
		return p, false
	}
	return p, p.valid()
}

func (p Place) valid() bool {
	return p.Lat >= -90 && p.Lat <= 90 && p.Lon >= -180 && p.Lon <= 180
}

// earthKm is the mean radius of the earth.
const earthKm = 6371

// Km is how far q is, over the globe.
func (p Place) Km(q Place) float64 {
	const rad = math.Pi / 180
	dLat, dLon := math.Sin((q.Lat-p.Lat)*rad/2), math.Sin((q.Lon-p.Lon)*rad/2)
	h := dLat*dLat + math.Cos(p.Lat*rad)*math.Cos(q.Lat*rad)*dLon*dLon
	return 2 * earthKm * math.Asin(math.Sqrt(min(h, 1)))
}

// Fixed is a database of a few networks and their places, as tests of rules say.
func Fixed(places map[netip.Prefix]Place) *DB {
	d := &DB{fixed: places}
	var list []string
	for p, at := range places {
		list = append(list, p.String()+" "+at.String())
	}
	slices.Sort(list)
	d.hash = strings.Join(list, ";")
	return d
}

// Place is where an address is, as far as the database of countries knows more
// than those.
func (d *DB) Place(a netip.Addr) (p Place, ok bool) {
	if d == nil || !a.IsValid() {
		return p, false
	}
	bits := 0
	for network, at := range d.fixed { // the smallest that holds it counts
		if network.Contains(a.Unmap()) && (!ok || network.Bits() > bits) {
			p, bits, ok = at, network.Bits(), true
		}
	}
	if ok || d.country == nil {
		return p, ok
	}
	lat, lon := math.NaN(), math.NaN()
	if d.look(d.country, a, &lat, "location", "latitude") != nil || d.look(d.country, a, &lon, "location", "longitude") != nil {
		return p, false
	}
	p = Place{lat, lon}
	return p, p.valid() // nor is what is no number
}
