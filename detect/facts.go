package detect

import (
	"fmt"
	"strings"

	"spaniel/detect/learned"
	"spaniel/detect/window"
	"spaniel/event"
)

// learnedFact is an aggregate that asks what was learned of the call's
// endpoint, not what is in a window.
type learnedFact uint8

const (
	noFact learnedFact = iota
	factCalls
	factHours
	factUsualAuth
	factOddTypes
	factNewFields
	factNewReturned
	factForeignIDs
)

// needs says what lessons must hold for the facts that rules ask for.
type needs uint8

const (
	needEndpoint needs = 1 << iota
	needFields
	needReturned
	needIDs
	needAll = needEndpoint | needFields | needReturned | needIDs
)

func (a learnedFact) needs() needs {
	switch a {
	case noFact:
		return 0
	case factOddTypes, factNewFields:
		return needEndpoint | needFields
	case factNewReturned:
		return needEndpoint | needReturned
	case factForeignIDs:
		return needEndpoint | needIDs
	}
	return needEndpoint
}

// learnedFacts are the names under which rules ask.
func learnedFacts() map[string]learnedFact {
	return map[string]learnedFact{"learned_calls": factCalls, "learned_hours": factHours, "usual_auth": factUsualAuth, "odd_types": factOddTypes,
		"new_fields": factNewFields, "new_returned": factNewReturned, "foreign_ids": factForeignIDs}
}

// unknown is what is said before enough was seen: smaller than any share or
// number, so that "more than" does not hold.
const unknown = -1

// about turns the frame to what is known about the observation's endpoint.
func (f *frame) about(facts *learned.Facts, o *Observation) {
	f.facts, f.lesson, f.endpoint = facts, o.lesson, nil
	if f.plan.learns != 0 && o.lesson != nil && o.lesson.Name != nil {
		f.endpoint = facts.Of(o.lesson)
	}
}

// fact is the value of an aggregate about learned facts.
func (f *frame) fact(a learnedFact) window.Value {
	e, l := f.endpoint, f.lesson
	if e == nil {
		if a == factUsualAuth {
			return window.NumberOf(unknown)
		}
		return window.NumberOf(0)
	}
	switch a {
	case factCalls:
		return window.NumberOf(float64(e.Calls))
	case factHours:
		return window.NumberOf(hours(l.Clock - e.First))
	case factUsualAuth:
		if !f.facts.Enough(e, l.Clock) {
			return window.NumberOf(unknown)
		}
		return window.NumberOf(e.Authenticated())
	case factForeignIDs:
		n, _ := f.facts.ForeignIDs(e, l)
		return window.NumberOf(float64(n))
	case factOddTypes, factNewFields, factNewReturned:
		return window.NumberOf(float64(len(f.odd(a))))
	}
	return window.NumberOf(0)
}

// odd are the fields that an aggregate counts.
func (f *frame) odd(a learnedFact) []learned.Odd {
	switch a {
	case factOddTypes:
		return f.facts.OddTypes(f.endpoint, f.lesson)
	case factNewFields:
		return f.facts.NewFields(f.endpoint, f.lesson)
	case factNewReturned:
		return f.facts.NewReturned(f.endpoint, f.lesson)
	}
	return nil
}

// maxOdd bounds the fields that an alert names for one aggregate.
const maxOdd = 8

// oddEvidence names the fields, and what they were before.
func (f *frame) oddEvidence(list []event.Evidence, a learnedFact) []event.Evidence {
	for i, o := range f.odd(a) {
		if i == maxOdd {
			break
		}
		text := "new"
		switch a {
		case factOddTypes:
			text = fmt.Sprintf("%s; in %d values never, mostly %s", learned.TypeNames()[o.Type], o.Calls, o.Usual)
		case factNewReturned:
			text = fmt.Sprintf("new; in %d answers to callers of the role %q never", o.Calls, o.Usual)
		}
		list = append(list, event.Evidence{Place: o.Place, Text: cut(text, maxText), Got: float64(o.Calls)})
	}
	return list
}

func hours(ns int64) float64 { return float64(max(ns, 0)) / 3600e9 }

// learnedEvidence says what was learned, and from how much: whoever reads
// "usually" must be able to tell.
func (f *frame) learnedEvidence(list []event.Evidence) []event.Evidence {
	if f.plan.learns == 0 || f.endpoint == nil {
		return list
	}
	for i := range f.plan.aggregates {
		switch a := &f.plan.aggregates[i]; a.fact {
		case noFact, factCalls, factHours:
		default:
			got := f.eval(i).Num
			list = append(list, event.Evidence{Place: "learned." + a.text, Got: got})
			if a.fact == factForeignIDs {
				_, wrong := f.facts.ForeignIDs(f.endpoint, f.lesson)
				list = append(list, event.Evidence{Place: "learned.error." + a.text, Op: "<=", Want: wrong})
			}
			list = f.oddEvidence(list, a.fact)
		}
	}
	text := f.endpoint.Method() + " " + f.endpoint.Host() + f.endpoint.Route()
	if why := f.endpoint.Why(); why != "" {
		text += ": " + why
	}
	return append(list, event.Evidence{Place: "learned.calls", Got: float64(f.endpoint.Calls), Text: cut(text, maxText)},
		event.Evidence{Place: "learned.hours", Got: hours(f.lesson.Clock - f.endpoint.First)})
}

// Learn takes what a call teaches; after its alerts and observations, which
// are judged by what was known before. It borrows the lesson; nil is none.
func (st *Stage) Learn(l *learned.Lesson) {
	if l != nil {
		st.facts.Learn(l)
	}
}

// Facts is what the stage has learned: the stage's own.
func (st *Stage) Facts() *learned.Facts { return st.facts }

// SetFacts lets the stage go on from other facts.
func (st *Stage) SetFacts(f *learned.Facts) { st.facts = f }

// UserOf is whom a session belongs to, or a token that is no JWT, by the login
// that gave it; "" where that was not seen.
func (st *Stage) UserOf(kind, id, session string) string {
	if kind == "bearer" {
		session = id
	}
	if session == "" {
		return ""
	}
	return st.facts.UserOf(session)
}

// userMark stands in a key for the user of a session: who that is the ordered
// stage knows.
const userMark = "\x00user"

// join puts the user of a session into an observation.
func (st *Stage) join(o *Observation) {
	user := ""
	if w := &o.sample.who; w.User == "" {
		user = st.UserOf(w.Kind, w.ID, w.Session)
		w.User = user
	}
	for i, key := range o.Keys {
		if !strings.Contains(key, userMark) {
			continue
		}
		if user == "" {
			user = o.sample.who.User
		}
		o.Keys[i] = ""
		if user != "" {
			o.Keys[i] = bounded(strings.ReplaceAll(key, userMark, string(appendPart(nil, user))))
		}
	}
}

// teach learns from all of f, whose calls were judged.
func (st *Stage) teach(f *Findings) {
	for _, l := range f.Lessons {
		st.Learn(l)
	}
}
