package detect

import (
	"net/netip"
	"strconv"
	"time"

	"github.com/goccy/go-yaml/ast"

	"spaniel/detect/geo"
	"spaniel/detect/list"
	"spaniel/event"
)

// A Test is one test inside a rule. detect/ruletest runs it and documents the
// text of its requests.
type Test struct {
	Kind string // fires, silent or misses
	Line int
	// Phases are played one after the other.
	Phases []Phase
	// Severity, Outcome and Alerts, of a test that fires, say more of what is
	// expected; zero values say nothing.
	Severity event.Severity
	Outcome  event.Outcome
	Alerts   int
	// State is that of some alert.
	State string
	Why   string
	// lists are what named lists hold in this test.
	lists map[string]*list.List
	// places are where addresses are in this test, or whose.
	places map[netip.Prefix]geo.Spot
	// spec is what the API says of itself in this test, nil: nothing.
	spec *Spec
}

// A Phase is a list of requests played one or more times.
type Phase struct {
	Requests []string
	From, To string
	Repeat   int
	Every    time.Duration
	Jitter   float64
	After    time.Duration
	Took     time.Duration
	Slow     time.Duration
	// Drip is over what time the response is sent; an Unfinished request is not
	// sent to its end, and has none.
	Drip       time.Duration
	Unfinished bool
	Each       bool // a connection for every request
	Line       int
}

// maxRepeat bounds a phase, so that a rule's tests cannot take for ever.
const maxRepeat = 20000

func (r *reader) tests() {
	p, ok := r.keys["tests"]
	if !ok {
		return // that a rule has none is a finding of its test run, not of loading
	}
	for _, n := range r.sequence(p.value) {
		m := r.mapping(n, "a test", "fires", "silent", "misses", "severity", "outcome", "alerts", "state", "lists", "places", "specification", "why")
		if m == nil {
			continue
		}
		r.test(n, m)
	}
}

func (r *reader) test(n ast.Node, m map[string]pair) {
	t := Test{}
	for _, kind := range []string{"fires", "silent", "misses"} {
		p, ok := m[kind]
		if !ok {
			continue
		}
		if t.Kind != "" {
			r.at(p.node, "make it two tests", "a test is one of fires, silent and misses")
			return
		}
		t.Kind, t.Line = kind, p.node.GetToken().Position.Line
		for _, ph := range r.sequence(p.value) {
			t.Phases = append(t.Phases, r.phase(ph))
		}
	}
	if t.Kind == "" {
		r.at(n, "add fires:, silent: or misses:", "the test says nothing")
		return
	}
	r.expectation(&t, m)
	if p, ok := m["lists"]; ok {
		t.lists = r.testLists(p)
	}
	if p, ok := m["places"]; ok {
		t.places = r.testPlaces(p.value)
	}
	if p, ok := m["specification"]; ok {
		t.spec = r.testSpec(p.value)
	}
	r.rule.Tests = append(r.rule.Tests, t)
}

func (r *reader) expectation(t *Test, m map[string]pair) {
	for _, key := range []string{"severity", "outcome", "alerts", "state"} {
		if p, ok := m[key]; ok && t.Kind != "fires" {
			r.at(p.node, "", "%s is only for a test that fires", key)
		}
	}
	if p, ok := m["severity"]; ok {
		t.Severity = r.severity(p.value)
	}
	if p, ok := m["outcome"]; ok {
		s := r.scalar(p.value, "outcome")
		known := []string{string(event.Tried), string(event.Refused), string(event.FailedOutcome), string(event.LikelySucceeded), string(event.Unknown)}
		if s.ok && !contains(known, s.text) {
			r.at(p.value, suggest(s.text, known), "unknown outcome %q", s.text)
		}
		t.Outcome = event.Outcome(s.text)
	}
	if p, ok := m["state"]; ok {
		s := r.scalar(p.value, "state")
		if s.ok && s.text != event.Open && s.text != event.Closed {
			r.at(p.value, "write open or closed", "unknown state %q", s.text)
		}
		t.State = s.text
	}
	if p, ok := m["alerts"]; ok {
		t.Alerts = r.whole(p.value, "alerts", 1, maxRepeat)
	}
	if p, ok := m["why"]; ok {
		t.Why = r.scalar(p.value, "why").text
	}
}

// phase reads a request's text, or a mapping.
func (r *reader) phase(n ast.Node) Phase {
	ph := Phase{Repeat: 1, Every: 100 * time.Millisecond, Took: 5 * time.Millisecond}
	if t := n.GetToken(); t != nil {
		ph.Line = t.Position.Line
	}
	switch n.(type) {
	case *ast.MappingNode, *ast.MappingValueNode:
	default:
		if s := r.scalar(n, "a request"); s.ok {
			ph.Requests = []string{s.text}
		}
		return ph
	}
	m := r.mapping(n, "a phase", "from", "to", "repeat", "every", "jitter", "after", "took", "slow", "drip", "unfinished", "connections", "request", "requests")
	ph.From, ph.To = r.word(m, "from"), r.word(m, "to")
	if p, ok := m["repeat"]; ok {
		ph.Repeat = r.whole(p.value, "repeat", 1, maxRepeat)
	}
	for key, to := range map[string]*time.Duration{"every": &ph.Every, "after": &ph.After, "took": &ph.Took, "slow": &ph.Slow, "drip": &ph.Drip} {
		if p, ok := m[key]; ok {
			*to = r.duration(p.value, key, 7*maxOver)
		}
	}
	if p, ok := m["jitter"]; ok {
		s := r.scalar(p.value, "jitter")
		v, err := strconv.ParseFloat(s.text, 64)
		if err != nil || !(v >= 0 && v <= 1) {
			r.at(p.value, "", "jitter must be from 0 to 1")
		}
		ph.Jitter = v
	}
	if c := r.word(m, "connections"); c == "each" {
		ph.Each = true
	} else if c != "" && c != "one" {
		r.at(m["connections"].value, "write each or one", "%q is neither each nor one", c)
	}
	if u := r.word(m, "unfinished"); u == "true" {
		ph.Unfinished = true
	} else if u != "" && u != "false" {
		r.at(m["unfinished"].value, "write true or false", "%q is neither true nor false", u)
	}
	for _, key := range []string{"request", "requests"} {
		if p, ok := m[key]; ok {
			for _, q := range r.sequence(p.value) {
				ph.Requests = append(ph.Requests, r.scalar(q, "a request").text)
			}
		}
	}
	if len(ph.Requests) == 0 {
		r.at(n, "add request: or requests:", "the phase has no request")
	}
	return ph
}

func (r *reader) word(m map[string]pair, key string) string {
	if p, ok := m[key]; ok {
		return r.scalar(p.value, key).text
	}
	return ""
}

func (r *reader) whole(n ast.Node, what string, lo, hi int) int {
	s := r.scalar(n, what)
	v, err := strconv.Atoi(s.text)
	if s.ok && (err != nil || v < lo || v > hi) {
		r.at(n, "", "%s must be a whole number from %d to %d", what, lo, hi)
		return lo
	}
	return v
}
