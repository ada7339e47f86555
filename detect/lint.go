package detect

import (
	"fmt"
	"sort"
	"strings"
	"unicode/utf8"

	"github.com/expr-lang/expr/ast"
	yamlast "github.com/goccy/go-yaml/ast"

	"spaniel/detect/taxonomy"
)

// The kinds of findings.
const (
	FindingUnused    = "unused"    // something that has no effect
	FindingShadowed  = "shadowed"  // another rule says the same
	FindingTests     = "tests"     // a test of a kind is missing
	FindingSlow      = "slow"      // evaluating it costs much
	FindingReference = "reference" // it names what is not there
	FindingBroad     = "broad"     // it fires on ordinary traffic
)

// A Finding is what lint has to say of a rule that loads: most likely a
// mistake, but no error.
type Finding struct {
	Kind string
	Rule string
	Problem
}

// linter gathers findings while rules are read, when their documents are at
// hand.
type linter struct {
	findings []Finding
	spots    map[string]spot // by rule
}

// spot is where a rule's condition stands.
type spot struct {
	doc  *document
	when scalar
}

// Lint loads like Load, and also looks for what is no error but most likely a
// mistake. Rules are compared with one another and with those of against,
// which may be nil, but for those that have the same id. The error is that of
// Load; then there are no findings.
func Lint(sources []Source, opt LoadOptions, against *Set) (*Set, []Finding, error) {
	l := &linter{spots: map[string]spot{}}
	s, err := loadWith(sources, opt, l)
	if err != nil {
		return nil, nil, err
	}
	l.compare(s, against)
	l.categories(s, against)
	l.lists(s, sources, opt)
	out := l.findings
	sort.SliceStable(out, func(i, j int) bool {
		a, b := out[i], out[j]
		if a.File != b.File {
			return a.File < b.File
		}
		return a.Line < b.Line || a.Line == b.Line && a.Col < b.Col
	})
	return s, out, nil
}

// add adds a finding whose place a document has just noted as a problem.
func (l *linter) add(kind, rule string, d *document, note func(d *document)) {
	seen := &document{name: d.name, text: d.text}
	note(seen)
	for _, p := range seen.problems {
		l.findings = append(l.findings, Finding{kind, rule, p})
	}
}

// rule looks at one rule that loaded.
func (l *linter) rule(d *document, body yamlast.Node, r *Rule) {
	keys := d.mapping(body, "a rule", ruleKeys()...)
	w, ok := keys["when"]
	if !ok || r.when == nil {
		return
	}
	when := d.scalar(w.value, "when")
	l.spots[r.ID] = spot{doc: d, when: when}
	l.tests(d, keys, r)
	l.refs(d, keys, r)
	l.expression(d, when, r.ID, r.when.tree)
	if c := costOf(r.when.tree); c > maxStaticCost {
		l.add(FindingSlow, r.ID, d, func(d *document) {
			d.problem(when.line, when.col, 1, "put a cheap condition before it, such as one on req.method or resp.content_type, or look at less text",
				"the condition looks at some %d KiB of text on an ordinary call, at most %d are advised", c>>10, maxStaticCost>>10)
		})
	}
	for _, key := range []string{"succeeded", "failed", "refused", "escalate", "closed"} {
		l.clause(d, keys, key, r)
	}
	if having, ok := keys["having"]; ok {
		l.expression(d, d.scalar(having.value, "having"), r.ID, r.win.having.tree)
	}
}

// clause looks at succeeded, failed, refused, escalate or closed.
func (l *linter) clause(d *document, keys map[string]pair, key string, r *Rule) {
	p, ok := keys[key]
	if !ok {
		return
	}
	m := d.mapping(p.value, key, "when", "severity")
	var c *clause
	switch key {
	case "succeeded":
		c = &r.succeeded
	case "failed":
		c = &r.failed
	case "refused":
		c = &r.refused
	case "closed":
		c = &r.win.closed
	default:
		c = &r.win.escalate
		if c.severity <= r.Severity {
			l.add(FindingUnused, r.ID, d, func(d *document) {
				d.at(p.node, "leave it out, or give it a higher severity", "escalate gives %s, and the rule is %s already", c.severity, r.Severity)
			})
		}
	}
	w, ok := m["when"]
	if !ok {
		return
	}
	s := d.scalar(w.value, "when")
	switch {
	case c.call != nil:
		l.expression(d, s, r.ID, c.call.tree)
	case c.window != nil:
		l.expression(d, s, r.ID, c.window.tree)
	}
}

// tests wants one test that fires, and one that is silent.
func (l *linter) tests(d *document, keys map[string]pair, r *Rule) {
	has := map[string]bool{}
	for _, t := range r.Tests {
		has[t.Kind] = true
	}
	line, col, width := r.Line, 1, 2
	if p, ok := keys["tests"]; ok {
		t := p.node.GetToken()
		line, col, width = t.Position.Line, t.Position.Column, len("tests")
	}
	for _, k := range []struct{ kind, remedy string }{{"fires", "add a request on which it must fire"}, {"silent", "add a harmless request that looks like it"}} {
		if !has[k.kind] {
			l.add(FindingTests, r.ID, d, func(d *document) { d.problem(line, col, width, k.remedy, "the rule has no test of kind %s", k.kind) })
		}
	}
}

