package body

import (
	"strings"

	"spaniel/event"
)

// Structures within values: JSON in a parameter, a cookie, a JSON string; a
// GraphQL document in a member called query.
const (
	maxInside = 256 // leaves of one value
	maxNested = 3   // values within values
)

// inside appends what the value of the leaf added last holds, if that is a
// structure of its own. The leaf stays, whole; where all of it was taken apart
// its readings need not do so again.
func (k *collector) inside(place, key, text string) {
	graph := graphqlMember(key) && graphqlLike(text)
	if !graph && !jsonInside(text) || k.nested == maxNested || k.left <= 1 {
		return // its readings hold what is in it
	}
	if k.see != nil {
		k.given = true
		return
	}
	own, inner := len(k.dst)-1, *k
	inner.nested, inner.cut, inner.left = k.nested+1, false, min(k.left-1, maxInside)
	whole := false
	if graph {
		inner.graphql(place, text)
	} else {
		r := jsonReader{collector: &inner, s: text, root: place}
		whole = r.value(place, key)
		r.space()
		whole = whole && r.i == len(text) && !inner.cut
	}
	k.left -= inner.added - k.added
	k.dst, k.added = inner.dst, inner.added
	if k.cut = k.cut || inner.cut; inner.cut && k.nested == 0 {
		k.call.Mark(AnomalyDecoding)
	}
	if whole {
		k.dst[own].Expand = k.e.readWhole
	}
}

// insidePair is inside for a value with percent signs.
func (k *collector) insidePair(place, key, value string, plus bool) {
	if value == "" || !graphqlMember(key) && strings.IndexByte("{[\"% +", value[0]) < 0 {
		return
	}
	if strings.IndexByte(value, '%') >= 0 || plus && strings.IndexByte(value, '+') >= 0 {
		b, _ := appendPercent(nil, value, plus)
		value = string(b)
	}
	k.inside(place, key, value)
}

// jsonInside reports whether s begins as a JSON object or array does; or as
// one within a JSON string. Templates and patterns do not: {{7*7}}, [a-z].
func jsonInside(s string) bool {
	if s == "" || s[0] > ' ' && s[0] != '{' && s[0] != '[' && s[0] != '"' {
		return false
	}
	s = strings.TrimLeft(s, " \t\r\n")
	if len(s) < 2 {
		return false
	}
	rest := strings.TrimLeft(s[1:], " \t\r\n")
	if rest == "" {
		return false
	}
	switch s[0] {
	case '{':
		return rest[0] == '"'
	case '[':
		return rest[0] == '{' || rest[0] == '"' || rest[0] == '[' || '0' <= rest[0] && rest[0] <= '9'
	case '"':
		return rest[0] == '{' || rest[0] == '['
	}
	return false
}

// capped notes that a cap cut something off: on the call, or, within a value
// that is a leaf as a whole, for that value alone.
func (k *collector) capped() {
	if k.see != nil {
		k.given = true
	} else if k.nested > 0 {
		k.cut = true
	} else {
		k.call.Flags |= event.FlagCapped
	}
}
