package config

import (
	"encoding"
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"
)

// A loader lays one YAML text over a Config. It goes on after a problem, so
// that a user sees all of them at once.
type loader struct {
	file     string
	lines    []string
	env      func(string) (string, bool)
	anchors  map[string]ast.Node
	problems []Problem
	origins  map[string]string // where each value was set, by its path; nil asks for none
}

// set notes where the value at path is set.
func (l *loader) set(node ast.Node, path string) {
	if l.origins == nil || path == "" {
		return
	}
	if tok := node.GetToken(); len(l.lines) > 0 && tok != nil && tok.Position != nil {
		l.origins[path] = fmt.Sprintf("%s:%d", l.file, tok.Position.Line)
		return
	}
	l.origins[path] = l.file
}

// assign sets v from node. What node does not name keeps its value.
func (l *loader) assign(node ast.Node, v reflect.Value, path string) {
	switch n := node.(type) {
	case nil, *ast.NullNode:
		return // a key without a value keeps its default
	case *ast.AnchorNode:
		l.anchors[n.Name.String()] = n.Value
		l.assign(n.Value, v, path)
		return
	case *ast.AliasNode:
		target, ok := l.anchors[n.Value.String()]
		if !ok {
			l.fail(n.Value.GetToken(), fmt.Sprintf("there is no anchor %q above", n.Value.String()), "")
			return
		}
		delete(l.anchors, n.Value.String()) // an alias within its own anchor ends here
		l.assign(target, v, path)
		l.anchors[n.Value.String()] = target
		return
	case *ast.TagNode:
		l.assign(n.Value, v, path)
		return
	}
	if u, ok := v.Addr().Interface().(encoding.TextUnmarshaler); ok {
		l.set(node, path)
		l.text(node, u, path)
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		l.pointer(node, v, path)
	case reflect.Struct:
		l.mapping(node, v, path)
	case reflect.Slice:
		l.set(node, path)
		l.list(node, v, path)
	default:
		l.set(node, path)
		l.scalar(node, v, path)
	}
}

func (l *loader) pointer(node ast.Node, v reflect.Value, path string) {
	fresh := reflect.New(v.Type().Elem())
	if !v.IsNil() {
		fresh.Elem().Set(v.Elem())
	}
	l.assign(node, fresh.Elem(), path)
	v.Set(fresh)
}

func (l *loader) mapping(node ast.Node, v reflect.Value, path string) {
	var values []*ast.MappingValueNode
	switch n := node.(type) {
	case *ast.MappingNode:
		values = n.Values
	case *ast.MappingValueNode:
		values = []*ast.MappingValueNode{n}
	default:
		l.mismatch(node, path, "keys and values")
		return
	}
	for _, mv := range values {
		l.entry(mv, v, path)
	}
}

func (l *loader) entry(mv *ast.MappingValueNode, v reflect.Value, path string) {
	tok := mv.Key.GetToken()
	var names []string
	for i := range v.NumField() {
		name := keyName(v.Type().Field(i))
		if name == tok.Value {
			sub := name
			if path != "" {
				sub = path + "." + name
			}
			l.assign(mv.Value, v.Field(i), sub)
			return
		}
		names = append(names, name)
	}
	l.unknown(tok, names, path)
}

// unknown reports a key that is none, with the one that was meant: a
// neighbour, or one of the same name elsewhere.
func (l *loader) unknown(tok *token.Token, names []string, path string) {
	where := ""
	if path != "" {
		where = " in " + path
	}
	remedy := "known here: " + strings.Join(names, ", ")
	if near := Nearest(tok.Value, names); near != "" {
		remedy = fmt.Sprintf("did you mean %q?", near)
	} else {
		for _, k := range keys(reflect.TypeFor[Config](), "") {
			if strings.HasSuffix(k.path, "."+tok.Value) {
				remedy = fmt.Sprintf("did you mean %q?", k.path)
				break
			}
		}
	}
	l.fail(tok, fmt.Sprintf("unknown key %q%s", tok.Value, where), remedy)
}

