package main

import "spaniel/event"

// maxSeenAlerts bounds the ids remembered. An update follows its alert within
// the rule's suppression, so the latest are enough; beyond, a late one counts
// as an alert of its own.
const maxSeenAlerts = 1 << 16

// An alertSet tells new alerts from updates: an alert of a window comes again,
// under the same id, when the matter got worse.
type alertSet struct {
	seen  map[event.ID]alertSeen
	order []event.ID // a ring of what seen holds, the oldest at next
	next  int
	n     uint64
}

// alertSeen is what was known of an alert before its update.
type alertSeen struct {
	number   uint64 // from 1, in the order of first sight
	time     event.Nanos
	severity event.Severity
}

func newAlertSet() *alertSet { return &alertSet{seen: map[event.ID]alertSeen{}} }

// add returns what was known of the alert, and remembers its new severity;
// update is false at first sight.
func (s *alertSet) add(a *event.Alert) (before alertSeen, update bool) {
	before, update = s.seen[a.ID]
	now := alertSeen{number: before.number, time: before.time, severity: a.Severity}
	if !update {
		s.n++
		now.number, now.time = s.n, a.Time
		s.keep(a.ID)
	}
	s.seen[a.ID] = now
	return before, update
}

func (s *alertSet) keep(id event.ID) {
	if len(s.order) < maxSeenAlerts {
		s.order = append(s.order, id)
		return
	}
	delete(s.seen, s.order[s.next])
	s.order[s.next] = id
	s.next = (s.next + 1) % maxSeenAlerts
}
