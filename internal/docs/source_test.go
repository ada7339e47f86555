package docs

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"
	"testing"
)

// parse returns the Go files below dirs, without their tests.
func parse(t *testing.T, dirs ...string) []*ast.File {
	t.Helper()
	var out []*ast.File
	for _, dir := range dirs {
		err := filepath.WalkDir(filepath.Join(root, dir), func(file string, _ fs.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(file, ".go") || strings.HasSuffix(file, "_test.go") {
				return err
			}
			f, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
			out = append(out, f)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// text is the value of a string literal.
func text(e ast.Expr) (string, bool) {
	lit, ok := e.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return "", false
	}
	s, err := strconv.Unquote(lit.Value)
	return s, err == nil
}

// constants returns the string constants whose names match, by name.
func constants(files []*ast.File, name *regexp.Regexp) []string {
	var out []string
	for _, f := range files {
		ast.Inspect(f, func(n ast.Node) bool {
			if v, ok := n.(*ast.ValueSpec); ok {
				for i, id := range v.Names {
					if i < len(v.Values) && name.MatchString(id.Name) {
						if s, ok := text(v.Values[i]); ok {
							out = append(out, s)
						}
					}
				}
			}
			return true
		})
	}
	return out
}

// members returns the literals given to a member of literals of a type:
// event.Anomaly{Name: "…"}.
func members(files []*ast.File, typ, member string) []string {
	var out []string
	for _, f := range files {
		ast.Inspect(f, func(n ast.Node) bool {
			lit, ok := n.(*ast.CompositeLit)
			if !ok || lit.Type == nil {
				return true
			}
			sel, ok := lit.Type.(*ast.SelectorExpr)
			if !ok || sel.Sel.Name != typ {
				return true
			}
			for _, e := range lit.Elts {
				kv, ok := e.(*ast.KeyValueExpr)
				if !ok {
					continue
				}
				if id, ok := kv.Key.(*ast.Ident); ok && id.Name == member {
					if s, ok := text(kv.Value); ok {
						out = append(out, s)
					}
				}
			}
			return true
		})
	}
	return out
}

// firsts returns the first element of each literal that begins with a string,
// within the named function: the names of a table.
func firsts(files []*ast.File, function string) []string {
	var out []string
	within(files, function, func(n ast.Node) {
		switch n := n.(type) {
		case *ast.CompositeLit:
			if len(n.Elts) > 0 && n.Type == nil {
				if s, ok := text(n.Elts[0]); ok {
					out = append(out, s)
				}
			}
		case *ast.KeyValueExpr: // of a map
			if s, ok := text(n.Key); ok {
				out = append(out, s)
			}
		}
	})
	return out
}

// strs returns all string literals of a function.
func strs(files []*ast.File, function string) []string {
	var out []string
	within(files, function, func(n ast.Node) {
		if e, ok := n.(ast.Expr); ok {
			if s, ok := text(e); ok {
				out = append(out, s)
			}
		}
	})
	return out
}

func inspect(files []*ast.File, visit func(ast.Node)) {
	for _, f := range files {
		ast.Inspect(f, func(n ast.Node) bool {
			if n != nil {
				visit(n)
			}
			return true
		})
	}
}

// within visits the nodes of the named functions.
func within(files []*ast.File, function string, visit func(ast.Node)) {
	for _, f := range files {
		for _, d := range f.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Name.Name == function {
				ast.Inspect(fn, func(n ast.Node) bool {
					if n != nil {
						visit(n)
					}
					return true
				})
			}
		}
	}
}

// functionTable lists the functions of expressions, as detect's table has
// them; the matchers have a table of their own.
func functionTable(t *testing.T) string {
	var rows [][]string
	each := func(n ast.Node) {
		switch n := n.(type) {
		case *ast.CompositeLit:
			m := map[string]string{}
			for _, e := range n.Elts {
				if kv, ok := e.(*ast.KeyValueExpr); ok {
					if id, ok := kv.Key.(*ast.Ident); ok {
						m[id.Name], _ = text(kv.Value) // the others are no text
					}
				}
			}
			if m["name"] != "" {
				rows = append(rows, []string{code(m["name"]), m["meaning"], code(m["example"])})
			}
		case *ast.CallExpr:
			if id, ok := n.Fun.(*ast.Ident); ok && id.Name == "responseFunction" {
				name, _ := text(n.Args[0])
				about, _ := text(n.Args[1])
				rows = append(rows, []string{code(name), about + " shows in the response, or in a text", code(name + "(resp)")})
			}
		}
	}
	for _, list := range []string{"functionTable", "piiFunction", "valueFunctions", "placeFunctions", "timeFunctions", "behaviourFunctions", "probeFunctions", "recordFunctions", "tokenFunctions"} {
		before := len(rows)
		within(parse(t, "detect"), list, each)
		if len(rows) == before {
			t.Fatalf("no functions found in %s: detect's tables look different now", list)
		}
	}
	return table([]string{"function", "meaning", "example"}, rows)
}

// named returns the names in the first column of a section's tables.
func named(section string) []string {
	row := regexp.MustCompile("(?m)^\\| `([^`]+)`")
	var out []string
	for _, m := range row.FindAllStringSubmatch(section, -1) {
		out = append(out, m[1])
	}
	return out
}

// same fails unless a page's names are the code's.
func same(t *testing.T, what string, page, code []string) {
	t.Helper()
	page, code = slices.Clone(page), slices.Clone(code)
	sort.Strings(page)
	sort.Strings(code)
	code = slices.Compact(code)
	for i := 1; i < len(page); i++ {
		if page[i] == page[i-1] {
			t.Errorf("%s: the page names %q twice", what, page[i])
		}
	}
	page = slices.Compact(page)
	for _, n := range code {
		if !slices.Contains(page, n) {
			t.Errorf("%s: the code has %q, the page has not", what, n)
		}
	}
	for _, n := range page {
		if !slices.Contains(code, n) {
			t.Errorf("%s: the page has %q, the code has not", what, n)
		}
	}
	if len(code) == 0 {
		t.Errorf("%s: nothing was found in the code", what)
	}
}
