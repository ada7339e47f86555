// Package taxonomy holds the public lists that the refs of rules name: OWASP
// API Security 2023, OWASP Top 10, OWASP automated threats, and of MITRE
// ATT&CK and CWE the part that HTTP traffic can show. It knows ids and names,
// and no rules.
package taxonomy

import (
	_ "embed" // for go:embed below
	"regexp"
	"slices"
	"strings"
)

//go:embed ids.txt
var text string

// An Entry is one item of a list: cwe:89, "SQL Injection".
type Entry struct {
	Ref  string
	Name string
}

// A Scheme is one list.
type Scheme struct {
	// Key is the first part of references, Title what the list is called.
	Key, Title string
	// Closed says that the list is whole: an id that is not in it is none.
	Closed bool
	// Shape of the part behind the colon.
	Shape *regexp.Regexp
}

// Schemes lists the schemes of references, in the order in which they are shown.
func Schemes() []Scheme {
	return []Scheme{
		{"owasp-api", "OWASP API Security Top 10, 2023", true, regexp.MustCompile(`^([1-9]|10)$`)},
		{"oat", "OWASP Automated Threats", true, regexp.MustCompile(`^0\d\d$`)},
		{"attack", "MITRE ATT&CK", false, regexp.MustCompile(`^T\d{4}(\.\d{3})?$`)},
		{"cwe", "CWE", false, regexp.MustCompile(`^[1-9]\d{0,3}$`)},
		{"owasp", "OWASP Top 10, 2021", true, regexp.MustCompile(`^A(0[1-9]|10)$`)},
		{"cve", "CVE", false, regexp.MustCompile(`^\d{4}-\d{4,}$`)},
	}
}

// Entries lists all items, in the order of the lists.
func Entries() []Entry {
	var out []Entry
	for line := range strings.Lines(text) {
		ref, name, ok := strings.Cut(strings.TrimSpace(line), "\t")
		if ok && !strings.HasPrefix(line, "#") {
			out = append(out, Entry{ref, name})
		}
	}
	return out
}

// Name is the name of what a reference points to, "" if it is not known.
func Name(ref string) string {
	for _, e := range Entries() {
		if e.Ref == ref {
			return e.Name
		}
	}
	return ""
}

// Check says what is wrong with a reference, "" if nothing is. Of lists that
// are not held as a whole, an id of the right form passes; known says whether
// it is one that is held.
func Check(ref string) (msg string, known bool) {
	key, id, ok := strings.Cut(ref, ":")
	if !ok {
		return "it is not scheme:id", false
	}
	i := slices.IndexFunc(Schemes(), func(s Scheme) bool { return s.Key == key })
	if i < 0 {
		return "there is no scheme " + key, false
	}
	s := Schemes()[i]
	known = Name(ref) != ""
	if !s.Shape.MatchString(id) || s.Closed && !known {
		return s.Title + " has no " + id, false
	}
	return "", known
}

// Keys lists the keys of the schemes.
func Keys() []string {
	var out []string
	for _, s := range Schemes() {
		out = append(out, s.Key)
	}
	return out
}
