package detect

import (
	"net/netip"
	"strings"
	"time"

	"spaniel/detect/geo"
	"spaniel/event"
)

// placeFunctions tell where an address is, as far as the databases of the
// configuration know.
func placeFunctions() []function {
	return []function{
		{name: "country", meaning: "ISO 3166 code of the address's country, empty without a database", example: `country(client.ip) in ["KP", "XX"]`,
			types: []any{new(func(*scope, string) string)},
			call:  func(s *scope, a []any) any { return s.country(a[0].(string)) }},
		{name: "asn", meaning: "number of the autonomous system that announces the address, 0 without a database", example: `asn(server.ip) == 64496`,
			types: []any{new(func(*scope, string) int)},
			call:  func(s *scope, a []any) any { return s.asn(a[0].(string)) }},
		{name: "location", meaning: "latitude and longitude of the address, empty where the database of countries does not tell", example: `location(client.ip) != ""`,
			types: []any{new(func(*scope, string) string)},
			call:  func(s *scope, a []any) any { return s.location(a[0].(string)) }},
	}
}

func (s *scope) country(text string) string {
	a, err := netip.ParseAddr(text)
	if err != nil {
		return "" // no address is in no country
	}
	return s.around.geo.Country(a)
}

// location is "" at once where there is no database.
func (s *scope) location(text string) string {
	db := s.around.geo
	if db == nil {
		return ""
	}
	a, err := netip.ParseAddr(text)
	if err != nil {
		return ""
	}
	return s.places.of(db, a).at
}

func (s *scope) asn(text string) int {
	a, err := netip.ParseAddr(text)
	if err != nil {
		return 0
	}
	return int(s.around.geo.ASN(a))
}

// timeFunctions tell the time of the call in the zone of the configuration, by
// the packets' clock.
func timeFunctions() []function {
	return []function{
		{name: "hour", meaning: "hour of the day of the call, 0 to 23, in the zone of rules.timezone", example: `hour() < 6`,
			types: []any{new(func(*scope) int)},
			call:  func(s *scope, _ []any) any { return s.local().Hour() }},
		{name: "weekday", meaning: "day of the week of the call, in lower case, in the zone of rules.timezone", example: `weekday() in ["saturday", "sunday"]`,
			types: []any{new(func(*scope) string)},
			call:  func(s *scope, _ []any) any { return s.weekday() }},
	}
}

func (s *scope) weekday() string { return strings.ToLower(s.local().Weekday().String()) }

func (s *scope) local() time.Time {
	t := event.Nanos(s.call.Time).Time()
	if z := s.around.zone; z != nil {
		return t.In(z)
	}
	return t.UTC()
}

// around is what a set knows beside its rules.
type around struct {
	geo  *geo.DB
	zone *time.Location // nil: UTC
	// specs are what APIs say of themselves.
	specs []*Spec
}

// places remembers where the addresses seen lately are.
type places map[netip.Addr]place

type place struct {
	country string
	asn     uint32
	at      string // "" where that is not known
}

// maxPlaces bounds it.
const maxPlaces = 4096

// of looks an address up once.
func (m *places) of(db *geo.DB, a netip.Addr) place {
	p, ok := (*m)[a]
	if !ok {
		if *m == nil || len(*m) >= maxPlaces {
			*m = make(places)
		}
		p = place{country: db.Country(a), asn: db.ASN(a)}
		if at, ok := db.Place(a); ok {
			p.at = at.String()
		}
		(*m)[a] = p
	}
	return p
}
