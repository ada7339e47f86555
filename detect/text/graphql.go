package text

// GraphQLShape says what a GraphQL document asks a server to do, as far as its
// shape tells: how deep selections nest, and how many fields are renamed. One
// pass, without a grammar: a document that does not parse has a shape too.
//
// Example: GraphQLShape("{a: me{id} b: me{id}}") = 2, 2.
func GraphQLShape(s string) (depth, aliases int) {
	s = s[:min(len(s), scanMax)]
	level, round, word := 0, 0, false // word: the last token was a name
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c == '"':
			i = graphqlString(s, i)
			word = false
		case c == '#':
			for i+1 < len(s) && s[i+1] != '\n' {
				i++
			}
		case c == '(':
			round++
			word = false
		case c == ')':
			round = max(0, round-1)
			word = false
		case round > 0: // arguments: objects and colons of their own
		case c == '{':
			level++
			depth, word = max(depth, level), false
		case c == '}':
			level, word = max(0, level-1), false
		case c == ':':
			if word && level > 0 {
				aliases++
			}
			word = false
		case isWord(c):
			for i+1 < len(s) && isWord(s[i+1]) {
				i++
			}
			word = true
		case c != ' ' && c != '\t' && c != '\n' && c != '\r' && c != ',':
			word = false
		}
	}
	return depth, aliases
}

// graphqlString is the place of the last byte of the string that begins at i.
func graphqlString(s string, i int) int {
	if len(s) >= i+3 && s[i:i+3] == `"""` {
		for j := i + 3; j+2 < len(s); j++ {
			if s[j] == '\\' {
				j++
			} else if s[j:j+3] == `"""` {
				return j + 2
			}
		}
		return len(s)
	}
	for j := i + 1; j < len(s); j++ {
		switch s[j] {
		case '\\':
			j++
		case '"', '\n':
			return j
		}
	}
	return len(s)
}
