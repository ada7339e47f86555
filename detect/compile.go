package detect

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"unicode/utf8"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	exprcheck "github.com/expr-lang/expr/checker"
	"github.com/expr-lang/expr/compiler"
	"github.com/expr-lang/expr/conf"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/optimizer"
	"github.com/expr-lang/expr/parser"
	"github.com/expr-lang/expr/vm"
)

// program is a compiled expression; read-only, shared by all judges.
type program struct {
	source string
	code   *vm.Program
	tree   ast.Node // as parsed, before it was patched
	typ    reflect.Type
	// native, if it holds one, is run instead of code.
	native native
	// guard, if any, is what of a condition can be asked natively, all of which
	// must hold.
	guard []func(*eval) bool
	// pieces are the texts that a text is joined of, if it is.
	pieces []func(*eval) string
}

// want says what a compiled expression must give.
type want uint8

const (
	wantBool want = iota
	wantKey       // string or number
	wantText      // string, number or bool
)

// compile checks and compiles an expression about one call.
func (l *language) compile(src string, w want) (*program, []fault) {
	return compileWith(src, w, &checker{lang: l, fields: true, lets: map[string]int{}}, l.config)
}

func compileWith(src string, w want, c *checker, cfg *conf.Config) (p *program, faults []fault) {
	if strings.TrimSpace(src) == "" {
		return nil, []fault{{message: "the expression is empty", width: 1}}
	}
	if !utf8.ValidString(src) {
		return nil, []fault{{message: "the expression is not valid UTF-8", width: 1}}
	}
	if at, msg := scanSource(src); msg != "" {
		return nil, []fault{{from: at, width: 1, message: msg}}
	}
	tree, err := parse(src, cfg)
	if err != nil {
		return nil, []fault{syntaxFault(err)}
	}
	c.walk(tree.Node)
	if len(c.faults) > 0 {
		return nil, c.faults
	}
	code, typ, err := build(src, cfg)
	if err != nil {
		return nil, []fault{syntaxFault(err)}
	}
	if msg := wrongType(w, typ); msg != "" {
		return nil, []fault{{width: utf8.RuneCountInString(src), message: msg}}
	}
	t := translator{lang: c.lang, plan: c.plan}
	p = &program{source: src, code: code, tree: tree.Node, typ: typ}
	if t.plan == nil && isAnd(tree.Node) {
		p.conjunction(&t)
	} else {
		p.native = t.expr(tree.Node)
		if b, ok := tree.Node.(*ast.BinaryNode); ok && b.Operator == "+" && p.native.text != nil {
			p.pieces = t.pieces(b)
		}
	}
	return p, nil
}

// config makes a configuration of the library once for many expressions: it
// holds a hundred functions, which would otherwise be most of what loading a
// rule costs. It is used by one goroutine.
func config(opts []expr.Option) *conf.Config {
	cfg := conf.CreateNew()
	for _, o := range opts {
		o(cfg)
	}
	for name := range cfg.Disabled {
		delete(cfg.Builtins, name)
	}
	cfg.Check()
	return cfg
}

// parse and build contain the library's panics: a bad rule must not end the
// process. (What cannot be recovered from, scanSource keeps away from here.)
func parse(src string, cfg *conf.Config) (tree *parser.Tree, err error) {
	defer contain(&err)
	return parser.ParseWithConfig(src, cfg)
}

// build is expr.Compile with a configuration that is made once.
func build(src string, cfg *conf.Config) (code *vm.Program, typ reflect.Type, err error) {
	defer contain(&err)
	tree, err := exprcheck.ParseCheck(src, cfg)
	if err != nil {
		return nil, nil, err
	}
	if err := optimizer.Optimize(&tree.Node, cfg); err != nil {
		return nil, nil, err
	}
	code, err = compiler.Compile(tree, cfg)
	if err != nil {
		return nil, nil, err
	}
	return code, code.Node().Type(), nil
}

func contain(err *error) {
	if r := recover(); r != nil {
		*err = fmt.Errorf("this expression cannot be compiled: %v", r)
	}
}

func wrongType(w want, t reflect.Type) string {
	v := valueType(t)
	switch {
	case w == wantBool && v != "bool":
		return fmt.Sprintf("this must be true or false, but it is %s", typeName(t))
	case w == wantKey && v != "string" && v != "number":
		return fmt.Sprintf("a key must be text or a number, but this is %s", typeName(t))
	case w == wantText && v == "":
		return fmt.Sprintf("this must be text, a number or true or false, but it is %s", typeName(t))
	}
	return ""
}

// typeName is a type in the words of fields.
func typeName(t reflect.Type) string {
	switch v := valueType(t); {
	case v == "string":
		return "text"
	case v != "":
		return "a " + v
	case t != nil && t.Kind() == reflect.Slice:
		return "a list"
	}
	return "something else"
}

// syntaxFault turns an error of the library into a fault with its place.
func syntaxFault(err error) fault {
	var fe *file.Error
	if !errors.As(err, &fe) {
		return fault{width: 1, message: firstLine(err.Error())}
	}
	msg := firstLine(fe.Message)
	// The library names our Go types; authors know them by other words.
	msg = strings.NewReplacer("type *detect.Leaf", "a leaf", "*detect.Leaf", "a leaf", "*detect.HeaderField", "a header", "*detect.Token", "a token",
		"*detect.scope", "resp", "Token(", "token(").Replace(msg)
	width := fe.To - fe.From
	return fault{from: fe.From, width: max(1, width), message: msg}
}

func firstLine(s string) string {
	s, _, _ = strings.Cut(s, "\n")
	return s
}
