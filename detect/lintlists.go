package detect

import (
	"fmt"
	"slices"

	"github.com/expr-lang/expr/ast"
)

// lists looks for lists that no rule names: those among the rules, and those
// of the options.
func (l *linter) lists(s *Set, sources []Source, opt LoadOptions) {
	used := map[string]bool{}
	for _, r := range s.rules {
		for _, tree := range r.trees() {
			ast.Walk(&tree, listNames(used))
		}
	}
	files := slices.Clone(opt.Lists)
	for _, src := range sources {
		names, _ := src.files(listSuffix)
		for _, name := range names {
			files = append(files, ListFile{Source: src, Path: name, Name: stemOf(name)})
		}
	}
	seen := map[string]bool{}
	for _, f := range files {
		shown := f.Source.shown(f.Path)
		if used[f.Name] || seen[shown] {
			continue
		}
		seen[shown] = true
		l.findings = append(l.findings, Finding{FindingUnused, f.Name, Problem{File: shown, Line: 1, Col: 1,
			Message: fmt.Sprintf("no rule looks into the list %q", f.Name), Remedy: fmt.Sprintf("leave it out, or use it: in_list(client.ip, %q)", f.Name)}})
	}
}

// trees are all expressions of the rule.
func (r *Rule) trees() (out []ast.Node) {
	add := func(list ...*program) {
		for _, p := range list {
			if p != nil {
				out = append(out, p.tree)
			}
		}
	}
	add(r.when, r.succeeded.call, r.refused.call, r.failed.call)
	if r.message != nil {
		for i := range r.message.parts {
			add(r.message.parts[i].call)
		}
	}
	if r.win != nil {
		add(r.win.plan.args...)
		for _, k := range r.win.keys {
			add(k...)
		}
	}
	return out
}

// listNames collects the lists that in_list names.
type listNames map[string]bool

// Visit is called for each node after its children.
func (u listNames) Visit(node *ast.Node) {
	n, ok := (*node).(*ast.CallNode)
	if !ok || calleeName(n) != "in_list" || len(n.Arguments) != 2 {
		return
	}
	if s, ok := n.Arguments[1].(*ast.StringNode); ok {
		u[s.Value] = true
	}
}
