package learned

import (
	"encoding/base64"
	"encoding/binary"
	"math"
)

// ids knows which ids were given to whom, as a sketch: three Bloom filters (of
// one bit pattern each, two generations) say which were given at all, to more
// than one, and to this one. It takes 1.5 MiB, whatever is given; what is older
// than the last 65,536 ids or more is forgotten, all owners alike.
type ids struct {
	any, shared, own filter
}

// Of a generation: how many bits, how many of them an id sets, and how many ids
// it takes. With 32 bits an id, set 6 times, a generation errs once in 30,000.
const (
	filterBits   = 1 << 21
	filterHashes = 6
	filterTakes  = filterBits / 32
)

// filter is two generations of a Bloom filter.
type filter struct {
	now, before []uint64
	n, nBefore  int
}

// mix spreads a hash over all its bits (the finaliser of MurmurHash3).
func mix(h uint64) uint64 {
	h ^= h >> 33
	h *= 0xff51afd7ed558ccd
	h ^= h >> 33
	h *= 0xc4ceb9fe1a85ec53
	return h ^ h>>33
}

func (f *filter) add(h uint64) {
	if f.now == nil {
		f.now = make([]uint64, filterBits/64)
	}
	if f.n >= filterTakes {
		if f.before == nil {
			f.before = make([]uint64, filterBits/64)
		}
		f.now, f.before, f.n, f.nBefore = f.before, f.now, 0, f.n
		clear(f.now)
	}
	f.n++
	for i := range uint64(filterHashes) {
		bit := mix(h+i*0x9e3779b97f4a7c15) % filterBits
		f.now[bit/64] |= 1 << (bit % 64)
	}
}

func (f *filter) has(h uint64) bool { return holds(f.now, h) || holds(f.before, h) }

func holds(bits []uint64, h uint64) bool {
	if bits == nil {
		return false
	}
	for i := range uint64(filterHashes) {
		bit := mix(h+i*0x9e3779b97f4a7c15) % filterBits
		if bits[bit/64]&(1<<(bit%64)) == 0 {
			return false
		}
	}
	return true
}

// wrong is the chance that has says yes of what was never added.
func (f *filter) wrong() float64 { return chance(f.n) + chance(f.nBefore) }

func chance(n int) float64 {
	return math.Pow(1-math.Exp(-filterHashes*float64(n)/filterBits), filterHashes)
}

// HashID is the hash by which an id, or an owner, is known here.
func HashID(text string) uint64 {
	h := uint64(14695981039346656037) // FNV-1a
	for i := range len(text) {
		h = (h ^ uint64(text[i])) * 1099511628211
	}
	return mix(h)
}

func pair(owner, id uint64) uint64 { return mix(owner ^ id*0x9e3779b97f4a7c15) }

// give notes ids that were given to an owner.
func (s *ids) give(owner uint64, given []uint64) {
	for _, id := range given {
		if s.own.has(pair(owner, id)) {
			continue
		}
		if s.any.has(id) {
			s.shared.add(id)
		} else {
			s.any.add(id)
		}
		s.own.add(pair(owner, id))
	}
}

// UserID is the hash by which a user is known as an owner, whatever session is
// used.
func UserID(name string) uint64 { return HashID("user:" + name) }

// owner is who calls: the user of the session, if its login was seen.
func (f *Facts) owner(l *Lesson) uint64 {
	if user := f.UserOf(l.Session); user != "" {
		return UserID(user)
	}
	return l.Owner
}

// ForeignIDs counts the ids that l asks for and that were given to one other
// caller alone; wrong is the chance that one of them is counted though it was
// not, or missed though it was. Nothing is counted for callers without a name.
func (f *Facts) ForeignIDs(e *Endpoint, l *Lesson) (n int, wrong float64) {
	owner := f.owner(l)
	if owner == 0 || !f.Enough(e, l.Clock) {
		return 0, 0
	}
	s := &f.ids
	for _, id := range l.Asked {
		if s.any.has(id) && !s.shared.has(id) && !s.own.has(pair(owner, id)) {
			n++
		}
	}
	return n, s.any.wrong() + s.shared.wrong() + s.own.wrong()
}

type savedFilter struct {
	Now     string `json:"now,omitempty"`
	Before  string `json:"before,omitempty"`
	N       int    `json:"n,omitempty"`
	NBefore int    `json:"n_before,omitempty"`
}

func (f *filter) save() savedFilter {
	return savedFilter{packed(f.now), packed(f.before), f.n, f.nBefore}
}

func packed(bits []uint64) string {
	if bits == nil {
		return ""
	}
	b := make([]byte, 0, len(bits)*8)
	for _, w := range bits {
		b = binary.LittleEndian.AppendUint64(b, w)
	}
	return base64.StdEncoding.EncodeToString(b)
}

// restoreFilter gives what was saved; what has another size is empty.
func restoreFilter(s savedFilter) filter {
	return filter{unpacked(s.Now), unpacked(s.Before), max(0, min(s.N, filterTakes)), max(0, min(s.NBefore, filterTakes))}
}

func unpacked(s string) []uint64 {
	b, err := base64.StdEncoding.DecodeString(s)
	if err != nil || len(b) != filterBits/8 {
		return nil
	}
	bits := make([]uint64, filterBits/64)
	for i := range bits {
		bits[i] = binary.LittleEndian.Uint64(b[i*8:])
	}
	return bits
}
