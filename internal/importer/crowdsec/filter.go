package crowdsec

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/parser"

	"spaniel/internal/importer"
)

// Bounds of a filter: the parser of the language goes as deep as its text.
const (
	maxFilter = 16 << 10
	maxDepth  = 100
)

// filter translates expressions about an event of a log into such about a call.
type filter struct {
	r    *importer.Result
	http bool // it asked for HTTP logs, or for a field that only they have
	vars map[string]bool
}

func (f *filter) translate(src string) (string, error) {
	n, err := parse(src)
	if err != nil {
		return "", err
	}
	return f.node(n)
}

func parse(src string) (n ast.Node, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("its filter cannot be read: %v", r) // the library's, of a hostile text
		}
	}()
	if len(src) > maxFilter || strings.Count(src, "(")+strings.Count(src, "[")+strings.Count(src, "{") > maxDepth {
		return nil, errors.New("its filter is too large")
	}
	tree, err := parser.Parse(src)
	if err != nil {
		first, _, _ := strings.Cut(err.Error(), "\n")
		return nil, fmt.Errorf("its filter cannot be read: %s", first)
	}
	return tree.Node, nil
}

// joined are the parts that + joins, without texts between them.
func (f *filter) joined(src string) []string {
	n, err := parse(src)
	if err != nil {
		return []string{src}
	}
	var out []string
	var walk func(ast.Node)
	walk = func(n ast.Node) {
		if b, ok := n.(*ast.BinaryNode); ok && b.Operator == "+" {
			walk(b.Left)
			walk(b.Right)
			return
		}
		if _, text := n.(*ast.StringNode); !text {
			out = append(out, n.String())
		}
	}
	walk(n)
	if len(out) == 0 {
		return []string{src}
	}
	return out
}

func (f *filter) node(n ast.Node) (string, error) {
	switch n := n.(type) {
	case *ast.BoolNode, *ast.IntegerNode, *ast.FloatNode:
		return n.String(), nil
	case *ast.StringNode:
		return importer.Quote(n.Value), nil
	case *ast.ArrayNode:
		var parts []string
		for _, e := range n.Nodes {
			p, err := f.node(e)
			if err != nil {
				return "", err
			}
			parts = append(parts, p)
		}
		return "[" + strings.Join(parts, ", ") + "]", nil
	case *ast.UnaryNode:
		p, err := f.node(n.Node)
		if n.Operator == "!" || n.Operator == "not" {
			return importer.Not(p), err
		}
		return n.Operator + p, err
	case *ast.BinaryNode:
		return f.binary(n)
	case *ast.VariableDeclaratorNode:
		return f.variable(n)
	case *ast.IdentifierNode:
		if f.vars[n.Value] {
			return n.Value, nil
		}
	case *ast.MemberNode, *ast.ChainNode:
		return f.field(n.String())
	case *ast.CallNode:
		return f.call(n.Callee.String(), n.Arguments)
	case *ast.BuiltinNode:
		return f.call(n.Name, n.Arguments)
	}
	return "", fmt.Errorf("%.80s has no counterpart", n.String())
}

// variable is let name = value; rest.
func (f *filter) variable(n *ast.VariableDeclaratorNode) (string, error) {
	value, err := f.node(n.Value)
	if err != nil {
		return "", err
	}
	if f.vars == nil {
		f.vars = map[string]bool{}
	}
	f.vars[n.Name] = true
	rest, err := f.node(n.Expr)
	return "let " + n.Name + " = " + value + "; " + rest, err
}

func (f *filter) binary(n *ast.BinaryNode) (string, error) {
	if s, ok, err := f.status(n); ok || err != nil {
		return s, err
	}
	left, err := f.node(n.Left)
	if err != nil {
		return "", err
	}
	right, err := f.node(n.Right)
	if err != nil {
		return "", err
	}
	switch op := n.Operator; op {
	case "&&", "and":
		return importer.And(drop("true", left, right)...), nil
	case "||", "or":
		return importer.Or(left, right), nil
	case "matches":
		s, ok := n.Right.(*ast.StringNode)
		if !ok {
			return "", errors.New("a regular expression that is no literal has no counterpart")
		}
		if why := importer.CheckRegex(s.Value); why != "" {
			return "", errors.New(why)
		}
		return "reads(" + left + ", " + right + ")", nil
	case "==", "!=", "<", "<=", ">", ">=", "in", "contains", "startsWith", "endsWith", "+", "-":
		return left + " " + op + " " + right, nil
	}
	return "", fmt.Errorf("operator %q has no counterpart", n.Operator)
}

// drop leaves out what says nothing in a conjunction.
func drop(word string, parts ...string) []string {
	var out []string
	for _, p := range parts {
		if p != word {
			out = append(out, p)
		}
	}
	return out
}

