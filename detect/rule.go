package detect

import (
	"crypto/sha256"
	"encoding/hex"
	"time"

	"spaniel/detect/prefilter"
	"spaniel/event"
)

// A Rule is one rule of a set. Its exported part is for listings; it is
// read-only and shared.
type Rule struct {
	ID, Title string
	Severity  event.Severity
	Category  string
	Refs      []string
	// Advice says what to do about an alert, FalsePositives what else raises it.
	Advice, FalsePositives string
	// File and Line are where it stands.
	File string
	Line int
	// On lists what it judges: calls where it says nothing.
	On []event.Kind
	// When is the source of its condition, By its keys, Having its window's
	// condition ("" for a rule that judges single calls).
	When   string
	By     [][]string
	Having string
	Over   time.Duration
	// Suppress is how long the same key stays quiet after an alert.
	Suppress time.Duration
	Tests    []Test
	// Beside says that it is only here since others count its alerts.
	Beside bool

	when           *program
	need           *prefilter.Needs
	skipIncomplete bool
	message        *message
	succeeded      clause
	refused        clause
	failed         clause
	win            *windowRule
	hash           string // of its source: equal rules keep their windows over a reload
}

// Windowed reports whether the rule judges windows rather than single calls.
func (r *Rule) Windowed() bool { return r.win != nil }

// clause is succeeded, refused, failed, escalate or closed: a condition on one
// call, or on a window, and the severity it gives, 0 for none.
type clause struct {
	call     *program
	window   *windowProgram
	severity event.Severity
}

func (c *clause) set() bool { return c.call != nil || c.window != nil }

// windowRule is what only rules with a window have.
type windowRule struct {
	plan     *plan
	keys     [][]*program
	keyIDs   []int // the numbers of keys among those of all rules
	having   *windowProgram
	known    *windowProgram // the part of when that asks what was learned; nil without
	counted  []learnedFact  // of which known needs more than none
	escalate clause
	closed   clause // when what was told is over
	tumbling bool
	byUser   bool   // a key has the user, whom the ordered stage may know better
	links    []link // rules whose alerts it counts
	// joinBy finds the keys in an alert, where there are links.
	joinBy [][]joinPart
}

func sourceHash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:8])
}
