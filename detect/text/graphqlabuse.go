package text

import "strings"

const (
	// Beyond these a document asks for more than any screen shows. Of the
	// aliases only those of one field count: a login tried many times in one
	// request, not a page that shows many things.
	graphqlDepth   = 14
	graphqlAliases = 5  // of one field that changes something or logs in
	graphqlSame    = 20 // of any one field
	graphqlRepeats = 20 // of a field, without an alias
	graphqlMarks   = 8  // directives of one place
	graphqlFirst   = 6  // digits of a page's size
	graphqlNames   = 64 // names that are counted
)

// GraphQLAbuse reports a GraphQL document that nests, renames, repeats or loops
// beyond any screen, asks for pages without end, or for the schema.
//
// Returns: where the document begins, and its text.
//
// Example: GraphQLAbuse("{__schema{types{name}}}") = 0, the whole, true; GraphQLAbuse("{me{id name}}") is silent.
func GraphQLAbuse(s string) (offset int, match string, ok bool) {
	s = clip(s)
	at := graphqlBegins(s)
	if at < 0 {
		return none()
	}
	var d graphqlDoc
	d.read(s[at:])
	if !d.whole || !d.abusive() {
		return none()
	}
	return found(s, at, len(s))
}

// GraphQLAbuseNeeds returns bytes of which a value must hold one for GraphQLAbuse to match.
func GraphQLAbuseNeeds() string { return "{" }

// graphqlBegins returns where a document begins: at a word that opens one, or
// at a selection of names.
func graphqlBegins(s string) int {
	i := skipSpace(s, 0)
	if i >= len(s) {
		return -1
	}
	if s[i] == '{' {
		j := skipSpace(s, i+1)
		if j < len(s) && (isLetter(s[j]) || s[j] == '_' || s[j] == '.') && strings.IndexByte(s[j:], '}') > 0 {
			return i
		}
		return -1
	}
	w := s[i:wordEnd(s, i)]
	if w == "query" || w == "mutation" || w == "subscription" || w == "fragment" {
		if strings.IndexByte(s[i:], '{') > 0 {
			return i
		}
	}
	if strings.HasPrefix(s[i:], "__schema{") || strings.HasPrefix(s[i:], "__schema {") {
		return i
	}
	return -1
}

// A graphqlDoc is what one pass over a document counts.
type graphqlDoc struct {
	depth, marks, digits int
	schema, loop, whole  bool
	mutation             bool
	names                [graphqlNames]struct {
		name            string
		aliased, direct int
	}
	n         int
	fragments [16]struct{ name, spread string }
	frags     int
}

// read counts.
func (d *graphqlDoc) read(s string) {
	level, round, marks := 0, 0, 0
	alias, inFragment := false, -1
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c == '"':
			i = graphqlString(s, i)
		case c == '#':
			for i+1 < len(s) && s[i+1] != '\n' {
				i++
			}
		case c == '(':
			round++
		case c == ')':
			round = max(0, round-1)
		case c == '@':
			marks++
			d.marks = max(d.marks, marks)
			i = wordEnd(s, i+1) - 1
		case round > 0:
			if isDigit(c) {
				end := wordEnd(s, i)
				if isDigits(s[i:end]) {
					d.digits = max(d.digits, end-i)
				}
				i = end - 1
			}
		case c == '{':
			level++
			d.depth, marks = max(d.depth, level), 0
		case c == '}':
			if level--; level <= 0 {
				level, inFragment = 0, -1
			}
			d.whole = level == 0
			marks = 0
		case c == '.' && strings.HasPrefix(s[i:], "..."):
			j := skipSpace(s, i+3)
			end := wordEnd(s, j)
			if name := s[j:end]; name != "" && name != "on" {
				d.spread(inFragment, name)
			}
			i = max(i+2, end-1)
		case isLetter(c) || c == '_':
			end := wordEnd(s, i)
			name := s[i:end]
			j := skipSpace(s, end)
			switch {
			case level == 0 && name == "mutation":
				d.mutation = true
			case level == 0 && name == "fragment":
				k := wordEnd(s, j)
				inFragment = d.fragment(s[j:k])
				end = k
			case level == 0:
			case j < len(s) && s[j] == ':':
				alias = true
				end = j + 1
				i = end - 1
				continue
			default:
				marks = 0
				d.count(name, alias)
			}
			alias = false
			i = end - 1
		}
	}
	d.whole = d.whole && level == 0
	d.loop = d.loops()
}

func (d *graphqlDoc) count(name string, alias bool) {
	d.schema = d.schema || name == "__schema" || name == "__type"
	for i := range d.n {
		if d.names[i].name == name {
			d.names[i].aliased += boolInt(alias)
			d.names[i].direct += boolInt(!alias)
			return
		}
	}
	if d.n < len(d.names) {
		d.names[d.n].name = name
		d.names[d.n].aliased, d.names[d.n].direct = boolInt(alias), boolInt(!alias)
		d.n++
	}
}

// fragment notes a fragment's name and returns its number, -1 beyond the first
// ones.
func (d *graphqlDoc) fragment(name string) int {
	if d.frags == len(d.fragments) {
		return -1
	}
	d.fragments[d.frags].name = name
	d.frags++
	return d.frags - 1
}

// spread notes that a fragment holds another; the first is enough to follow.
func (d *graphqlDoc) spread(in int, name string) {
	if in >= 0 && d.fragments[in].spread == "" {
		d.fragments[in].spread = name
	}
}

// loops reports fragments that hold one another in a circle.
func (d *graphqlDoc) loops() bool {
	for i := range d.frags {
		at := d.fragments[i].spread
		for range d.frags {
			if at == "" {
				break
			}
			if at == d.fragments[i].name {
				return true
			}
			next := ""
			for k := range d.frags {
				if d.fragments[k].name == at {
					next = d.fragments[k].spread
				}
			}
			at = next
		}
	}
	return false
}

func (d *graphqlDoc) abusive() bool {
	if d.schema || d.loop || d.depth > graphqlDepth || d.marks > graphqlMarks || d.digits > graphqlFirst {
		return true
	}
	for i := range d.n {
		n := &d.names[i]
		if n.aliased >= graphqlSame || n.direct >= graphqlRepeats && n.name != "__typename" && n.name != "id" && n.name != "name" || n.direct >= 3*graphqlRepeats {
			return true
		}
		if n.aliased >= graphqlAliases && (d.mutation || guessing(n.name)) {
			return true
		}
	}
	return false
}

// guessing reports a field that takes what can be guessed.
func guessing(name string) bool {
	_, w := indexAnyFold(name, []string{"login", "signin", "auth", "verify", "otp", "token", "password", "coupon", "redeem", "voucher", "reset", "code", "pin"})
	return w != ""
}
