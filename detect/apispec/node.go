package apispec

// node is a value of a document, whatever it was written in.
type node struct {
	line, col int
	kind      kind
	text      string // of a scalar, as written
	keys      []node // of a mapping
	values    []node // of a mapping or a list
}

type kind uint8

const (
	scalar kind = iota
	mapping
	list
)

// get is the value of a key, nil without.
func (n *node) get(key string) *node {
	if n == nil {
		return nil
	}
	for i := range n.keys {
		if n.keys[i].text == key {
			return &n.values[i]
		}
	}
	return nil
}

// passedOver reports a key of a path or an operation that most of a document
// stands below, and none of what is looked for.
func passedOver(key string) bool {
	switch key {
	case "responses", "parameters", "requestBody", "callbacks", "security":
		return true
	}
	return false
}

// is names what the value is, for messages.
func (n *node) is() string {
	return [...]string{scalar: "a single value", mapping: "a mapping", list: "a list"}[n.kind]
}