func (l *loader) list(node ast.Node, v reflect.Value, path string) {
	seq, ok := node.(*ast.SequenceNode)
	if !ok {
		l.mismatch(node, path, "a list, like [a, b]")
		return
	}
	if len(seq.Values) == 0 {
		v.SetZero() // [] and no key at all are the same
		return
	}
	out := reflect.MakeSlice(v.Type(), len(seq.Values), len(seq.Values))
	for i, e := range seq.Values {
		l.assign(e, out.Index(i), fmt.Sprintf("%s[%d]", path, i))
	}
	v.Set(out)
}

// text sets a value that reads itself.
func (l *loader) text(node ast.Node, u encoding.TextUnmarshaler, path string) {
	s, ok := l.word(node, path)
	if !ok {
		return
	}
	if err := u.UnmarshalText([]byte(s)); err != nil {
		l.fail(node.GetToken(), path+": "+err.Error(), "")
	}
}

func (l *loader) scalar(node ast.Node, v reflect.Value, path string) {
	s, ok := l.word(node, path)
	if !ok {
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(s)
	case reflect.Int:
		n, err := strconv.ParseInt(s, 10, 0)
		if err != nil {
			l.mismatch(node, path, "a whole number")
			return
		}
		v.SetInt(n)
	case reflect.Bool:
		b, err := strconv.ParseBool(s)
		if err != nil {
			l.mismatch(node, path, "true or false")
			return
		}
		v.SetBool(b)
	default:
		panic(fmt.Sprintf("config: a field of type %s cannot be set", v.Type())) // ours: a test sets every field
	}
}

// word returns a scalar's text with ${NAME} replaced.
func (l *loader) word(node ast.Node, path string) (string, bool) {
	switch n := node.(type) {
	case *ast.StringNode:
		return l.expand(n.Value, n.GetToken(), path)
	case *ast.LiteralNode:
		return l.expand(n.Value.Value, n.GetToken(), path)
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.InfinityNode, *ast.NanNode:
		return n.GetToken().Value, true
	}
	if s, ok := hostPort(node); ok {
		return s, true
	}
	l.mismatch(node, path, "a single value")
	return "", false
}

// hostPort undoes what the parser makes of [k1:9092]: by YAML that is text, as
// no blank follows the colon, and the parser takes it for a mapping.
func hostPort(node ast.Node) (string, bool) {
	if m, ok := node.(*ast.MappingNode); ok && len(m.Values) == 1 {
		node = m.Values[0]
	}
	mv, ok := node.(*ast.MappingValueNode)
	if !ok || mv.Value == nil {
		return "", false
	}
	k, v := mv.Key.GetToken(), mv.Value.GetToken()
	if k.Type != token.StringType || k.Position.Line != v.Position.Line || v.Position.Column != k.Position.Column+len([]rune(k.Value))+1 {
		return "", false
	}
	switch mv.Value.(type) {
	case *ast.StringNode, *ast.IntegerNode:
		return k.Value + ":" + v.Value, true
	}
	return "", false
}

func (l *loader) mismatch(node ast.Node, path, want string) {
	got := "something else"
	switch n := node.(type) {
	case *ast.MappingNode, *ast.MappingValueNode:
		got = "keys and values"
	case *ast.SequenceNode:
		got = "a list"
	case *ast.StringNode, *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode:
		got = strconv.Quote(n.GetToken().Value)
	}
	if path == "" {
		path = "the file"
	}
	l.fail(node.GetToken(), fmt.Sprintf("%s wants %s, not %s", path, want, got), "")
}

func (l *loader) fail(tok *token.Token, message, remedy string) {
	p := Problem{File: l.file, Message: message, Remedy: remedy}
	if tok != nil && tok.Position != nil && len(l.lines) > 0 {
		p.Line, p.Col = tok.Position.Line, tok.Position.Column
		p.Width = len([]rune(strings.TrimSpace(tok.Origin)))
		if p.Line >= 1 && p.Line <= len(l.lines) {
			p.source = l.lines[p.Line-1]
			p.Width = max(1, min(p.Width, len([]rune(p.source))-p.Col+1))
		}
	}
	l.problems = append(l.problems, p)
}
