package text

// Words finds whether any of some words is in a text, without regard to ASCII
// case; read-only once made.
type Words struct {
	list *phrases
}

// NewWords takes words in lower case, of two bytes or more.
func NewWords(words []string) *Words { return &Words{list: newPhrases(words)} }

// In reports whether s holds one of the words.
func (w *Words) In(s string) bool {
	at, _ := w.list.find(s)
	return at >= 0
}

// Rarest returns the byte of a word, in lower case and not empty, that
// ordinary text holds least.
func Rarest(word string) byte {
	best := word[0]
	for i := range len(word) {
		if commonness(word[i]) < commonness(best) {
			best = word[i]
		}
	}
	return best
}

// Rarity says how rare in ordinary text the rarest byte of the commonest of the
// words is: more is rarer.
func Rarity(words []string) int {
	most := 0
	for _, w := range words {
		most = max(most, commonness(Rarest(w)))
	}
	return -most
}
