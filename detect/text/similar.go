package text

// similarMax is how many bytes of each text are compared.
const similarMax = 256

// Similar returns how alike two texts are, 0 to 1: 1 less the edits
// (insertions, deletions, replacements of a byte; Levenshtein) that turn one
// into the other, by the longer one's length. ASCII case does not count. Of
// texts longer than 256 bytes the first 256 are compared.
//
// Example: Similar("paypal.example", "paypa1.example") = 0.93.
func Similar(a, b string) float64 {
	a, b = Lower(a[:min(len(a), similarMax)]), Lower(b[:min(len(b), similarMax)])
	if a == b {
		return 1
	}
	if len(a) < len(b) {
		a, b = b, a
	}
	// row[j] is the distance of the part of a walked so far to b[:j].
	var row [similarMax + 1]int
	for j := range len(b) + 1 {
		row[j] = j
	}
	for i := range len(a) {
		left, diagonal := i+1, i
		row[0] = left
		for j := range len(b) {
			d := diagonal
			if a[i] != b[j] {
				d = 1 + min(d, left, row[j+1])
			}
			diagonal, row[j+1], left = row[j+1], d, d
		}
	}
	return 1 - float64(row[len(b)])/float64(len(a))
}
