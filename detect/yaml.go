package detect

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// Limits of a rule file. A rule takes some 2 KiB; the YAML library takes time
// quadratic in the number of its tokens, so these are what keeps a hostile
// file's cost small.
const (
	maxFile    = 256 << 10
	maxLine    = 16 << 10
	maxLines   = 10_000
	maxDocs    = 500
	maxYAMLRow = 64 // levels that one line opens
)

// document is one rule file while it is read. Every fault becomes a Problem
// with its place; reading goes on, so that an author sees all at once.
type document struct {
	name     string
	text     string
	problems []Problem
}

// maxProblems bounds the problems told of one file.
const maxProblems = 100

func (d *document) problem(line, col, width int, remedy, format string, args ...any) {
	if len(d.problems) == maxProblems {
		return
	}
	d.problems = append(d.problems, Problem{File: d.name, Line: line, Col: col, Message: fmt.Sprintf(format, args...), Remedy: remedy,
		Excerpt: excerpt(d.text, line, col, width)})
}

// at adds a problem at a node.
func (d *document) at(n ast.Node, remedy, format string, args ...any) {
	line, col := 1, 1
	width := 1
	if t := n.GetToken(); t != nil {
		line, col, width = t.Position.Line, t.Position.Column, max(1, utf8.RuneCountInString(firstLine(t.Value)))
	}
	d.problem(line, col, width, remedy, format, args...)
}

// parse reads the file's YAML documents. Anchors, aliases and merge keys are
// refused: a rule needs none, and they are how a small file becomes a large one.
func (d *document) parse() (docs []ast.Node) {
	if len(d.text) > maxFile {
		d.problem(1, 1, 1, "", "the file has %d bytes, at most %d are allowed", len(d.text), maxFile)
		return nil
	}
	if !utf8.ValidString(d.text) {
		d.problem(1, 1, 1, "save it as UTF-8", "the file is not valid UTF-8")
		return nil
	}
	if line, msg := scanYAML(d.text); msg != "" {
		d.problem(line, 1, 1, "", "%s", msg)
		return nil
	}
	f, err := parseYAML(d.text)
	if err != nil {
		d.syntax(err)
		return nil
	}
	for _, doc := range f.Docs {
		if doc != nil && doc.Body != nil {
			if _, empty := doc.Body.(*ast.CommentGroupNode); !empty {
				docs = append(docs, doc.Body)
			}
		}
	}
	return docs
}

// parseYAML contains a panic of the parser to the file that caused it.
func parseYAML(text string) (f *ast.File, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("the YAML cannot be read: %v", r)
		}
	}()
	return parser.ParseBytes([]byte(text), 0)
}

// syntax reports an error of the YAML parser, which begins "[line:col] ".
func (d *document) syntax(err error) {
	line, col := 1, 1
	msg := firstLine(err.Error())
	if n, scanErr := fmt.Sscanf(msg, "[%d:%d]", &line, &col); scanErr == nil && n == 2 {
		_, msg, _ = strings.Cut(msg, "] ")
	}
	d.problem(line, col, 1, "", "not valid YAML: %s", msg)
}

// scanYAML refuses, before the parser recurses into it, text that opens very
// many levels: brackets across the file, or indicators in one line.
func scanYAML(text string) (line int, msg string) {
	depth, docs := 0, 0
	for i, l := range strings.Split(text, "\n") {
		if strings.HasPrefix(l, "---") {
			docs++
		}
		switch {
		case len(l) > maxLine:
			return i + 1, fmt.Sprintf("the line has %d bytes, at most %d are allowed", len(l), maxLine)
		case i >= maxLines:
			return i + 1, fmt.Sprintf("the file has more than %d lines", maxLines)
		case docs > maxDocs:
			return i + 1, fmt.Sprintf("the file has more than %d documents", maxDocs)
		}
		rest, row := strings.TrimLeft(l, " \t"), 0
		for len(rest) > 1 && (rest[0] == '-' || rest[0] == '?' || rest[0] == ':') && (rest[1] == ' ' || rest[1] == '\t') {
			rest = strings.TrimLeft(rest[1:], " \t")
			row++
		}
		if row > maxYAMLRow || len(l)-len(strings.TrimLeft(l, " \t")) > 8*maxYAMLRow {
			return i + 1, fmt.Sprintf("the YAML nests deeper than %d levels", maxYAMLRow)
		}
		// Brackets inside text count too: a limit this high does not hurt it.
		open := strings.Count(l, "[") + strings.Count(l, "{")
		depth = max(0, depth+open-strings.Count(l, "]")-strings.Count(l, "}"))
		if depth > 16*maxYAMLRow {
			return i + 1, "the YAML opens too many brackets"
		}
	}
	return 0, ""
}

