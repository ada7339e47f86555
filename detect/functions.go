package detect

import (
	"fmt"
	"net/netip"
	"regexp"

	"spaniel/detect/text"
)

// A matcher finds a grammar of attack in one reading of a value.
type matcher struct {
	name  string
	match func(s string) (offset int, text string, ok bool)
	// needs lists bytes: a text that holds none of them cannot match. ""
	// means nothing is known and every text is tried. also is a second such list.
	needs, also string
	// words are those of which a text must be made to hold one, none if they
	// are not known.
	words []string
	// place, if any, also looks at where in the request the value stands,
	// which is client data too: an operator may be a key.
	place func(place, value string) (offset int, text string, ok bool)
	// places says of a place whether place can find anything there.
	places func(place string) bool
}

// matchers is the bridge to detect/text: one line for each.
func matchers() []matcher {
	return []matcher{
		{"sqli", text.SQLi, text.SQLiNeeds(), text.SQLiAlso(), nil, nil, nil},
		{"xss", text.XSS, text.XSSNeeds(), "", nil, nil, nil},
		{"cmdi", text.Cmdi, text.CmdiNeeds(), text.CmdiAlso(), nil, nil, nil},
		{"traversal", text.Traversal, text.TraversalNeeds(), text.TraversalAlso(), nil, nil, nil},
		{"ssti", text.SSTI, text.SSTINeeds(), "", nil, nil, nil},
		{"ldapi", text.LDAPi, text.LDAPiNeeds(), "", nil, nil, nil},
		{"xpathi", text.XPathi, text.XPathiNeeds(), "", nil, nil, nil},
		{"nosqli", text.NoSQLi, text.NoSQLiNeeds(), "", nil, text.NoSQLiPlace, text.NoSQLiPlaces},
		{"xxe", text.XXE, text.XXENeeds(), "", nil, nil, nil},
		{"log4j", text.Log4j, text.Log4jNeeds(), "", nil, nil, nil},
		{"ssrf", text.SSRF, text.SSRFNeeds(), "", nil, text.SSRFPlace, text.SSRFPlaces},
		{"crlf", text.CRLF, text.CRLFNeeds(), "", nil, nil, nil},
		{"crlf_field", text.CRLFField, text.CRLFNeeds(), "", nil, nil, nil},
		{"mail_header", text.MailHeader, text.MailHeaderNeeds(), "", nil, nil, nil},
		{"codei", text.CodeI, text.CodeINeeds(), text.CodeIAlso(), text.CodeIWords(), nil, nil},
		{"ssi", text.SSI, text.SSINeeds(), "", nil, nil, nil},
		{"deser", text.Deser, text.DeserNeeds(), "", text.DeserWords(), nil, nil},
		{"graphql_abuse", text.GraphQLAbuse, text.GraphQLAbuseNeeds(), "", nil, nil, nil},
		{"host_file", text.HostFile, text.HostFileNeeds(), "", nil, nil, nil},
		{"one_quote", text.OneQuote, "'\"", "", nil, nil, nil},
		{"two_quotes", text.TwoQuotes, "'\"", "", nil, nil, nil},
		{"sqli_hint", text.SQLiHint, text.SQLiHintNeeds(), "", nil, nil, nil},
		{"xss_hint", text.XSSHint, text.XSSNeeds(), "", nil, nil, nil},
		{"cmdi_hint", text.CmdiHint, text.CmdiNeeds(), text.CmdiAlso(), nil, nil, nil},
		{"ssti_hint", text.TemplateHint, text.SSTINeeds(), "", nil, nil, nil},
		{"log4j_hint", text.Log4jHint, text.Log4jNeeds(), "", nil, nil, nil},
		{"codei_hint", text.CodeIHint, text.CodeINeeds(), text.CodeIAlso(), text.CodeIWords(), nil, nil},
		{"traversal_hint", text.TraversalHint, text.TraversalNeeds(), text.TraversalAlso(), nil, nil, nil},
		{"proto_pollution", text.ProtoPollution, text.ProtoPollutionNeeds(), text.ProtoPollutionAlso(), nil, text.ProtoPollutionPlace, text.ProtoPollutionPlaces},
	}
}

