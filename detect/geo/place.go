package geo

import (
	"fmt"
	"math"
	"net/netip"
	"slices"
	"strconv"
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

// A Spot is what tests of rules say of a network: where it is, or whose.
type Spot struct {
	Place Place
	// ASN is the autonomous system that announces it; then Place says nothing.
	ASN uint32
}

// ParseSpot reads latitude and longitude with a comma between them, or the number
// of an autonomous system behind AS.
func ParseSpot(s string) (spot Spot, ok bool) {
	if number, system := strings.CutPrefix(s, "AS"); system {
		n, err := strconv.ParseUint(number, 10, 32)
		return Spot{ASN: uint32(n)}, err == nil && n > 0
	}
	spot.Place, ok = ParsePlace(s)
	return spot, ok
}

// Fixed is a database of a few networks, as tests of rules say.
func Fixed(networks map[netip.Prefix]Spot) *DB {
	d := &DB{fixed: networks}
	var list []string
	for p, at := range networks {
		list = append(list, fmt.Sprintf("%s %s %d", p, at.Place, at.ASN))
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
	if spot, ok := d.spot(a, false); ok || d.country == nil {
		return spot.Place, ok
	}
	lat, lon := math.NaN(), math.NaN()
	if d.look(d.country, a, &lat, "location", "latitude") != nil || d.look(d.country, a, &lon, "location", "longitude") != nil {
		return p, false
	}
	p = Place{lat, lon}
	return p, p.valid() // nor is what is no number
}

// spot is what is fixed of an address: its system, or its place. The smallest
// network that holds it counts.
func (d *DB) spot(a netip.Addr, system bool) (spot Spot, ok bool) {
	bits := 0
	for network, at := range d.fixed {
		if network.Contains(a.Unmap()) && (at.ASN > 0) == system && (!ok || network.Bits() > bits) {
			spot, bits, ok = at, network.Bits(), true
		}
	}
	return spot, ok
}
