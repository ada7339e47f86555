package detect

import (
	"strings"

	"spaniel/detect/text"
	"spaniel/event"
)

// recordFunctions tell calls that report what others did.
func recordFunctions() []function {
	return []function{
		{name: "event_record", meaning: "the body is a record of events, such as logs, traces and findings, by the names it holds", example: `any(req.leaves, sqli(#)) && !event_record()`,
			types: []any{new(func(*scope) bool)},
			call:  func(s *scope, _ []any) any { return s.eventRecord() }},
	}
}

// maxRecordNames bounds the names of a body that are looked at.
const maxRecordNames = 256

// eventRecord weighs the names in the body's places, each once.
func (s *scope) eventRecord() bool {
	leaves := s.call.Leaves()
	var first, when string
	n := 0
	for i := range leaves {
		l := &leaves[i]
		if l.Kind != event.LeafJSON {
			continue
		}
		for rest := l.Place; rest != ""; {
			if n++; n > maxRecordNames {
				return false
			}
			var name string
			name, rest, _ = strings.Cut(rest, ".")
			switch text.RecordWord(name) {
			case 3:
				return true
			case 2:
				if first != "" && !strings.EqualFold(name, first) || when != "" {
					return true
				}
				first = name
			case 1:
				if when = name; first != "" {
					return true
				}
			}
		}
	}
	return false
}
