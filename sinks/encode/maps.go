package encode

import "spaniel/event"

// appendHeaders appends {"lower-case name":["value",…],…}, names in the order
// of their first appearance. Message heads hold at most a few hundred fields,
// so looking back costs less than a map would.
func appendHeaders(b []byte, h event.HeaderMap) []byte {
	if out, ok := appendDistinct(b, h); ok {
		return out
	}
	b = append(b, '{')
	first := true
	for i := range h {
		if seenBefore(h, i) {
			continue
		}
		if !first {
			b = append(b, ',')
		}
		first = false
		b = append(appendLower(b, h[i].Name), ':', '[')
		b = AppendString(b, h[i].Value)
		for j := i + 1; j < len(h); j++ {
			if sameName(h[i].Name, h[j].Name) {
				b = AppendString(append(b, ','), h[j].Value)
			}
		}
		b = append(b, ']')
	}
	return append(b, '}')
}

// appendDistinct is appendHeaders as long as no name occurs twice, as far as a
// look at each name's length and ends can tell: equal names have equal length
// and ends, but for ASCII case and bytes that are not ASCII.
func appendDistinct(b []byte, h event.HeaderMap) (out []byte, ok bool) {
	var seen [256 / 64]uint64
	b = append(b, '{')
	for i := range h {
		name := h[i].Name
		if name == "" {
			return nil, false
		}
		k := nameMark(name)
		if seen[k/64]&(1<<(k%64)) != 0 {
			return nil, false
		}
		seen[k/64] |= 1 << (k % 64)
		if known := &knownNames[k]; known.is(name) {
			b = known.append(b)
		} else if hasHigh(name) {
			return nil, false
		} else {
			b = append(appendLower(b, name), `:["`...)
		}
		b = append(appendText(b, h[i].Value), `"],`...)
	}
	if len(h) > 0 {
		b = b[:len(b)-1]
	}
	return append(b, '}'), true
}

func seenBefore(h event.HeaderMap, i int) bool {
	for j := range i {
		if sameName(h[j].Name, h[i].Name) {
			return true
		}
	}
	return false
}

// sameName reports whether two header names make the same key: equal but for
// ASCII case, and, where they hold bytes that are not UTF-8, equal once those
// are replaced.
func sameName(a, b string) bool {
	if len(a) != len(b) {
		return hasHigh(a) && hasHigh(b) && foldEqual(string([]rune(a)), string([]rune(b)))
	}
	if foldEqual(a, b) {
		return true
	}
	return hasHigh(a) && hasHigh(b) && foldEqual(string([]rune(a)), string([]rune(b)))
}

func hasHigh(s string) bool {
	for len(s) >= 8 {
		if word(s)&highs != 0 {
			return true
		}
		s = s[8:]
	}
	for i := 0; i < len(s); i++ {
		if s[i] >= 0x80 {
			return true
		}
	}
	return false
}

func foldEqual(a, b string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := 0; i < len(a); i++ {
		if a[i] != b[i] && lower(a[i]) != lower(b[i]) {
			return false
		}
	}
	return true
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

// appendLower appends s as a JSON string, its ASCII letters in lower case.
// Escapes are lower case already, so lowering what was written is enough.
func appendLower(b []byte, s string) []byte {
	n := len(b)
	b = AppendString(b, s)
	for i := n; i < len(b); i++ {
		b[i] = lower(b[i])
	}
	return b
}

// manyValues is the size from which a map is cheaper than looking back.
const manyValues = 32

// appendValues appends {"place":"value",…}; of a place that occurs twice the
// first value stands.
func appendValues(b []byte, v event.ValueMap) []byte {
	var seen map[string]bool
	if len(v) > manyValues {
		seen = make(map[string]bool, len(v))
	}
	b = append(b, '{')
	first := true
	for i := range v {
		if taken(v, i, seen) {
			continue
		}
		if !first {
			b = append(b, ',')
		}
		first = false
		b = append(AppendString(b, v[i].Name), ':')
		b = AppendString(b, v[i].Value)
	}
	return append(b, '}')
}

// taken reports whether the i-th place occurred before, and remembers it.
func taken(v event.ValueMap, i int, seen map[string]bool) bool {
	if seen != nil {
		key := v[i].Name
		if hasHigh(key) {
			key = string([]rune(key))
		}
		was := seen[key]
		seen[key] = true
		return was
	}
	for j := range i {
		a, b := v[j].Name, v[i].Name
		if a == b || hasHigh(a) && hasHigh(b) && string([]rune(a)) == string([]rune(b)) {
			return true
		}
	}
	return false
}