// status understands comparisons of fields that are text in logs and something
// else in calls: the kind of log, and the status.
func (f *filter) status(n *ast.BinaryNode) (s string, ok bool, err error) {
	name := n.Left.String()
	var words []string
	switch v := n.Right.(type) {
	case *ast.StringNode:
		words = []string{v.Value}
	case *ast.ArrayNode:
		for _, e := range v.Nodes {
			if t, text := e.(*ast.StringNode); text {
				words = append(words, t.Value)
			}
		}
	}
	if len(words) == 0 || n.Operator != "==" && n.Operator != "in" && n.Operator != "!=" {
		return "", false, nil
	}
	switch name {
	case "evt.Meta.log_type", "evt.Meta.service", "evt.Meta.log_type_enh":
		for _, w := range words {
			f.http = f.http || w == "http_access-log" || w == "http"
		}
		if !f.http || n.Operator == "!=" {
			return "", true, fmt.Errorf("%s is not of HTTP calls", strings.Join(words, ", "))
		}
		return "true", true, nil
	case "evt.Meta.http_status", "evt.Parsed.status":
		f.http = true
		var numbers []string
		for _, w := range words {
			if _, err := strconv.Atoi(w); err != nil {
				return "", true, fmt.Errorf("status %q is no number", w)
			}
			numbers = append(numbers, w)
		}
		in := "resp.status in [" + strings.Join(numbers, ", ") + "]"
		if n.Operator == "!=" {
			in = importer.Not(in)
		}
		return in, true, nil
	case "evt.Parsed.static_ressource":
		// As the hub's parser of HTTP logs has it: a name, a dot and one of these.
		static := `reads(req.path, "(?i)[^/]\\.(jpg|css|js|jpeg|png|svg|map|ico|otf|gif|mp3|mp4|woff|woff2|ttf|eot|webp|wav|gz|brotli|bvr|ts|bmp|avif|mjs)$")`
		if words[0] == "false" {
			static = importer.Not(static)
		}
		return static, true, nil
	}
	return "", false, nil
}

// field is what a field of an event is in a call.
func (f *filter) field(name string) (string, error) {
	known := map[string]string{
		"evt.Meta.http_path": "req.target", "evt.Parsed.request": "req.path", "evt.Parsed.target_uri": "req.target", "evt.Parsed.rawrequest": "req.target", "evt.Meta.http_args": "req.query", "evt.Parsed.http_args": "req.query",
		"evt.Meta.http_verb": "req.method", "evt.Parsed.verb": "req.method", "evt.Meta.http_user_agent": "req.user_agent", "evt.Parsed.http_user_agent": "req.user_agent",
		"evt.Meta.source_ip": "client.ip", "evt.Parsed.source_ip": "client.ip", "evt.Parsed.remote_addr": "client.ip", "evt.Meta.target_fqdn": "req.host", "evt.Parsed.target_fqdn": "req.host",
		"evt.Parsed.http_referer": `req.header("referer")`, "evt.Meta.http_status": "string(resp.status)", "evt.Parsed.http_version": `trimPrefix(req.http_version, "HTTP/")`,
		"evt.Meta.IsoCode": "client.country", "evt.Meta.http_args_len": "string(len(req.query))", "evt.Meta.user": "principal.user", "evt.Meta.username": "principal.user", "evt.Meta.ASNNumber": "string(client.asn)",
	}
	s, ok := known[name]
	if !ok {
		return "", fmt.Errorf("%s has no counterpart in a call", name)
	}
	f.http = f.http || strings.Contains(name, "http_") || strings.Contains(name, "request")
	return s, nil
}

func (f *filter) call(name string, args []ast.Node) (string, error) {
	if name == "File" || len(args) > 0 && strings.HasPrefix(args[0].String(), "File(") {
		return "", errors.New("it reads a file of data, which must be made a list of your own")
	}
	if len(args) == 1 {
		if s, ok := args[0].(*ast.StringNode); ok {
			switch strings.ToLower(name) {
			case "lower":
				return importer.Quote(strings.ToLower(s.Value)), nil
			case "upper":
				return importer.Quote(strings.ToUpper(s.Value)), nil
			}
		}
		p, err := f.node(args[0])
		if err != nil {
			return "", err
		}
		switch name {
		case "Lower", "lower", "Upper", "upper", "len":
			return strings.ToLower(name) + "(" + p + ")", nil
		case "Atof", "Atoi", "ParseInt", "int", "float":
			return "float(" + p + ")", nil
		case "QueryUnescape":
			return "url_decode(" + p + ")", nil
		case "PathUnescape":
			f.r.Approx("PathUnescape leaves each +, of which url_decode makes a space")
			return "url_decode(" + p + ")", nil
		case "TrimSpace":
			return "trim(" + p + ")", nil
		}
	}
	return "", fmt.Errorf("%s() has no counterpart", name)
}
