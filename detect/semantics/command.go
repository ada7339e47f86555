package semantics

import (
	"bytes"
	"strings"

	"spaniel/event"
)

// commandLook is how much of a body is looked at for the name of what it asks
// to be done.
const commandLook = 2048

// commandOf is what the operation within the body says: the root field of a
// GraphQL mutation, the method of JSON-RPC and XML-RPC, SOAP's operation.
// found reports that there is such a name, whatever it says.
func commandOf(c *event.Call, h *headers) (hn hint, found bool) {
	raw := c.Req.Raw
	if len(raw) == 0 {
		return hint{}, false
	}
	switch {
	case c.Style == "graphql":
		return graphqlHint(string(head(c.ReqBody())))
	case c.Style == "soap":
		name := soapOperation(h.soapAction, head(c.ReqBody()))
		return nameHint(name), name != ""
	case c.Style == "jsonrpc":
		name := jsonMember(head(raw), `"method"`)
		return nameHint(name), name != ""
	case raw[0] == '<' && bytes.Contains(head(raw), []byte("<methodName>")):
		return xmlrpcHint(head(raw))
	}
	return hint{}, false
}

func head(b []byte) []byte { return b[:min(len(b), commandLook)] }

// graphqlHint judges the root fields of the mutation in a request; where only
// the document's hash was sent, the operation's name.
func graphqlHint(body string) (hint, bool) {
	i := strings.Index(body, "mutation")
	for i > 0 && nameByte(body[i-1]) { // "permutation", "LoginMutation"
		next := strings.Index(body[i+1:], "mutation")
		if next < 0 {
			i = -1
			break
		}
		i += 1 + next
	}
	if i < 0 {
		name := strings.TrimSuffix(jsonMember([]byte(body), `"operationName"`), "Mutation")
		if name == "" || strings.Contains(body, `"query"`) {
			return hint{}, false
		}
		return nameHint(name), true
	}
	for _, name := range rootFields(body[i+len("mutation"):]) {
		if h := nameHint(name); h.kind != "" {
			return h, true
		}
	}
	return hint{}, true
}

// rootFields are the names of a selection's own fields, without aliases; at
// most 16.
func rootFields(s string) (names []string) {
	parens, braces := 0, 0
	for i := 0; i < len(s) && len(names) < 16; i++ {
		switch ch := s[i]; {
		case ch == '(':
			parens++
		case ch == ')':
			parens--
		case parens > 0:
		case ch == '{':
			braces++
		case ch == '}':
			if braces--; braces <= 0 {
				return names
			}
		case ch == '\\' && i+1 < len(s):
			i++ // \n within the JSON string
		case braces == 1 && nameByte(ch):
			from := i
			for i < len(s) && nameByte(s[i]) {
				i++
			}
			j := i
			for j < len(s) && (s[j] == ' ' || s[j] == '\t') {
				j++
			}
			if j < len(s) && s[j] == ':' {
				i = j
				continue // an alias: the name follows
			}
			names = append(names, s[from:i])
			i--
		}
	}
	return names
}

func nameByte(c byte) bool {
	return 'a' <= c|0x20 && c|0x20 <= 'z' || digit(c) || c == '_'
}

// jsonMember returns the text of the first member of that name, given with its
// quotes; "" if it is no text.
func jsonMember(b []byte, name string) string {
	i := bytes.Index(b, []byte(name))
	if i < 0 {
		return ""
	}
	i = skipBlank(b, i+len(name))
	if i >= len(b) || b[i] != ':' {
		return ""
	}
	if i = skipBlank(b, i+1); i >= len(b) || b[i] != '"' {
		return ""
	}
	text, _ := jsonText(b, i)
	return string(text)
}

// soapOperation is the name of the body's first element, else the last part of
// the action.
func soapOperation(action string, body []byte) string {
	if i := bytes.Index(body, []byte("Body>")); i >= 0 {
		rest := body[i+len("Body>"):]
		if i = bytes.IndexByte(rest, '<'); i >= 0 {
			rest = rest[i+1:]
			n := 0
			for n < len(rest) && (nameByte(rest[n]) || rest[n] == ':' || rest[n] == '-' || rest[n] == '.') {
				n++
			}
			name := string(rest[:n])
			return name[strings.LastIndexByte(name, ':')+1:]
		}
	}
	action = strings.Trim(action, `"`)
	return action[strings.LastIndexAny(action, "/#:")+1:]
}

// xmlrpcHint judges a method; those of blogs take user and password with any
// call, and one of them is used for nothing else than to try them.
func xmlrpcHint(body []byte) (hint, bool) {
	_, rest, _ := bytes.Cut(body, []byte("<methodName>"))
	name, _, _ := bytes.Cut(rest, []byte("<"))
	method := strings.TrimSpace(string(name))
	if strings.HasSuffix(method, ".getUsersBlogs") || method == "system.multicall" && bytes.Contains(rest, []byte(".getUsersBlogs")) {
		return hint{kind: "login", sure: true, text: strings.HasPrefix(method, "wp.")}, true
	}
	return nameHint(method[strings.LastIndexByte(method, '.')+1:]), true
}
