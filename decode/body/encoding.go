package body

import (
	"strings"

	"spaniel/event"
)

// codingsOf lists the codings of m in the order they were applied, but for
// chunked, which the parser undid. odd says that a name or a value holds bytes
// that a strict reader would refuse, and some browsers pass over.
func codingsOf(m *event.Message) (list []string, odd bool) {
	for i := range m.Headers {
		h := &m.Headers[i]
		name, dirty := codingField(h.Name)
		if !name {
			continue
		}
		odd = odd || dirty
		for rest, more := h.Value, true; more && len(list) < 16; {
			var word string
			word, rest, more = strings.Cut(rest, ",")
			word, dirty = cleanWord(strings.Trim(word, " \t"))
			odd = odd || dirty
			if word != "" && word != "identity" && word != "chunked" {
				list = append(list, word)
			}
		}
	}
	return list, odd
}

// codingField reports whether a name is Content-Encoding or
// Transfer-Encoding, perhaps with bytes in it that no name may hold.
func codingField(name string) (ok, dirty bool) {
	const shortest, longest = len("Content-Encoding"), len("Transfer-Encoding") + 8
	if len(name) < shortest || len(name) > longest || name[0]|0x20 != 'c' && name[0]|0x20 != 't' {
		return false, false
	}
	if strings.EqualFold(name, "Content-Encoding") || strings.EqualFold(name, "Transfer-Encoding") {
		return true, false
	}
	word, dirty := cleanWord(name)
	return dirty && (word == "content-encoding" || word == "transfer-encoding"), dirty
}

// cleanWord returns s in lower case, without bytes that are no part of a
// coding's name; dirty says that there were some.
func cleanWord(s string) (word string, dirty bool) {
	clean := func(c rune) rune {
		switch {
		case 'a' <= c && c <= 'z', '0' <= c && c <= '9', c == '-', c == '_', c == '*':
			return c
		case 'A' <= c && c <= 'Z':
			return c + 'a' - 'A'
		}
		dirty = true
		return -1
	}
	return strings.Map(clean, s), dirty
}
