package forward

import (
	"path"
	"slices"
	"strings"

	"spaniel/event"
	"spaniel/sinks"
)

// A Filter says which alerts a sink gets: those that each of its lists, where
// not empty, has something for. Its zero value lets all pass.
type Filter struct {
	// MinSeverity leaves out alerts below it.
	MinSeverity event.Severity
	// Rules are ids; * stands for any text, ? for a character.
	Rules []string
	// Categories are packs (injection) or kinds (injection/sqli).
	Categories []string
	// Refs are references of rules, as owasp-api:2, or all of a kind: attack.
	Refs []string
	// PerMinute is how many alerts of one minute, by the packets' clock, are
	// sent; the others are counted and told of by one record. 0 is all.
	PerMinute int
}

// all reports whether nothing needs to be known of an alert.
func (f *Filter) all() bool {
	return f.MinSeverity == 0 && len(f.Rules)+len(f.Categories)+len(f.Refs) == 0 && f.PerMinute == 0
}

func (f *Filter) wants(a *event.Alert) bool {
	if a.Severity < f.MinSeverity {
		return false
	}
	if len(f.Rules) > 0 && !slices.ContainsFunc(f.Rules, func(p string) bool { ok, _ := path.Match(p, a.Rule.ID); return ok }) {
		return false
	}
	if len(f.Categories) > 0 && !slices.ContainsFunc(f.Categories, func(c string) bool { return within(a.Rule.Category, c, "/") }) {
		return false
	}
	return len(f.Refs) == 0 || slices.ContainsFunc(a.Rule.Refs, func(r string) bool {
		return slices.ContainsFunc(f.Refs, func(want string) bool { return within(r, want, ":") })
	})
}

// within reports whether s is the whole, or lies below it.
func within(s, whole, sep string) bool { return s == whole || strings.HasPrefix(s, whole+sep) }

// filter returns the records the sink is to get; the batch itself is not
// changed. It is called once for each batch.
func (l *lane) filter(all []sinks.Record) []sinks.Record {
	out := make([]sinks.Record, 0, len(all))
	filtered, held := uint64(0), uint64(0)
	for i := range all {
		switch l.fate(&all[i]) {
		case passes:
			out = append(out, all[i])
		case filteredOut:
			filtered++
		case heldBack:
			held++
		}
	}
	l.count(func(s *Stats) { s.Filtered, s.Held = s.Filtered+filtered, s.Held+held })
	return out
}

type fate int

const (
	passes fate = iota
	filteredOut
	heldBack
)

func (l *lane) fate(r *sinks.Record) fate {
	if len(l.sink.Kinds) > 0 && !slices.Contains(l.sink.Kinds, r.Kind) {
		return filteredOut
	}
	if r.Kind != event.KindAlert || l.sink.Filter.all() {
		return passes
	}
	var it event.Item
	if l.dec.Decode(r, &it) != nil {
		return passes // the Writer will say why it cannot take it
	}
	if !l.sink.Filter.wants(it.Alert) {
		return filteredOut
	}
	if !l.rate.admit(it.Alert, r.Seq) {
		return heldBack
	}
	return passes
}