// literal says what an argument that must be a literal is turned into when
// the rule is loaded.
type literal uint8

const (
	anyValue literal = iota
	regexLiteral
	prefixLiteral
	needleLiteral
	wordsLiteral
	// listLiteral is a literal list of words, or the name of a list.
	listLiteral
	wildcardLiteral
	piiLiteral
)

// function is a function of the expression language.
type function struct {
	name             string
	meaning, example string
	// types are its signatures; the scope comes first and is put there by
	// the compiler, so that a function can look at the call and note evidence.
	types []any
	call  func(s *scope, a []any) any
	// literal says what all arguments from lit on must be.
	literal literal
	lit     int
}

// functionTable is the one list of functions, matchers included.
func functionTable() []function {
	list := []function{
		{name: "req.header", meaning: "first value of a request header, empty without", example: `req.header("x-api-key")`,
			types: []any{new(func(*scope, string) string)},
			call:  func(s *scope, a []any) any { return s.call.Req.Get(a[0].(string)) }},
		{name: "resp.header", meaning: "first value of a response header, empty without", example: `resp.header("location")`,
			types: []any{new(func(*scope, string) string)},
			call:  func(s *scope, a []any) any { return s.call.Resp.Get(a[0].(string)) }},
		{name: "req.has_header", meaning: "the request has the header", example: `"x-api-key" in req.headers`,
			types: []any{new(func(*scope, string) bool)},
			call:  func(s *scope, a []any) any { return hasHeader(&s.call.Req.Message, a[0].(string)) }},
		{name: "resp.has_header", meaning: "the response has the header", example: `"location" in resp.headers`,
			types: []any{new(func(*scope, string) bool)},
			call:  func(s *scope, a []any) any { return hasHeader(&s.call.Resp.Message, a[0].(string)) }},
		{name: "reads", meaning: "a regular expression holds in a reading", example: `reads(#, "(?i)union\\s+select")`,
			types: withSubject[*pattern](), literal: regexLiteral, lit: 1,
			call: func(s *scope, a []any) any {
				p := a[1].(*pattern)
				return s.weighing(p.cost, func() bool { return s.match(a[0], regexTest(p.Regexp), nil) })
			}},
		{name: "contains_any", meaning: "one of the words occurs in a reading, without regard to ASCII case", example: `contains_any(#, ["/etc/passwd"])`,
			types: withSubject[*needles](), literal: needleLiteral, lit: 1,
			call: func(s *scope, a []any) any { return s.match(a[0], a[1].(*needles).find, nil) }},
		{name: "in_list", meaning: "the text is one of the words, without regard to ASCII case, or is in the list of that name; of a leaf, a reading", example: `in_list(req.method, ["trace", "track"])`,
			types: append(withSubject[*listRef](), new(func(*scope, string, words) bool)), literal: listLiteral, lit: 1, call: inList},
		{name: "cidr", meaning: "the address is in one of the networks", example: `cidr(client.ip, "10.0.0.0/8")`,
			types: []any{new(func(*scope, string, ...netip.Prefix) bool)}, literal: prefixLiteral, lit: 1,
			call: func(_ *scope, a []any) any { return inNetworks(a[0].(string), a[1:]) }},
		{name: "subnet", meaning: "the network of that many bits that holds the address (an IPv6 address: /64)", example: `subnet(client.ip, 24)`,
			types: []any{new(func(*scope, string, int) string)},
			call:  func(s *scope, a []any) any { return s.addresses.subnet(a[0].(string), a[1].(int)) }},
		{name: "entropy", meaning: "Shannon entropy of the bytes, in bits per byte", example: `entropy(req.path) > 4.5`,
			types: []any{new(func(*scope, string) float64)},
			call:  func(_ *scope, a []any) any { return text.Entropy(a[0].(string)) }},
		{name: "luhn", meaning: "a payment card number by length and check digit", example: `luhn(#.value)`,
			types: []any{new(func(*scope, string) bool)},
			call:  func(_ *scope, a []any) any { return text.Luhn(a[0].(string)) }},
		{name: "jwt", meaning: "the parts of a JSON web token; .ok says whether it is one", example: `jwt(req.header("authorization")).alg == "none"`,
			types: []any{new(func(*scope, string) *Token)},
			call:  func(s *scope, a []any) any { return s.token(a[0].(string)) }},
		{name: "jwts", meaning: "every JSON web token of the request", example: `any(jwts(), .alg == "none")`,
			types: []any{new(func(*scope) []*Token)},
			call:  func(s *scope, _ []any) any { return s.tokens() }},
		{name: "known_bot", meaning: "name of the crawler a user agent claims to be, or empty", example: `known_bot(req.user_agent) != ""`,
			types: []any{new(func(*scope, string) string)},
			call:  func(_ *scope, a []any) any { return knownBot(a[0].(string)) }},
		{name: "tool_agent", meaning: "name of the program, library or attack tool a user agent admits to be, or empty", example: `tool_agent(req.user_agent) == "curl"`,
			types: []any{new(func(*scope, string) string)},
			call:  func(_ *scope, a []any) any { return toolAgent(a[0].(string)) }},
		{name: "scanner_agent", meaning: "name of the attack tool a user agent admits to be, or empty", example: `scanner_agent(req.user_agent) != ""`,
			types: []any{new(func(*scope, string) string)},
			call:  func(_ *scope, a []any) any { return scannerAgent(a[0].(string)) }},
		{name: "reflected", meaning: "the value stands unescaped in an HTML response", example: `any(req.leaves, xss(#) && reflected(#))`,
			types: []any{new(func(*scope, *Leaf) bool)},
			call:  func(s *scope, a []any) any { return s.reflected(a[0].(*Leaf).leaf) }},
	}
	list = append(list, responseFunction("sql_error", "an error message of a database", text.SQLError),
		responseFunction("stack_trace", "a stack trace of a program", text.StackTrace),
		responseFunction("file_leak", "the contents of a system file", text.LeakFile),
		responseFunction("command_output", "the output of a command", text.CommandOutput))
	list = append(list, piiFunction())
	list = append(list, noteFunctions()...)
	list = append(list, valueFunctions()...)
	list = append(list, placeFunctions()...)
	list = append(list, timeFunctions()...)
	list = append(list, behaviourFunctions()...)
	list = append(list, probeFunctions()...)
	list = append(list, recordFunctions()...)
	list = append(list, tokenFunctions()...)
	list = append(list, specFunctions()...)
	for _, m := range matchers() {
		list = append(list, matcherFunction(m))
	}
	return list
}