// pair is one key of a mapping with its value.
type pair struct {
	key   string
	node  ast.Node // of the key
	value ast.Node
}

// mapping returns a mapping's pairs; keys that are not among known, and keys
// given twice, are problems. nil when n is no mapping (a problem too).
func (d *document) mapping(n ast.Node, what string, known ...string) map[string]pair {
	var values []*ast.MappingValueNode
	switch n := n.(type) {
	case *ast.MappingNode:
		values = n.Values
	case *ast.MappingValueNode:
		values = []*ast.MappingValueNode{n}
	default:
		d.at(n, "write key: value", "%s must be a mapping", what)
		return nil
	}
	out := map[string]pair{}
	for _, v := range values {
		key, ok := v.Key.(*ast.StringNode)
		if !ok {
			d.at(v.Key, "", "a key of %s must be a word", what)
			continue
		}
		if _, twice := out[key.Value]; twice {
			d.at(v.Key, "", "key %q is given twice", key.Value)
			continue
		}
		if !contains(known, key.Value) {
			d.at(v.Key, suggest(key.Value, known), "unknown key %q in %s", key.Value, what)
			continue
		}
		out[key.Value] = pair{key.Value, v.Key, v.Value}
	}
	return out
}

func contains(list []string, s string) bool {
	for _, e := range list {
		if e == s {
			return true
		}
	}
	return false
}

// scalar is a text with its place, so that faults within it can be shown.
type scalar struct {
	text      string
	line, col int
	ok        bool
}

// scalar reads a scalar; numbers and words like true are taken as written.
func (d *document) scalar(n ast.Node, what string) scalar {
	s := scalar{ok: true}
	switch v := n.(type) {
	case *ast.StringNode:
		s.text = v.Value
	case *ast.LiteralNode:
		s.text = v.Value.Value
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode:
		s.text = n.GetToken().Value
	default:
		d.at(n, "", "%s must be text", what)
		return scalar{}
	}
	t := n.GetToken()
	s.line, s.col = t.Position.Line, t.Position.Column
	return s
}

// sequence returns the elements of a list; a single value is a list of one.
func (d *document) sequence(n ast.Node) []ast.Node {
	if s, ok := n.(*ast.SequenceNode); ok {
		return s.Values
	}
	return []ast.Node{n}
}

// duration reads 90s, 10m, 1h30m, 2d.
func (d *document) duration(n ast.Node, what string, maximum time.Duration) time.Duration {
	s := d.scalar(n, what)
	if !s.ok {
		return 0
	}
	v, err := parseDuration(s.text)
	if err != nil || v < 0 {
		d.at(n, "write 30s, 10m, 1h or 1d", "%q is not a duration", s.text)
		return 0
	}
	if v > maximum {
		d.at(n, "", "%s is longer than %s, the longest allowed", s.text, maximum)
		return 0
	}
	return v
}

func parseDuration(s string) (time.Duration, error) {
	if days, ok := strings.CutSuffix(s, "d"); ok {
		h, err := time.ParseDuration(days + "h")
		if err != nil || h > 1000*time.Hour || h < 0 {
			return 0, fmt.Errorf("not a duration: %q", s)
		}
		return 24 * h, nil
	}
	return time.ParseDuration(s)
}

// faults reports what is wrong inside a scalar that holds an expression.
func (d *document) faults(s scalar, fs []fault) {
	for _, f := range fs {
		line, col := locate(d.text, s.line, s.col, s.text, f.from)
		d.problem(line, col, f.width, f.remedy, "%s", f.message)
	}
}
