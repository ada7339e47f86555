package body

import (
	"io"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"spaniel/event"
)

// maxYAML is how much of a text is read as YAML; the rest is one leaf. Reading
// it costs several times what JSON does.
const maxYAML = 16 << 10

// yamlLike reports whether s begins as a YAML stream that says so.
func yamlLike(s string) bool {
	if strings.HasPrefix(s, "%YAML") {
		return true
	}
	rest, ok := strings.CutPrefix(s, "---")
	return ok && rest != "" && strings.IndexByte(" \r\n", rest[0]) >= 0
}

// yaml appends the scalars of YAML text below place, with comments, and tags
// that name a type of somebody's program. An alias is not followed: what it
// stands for is a leaf at its anchor.
func (k *collector) yaml(place, s string) {
	rest := ""
	if len(s) > maxYAML {
		s, rest = s[:maxYAML], s[maxYAML:]
		k.capped()
	}
	for s != "" {
		if k.full() {
			break
		}
		var doc string
		doc, s = cutDocument(s)
		k.yamlDocument(place, doc)
	}
	k.rest(place, event.LeafBody, s+rest)
}

// cutDocument cuts before the next line that begins a document; directives
// belong to the one behind them.
func cutDocument(s string) (doc, rest string) {
	directive := strings.HasPrefix(s, "%")
	for from := 0; ; {
		i := strings.Index(s[from:], "\n---")
		if i < 0 {
			return s, ""
		}
		from += i + 1
		if after := s[from+3:]; after == "" || strings.IndexByte(" \t\r\n", after[0]) >= 0 {
			if !directive {
				return s[:from], s[from:]
			}
			directive = false
		}
	}
}

// yamlDocument appends the leaves of one document; of one that breaks, those
// of the lines before the one that does, and the rest as sent.
func (k *collector) yamlDocument(place, doc string) {
	if strings.HasPrefix(doc, "%YAML") { // the library knows 1.1 alone, by name
		var version string
		version, doc, _ = strings.Cut(doc, "\n")
		k.rest(place, event.LeafBody, version)
	}
	read, end := 0, len(doc)
	for range maxYAMLTries {
		list, err := yamlNodes(doc[:end])
		if err == nil {
			for _, n := range list {
				k.yamlNode(place, "", n)
			}
			read = end
			break
		}
		if at := lineStart(doc[:end], errorLine(err)); at > 0 {
			end = at
		} else { // the line named is where the fault's beginning may be
			end = lineStart(doc[:end/2], 0)
		}
	}
	k.rest(place, event.LeafBody, strings.TrimSpace(doc[read:]))
}

// yamlNodes reads all documents of a text: one can end without a line that says
// so.
func yamlNodes(s string) (list []*yaml.Node, err error) {
	for d := yaml.NewDecoder(strings.NewReader(s)); ; {
		var n yaml.Node
		if err = d.Decode(&n); err == io.EOF {
			return list, nil
		} else if err != nil {
			return nil, err
		}
		list = append(list, &n)
	}
}

// maxYAMLTries is how often what stands before a fault is read again.
const maxYAMLTries = 4

// errorLine returns the line that an error of the parser names, 0 for none.
func errorLine(err error) int {
	_, after, _ := strings.Cut(err.Error(), "line ")
	number, _, _ := strings.Cut(after, ":")
	n, bad := strconv.Atoi(number)
	if bad != nil {
		return 0
	}
	return n
}

// lineStart returns where line n of s begins, counted from 1; where its last
// line begins if it has fewer, or n is 0. A first line begins at 0.
func lineStart(s string, n int) int {
	at := 0
	for line := 1; line != n; line++ {
		i := strings.IndexByte(s[at:], '\n')
		if i < 0 || at+i+1 == len(s) {
			break
		}
		at += i + 1
	}
	return at
}

func (k *collector) yamlNode(place, key string, n *yaml.Node) {
	if k.full() {
		return
	}
	k.yamlComments(place, n)
	k.name(place, n.Anchor)
	kind, plain := yamlTypes[n.ShortTag()]
	if !plain && n.Tag != "" && n.Kind != yaml.AliasNode {
		k.add(event.Leaf{Place: place, Key: key, Kind: event.LeafName, Value: n.Tag})
	}
	switch n.Kind {
	case yaml.DocumentNode:
		for _, c := range n.Content {
			k.yamlNode(place, key, c)
		}
	case yaml.SequenceNode:
		for i, c := range n.Content {
			k.yamlNode(k.e.numbered(place, i), key, c)
		}
	case yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			name, at := n.Content[i], place
			if name.Kind == yaml.ScalarNode {
				at = k.e.place(place, name.Value)
				k.name(at, name.Value)
				k.yamlComments(at, name)
			} else {
				k.yamlNode(place, key, name)
			}
			k.yamlNode(at, name.Value, n.Content[i+1])
		}
	case yaml.ScalarNode:
		k.add(event.Leaf{Place: place, Key: key, Kind: event.LeafJSON, Type: kind, Value: n.Value})
		k.inside(place, key, n.Value)
	}
}

func (k *collector) yamlComments(place string, n *yaml.Node) {
	for _, c := range [...]string{n.HeadComment, n.LineComment, n.FootComment} {
		k.rest(place, event.LeafJSON, c)
	}
}

// yamlTypes are the tags that every YAML has, with the type of such a leaf.
var yamlTypes = map[string]string{
	"": "", "!!str": "string", "!!int": "number", "!!float": "number", "!!bool": "bool", "!!null": "null",
	"!!timestamp": "string", "!!binary": "string", "!!map": "", "!!seq": "", "!!merge": "",
}
