package detect

import (
	"sort"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"

	"spaniel/detect/prefilter"
	"spaniel/event"
)

// maxOver is the longest window.
const maxOver = 24 * time.Hour

// maxKeys bounds the keys of a rule: each is a table of windows.
const maxKeys = 4

// ruleKeys are the keys of a rule, in the order of the reference.
func ruleKeys() []string {
	return []string{"id", "title", "severity", "category", "refs", "advice", "false_positives", "on", "when", "succeeded", "refused", "failed", "by", "over", "window", "having",
		"suppress", "escalate", "closed", "message", "incomplete", "tests"}
}

// reader reads one rule of a document.
type reader struct {
	*document
	lang *language
	rule *Rule
	keys map[string]pair
	body ast.Node
}

// rule reads the rule that the YAML document body holds. It always returns
// one; it is usable only if no problem was added.
func (d *document) rule(lang *language, body ast.Node, text string) *Rule {
	r := &reader{document: d, lang: lang, body: body, rule: &Rule{File: d.name, Line: 1}}
	if t := body.GetToken(); t != nil {
		r.rule.Line = t.Position.Line
	}
	r.keys = d.mapping(body, "a rule", ruleKeys()...)
	if r.keys == nil {
		return r.rule
	}
	r.metadata()
	r.on()
	r.conditions()
	r.incomplete()
	r.tests()
	r.rule.hash = sourceHash(text)
	return r.rule
}

func (r *reader) missing(key, remedy string) {
	r.at(r.body, remedy, "the rule has no %s", key)
}

func (r *reader) metadata() {
	if p, ok := r.keys["id"]; !ok {
		r.missing("id", "add id: words-and-hyphens")
	} else if s := r.scalar(p.value, "id"); s.ok {
		r.rule.ID = s.text
		if !r.lang.idShape.MatchString(s.text) {
			r.at(p.value, "3 to 64 lower-case letters, digits and hyphens", "%q is no id", s.text)
		}
	}
	if p, ok := r.keys["title"]; !ok {
		r.missing("title", "add title: one sentence")
	} else if s := r.scalar(p.value, "title"); s.ok {
		r.rule.Title = s.text
		if s.text == "" || len(s.text) > 200 {
			r.at(p.value, "", "the title must have 1 to 200 bytes")
		}
	}
	if p, ok := r.keys["severity"]; !ok {
		r.missing("severity", "add severity: info, low, medium, high or critical")
	} else {
		r.rule.Severity = r.severity(p.value)
	}
	if p, ok := r.keys["category"]; !ok {
		r.missing("category", "add category: pack/kind")
	} else if s := r.scalar(p.value, "category"); s.ok {
		r.rule.Category = s.text
		if msg, remedy := badCategory(s.text); msg != "" {
			r.at(p.value, remedy, "%s", msg)
		}
	}
	r.rule.Refs = []string{}
	if p, ok := r.keys["refs"]; ok {
		for _, n := range r.sequence(p.value) {
			s := r.scalar(n, "a reference")
			if s.ok && !r.lang.refShape.MatchString(s.text) {
				r.at(n, "write scheme:value, such as cwe:89", "%q is no reference", s.text)
			}
			r.rule.Refs = append(r.rule.Refs, s.text)
		}
	}
	r.rule.Advice, r.rule.FalsePositives = r.sentences("advice"), r.sentences("false_positives")
}

// maxSentences bounds what a rule says to people.
const maxSentences = 500

// sentences reads a key that is for people alone.
func (r *reader) sentences(key string) string {
	p, ok := r.keys[key]
	if !ok {
		return ""
	}
	s := r.scalar(p.value, key)
	if s.ok && (s.text == "" || len(s.text) > maxSentences) {
		r.at(p.value, "", "%s must have 1 to %d bytes", key, maxSentences)
	}
	return s.text
}

func (r *reader) severity(n ast.Node) event.Severity {
	s := r.scalar(n, "severity")
	if !s.ok {
		return 0
	}
	v, err := event.ParseSeverity(s.text)
	if err != nil {
		r.at(n, suggest(s.text, []string{"info", "low", "medium", "high", "critical"}), "%s", err.Error())
	}
	return v
}

// packs are the first words of a category; injection has a closed list of
// second words, the families that accuracy is measured by.
func packs() []string {
	return []string{"injection", "auth", "access", "dos", "bots", "recon", "posture", "mitm", "protocol"}
}

