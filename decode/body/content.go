package body

import (
	"strings"

	"spaniel/event"
)

// format is how a body is taken apart.
type format uint8

const (
	formatPlain format = iota
	formatForm
	formatJSON
	formatXML
	formatMultipart
	formatGraphQL
	formatYAML
)

// body appends the leaves of a request body.
func (k *collector) body(raw []byte) {
	declared := k.call.Req.Get("Content-Type")
	text, asSent := k.texts(declared, raw)
	k.whole(declared, text)
	if asSent != "" {
		k.whole(declared, asSent)
	}
}

// whole appends the leaves of a request body in UTF-8.
func (k *collector) whole(declared, text string) {
	if types := k.contentTypes(); types != "" && (types != declared || ambiguous(declared)) {
		k.call.Mark(AnomalyParts)
		k.eachBoundary(types, text)
	}
	k.content("body", event.LeafBody, declared, text, 0)
}

// contentTypes returns all Content-Type fields in one, "" where none is of
// many parts.
func (k *collector) contentTypes() string {
	all, multi := "", false
	for i := range k.call.Req.Headers {
		if h := &k.call.Req.Headers[i]; strings.EqualFold(h.Name, "Content-Type") {
			if multi = multi || hasFold(h.Value, "multipart/"); all != "" {
				all += "; "
			}
			all += h.Value
		}
	}
	if !multi {
		return ""
	}
	return all
}

// eachBoundary appends the parts under each boundary but the one that is
// taken first, of at most maxBoundaries.
func (k *collector) eachBoundary(types, text string) {
	first := boundaryOf(k.call.Req.Get("Content-Type"), text)
	_, rest, more := strings.Cut(types, ";")
	for n := 0; more && n < maxBoundaries; _, rest, more = strings.Cut(rest, ";") {
		if !hasFold(strings.TrimLeft(rest, " \t"), "boundary") {
			continue
		}
		n++
		if b := parameter(";"+rest, "boundary"); b != "" && b != first && strings.Contains(text, "--"+b) {
			k.multipart("body", b, text, 0)
		}
	}
}

// maxBoundaries is how many boundaries of one body are tried.
const maxBoundaries = 4

// content appends a value that may have a structure of its own. level counts
// multipart within multipart.
func (k *collector) content(place string, plain event.LeafKind, declared, text string, level int) {
	switch formatOf(declared, text) {
	case formatMultipart:
		k.multipart(place, boundaryOf(declared, text), text, level)
	case formatJSON:
		k.json(place, text)
	case formatXML:
		if !surelyXML(declared, text) { // HTML, or a template: the whole counts
			k.add(event.Leaf{Place: place, Kind: plain, Value: text})
		}
		k.xml(place, text)
	case formatGraphQL:
		k.add(event.Leaf{Place: place, Kind: plain, Value: text})
		k.graphql(place, text)
	case formatYAML:
		k.yaml(place, text)
	case formatForm:
		k.pairs(place, event.LeafForm, text)
	default:
		k.add(event.Leaf{Place: place, Kind: plain, Value: text})
	}
}

// formatOf decides by the body's first bytes, and by the declared type where
// these leave it open: the type is the client's word.
func formatOf(declared, text string) format {
	media, _, _ := strings.Cut(declared, ";")
	media = strings.ToLower(strings.TrimSpace(media))
	head := strings.TrimLeft(strings.TrimPrefix(text, "\ufeff"), " \t\r\n")
	switch {
	case head == "":
		return formatPlain
	case (head[0] == '-' || strings.HasPrefix(media, "multipart/")) && boundaryOf(declared, text) != "":
		return formatMultipart
	case strings.HasSuffix(media, "yaml") && !jsonInside(head) || yamlLike(head):
		return formatYAML
	case graphqlLike(head):
		return formatGraphQL
	case head[0] == '{' || head[0] == '[':
		return formatJSON
	case head[0] == '<' && !strings.Contains(media, "html"):
		return formatXML
	case strings.HasSuffix(media, "json"):
		return formatJSON
	case media == "application/x-www-form-urlencoded" || formLike(head):
		return formatForm
	}
	return formatPlain
}

// surelyXML reports whether text is XML by its type or by its declaration.
func surelyXML(declared, text string) bool {
	media, _, _ := strings.Cut(declared, ";")
	head := strings.TrimLeft(strings.TrimPrefix(text, "\ufeff"), " \t\r\n")
	return hasSuffixFold(strings.TrimSpace(media), "xml") || hasFold(head, "<?xml ") || hasFold(head, "<!doctype ")
}

// hasSuffixFold reports whether s ends with the lower-case word in any case.
func hasSuffixFold(s, word string) bool {
	return len(s) >= len(word) && strings.EqualFold(s[len(s)-len(word):], word)
}

// formLike reports whether text begins with name= and has no line break
// before it: a form nobody declared.
func formLike(text string) bool {
	for i := 0; i < min(len(text), 64); i++ {
		switch c := text[i]; {
		case c == '=':
			return i > 0 && strings.IndexByte(text, '\n') < 0
		case !plainName[c] && c != '%' && c != '+' && c != '$':
			return false
		}
	}
	return false
}
