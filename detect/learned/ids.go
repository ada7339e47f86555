package learned

import (
	"encoding/base64"
	"encoding/binary"
	"math"
)

// ids knows which ids were given to whom and used by whom, as a sketch: Bloom
// filters of two generations say which were given at all, to more than one, to
// this one, and which this one used. It takes 4 MiB, whatever is given; what is
// older than the latest 174,762 or more is forgotten, of all owners and by all
// filters at once, so that no filter remembers what another has forgotten.
type ids struct {
	any, shared, own, used filter
	// began and beganBefore are when the two generations began, packet clocks.
	began, beganBefore int64
}

// Of a generation: how many bits, how many of them an id sets, and how many ids
// it takes. With 24 bits an id, set 6 times, a generation errs once in 8,500.
const (
	filterBits   = 1 << 22
	filterHashes = 6
	filterTakes  = filterBits / 24
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

// add puts h into the present generation.
func (f *filter) add(h uint64) {
	if f.now == nil {
		f.now = make([]uint64, filterBits/64)
	}
	if holds(f.now, h) {
		return
	}
	f.n++
	for i := range uint64(filterHashes) {
		bit := mix(h+i*0x9e3779b97f4a7c15) % filterBits
		f.now[bit/64] |= 1 << (bit % 64)
	}
}

// turn begins a generation; the one before the last is forgotten.
func (f *filter) turn() {
	f.now, f.before, f.n, f.nBefore = f.before, f.now, 0, f.n
	clear(f.now)
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

// HashIDOf is HashID of an id of a host.
func HashIDOf(host, id string) uint64 {
	h := uint64(14695981039346656037)
	for _, text := range [...]string{host, " ", id} {
		for i := range len(text) {
			h = (h ^ uint64(text[i])) * 1099511628211
		}
	}
	return mix(h)
}

func pair(owner, id uint64) uint64 { return mix(owner ^ id*0x9e3779b97f4a7c15) }

// anyID stands for the ids that an owner was given, whichever.
const anyID = 0

// learn notes the ids that an owner asked for and those that were given to it.
func (s *ids) learn(owner uint64, l *Lesson) {
	if max(s.any.n, s.shared.n, s.own.n, s.used.n) >= filterTakes {
		s.turn(l.Clock)
	}
	if s.began == 0 {
		s.began = l.Clock
	}
	for _, id := range l.Asked {
		s.used.add(pair(owner, id))
	}
	for _, id := range l.Given {
		s.give(owner, id)
	}
	if len(l.Given) > 0 {
		s.own.add(pair(owner, anyID))
	}
}

func (s *ids) turn(clock int64) {
	for _, f := range []*filter{&s.any, &s.shared, &s.own, &s.used} {
		f.turn()
	}
	s.began, s.beganBefore = clock, s.began
}

// give notes an id that was given to an owner. What is given again moves on
// into the present generation.
func (s *ids) give(owner, id uint64) {
	mine := pair(owner, id)
	if holds(s.own.now, mine) {
		return
	}
	if shared := s.shared.has(id); shared || s.any.has(id) && !s.own.has(mine) {
		s.shared.add(id)
	}
	s.any.add(id)
	s.own.add(mine)
}

// reach is for how long, at the clock, what is given and used has been known
// without a gap.
func (s *ids) reach(clock int64) int64 {
	if s.beganBefore != 0 {
		return clock - s.beganBefore
	}
	if s.began == 0 {
		return 0
	}
	return clock - s.began
}

// knows reports an id that the owner was given, made or used.
func (s *ids) knows(owner, id uint64) bool {
	p := pair(owner, id)
	return s.own.has(p) || s.used.has(p)
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

// idsKept is after how many ids asked for at an endpoint both counts are
// halved, so that they tell of the latest.
const idsKept = 4096

// learnIDs counts how many of the ids that are asked for here were known to
// who asked.
func (e *Endpoint) learnIDs(s *ids, owner uint64, l *Lesson) {
	if owner == 0 || !s.own.has(pair(owner, anyID)) {
		return
	}
	for _, id := range l.Asked {
		if e.asked++; s.knows(owner, id) {
			e.askedKnown++
		}
		if e.asked >= idsKept {
			e.asked, e.askedKnown = e.asked/2, e.askedKnown/2
		}
	}
}

// UsualIDs is the share of the ids asked for at e that the caller had been
// given, made or used before; ok is false before there were enough.
func (f *Facts) UsualIDs(e *Endpoint, clock int64) (share float64, ok bool) {
	if !f.Enough(e, clock) || e.asked < f.lim.Calls {
		return 0, false
	}
	return float64(e.askedKnown) / float64(e.asked), true
}

// NewIDs counts the ids that l asks for and that its caller was never given,
// never made and never used; wrong is the chance that one of them is missed,
// reach for how long that has been known, in ns. Nothing is counted for callers
// without a name or who were never seen to be given an id, and none before
// enough time is known.
func (f *Facts) NewIDs(e *Endpoint, l *Lesson) (n int, wrong float64, reach int64) {
	owner, s := f.owner(l), &f.ids
	reach = s.reach(l.Clock)
	if owner == 0 || !f.Enough(e, l.Clock) || reach < int64(f.lim.Time) || !s.own.has(pair(owner, anyID)) {
		return 0, 0, reach
	}
	for _, id := range l.Asked {
		if !s.knows(owner, id) {
			n++
		}
	}
	return n, s.own.wrong() + s.used.wrong(), reach
}

func (s *ids) save() *savedIDs {
	return &savedIDs{Any: s.any.save(), Shared: s.shared.save(), Own: s.own.save(), Used: s.used.save(), Began: s.began, BeganBefore: s.beganBefore}
}

func (s *savedIDs) restore() ids {
	return ids{any: restoreFilter(s.Any), shared: restoreFilter(s.Shared), own: restoreFilter(s.Own), used: restoreFilter(s.Used), began: s.Began, beganBefore: s.BeganBefore}
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
	return filter{unpacked(s.Now), unpacked(s.Before), max(0, min(s.N, 2*filterTakes)), max(0, min(s.NBefore, 2*filterTakes))}
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