func families() []string {
	return strings.Fields(`sqli xss cmdi path-traversal code-inj ssti ssrf nosqli log4shell ldap crlf ssi xpath upload xxe leak
		session-fixation mail proto-pollution deser scanner-ua graphql`)
}

func badCategory(c string) (msg, remedy string) {
	pack, kind, ok := strings.Cut(c, "/")
	switch {
	case !ok || kind == "" || strings.Contains(kind, "/"):
		return "a category is pack/kind", "such as auth/stuffing"
	case !contains(packs(), pack):
		return "unknown pack " + pack, suggest(pack, packs())
	case pack == "injection" && !contains(families(), kind):
		return "unknown family " + kind, suggest(kind, families())
	}
	return "", ""
}

func (r *reader) conditions() {
	if p, ok := r.keys["when"]; !ok {
		r.missing("when", "add when: an expression on a call")
	} else if s := r.scalar(p.value, "when"); s.ok {
		call, known := knownPart(s.text)
		prog, fs := r.lang.compile(call, wantBool)
		r.faults(s, fs)
		r.rule.When = s.text
		if len(fs) == 0 {
			r.rule.when, r.rule.need = prog, r.needs(prog)
		}
		if known != "" {
			defer r.known(s, known)
		}
	}
	windowed := r.window()
	r.clause("succeeded", &r.rule.succeeded, windowed)
	r.clause("refused", &r.rule.refused, windowed)
	r.clause("failed", &r.rule.failed, windowed)
	if windowed {
		r.clause("escalate", &r.rule.win.escalate, true)
		r.clause("closed", &r.rule.win.closed, true)
		defer r.afterwards()
		if e := r.rule.win.escalate; e.set() && e.severity == 0 {
			r.at(r.keys["escalate"].node, "add severity:", "escalate gives no severity")
		}
		if p, ok := r.keys["closed"]; ok && len(r.rule.win.keys) > 1 {
			r.at(p.node, "make it a rule for each key", "a rule with closed has one key: what is over for one is not for the other")
		}
		if r.rule.win.closed.severity != 0 {
			r.at(r.keys["closed"].node, "leave severity: out", "closed changes no severity")
		}
	}
	if p, ok := r.keys["message"]; ok {
		if s := r.scalar(p.value, "message"); s.ok {
			var fs []fault
			r.rule.message, fs = r.lang.compileMessage(s.text, r.plan())
			r.faults(s, fs)
		}
	}
}

// known reads the part of when that asks what was learned.
func (r *reader) known(s scalar, part string) {
	if r.rule.win == nil {
		if _, ok := r.keys["having"]; !ok {
			r.at(r.keys["when"].node, "add over: and having: count() > 0, and by: for whom it is counted", "a condition on what was learned needs having")
		}
		return
	}
	fs := onlyFacts(part)
	if len(fs) == 0 {
		r.rule.win.known, fs = r.lang.compileWindow(r.rule.win.plan, part, wantBool)
		if len(fs) == 0 {
			r.rule.win.counted = r.rule.win.plan.counted(r.rule.win.known.tree)
		}
		for i := range fs {
			if strings.HasSuffix(fs[i].message, outsideAggregate) {
				fs[i].message = strings.TrimSuffix(fs[i].message, outsideAggregate) + "stands in one part with what was learned, which is asked later"
				fs[i].remedy = "join the two by && outside brackets"
			}
		}
	}
	r.faults(s, fs)
}

// plan is the window's plan, nil in a rule without.
func (r *reader) plan() *plan {
	if r.rule.win == nil {
		return nil
	}
	return r.rule.win.plan
}

// window reads by, over, having and suppress; it reports whether the rule has
// a window.
func (r *reader) window() bool {
	having, ok := r.keys["having"]
	if !ok {
		for _, k := range []string{"by", "over", "window", "escalate", "closed", "suppress"} {
			if p, ok := r.keys[k]; ok {
				r.at(p.node, "add having: an expression over the window", "%s needs having", k)
			}
		}
		return false
	}
	r.rule.win = &windowRule{plan: newPlan()}
	if p, ok := r.keys["over"]; !ok {
		r.at(having.node, "add over: 10m", "having needs over")
	} else if r.rule.Over = r.duration(p.value, "over", maxOver); r.rule.Over == 0 {
		r.at(p.value, "write 30s, 10m or 1h", "over must be longer than nothing")
	}
	r.rule.Suppress = r.rule.Over
	if p, ok := r.keys["suppress"]; ok {
		r.rule.Suppress = r.duration(p.value, "suppress", 7*maxOver)
	}
	r.tumbling()
	r.by()
	if s := r.scalar(having.value, "having"); s.ok {
		prog, fs := r.lang.compileWindow(r.rule.win.plan, s.text, wantBool)
		r.faults(s, fs)
		r.rule.Having, r.rule.win.having = s.text, prog
	}
	return true
}

