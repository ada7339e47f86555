package detect

import (
	"slices"

	"spaniel/detect/prefilter"
	"spaniel/event"
)

// judgedKinds are the words of `on`.
func judgedKinds() []string {
	return []string{event.KindCall.String(), event.KindFact.String(), event.KindAnomaly.String(), event.KindFlow.String()}
}

// on reads what the rule judges.
func (r *reader) on() {
	r.rule.On = []event.Kind{event.KindCall}
	p, ok := r.keys["on"]
	if !ok {
		return
	}
	r.rule.On = nil
	for _, n := range r.sequence(p.value) {
		s := r.scalar(n, "on")
		if !s.ok {
			continue
		}
		for _, k := range event.Kinds() {
			if k.String() == s.text && slices.Contains(judgedKinds(), s.text) && !slices.Contains(r.rule.On, k) {
				r.rule.On = append(r.rule.On, k)
			}
		}
		if !slices.Contains(judgedKinds(), s.text) {
			r.at(n, suggest(s.text, judgedKinds()), "no rule judges %q", s.text)
		}
	}
}

// needs are what a call must have for the rule to be tried on it.
func (r *reader) needs(prog *program) *prefilter.Needs {
	if !slices.Contains(r.rule.On, event.KindCall) {
		return prefilter.Never()
	}
	return r.lang.reader().Read(prog.tree, r.lang.partsOf)
}

// Note judges what is no call: a fact, an anomaly, a connection that is over.
// It borrows both; fl needs no more than the two addresses.
func (j *Judge) Note(o event.Order, at int64, fl *event.Flow, n *event.Noted, out *Findings) {
	rules := j.set.on[n.Kind]
	if len(rules) == 0 {
		return
	}
	c := &event.Call{ID: event.NoteID(fl.FlowKey, n.Name, o), Order: o, Time: at, Flow: fl, Noted: n}
	c.Flags = fl.Flags
	j.client(c)
	if j.excepted(c) {
		return
	}
	j.begin(c)
	limit := len(out.Alerts) + j.lim.CallAlerts
	for _, i := range rules {
		if !j.stats[i].Quarantined && !slices.Contains(j.spared, i) {
			j.work[i].Considered++
			j.try(i, j.set.rules[i], out, limit)
		}
	}
	j.scope.release()
}

// noted is what is judged that is no call; of a call it is empty.
func (s *scope) noted() *event.Noted {
	if s.call.Noted == nil {
		return &s.noNote
	}
	return s.call.Noted
}

// noteFields are what rules see of facts, anomalies and connections.
func noteFields() []field {
	flow := func(name, typ, meaning, example string, get func(*event.Flow) any) field {
		return only(name, typ, meaning, example, true, func(s *scope) any { return get(s.flow()) })
	}
	return []field{
		only("note.kind", "string", "fact, anomaly or flow, where the rule judges such; empty of a call", `"fact"`, true, noteKind),
		only("note.name", "string", "name of the fact or anomaly", `"arp"`, true, func(s *scope) any { return s.noted().Name }),
		only("note.detail", "string", "what an anomaly says beside its name", `"to_client: 120 bytes at +0"`, false, func(s *scope) any { return s.noted().Detail }),
		flow("flow.ended", "string", "how the connection ended: fin, rst, idle, evicted, reused, end; empty while it lasts", `"rst"`, func(f *event.Flow) any { return f.Ended }),
		flow("flow.req_packets", "int", "packets of the client so far", "3", func(f *event.Flow) any { return int(f.Packets[0]) }),
		flow("flow.resp_packets", "int", "packets of the server so far", "2", func(f *event.Flow) any { return int(f.Packets[1]) }),
		flow("flow.req_bytes", "int", "bytes of the client so far", "812", func(f *event.Flow) any { return int(f.Bytes[0]) }),
		flow("flow.resp_bytes", "int", "bytes of the server so far", "9211", func(f *event.Flow) any { return int(f.Bytes[1]) }),
		flow("flow.duration_us", "int", "from the connection's first packet to its latest, microseconds", "1200", func(f *event.Flow) any { return micros(f.First, f.Last) }),
	}
}

func noteKind(s *scope) any { return s.noteKind() }

func (s *scope) noteKind() string {
	if s.call.Noted == nil {
		return ""
	}
	return s.call.Noted.Kind.String()
}

// noteFunctions ask a fact.
func noteFunctions() []function {
	return []function{
		{name: "note.field", meaning: "value of a fact's field, empty without", example: `note.field("mac")`,
			types: []any{new(func(*scope, string) string)},
			call:  func(s *scope, a []any) any { return s.noted().Field(a[0].(string)) }},
	}
}
