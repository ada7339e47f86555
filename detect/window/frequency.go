package window

// frequency says how often a key came lately, of more keys than can be held:
// a count-min sketch whose counts are halved each time an eighth as many keys
// have come as a row has counters: so sparsely filled, four rows say too much
// of one new key in some four hundred. It never says less than the truth since
// the last halving. It is how a client is known again whose
// window was given up.
//
// The keys' hashes are the caller's; they must be the same in every run.
type frequency struct {
	rows [4][]uint8 // of a power of two
	adds int
}

// newFrequency returns a sketch for about that many keys at a time.
func newFrequency(keys int) *frequency {
	width := 64
	for width < 8*keys {
		width *= 2
	}
	f := &frequency{}
	for i := range f.rows {
		f.rows[i] = make([]uint8, width)
	}
	return f
}

// add counts a key and returns how often it came, at most 255.
func (f *frequency) add(h uint64) int {
	if f.adds++; f.adds > len(f.rows[0])/8 {
		f.halve()
	}
	least := uint8(255)
	var at [4]*uint8
	for i := range f.rows {
		at[i] = &f.rows[i][mix(h+uint64(i)*0x9e3779b97f4a7c15)&uint64(len(f.rows[i])-1)]
		least = min(least, *at[i])
	}
	if least == 255 {
		return 255
	}
	// Only the least are raised: the others count other keys, too.
	for _, c := range at {
		*c = max(*c, least+1)
	}
	return int(least) + 1
}

func (f *frequency) halve() {
	f.adds = 1
	for _, r := range f.rows {
		for i := range r {
			r[i] /= 2
		}
	}
}

// mix spreads the bits of a number over all of them.
func mix(x uint64) uint64 {
	x ^= x >> 30
	x *= 0xbf58476d1ce4e5b9
	x ^= x >> 27
	x *= 0x94d049bb133111eb
	return x ^ x>>31
}

// hashText is the same in every run (FNV-1a, mixed): what is forgotten must
// not depend on a seed.
func hashText(s string, h uint64) uint64 {
	h ^= 0xcbf29ce484222325
	for i := 0; i < len(s); i++ {
		h = (h ^ uint64(s[i])) * 0x100000001b3
	}
	return mix(h)
}
