// Package importer holds what translating rules of other systems has in
// common: the verdict on each, the rule that is written, and how texts become
// expressions. The packages below it read Sigma, CrowdSec and Suricata. It
// loads and runs no rule; whoever uses it lets the rule language judge.
package importer

import (
	"fmt"
	"strings"
)

// Verdict says how well a rule was translated.
type Verdict string

// The verdicts. Exact means the same on the same HTTP traffic; Approximate
// that Reasons say where the translation finds more or less; Refused that
// there is none.
const (
	Exact       Verdict = "exact"
	Approximate Verdict = "approximate"
	Refused     Verdict = "refused"
)

// A Result is what became of one rule.
type Result struct {
	File    string  `json:"file"`
	Line    int     `json:"line"`
	ID      string  `json:"id"` // in the system it comes from
	Title   string  `json:"title"`
	License string  `json:"license"` // "" if it says none
	Author  string  `json:"author,omitempty"`
	Verdict Verdict `json:"verdict"`
	// Reasons say why it is not exact.
	Reasons []string `json:"reasons,omitempty"`
	// Rule is the translation, nil where it was refused.
	Rule *Rule `json:"-"`
}

// Approx notes a reason why the translation is not exact, each once.
func (r *Result) Approx(format string, args ...any) {
	reason := fmt.Sprintf(format, args...)
	for _, have := range r.Reasons {
		if have == reason {
			return
		}
	}
	r.Reasons = append(r.Reasons, reason)
	if r.Verdict != Refused {
		r.Verdict = Approximate
	}
}

// Refuse notes why there is no translation.
func (r *Result) Refuse(format string, args ...any) {
	r.Verdict, r.Rule = Refused, nil
	r.Reasons = append(r.Reasons, fmt.Sprintf(format, args...))
}

// A File is a rule file of another system, with the name it is called by.
type File struct {
	Name string
	Text []byte
}

// A Rule is a rule of Spaniel's, as it will be written.
type Rule struct {
	ID, Title, Severity, Category string
	Refs                          []string
	When                          string
	By                            []string // keys, each a list with one part or [a, b]
	Over, Window                  string
	Having, Suppress              string
}

// Text is the rule as a YAML document, with where it comes from above it. kind
// names the system.
func (r *Rule) Text(kind string, from *Result) string {
	var b strings.Builder
	note := func(what, text string) {
		if text != "" {
			fmt.Fprintf(&b, "# %s: %s\n", what, oneLine(text))
		}
	}
	note("Translated from "+kind, from.ID+" \""+from.Title+"\", "+from.File)
	note("Author", from.Author)
	license := from.License
	if license == "" {
		license = "the file does not say; see where you have it from"
	}
	note("Licence", license)
	note("Translation", string(from.Verdict))
	for _, reason := range from.Reasons {
		note("Differs", reason)
	}
	line := func(key, value string) {
		if value != "" {
			fmt.Fprintf(&b, "%s: %s\n", key, value)
		}
	}
	line("id", r.ID)
	line("title", quoted(r.Title))
	line("severity", r.Severity)
	line("category", r.Category)
	if len(r.Refs) > 0 {
		line("refs", "["+strings.Join(r.Refs, ", ")+"]")
	}
	line("when", quoted(r.When))
	if r.Having != "" {
		if len(r.By) > 0 {
			line("by", "["+strings.Join(r.By, ", ")+"]")
		}
		line("over", r.Over)
		line("window", r.Window)
		line("having", quoted(r.Having))
		line("suppress", r.Suppress)
	}
	return b.String()
}

// oneLine keeps a stranger's text from ending a comment.
func oneLine(s string) string {
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f || r == 0x85 || r == 0x2028 || r == 0x2029 }), " ")
}

// quoted is a YAML scalar in single quotes.
func quoted(s string) string {
	if s == "" {
		return ""
	}
	return "'" + strings.ReplaceAll(oneLine(s), "'", "''") + "'"
}

// Slug makes a part of a rule's id of a text, at most n bytes long.
func Slug(s string, n int) string {
	var b strings.Builder
	for _, r := range strings.ToLower(s) {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
		if b.Len() >= n {
			break
		}
	}
	return strings.Trim(b.String(), "-")
}

// Title cuts a title to what a rule may have.
func Title(s string) string {
	s = strings.TrimSuffix(oneLine(strings.TrimSpace(s)), ".")
	if len(s) > 190 {
		s = strings.ToValidUTF8(s[:190], "")
	}
	if s == "" {
		return "untitled"
	}
	return s
}