// withSubject gives the three signatures of a function that looks at a leaf,
// at all leaves or at a string.
func withSubject[T any]() []any {
	return []any{new(func(*scope, *Leaf, T) bool), new(func(*scope, []*Leaf, T) bool), new(func(*scope, string, T) bool)}
}

func matcherFunction(m matcher) function {
	var needs *byteSet
	if m.needs != "" {
		needs = &byteSet{}
		needs.add(m.needs)
	}
	return function{name: m.name, meaning: fmt.Sprintf("%s shows in a reading", m.name), example: fmt.Sprintf("any(req.leaves, %s(#))", m.name),
		types: []any{new(func(*scope, *Leaf) bool), new(func(*scope, []*Leaf) bool), new(func(*scope, string) bool)},
		call: func(s *scope, a []any) any {
			return s.match(a[0], m.match, needs) || m.place != nil && s.matchPlace(a[0], m.place)
		}}
}

// responseFunction makes a function of `resp` or of a string.
func responseFunction(name, meaning string, test func(string) (int, string, bool)) function {
	return function{name: name, meaning: meaning + " shows in the response (or a text)", example: name + "(resp)",
		types: []any{new(func(*scope, *scope) bool), new(func(*scope, string) bool)},
		call: func(s *scope, a []any) any {
			if _, whole := a[0].(*scope); whole {
				return s.match(s.field(s.lang.respBody), test, nil)
			}
			return s.match(a[0], test, nil)
		}}
}

func regexTest(re *regexp.Regexp) func(string) (int, string, bool) {
	return func(s string) (int, string, bool) {
		loc := re.FindStringIndex(s)
		if loc == nil {
			return 0, "", false
		}
		return loc[0], s[loc[0]:loc[1]], true
	}
}
