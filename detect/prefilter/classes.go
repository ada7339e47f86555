package prefilter

// Bytes go by classes, of which a set fits a word: what a text is made of is
// one look at each of its bytes, and most matchers can say from that alone
// that they find nothing. Signs have a class each; of letters only the most
// frequent share one, upper and lower case do.

// classOf returns the class of each byte, as a set of one.
func classOf() (of [256]uint64) {
	next := 0
	give := func(bytes string) {
		for i := range len(bytes) {
			of[bytes[i]] = 1 << next
		}
		next++
	}
	give("etaoETAO")
	for c := byte('a'); c <= 'z'; c++ {
		if of[c] == 0 {
			give(string([]byte{c, c - 'a' + 'A'}))
		}
	}
	give("0123456789")
	for c := byte(' '); c < 0x7f; c++ {
		if of[c] == 0 {
			give(string([]byte{c}))
		}
	}
	give("\r\n")
	give("\x00")
	give("\x80\xac")
	give("\xa0")
	var low, high []byte
	for c := range 256 {
		if of[c] != 0 {
			continue
		}
		if c < 0x80 {
			low = append(low, byte(c))
		} else {
			high = append(high, byte(c))
		}
	}
	give(string(low))
	give(string(high))
	return of
}

// madeOf returns the classes of the bytes of a text.
func (t *Tests) madeOf(text string) (set uint64) {
	for i := range len(text) {
		set |= t.class[text[i]]
	}
	return set
}

// shortNumber reports a decimal number, so short that it is nothing else: of eight
// digits on it may be base64, of ten on an address, with two dots a version or the
// way to the directory above. What is empty goes by as one.
func shortNumber(s string) bool {
	if len(s) > 7 {
		return false
	}
	dots := 0
	for i := range len(s) {
		switch c := s[i]; {
		case '0' <= c && c <= '9':
		case c == '.' && i > 0 && i+1 < len(s) && dots == 0:
			dots++
		default:
			return false
		}
	}
	return true
}

// A clause is classes of which a text must hold one for the matcher to find
// anything.
type clause struct {
	set     uint64
	matcher int
}

// words are what the words of a matcher are made of.
type words struct {
	made    []uint64
	matcher int
}

// worth returns the matchers that may find something in a text made of these
// classes.
func (t *Tests) worth(made uint64) uint64 {
	out := t.known
	for _, c := range t.clauses {
		if made&c.set == 0 {
			out &^= 1 << c.matcher
		}
	}
	for i := range t.words {
		if w := &t.words[i]; out>>w.matcher&1 != 0 && !w.within(made) {
			out &^= 1 << w.matcher
		}
	}
	return out
}

// within reports whether a text made of these classes can hold one of the words.
func (w *words) within(made uint64) bool {
	for _, set := range w.made {
		if set&^made == 0 {
			return true
		}
	}
	return false
}
