package text

// A stringHash is one of the string hashes whose
// collisions are public: sum = sum*factor + byte, from the seed.
type stringHash struct{ seed, factor uint32 }

// stringHashes are Java's, that of PHP (DJBX33A), and the same from nothing.
func stringHashes() []stringHash {
	return []stringHash{{0, 31}, {5381, 33}, {0, 33}}
}

// Collisions is how many of the different names share one value of a string
// hash that tables of parameters use, the most of any value. Names that people
// choose share none: two of a thousand do by chance once in 9,000 requests.
//
// Example: Collisions of "AaAa", "AaBB", "BBAa", "BBBB" and "id" is 4.
func Collisions(names []string) int {
	most := min(len(names), 1)
	seen := make(map[string]bool, len(names))
	var apart []string
	for _, n := range names {
		if !seen[n] {
			seen[n] = true
			apart = append(apart, n)
		}
	}
	count := make(map[uint32]int, len(apart))
	for _, h := range stringHashes() {
		clear(count)
		for _, n := range apart {
			sum := h.seed
			for i := range len(n) {
				sum = sum*h.factor + uint32(n[i])
			}
			count[sum]++
			most = max(most, count[sum])
		}
	}
	return most
}
