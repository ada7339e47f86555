package detect

import (
	"fmt"
	"strconv"
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
	factNewIDs
	factUsualIDs
	factUsualRole
	factCallers
	factNewCaller
	factReadOnly
	factOthersReturned
	factFrom
	factOddSyntax
	factUsualBytes
	factOddAlg
	factOtherSignature
	factStored
)

// needs says what lessons must hold for the facts that rules ask for.
type needs uint16

const (
	needEndpoint needs = 1 << iota
	needFields
	needReturned
	needIDs
	needRole
	needCaller
	needSize
	needToken
	needPieces
	needEachAnswer // all of them are looked into
	needAll        = needEndpoint | needFields | needReturned | needIDs | needRole | needCaller | needSize | needToken
)

func (a learnedFact) needs() needs {
	switch a {
	case noFact:
		return 0
	case factUsualBytes:
		return needEndpoint | needSize
	case factOddAlg, factOtherSignature:
		return needToken
	case factStored:
		return needPieces
	case factOddTypes, factNewFields, factOddSyntax:
		return needEndpoint | needFields
	case factNewReturned:
		return needEndpoint | needReturned | needRole | needEachAnswer
	case factOthersReturned:
		return needEndpoint | needReturned | needRole
	case factForeignIDs, factNewIDs, factUsualIDs:
		return needEndpoint | needIDs | needCaller
	case factUsualRole:
		return needEndpoint | needRole
	case factCallers, factNewCaller:
		return needEndpoint | needCaller
	case factReadOnly:
		return needEndpoint | needFields | needReturned
	}
	return needEndpoint
}

// learnedFacts are the names under which rules ask.
func learnedFacts() map[string]learnedFact {
	return map[string]learnedFact{"learned_calls": factCalls, "learned_hours": factHours, "usual_auth": factUsualAuth, "odd_types": factOddTypes,
		"new_fields": factNewFields, "new_returned": factNewReturned, "others_returned": factOthersReturned, "foreign_ids": factForeignIDs, "new_ids": factNewIDs, "usual_ids": factUsualIDs,
		"usual_role": factUsualRole, "callers": factCallers, "new_caller": factNewCaller, "read_only_fields": factReadOnly, "learned_from": factFrom,
		"odd_syntax": factOddSyntax, "usual_bytes": factUsualBytes, "odd_alg": factOddAlg, "other_signature": factOtherSignature, "stored_scripts": factStored}
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
	if v, ok := f.ofCall(a); ok {
		return v
	}
	if e == nil {
		return a.unknown()
	}
	share := func(v float64, ok bool) window.Value {
		if !ok {
			return a.unknown()
		}
		return window.NumberOf(v)
	}
	switch a {
	case factCalls:
		return window.NumberOf(float64(e.Calls))
	case factHours:
		return window.NumberOf(hours(l.Clock - e.First))
	case factFrom:
		return window.TextOf(plural(e.Calls, "call") + " in " + spelled(l.Clock-e.First))
	case factUsualAuth:
		return share(e.Authenticated(), f.facts.Enough(e, l.Clock))
	case factUsualIDs:
		return share(f.facts.UsualIDs(e, l.Clock))
	case factUsualBytes:
		v, ok := f.facts.UsualBytes(e, l.Clock)
		return share(float64(v), ok)
	case factUsualRole:
		v, _, _, ok := f.facts.RoleShare(e, l)
		return share(v, ok)
	case factForeignIDs:
		return window.NumberOf(float64(f.facts.ForeignIDs(e, l)))
	case factNewIDs:
		return window.NumberOf(float64(f.facts.NewIDs(e, l)))
	case factCallers:
		n, more := e.Callers()
		if more {
			n++
		}
		return window.NumberOf(float64(n))
	case factNewCaller:
		return window.BoolOf(f.facts.NewCaller(e, l))
	}
	return window.NumberOf(float64(len(f.odd(a))))
}

// ofCall is the value of a fact that is about the call and not its endpoint.
func (f *frame) ofCall(a learnedFact) (window.Value, bool) {
	switch a {
	case factOddAlg, factOtherSignature, factStored:
	default:
		return window.Value{}, false
	}
	if f.facts == nil || f.lesson == nil {
		return a.unknown(), true
	}
	switch a {
	case factOddAlg:
		_, _, odd := f.facts.OddAlg(f.lesson)
		return window.BoolOf(odd), true
	case factOtherSignature:
		return window.BoolOf(f.facts.OtherSignature(f.lesson)), true
	}
	n, _, _ := f.facts.Stored(f.lesson)
	return window.NumberOf(float64(n)), true
}

// unknown is what is said of an endpoint of which nothing is known.
func (a learnedFact) unknown() window.Value {
	switch a {
	case factUsualAuth, factUsualIDs, factUsualRole, factUsualBytes:
		return window.NumberOf(unknown)
	case factNewCaller, factOddAlg, factOtherSignature:
		return window.BoolOf(false)
	case factFrom:
		return window.TextOf("no call")
	}
	return window.NumberOf(0)
}

