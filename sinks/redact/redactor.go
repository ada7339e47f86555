package redact

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"net/netip"
	"sync"

	"spaniel/event"
)

// Option sets what a Redactor does beyond hiding secrets, which it always does.
type Option struct {
	// HashUser and HashIP replace user names and client addresses by keyed
	// hashes too. Default false: they stay clear.
	HashUser, HashIP bool
	// Leaves fills req_leaves of every call; by default only of calls that
	// a rule fired on.
	Leaves bool
	// Keys and Headers name further secrets: parameter or member names, and
	// header names, in any case.
	Keys, Headers []string
	// TrustedHops are proxies whose word on the client is believed, HopHeader
	// the header in which they tell it; empty is X-Forwarded-For.
	TrustedHops []netip.Prefix
	HopHeader   string
}

// A Redactor hides secrets. It is immutable and safe for any goroutine, unless
// it is a Remembering one.
type Redactor struct {
	opt     Option
	keyID   string
	keys    map[string]bool // Option.Keys, as normal() has them
	headers map[string]bool // Option.Headers, likewise
	macs    *sync.Pool      // of *mac
	mem     *memory         // nil for one that does not remember
}

// mac is a keyed hash with the buffers it works on.
type mac struct {
	hash.Hash
	in, out []byte
}

// New returns a Redactor that hashes under key, as LoadOrMakeKey returns it.
func New(key []byte, opt Option) *Redactor {
	key = append([]byte(nil), key...)
	id := sha256.Sum256(append([]byte("spaniel key id\x00"), key...))
	r := &Redactor{opt: opt, keyID: hex.EncodeToString(id[:4]), keys: normals(opt.Keys), headers: normals(opt.Headers)}
	r.macs = &sync.Pool{New: func() any { return &mac{Hash: hmac.New(sha256.New, key)} }}
	return r
}

func normals(names []string) map[string]bool {
	m := make(map[string]bool, len(names))
	for _, n := range names {
		m[string(normal(nil, n))] = true
	}
	return m
}

// KeyID names the key, eight hex digits; it is the first part of every hash.
func (r *Redactor) KeyID() string { return r.keyID }

// Hash returns the keyed hash of a secret: the key's id, a colon, and the
// first 128 bits of the HMAC-SHA-256 of kind and secret in hex. The same
// secret of the same kind has the same hash wherever the key is shared.
func (r *Redactor) Hash(kind, secret string) string {
	return r.mem.recall(useHash, kind, secret, func() string {
		sum := r.sum(kind, secret)
		b := make([]byte, 0, 8+1+32)
		b = append(append(b, r.keyID...), ':')
		return string(hex.AppendEncode(b, sum[:16]))
	})
}

func (r *Redactor) sum(kind, secret string) (out [sha256.Size]byte) {
	if r.mem == nil {
		return r.compute(kind, secret)
	}
	if l := &r.mem.last; l.kind != kind || l.secret != secret {
		*l = hashed{kind, secret, r.compute(kind, secret)}
	}
	return r.mem.last.sum
}

func (r *Redactor) compute(kind, secret string) (out [sha256.Size]byte) {
	m := r.macs.Get().(*mac)
	m.in = append(append(append(m.in[:0], kind...), 0), secret...)
	m.Reset()
	_, _ = m.Write(m.in) // a hash never fails to take bytes
	m.out = m.Sum(m.out[:0])
	copy(out[:], m.out)
	if cap(m.in) > memoryText {
		m.in = nil
	}
	r.macs.Put(m)
	return out
}

// secret returns what stands in the place of a secret. An empty one, and one
// that is hidden already, stay as they are; a JSON web token is always jwt.
func (r *Redactor) secret(kind, s string) string { return r.behind("", kind, s) }

// behind returns lead and what stands in the place of the secret behind it.
func (r *Redactor) behind(lead, kind, s string) string {
	if s == "" || markerAt(s) == len(s) {
		return lead + s
	}
	if n, _ := jwtAt(s); n == len(s) {
		kind = "jwt"
	}
	var room [64]byte // for a marker and a word before it, mostly
	return string(r.appendMarker(append(room[:0], lead...), kind, s))
}

func (r *Redactor) appendMarker(b []byte, kind, s string) []byte {
	sum := r.sum(kind, s)
	b = append(append(append(b, markerHead...), kind...), ':')
	b = hex.AppendEncode(b, sum[:4])
	return append(b, ']')
}

// Addr returns the address as it is stored: itself, or, under Option.HashIP,
// an address of fd00::/8 that its keyed hash chooses.
func (r *Redactor) Addr(a netip.Addr) netip.Addr {
	if !r.opt.HashIP || !a.IsValid() {
		return a
	}
	sum := r.sum("ip", a.Unmap().String())
	out := [16]byte(sum[:16])
	out[0] = 0xfd
	return netip.AddrFrom16(out)
}

// User returns a user name as it is stored: itself but for secrets in it, or,
// under Option.HashUser, its keyed hash.
func (r *Redactor) User(name string) string {
	if name == "" || !r.opt.HashUser {
		return r.value(name)
	}
	return r.Hash("user", name)
}

// CommunityID returns the flow's Community ID, or "" under Option.HashIP: it
// is a plain hash of the addresses, and could be tried out.
func (r *Redactor) CommunityID(f *event.Flow) string {
	if r.opt.HashIP {
		return ""
	}
	if f.CommunityID == "" {
		f.CommunityID = CommunityID(f.FlowKey)
	}
	return f.CommunityID
}
