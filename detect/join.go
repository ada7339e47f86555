package detect

import (
	"fmt"
	"path"
	"slices"
	"sort"
	"strings"
	"unicode/utf8"

	"spaniel/event"
)

// A link is an aggregate that counts the alerts of some rules.
type link struct {
	name      string
	aggregate int
	// problem is what is wrong if no rule has that name.
	problem Problem
}

// joinPart is a part of a key that an alert shows, too.
type joinPart = func(a *event.Alert) string

// joinParts are the fields by which alerts of one rule find the windows of another.
func joinParts() map[string]joinPart {
	return map[string]joinPart{
		"client.ip":          func(a *event.Alert) string { return a.Client.IP },
		"client.fingerprint": func(a *event.Alert) string { return a.Client.Fingerprint },
		"server.ip":          func(a *event.Alert) string { return a.Server.IP },
		"principal.id":       func(a *event.Alert) string { return a.Principal.ID },
		"principal.user":     func(a *event.Alert) string { return a.Principal.User },
		"principal.session":  func(a *event.Alert) string { return a.Principal.Session },
		"req.host":           func(a *event.Alert) string { return a.Req.Host },
		"endpoint":           func(a *event.Alert) string { return a.Req.Method + " " + a.Req.Host + a.Req.Route },
	}
}

// join checks the keys of a rule that counts the alerts of others, and notes
// whose: whether these exist is known when all rules are read.
func (r *reader) join() {
	w := r.rule.win
	if len(w.plan.alerts) == 0 {
		return
	}
	parts := joinParts()
	for _, key := range r.rule.By {
		var found []joinPart
		for _, name := range key {
			found = append(found, parts[name])
			if parts[name] == nil {
				var names []string
				for n := range parts {
					names = append(names, n)
				}
				sort.Strings(names)
				r.at(r.keys["by"].node, "use "+strings.Join(names, ", "), "alerts have no %q to be joined by", name)
				return
			}
		}
		w.joinBy = append(w.joinBy, found)
	}
	for _, ref := range w.plan.alerts {
		l := link{name: ref.name, aggregate: ref.aggregate}
		before := len(r.problems)
		s := r.scalar(r.keys["having"].value, "having")
		from := utf8.RuneCountInString(s.text[:max(0, strings.Index(s.text, ref.name))])
		r.faults(s, []fault{{from: from, width: utf8.RuneCountInString(ref.name), message: fmt.Sprintf("there is no rule %q", ref.name)}})
		l.problem = r.problems[before]
		r.problems = r.problems[:before]
		w.links = append(w.links, l)
	}
}

// joinKey is the key of an alert as a rule has it; "" if it lacks a part.
func joinKey(by []joinPart, a *event.Alert) string {
	var key []byte
	for i, part := range by {
		text := part(a)
		if text == "" {
			return ""
		}
		if i > 0 {
			key = append(key, '|')
		}
		key = appendPart(key, text)
	}
	return bounded(string(key))
}

// joins finds for each rule the aggregates of others that count its alerts. A
// name that no rule has, and rules that wait for one another, are problems.
func (s *Set) joins(known map[string]*Rule) (problems []Problem) {
	s.joined = map[string][]joined{}
	for _, r := range s.rules {
		if r.win == nil {
			continue
		}
		for _, l := range r.win.links {
			n := 0
			for id, other := range known {
				if id == r.ID || !names(l.name, other) {
					continue
				}
				n++
				s.joined[id] = append(s.joined[id], joined{r, l.aggregate})
			}
			if p := l.problem; l.name == r.ID {
				p.Message = "a rule cannot count its own alerts"
				problems = append(problems, p)
			} else if n == 0 && !category(l.name) {
				if p.Remedy = suggest(l.name, ids(known)); p.Remedy == "" {
					p.Remedy = "a category is pack/kind, pack/* or *"
				}
				problems = append(problems, p)
			}
		}
	}
	for _, list := range s.joined {
		sort.Slice(list, func(i, j int) bool {
			if list[i].rule.ID != list[j].rule.ID {
				return list[i].rule.ID < list[j].rule.ID
			}
			return list[i].aggregate < list[j].aggregate
		})
	}
	return append(problems, s.circles()...)
}

// joined is an aggregate that counts the alerts of a rule.
type joined struct {
	rule      *Rule
	aggregate int
}

// names reports whether a name means the rule: its id, its category, its
// pack and a star, or a star alone. What a star means is not judged by rules
// that count alerts themselves: they would count one another.
func names(name string, r *Rule) bool {
	if name == r.ID || name == r.Category {
		return true
	}
	if r.win != nil && len(r.win.links) > 0 {
		return false
	}
	ok, err := path.Match(name, r.Category)
	return name == "*" || err == nil && ok && strings.HasSuffix(name, "/*")
}

// category reports whether a name is a star, or of a pack that could have rules.
func category(name string) bool {
	pack, kind, ok := strings.Cut(name, "/")
	return name == "*" || ok && contains(packs(), pack) && (kind == "*" || kind != "" && !strings.ContainsAny(kind, "*/"))
}

// beside adds those rules of further sources whose alerts the set's own rules
// count, and whose ids it does not have.
func (s *Set) beside(sources []Source) {
	var own []link
	for _, r := range s.rules {
		if r.win != nil {
			own = append(own, r.win.links...)
		}
	}
	if len(own) == 0 {
		return
	}
	more := &Set{byID: map[string]*Rule{}, lang: s.lang}
	for _, src := range sources {
		more.loadSource(src) // what is wrong in them is told where they are the rules in effect
	}
	for _, r := range more.rules {
		if s.byID[r.ID] == nil && slices.ContainsFunc(own, func(l link) bool { return names(l.name, r) }) {
			r.Beside = true
			s.byID[r.ID] = r
			s.rules = append(s.rules, r)
		}
	}
}

// circles are rules that count one another's alerts.
func (s *Set) circles() (problems []Problem) {
	const under, done = 1, 2
	state := map[string]int{}
	var visit func(id string) bool
	visit = func(id string) bool {
		switch state[id] {
		case under:
			return true
		case done:
			return false
		}
		state[id] = under
		defer func() { state[id] = done }()
		return slices.ContainsFunc(s.joined[id], func(j joined) bool { return visit(j.rule.ID) })
	}
	for _, r := range s.rules {
		if state[r.ID] == 0 && visit(r.ID) {
			problems = append(problems, Problem{File: r.File, Line: r.Line, Col: 1, Message: fmt.Sprintf("rule %q counts alerts that rest on its own", r.ID)})
		}
	}
	return problems
}

func ids(rules map[string]*Rule) (list []string) {
	for id := range rules {
		list = append(list, id)
	}
	sort.Strings(list)
	return list
}