// tumbling reads what kind of window it is.
func (r *reader) tumbling() {
	p, ok := r.keys["window"]
	if !ok {
		return
	}
	s := r.scalar(p.value, "window")
	switch {
	case !s.ok:
	case s.text == "tumbling":
		r.rule.win.tumbling = true
	case s.text != "sliding":
		r.at(p.value, "write sliding or tumbling", "%q is no kind of window", s.text)
	}
}

// afterwards checks what concerns all expressions of the window together.
func (r *reader) afterwards() {
	w := r.rule.win
	if text := w.plan.tooLong(r.rule.Over); text != "" && r.rule.Over > 0 {
		r.at(r.keys["over"].value, "lengthen over:", "%s needs a longer window than %s", text, r.rule.Over)
	}
	r.join()
}

func (r *reader) by() {
	p, ok := r.keys["by"]
	if !ok {
		return
	}
	keys := r.sequence(p.value)
	if len(keys) > maxKeys {
		r.at(p.node, "", "a rule has at most %d keys", maxKeys)
		return
	}
	for _, k := range keys {
		var names []string
		var progs []*program
		for _, part := range r.sequence(k) {
			s := r.scalar(part, "a key")
			if !s.ok {
				continue
			}
			prog, fs := r.lang.compile(s.text, wantKey)
			r.faults(s, fs)
			names, progs = append(names, s.text), append(progs, prog)
		}
		r.rule.By = append(r.rule.By, names)
		r.rule.win.keys = append(r.rule.win.keys, progs)
		r.rule.win.keyIDs = append(r.rule.win.keyIDs, r.lang.keyID(names))
		r.rule.win.byUser = r.rule.win.byUser || contains(names, "principal.user")
	}
}

func (r *reader) clause(key string, c *clause, windowed bool) {
	p, ok := r.keys[key]
	if !ok {
		return
	}
	m := r.mapping(p.value, key, "when", "severity")
	if m == nil {
		return
	}
	if sev, ok := m["severity"]; ok {
		c.severity = r.severity(sev.value)
	}
	w, ok := m["when"]
	if !ok {
		r.at(p.node, "add when:", "%s has no when", key)
		return
	}
	s := r.scalar(w.value, "when")
	if !s.ok {
		return
	}
	var fs []fault
	if windowed {
		c.window, fs = r.lang.compileWindow(r.rule.win.plan, s.text, wantBool)
	} else {
		c.call, fs = r.lang.compile(s.text, wantBool)
	}
	r.faults(s, fs)
}

func (r *reader) incomplete() {
	p, ok := r.keys["incomplete"]
	if !ok {
		return
	}
	s := r.scalar(p.value, "incomplete")
	switch {
	case !s.ok:
	case s.text == "skip":
		r.rule.skipIncomplete = true
	case s.text != "allow":
		r.at(p.value, "write allow or skip", "%q is neither allow nor skip", s.text)
	}
}

// noNumber lists the matchers that a short number may be asked about for its
// bytes, and that find nothing in one.
func noNumber() []string { return []string{"ssrf", "traversal", "traversal_hint"} }

// filterMatchers gives the prefilter the matchers by name.
func filterMatchers() map[string]*prefilter.Matcher {
	out := map[string]*prefilter.Matcher{}
	for i, m := range matchers() {
		in := placeScreens()[m.name]
		out[m.name] = &prefilter.Matcher{Match: m.match, Place: m.place, Places: m.places, PlaceName: in.name, PlaceValue: in.value, Needs: m.needs, Also: m.also, Words: m.words, NoNumber: contains(noNumber(), m.name), Index: i}
	}
	return out
}

// sortProblems puts problems into the order of files and lines.
func sortProblems(ps []Problem) {
	sort.SliceStable(ps, func(i, j int) bool {
		a, b := ps[i], ps[j]
		if a.File != b.File {
			return a.File < b.File
		}
		if a.Line != b.Line {
			return a.Line < b.Line
		}
		return a.Col < b.Col
	})
}