// refs checks the references against the lists they are of.
func (l *linter) refs(d *document, keys map[string]pair, r *Rule) {
	p, ok := keys["refs"]
	if !ok {
		return
	}
	for i, n := range d.sequence(p.value) {
		if i >= len(r.Refs) {
			break
		}
		msg, _ := taxonomy.Check(r.Refs[i])
		if msg == "" {
			continue
		}
		scheme, _, _ := strings.Cut(r.Refs[i], ":")
		remedy := "spaniel rules coverage lists the known ones"
		if near := suggest(scheme, taxonomy.Keys()); near != "" && !contains(taxonomy.Keys(), scheme) {
			remedy = near
		}
		l.add(FindingReference, r.ID, d, func(d *document) { d.at(n, remedy, "%q: %s", r.Refs[i], msg) })
	}
}

// expression looks for parts without effect.
func (l *linter) expression(d *document, s scalar, rule string, tree ast.Node) {
	for _, f := range oddities(tree) {
		line, col := locate(d.text, s.line, s.col, s.text, f.from)
		l.add(f.kind, rule, d, func(d *document) { d.problem(line, col, f.width, f.remedy, "%s", f.message) })
	}
}

// compare looks for rules that say what others say.
func (l *linter) compare(s, against *Set) {
	byCondition := map[string]*Rule{}
	var singles []*Rule
	see := func(r *Rule) {
		if r.when == nil {
			return
		}
		if _, twice := byCondition[r.condition()]; !twice {
			byCondition[r.condition()] = r
		}
		if !r.Windowed() {
			singles = append(singles, r)
		}
	}
	if against != nil {
		for _, r := range against.rules {
			if s.byID[r.ID] == nil {
				see(r)
			}
		}
	}
	own := append([]*Rule(nil), s.rules...)
	sort.SliceStable(own, func(i, j int) bool {
		return own[i].File < own[j].File || own[i].File == own[j].File && own[i].Line < own[j].Line
	})
	for _, r := range own {
		if other := byCondition[r.condition()]; other != nil && other.ID != r.ID {
			l.at(r, "leave one of them out, or say in its condition where they differ", fmt.Sprintf("the condition is that of rule %q, %s:%d", other.ID, other.File, other.Line))
		} else if other := wider(r, singles); other != nil {
			l.at(r, "raise its severity, or leave it out", fmt.Sprintf("where it fires, rule %q (%s:%d) does too, and is as severe", other.ID, other.File, other.Line))
		}
		see(r)
	}
}

// at adds a finding of kind shadowed at a rule's condition.
func (l *linter) at(r *Rule, remedy, message string) {
	sp, ok := l.spots[r.ID]
	if !ok {
		return
	}
	l.add(FindingShadowed, r.ID, sp.doc, func(d *document) {
		d.problem(sp.when.line, sp.when.col, min(40, max(1, utf8.RuneCountInString(firstLine(sp.when.text)))), remedy, "%s", message)
	})
}

// condition is all that decides whether a rule fires, in one form however it
// is written.
func (r *Rule) condition() string {
	c := r.when.tree.String()
	if r.win != nil && r.win.known != nil {
		c += "\x00" + r.win.known.tree.String()
	}
	if r.win != nil {
		c += fmt.Sprintf("\x00%v\x00%s\x00%v\x00%t", r.By, strings.Join(strings.Fields(r.Having), " "), r.Over, r.win.tumbling)
	}
	return c
}

// wider finds a rule of single calls whose condition asks for a part of what
// r's asks for, and that is at least as severe.
func wider(r *Rule, singles []*Rule) *Rule {
	if r.Windowed() {
		return nil
	}
	parts := map[string]bool{}
	for _, n := range flatten(r.when.tree, "&&", nil) {
		parts[n.String()] = true
	}
	for _, o := range singles {
		if o.ID == r.ID || o.Severity < r.Severity || o.skipIncomplete && !r.skipIncomplete {
			continue
		}
		asked, all := flatten(o.when.tree, "&&", nil), true
		for _, n := range asked {
			all = all && parts[n.String()]
		}
		if all && len(asked) < len(parts) {
			return o
		}
	}
	return nil
}

// categories looks for counted categories that no rule has.
func (l *linter) categories(s, against *Set) {
	for _, r := range s.rules {
		if r.win == nil {
			continue
		}
		for _, k := range r.win.links {
			found := false
			for _, set := range []*Set{s, against} {
				if set == nil {
					continue
				}
				for _, o := range set.rules {
					found = found || o.ID != r.ID && names(k.name, o)
				}
			}
			if !found {
				p := k.problem
				p.Message, p.Remedy = fmt.Sprintf("no rule has the category %q", k.name), "spaniel rules list shows the categories"
				l.findings = append(l.findings, Finding{FindingReference, r.ID, p})
			}
		}
	}
}
