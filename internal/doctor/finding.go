package doctor

import "fmt"

// A Level is how bad a finding is.
type Level uint8

// From nothing to do, over what should be known and what costs results, to what
// keeps Spaniel from working.
const (
	OK Level = iota
	Note
	Warn
	Bad
)

var levelNames = [...]string{"ok", "note", "warn", "bad"}

func (l Level) String() string { return levelNames[l] }

// A Finding is the answer of one check.
type Finding struct {
	// Check names what was looked at, in one word.
	Check string
	Level Level
	// What is what was found; Fix what to type or to change, "" if nothing.
	What, Fix string
}

func ok(check, format string, args ...any) Finding {
	return Finding{check, OK, fmt.Sprintf(format, args...), ""}
}

// Worst is the level of the worst finding.
func Worst(list []Finding) (worst Level) {
	for _, f := range list {
		worst = max(worst, f.Level)
	}
	return worst
}

// share is part of whole in percent, 0 of nothing.
func share(part, whole uint64) float64 {
	if whole == 0 {
		return 0
	}
	return 100 * float64(part) / float64(whole)
}