// odd are the fields that an aggregate counts.
func (f *frame) odd(a learnedFact) []learned.Odd {
	switch a {
	case factOddTypes:
		return f.facts.OddTypes(f.endpoint, f.lesson)
	case factOddSyntax:
		return f.facts.OddSyntax(f.endpoint, f.lesson)
	case factNewFields:
		return f.facts.NewFields(f.endpoint, f.lesson)
	case factNewReturned:
		return f.facts.NewReturned(f.endpoint, f.lesson)
	case factOthersReturned:
		return f.facts.OthersReturned(f.endpoint, f.lesson)
	case factReadOnly:
		return f.facts.ReadOnlyFields(f.endpoint, f.lesson)
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
		case factOddTypes, factOddSyntax:
			text = fmt.Sprintf("%s; in %d values never, mostly %s", learned.TypeNames()[o.Type], o.Calls, o.Usual)
		case factNewReturned:
			text = fmt.Sprintf("new; in %d answers to callers of the role %q never", o.Calls, o.Usual)
		case factOthersReturned:
			text = fmt.Sprintf("in %d answers to callers of the role %q, to none of this one", o.Calls, o.Usual)
		case factReadOnly:
			text = fmt.Sprintf("in %d answers, in no request before", o.Calls)
		}
		list = append(list, event.Evidence{Place: o.Place, Text: cut(text, maxText), Got: float64(o.Calls)})
	}
	return list
}

// spelled is a time in the unit that a person would say it in.
func spelled(ns int64) string {
	h := hours(ns)
	switch {
	case h < 1.0/60:
		return plural(uint64(h*3600+0.5), "second")
	case h < 2:
		return plural(uint64(h*60+0.5), "minute")
	case h < 48:
		return plural(uint64(h+0.5), "hour")
	}
	return plural(uint64(h/24+0.5), "day")
}

func plural(n uint64, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.FormatUint(n, 10) + " " + noun + "s"
}

func hours(ns int64) float64 { return float64(max(ns, 0)) / 3600e9 }

// learnedEvidence says what was learned, and from how much: whoever reads
// "usually" must be able to tell.
func (f *frame) learnedEvidence(list []event.Evidence) []event.Evidence {
	if f.plan.learns == 0 || f.lesson == nil {
		return list
	}
	list = f.callEvidence(list)
	if f.endpoint == nil || f.plan.learns&^(needToken|needPieces) == 0 {
		return list
	}
	for i := range f.plan.aggregates {
		a := &f.plan.aggregates[i]
		switch a.fact {
		case noFact, factCalls, factHours, factFrom, factOddAlg, factOtherSignature, factStored:
			continue
		}
		list = append(list, event.Evidence{Place: "learned." + a.text, Got: f.eval(i).Num})
		list = f.factEvidence(list, a)
	}
	text := f.endpoint.Method() + " " + f.endpoint.Host() + f.endpoint.Route()
	if why := f.endpoint.Why(); why != "" {
		text += ": " + why
	}
	return append(list, event.Evidence{Place: "learned.calls", Got: float64(f.endpoint.Calls), Text: cut(text, maxText)},
		event.Evidence{Place: "learned.hours", Got: hours(f.lesson.Clock - f.endpoint.First)})
}

// callEvidence says what facts about the call rest on.
func (f *frame) callEvidence(list []event.Evidence) []event.Evidence {
	for i := range f.plan.aggregates {
		switch f.plan.aggregates[i].fact {
		case factOddAlg:
			if usual, calls, odd := f.facts.OddAlg(f.lesson); odd {
				list = append(list, event.Evidence{Place: "token.alg", Text: fmt.Sprintf("%s; %d tokens of its issuer were mostly %s", learned.AlgNames()[f.lesson.Token.Alg], calls, usual), Got: float64(calls)})
			}
		case factOtherSignature:
			if f.facts.OtherSignature(f.lesson) {
				list = append(list, event.Evidence{Place: "token.signature", Text: "the same header and claims were accepted with another signature"})
			}
		case factStored:
			if n, by, ago := f.facts.Stored(f.lesson); n > 0 {
				list = append(list, event.Evidence{Place: "resp.body", Text: "stored by call " + event.ID(by).String() + ", " + spelled(ago) + " before", Got: float64(n)})
			}
		}
	}
	return list
}

// factEvidence says what one fact rests on beside the calls of the endpoint.
func (f *frame) factEvidence(list []event.Evidence, a *aggregate) []event.Evidence {
	wrong := func(p float64) event.Evidence {
		return event.Evidence{Place: "learned.error." + a.text, Op: "<=", Want: p}
	}
	switch a.fact {
	case factForeignIDs:
		return append(list, wrong(f.facts.ForeignWrong()))
	case factNewIDs:
		p, reach := f.facts.NewWrong(f.lesson.Clock)
		return append(list, wrong(p), event.Evidence{Place: "learned.ids.hours", Got: hours(reach)})
	case factUsualRole:
		_, calls, since, _ := f.facts.RoleShare(f.endpoint, f.lesson)
		return append(list, event.Evidence{Place: "learned.role.calls", Got: float64(calls), Text: cut(f.lesson.Role, maxText)}, event.Evidence{Place: "learned.role.hours", Got: hours(f.lesson.Clock - since)})
	}
	return f.oddEvidence(list, a.fact)
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

// SetFacts lets the stage go on from other facts, and from the baselines in
// them where it has none of its own.
func (st *Stage) SetFacts(f *learned.Facts) {
	st.facts, st.restored = f, f.Baselines
	f.Baselines, f.EachAnswer = nil, st.set.learns&needEachAnswer != 0
}

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

// show makes a sample one that may be shown.
func (st *Stage) show(m *sample) {
	m.show(&st.outlet)
	if w := &m.who; w.User == "" {
		w.User = st.UserOf(w.Kind, w.ID, w.Session)
	}
}

// join puts the user of a session into an observation.
func (st *Stage) join(o *Observation) {
	st.show(o.sample)
	user := o.sample.who.User
	for i, key := range o.Keys {
		if !strings.Contains(key, userMark) {
			continue
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
