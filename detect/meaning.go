package detect

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"spaniel/detect/semantics"
	"spaniel/detect/text"
	"spaniel/event"
)

// A Meaning says what some calls mean, where the general recognition would be
// wrong about an API. Of several that fit a call the first counts.
type Meaning struct {
	// Host and Route choose the calls: * stands for any text, also none. Route
	// is compared with the route and with the path. Empty ones fit all, as an
	// empty Method does.
	Host, Method, Route string
	// Kind is what they are: one of Kinds, or "none".
	Kind string
	// User is the place of the value that names the user, as in body.name; empty
	// leaves what was recognised.
	User string
	// Failed is an expression of rules that says when it failed; empty judges
	// the response as for any call of that kind.
	Failed string
}

// Kinds lists the kinds of calls, as call.kind says them.
func Kinds() []string {
	return []string{"login", "logout", "refresh", "signup", "reset", "otp", "payment"}
}

// maxMeanings bounds the list: it is walked for each call.
const maxMeanings = 256

// meaning is one that was compiled.
type meaning struct {
	Meaning
	failed *program // nil without
}

// meanings compiles the list into the set.
func (s *Set) setMeanings(list []Meaning) (problems []Problem) {
	if len(list) > maxMeanings {
		return []Problem{{File: "semantics", Line: 1, Col: 1, Message: fmt.Sprintf("%d entries, at most %d are allowed", len(list), maxMeanings), Remedy: "let * stand for what differs"}}
	}
	for i, m := range list {
		at := fmt.Sprintf("semantics[%d]", i)
		if !slices.Contains(Kinds(), m.Kind) && m.Kind != "none" {
			problems = append(problems, Problem{File: at + ".kind", Line: 1, Col: 1, Message: fmt.Sprintf("%q is no kind of call", m.Kind), Remedy: "write " + strings.Join(Kinds(), ", ") + " or none"})
		}
		c := meaning{Meaning: m}
		if m.Failed != "" {
			var faults []fault
			c.failed, faults = s.lang.compile(m.Failed, wantBool)
			d := &document{name: at + ".failed", text: m.Failed}
			for _, f := range faults {
				line, col := lineCol([]rune(m.Failed), min(f.from, len([]rune(m.Failed))))
				d.problem(line, col, f.width, f.remedy, "%s", f.message)
			}
			problems = append(problems, d.problems...)
		}
		s.meanings = append(s.meanings, c)
	}
	return problems
}

// withMeanings is a hash of the rules that also tells the meanings apart.
func (s *Set) withMeanings(hash string) string {
	if len(s.meanings) == 0 {
		return hash
	}
	h := sha256.New()
	h.Write([]byte(hash))
	for _, m := range s.meanings {
		fmt.Fprintf(h, "%q", m.Meaning)
	}
	return hex.EncodeToString(h.Sum(nil)[:6])
}

// mean corrects what an enriched call means. A condition that fails at run
// time leaves the general judgement of the response.
func (j *Judge) mean(c *event.Call) {
	for i := range j.set.meanings {
		m := &j.set.meanings[i]
		if m.Method != "" && m.Method != c.Req.Method || !text.Glob(m.Host, c.Req.Host) || !text.Glob(m.Route, c.Route) && !text.Glob(m.Route, c.Req.Path) {
			continue
		}
		if m.Kind == "none" {
			c.Kind, c.Failed = "", false
			return
		}
		c.Kind = m.Kind
		if m.User != "" {
			c.Principal.User = semantics.UserAt(c, m.User)
		}
		c.Failed = semantics.Failed(c, m.Kind)
		if m.failed != nil {
			j.scope.reset(c)
			j.scope.steps = 0
			if yes, err := m.failed.test(&j.vm, j.scope); err == nil {
				c.Failed = yes
			}
			j.scope.release()
		}
		return
	}
}
