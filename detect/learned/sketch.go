package learned

import (
	"encoding/base64"
	"encoding/binary"
	"math"
)

// A sketch is two sets of hashes that are asked together, each a Bloom filter
// of two generations: what is older is forgotten of both at once. All bits of a
// hash, of both sets, are in one cache line of each generation (a split block
// filter, Putze and others, 2007). It takes 2 MiB once something was added.
type sketch struct {
	now, before []line
	n, nBefore  [2]int // hashes added to either set
}

// A line is a block of each set: a hash sets one bit of each word of a block.
type line [2]block

// A block is 256 bits.
type block [4]uint64

// Of a generation: how many blocks a set has, and how many hashes it takes.
// With 24 bits a hash, set 8 times, a generation errs once in some 10,000.
const (
	blocks      = 1 << 14
	sketchTakes = blocks * 256 / 24
)

// mix spreads a hash over all its bits (the finaliser of MurmurHash3).
func mix(h uint64) uint64 {
	h ^= h >> 33
	h *= 0xff51afd7ed558ccd
	h ^= h >> 33
	h *= 0xc4ceb9fe1a85ec53
	return h ^ h>>33
}

// A spot is where a hash is in a sketch: its line, and its bits of a block.
type spot struct {
	line uint64
	bits block
}

// spotOf takes the line from the high bits of a well mixed hash, and the bits
// from the others: five for each half of a word.
func spotOf(h uint64) spot {
	return spot{h >> 50, block{
		1<<(h&31) | 1<<(32+h>>5&31), 1<<(h>>10&31) | 1<<(32+h>>15&31),
		1<<(h>>20&31) | 1<<(32+h>>25&31), 1<<(h>>30&31) | 1<<(32+h>>35&31)}}
}

func (b *block) has(bits *block) bool {
	return b[0]&bits[0] == bits[0] && b[1]&bits[1] == bits[1] && b[2]&bits[2] == bits[2] && b[3]&bits[3] == bits[3]
}

// new reports whether the present generation has s in that set.
func (k *sketch) new(set int, s *spot) bool {
	return k.now != nil && k.now[s.line][set].has(&s.bits)
}

// has reports whether s is in that set.
func (k *sketch) has(set int, s *spot) bool {
	return k.new(set, s) || k.before != nil && k.before[s.line][set].has(&s.bits)
}

// add puts s into that set's present generation.
func (k *sketch) add(set int, s *spot) {
	if k.now == nil {
		k.now = make([]line, blocks)
	}
	b := &k.now[s.line][set]
	if b.has(&s.bits) {
		return
	}
	k.n[set]++
	for i, w := range s.bits {
		b[i] |= w
	}
}

// turn begins a generation; the one before the last is forgotten.
func (k *sketch) turn() {
	k.now, k.before, k.n, k.nBefore = k.before, k.now, [2]int{}, k.n
	clear(k.now)
}

// wrong is the chance that has says yes of what was never added to a set.
func (k *sketch) wrong(set int) float64 { return chance(k.n[set]) + chance(k.nBefore[set]) }

// chance is that of a generation with n hashes: of a block with so many, by
// how many blocks have how many (Poisson).
func chance(n int) float64 {
	mean := float64(n) / blocks
	with, sum := math.Exp(-mean), 0.0 // with is the share of blocks with k
	for k := range 8 * sketchTakes / blocks {
		sum += with * math.Pow(1-math.Pow(1-1.0/32, float64(k)), 8)
		with *= mean / float64(k+1)
	}
	return sum
}

type savedSketch struct {
	Now     string `json:"now,omitempty"`
	Before  string `json:"before,omitempty"`
	N       [2]int `json:"n,omitzero"`
	NBefore [2]int `json:"n_before,omitzero"`
}

func (k *sketch) save() savedSketch {
	return savedSketch{packed(k.now), packed(k.before), k.n, k.nBefore}
}

func packed(lines []line) string {
	if lines == nil {
		return ""
	}
	b := make([]byte, 0, len(lines)*64)
	for i := range lines {
		for _, block := range lines[i] {
			for _, w := range block {
				b = binary.LittleEndian.AppendUint64(b, w)
			}
		}
	}
	return base64.StdEncoding.EncodeToString(b)
}

// restore gives what was saved; what has another size is empty.
func (s *savedSketch) restore() sketch {
	k := sketch{now: unpacked(s.Now), before: unpacked(s.Before)}
	for set := range k.n {
		k.n[set], k.nBefore[set] = max(0, min(s.N[set], 2*sketchTakes)), max(0, min(s.NBefore[set], 2*sketchTakes))
	}
	return k
}

func unpacked(s string) []line {
	b, err := base64.StdEncoding.DecodeString(s)
	if err != nil || len(b) != blocks*64 {
		return nil
	}
	lines := make([]line, blocks)
	for i := range lines {
		for set := range lines[i] {
			for w := range lines[i][set] {
				lines[i][set][w] = binary.LittleEndian.Uint64(b)
				b = b[8:]
			}
		}
	}
	return lines
}
