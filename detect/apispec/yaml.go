package apispec

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// readYAML reads the first document of a text. Aliases and merge keys are
// followed where a document of an API needs them: to a depth at which nothing
// can grow much.
func readYAML(text string, wanted []string) (n *node, fault *Fault) {
	defer func() { // the parser's own faults must not end the process
		if r := recover(); r != nil {
			n, fault = nil, &Fault{Line: 1, Col: 1, Width: 1, Message: fmt.Sprintf("the YAML cannot be read: %v", r)}
		}
	}()
	var doc yaml.Node
	if err := yaml.NewDecoder(strings.NewReader(text)).Decode(&doc); errors.Is(err, io.EOF) {
		return nil, &Fault{Line: 1, Col: 1, Width: 1, Message: "the file is empty"}
	} else if err != nil {
		return nil, &Fault{Line: lineOf(err), Col: 1, Width: 1, Message: "not valid YAML: " + causeOf(err)}
	}
	y := &yamlReader{left: aliasRoom + len(text)}
	root := y.node(&doc, wanted, 0)
	if y.left < 0 {
		return nil, &Fault{Line: 1, Col: 1, Width: 1, Message: "its aliases make it many times as large", Remedy: "write out what they stand for"}
	}
	return &root, nil
}

// aliasRoom is how many values aliases may make of a short document; of a longer
// one as many as it has bytes.
const aliasRoom = 10_000

// maxYAMLDepth is how deep an operation's parts lie that are looked at:
// paths, path, method, servers, server, variables, variable, enum.
const maxYAMLDepth = 10

type yamlReader struct{ left int }

func (r *yamlReader) node(y *yaml.Node, wanted []string, depth int) node {
	for y.Kind == yaml.DocumentNode && len(y.Content) > 0 || y.Kind == yaml.AliasNode {
		if y.Kind == yaml.DocumentNode {
			y = y.Content[0]
		} else {
			y = y.Alias
		}
	}
	n := node{line: y.Line, col: y.Column}
	if r.left--; r.left < 0 || depth > maxYAMLDepth {
		return n
	}
	switch y.Kind {
	case yaml.SequenceNode:
		n.kind = list
		for _, e := range y.Content {
			n.values = append(n.values, r.node(e, nil, depth+1))
		}
	case yaml.MappingNode:
		n.kind = mapping
		r.pairs(&n, y, wanted, depth)
	default:
		n.text = y.Value
	}
	return n
}

// pairs adds the pairs of a mapping, and behind them those that it merges.
func (r *yamlReader) pairs(n *node, y *yaml.Node, wanted []string, depth int) {
	var merged []*yaml.Node
	for i := 0; i+1 < len(y.Content); i += 2 {
		k, v := y.Content[i], y.Content[i+1]
		switch {
		case k.Tag == "!!merge":
			merged = append(merged, v)
		case wanted != nil && !contains(wanted, k.Value), depth > 1 && passedOver(k.Value):
		default:
			n.keys = append(n.keys, node{line: k.Line, col: k.Column, text: k.Value})
			n.values = append(n.values, r.node(v, nil, depth+1))
		}
	}
	for _, m := range merged {
		for m.Kind == yaml.AliasNode {
			m = m.Alias
		}
		from := []*yaml.Node{m}
		if m.Kind == yaml.SequenceNode {
			from = m.Content
		}
		for _, f := range from {
			for f.Kind == yaml.AliasNode {
				f = f.Alias
			}
			if r.left--; f.Kind == yaml.MappingNode && r.left > 0 && depth <= maxYAMLDepth {
				r.pairs(n, f, wanted, depth+1)
			}
		}
	}
}

// lineOf is the line that an error of the parser names, 1 for none.
func lineOf(err error) int {
	_, after, _ := strings.Cut(err.Error(), "line ")
	number, _, _ := strings.Cut(after, ":")
	n, bad := strconv.Atoi(number)
	if bad != nil {
		return 1
	}
	if strings.Contains(err.Error(), "did not find expected") {
		n++ // of these it counts the lines from 0
	}
	return n
}

// causeOf is the error without the parser's name and the line, which are told.
func causeOf(err error) string {
	msg := strings.TrimPrefix(err.Error(), "yaml: ")
	if rest, ok := strings.CutPrefix(msg, "line "); ok {
		if _, after, ok := strings.Cut(rest, ": "); ok {
			msg = after
		}
	}
	return msg
}
