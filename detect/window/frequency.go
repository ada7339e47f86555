package window

// frequency says how often a key had come whose window was given up, of more
// keys than can be held: a count-min sketch whose counts are halved each time an
// eighth as many keys were given up as a row has counters: so sparsely filled,
// four rows say too much of one new key in some four hundred. It never says less
// than the truth since the last halving. It is how a client is known again.
//
// The keys' hashes are the caller's; they must be the same in every run.
type frequency struct {
	rows [4][]uint8 // of a power of two
	kept int        // keys since the last halving
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

// keep notes how often a key came, of which up to 255 is known again.
func (f *frequency) keep(h uint64, often int) {
	if f.kept++; f.kept > len(f.rows[0])/8 {
		f.halve()
	}
	for i := range f.rows {
		c := f.at(i, h)
		*c = max(*c, uint8(min(often, 255)))
	}
}

// of is how often a key came, as far as is known.
func (f *frequency) of(h uint64) int {
	least := uint8(255)
	for i := range f.rows {
		least = min(least, *f.at(i, h))
	}
	return int(least)
}

func (f *frequency) at(row int, h uint64) *uint8 {
	r := f.rows[row]
	return &r[mix(h+uint64(row)*0x9e3779b97f4a7c15)&uint64(len(r)-1)]
}

func (f *frequency) halve() {
	f.kept = 1
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
