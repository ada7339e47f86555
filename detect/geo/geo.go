// Package geo tells the country and the autonomous system of an address, from
// databases in the MMDB format that the user configures; none is shipped. It
// knows nothing of rules, and asks nobody.
package geo

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/netip"
	"sync/atomic"

	"github.com/oschwald/maxminddb-golang/v2"
)

// MaxFile is the bytes of one database.
const MaxFile = 512 << 20

// A DB is up to two databases. It is safe for use by several goroutines; nil
// knows nothing.
type DB struct {
	country, asn *maxminddb.Reader
	fixed        map[netip.Prefix]Spot // for tests of rules
	hash         string
	faults       atomic.Uint64
}

// New reads databases from memory, which it keeps: one with countries, one
// with autonomous systems; nil or empty for none. They may be the same. The
// error says what is wrong with one of them.
func New(country, asn []byte) (*DB, error) {
	d := &DB{}
	sum := sha256.New()
	for _, one := range []struct {
		what string
		raw  []byte
		to   **maxminddb.Reader
	}{{"countries", country, &d.country}, {"autonomous systems", asn, &d.asn}} {
		fmt.Fprintf(sum, "%d:", len(one.raw))
		_, _ = sum.Write(one.raw) // never fails
		if len(one.raw) == 0 {
			continue
		}
		r, err := open(one.raw)
		if err != nil {
			return nil, fmt.Errorf("the database of %s: %w", one.what, err)
		}
		*one.to = r
	}
	d.hash = hex.EncodeToString(sum.Sum(nil)[:8])
	return d, nil
}

// open contains the library's panics: a file that is none must not end the
// process.
func open(raw []byte) (r *maxminddb.Reader, err error) {
	defer contain(&err)
	return maxminddb.OpenBytes(raw)
}

func contain(err *error) {
	if r := recover(); r != nil {
		*err = fmt.Errorf("it is damaged: %v", r)
	}
}

// Hash names what the databases hold: 16 hex digits of a SHA-256; "" for none.
func (d *DB) Hash() string {
	if d == nil {
		return ""
	}
	return d.hash
}

// Faults counts look-ups that the databases could not answer since they are
// damaged, or not of the kind that was said.
func (d *DB) Faults() uint64 {
	if d == nil {
		return 0
	}
	return d.faults.Load()
}

// Country is the ISO 3166 code of the address's country, "" if it is unknown.
func (d *DB) Country(a netip.Addr) (code string) {
	if d == nil || d.country == nil || !a.IsValid() {
		return ""
	}
	if d.look(d.country, a, &code, "country", "iso_code") != nil {
		return ""
	}
	return code
}

// ASN is the number of the autonomous system that announces the address, 0 if
// it is unknown.
func (d *DB) ASN(a netip.Addr) (number uint32) {
	if d == nil || !a.IsValid() {
		return 0
	}
	if spot, ok := d.spot(a, true); ok || d.asn == nil {
		return spot.ASN
	}
	if d.look(d.asn, a, &number, "autonomous_system_number") != nil {
		return 0
	}
	return number
}

// look counts what fails.
func (d *DB) look(r *maxminddb.Reader, a netip.Addr, to any, path ...any) (err error) {
	defer func() {
		if err != nil {
			d.faults.Add(1)
		}
	}()
	defer contain(&err)
	if a = a.Unmap(); a.Is6() && r.Metadata.IPVersion == 4 {
		return nil // unknown to it, which is no fault
	}
	return r.Lookup(a.WithZone("")).DecodePath(to, path...)
}
