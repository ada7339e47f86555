package sigma

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"

	"spaniel/internal/importer"
)

// match is one field with its modifiers and values.
type match struct {
	d      *detector
	t      target
	name   string
	kind   string // "", contains, startswith, endswith, re, cidr, exists, lt, lte, gt, gte
	all    bool
	cased  bool
	flags  string // of re
	values []any
}

// field is: the field has one of the values, or with all, each of them.
func (d *detector) field(key string, value any) (string, error) {
	name, mods, _ := strings.Cut(key, "|")
	t, ok := fieldOf(name)
	if !ok {
		return "", fmt.Errorf("field %q has no counterpart in a call", name)
	}
	m := &match{d: d, t: t, name: strings.ToLower(name), values: importer.List(value)}
	if value == nil {
		m.values = []any{nil}
	}
	for _, mod := range strings.FieldsFunc(mods, func(r rune) bool { return r == '|' }) {
		if err := m.modify(mod); err != nil {
			return "", err
		}
	}
	if t.differ != "" {
		d.r.Approx("%s", t.differ)
	}
	m.widen()
	m.url()
	if m.name == "c-uri-extension" && m.kind == "" {
		m.kind = "extension"
	}
	return m.expr()
}

// modify takes one modifier.
func (m *match) modify(mod string) error {
	switch mod {
	case "contains", "startswith", "endswith", "re", "cidr", "exists", "lt", "lte", "gt", "gte":
		m.kind = mod
	case "all":
		m.all = true
	case "cased":
		m.cased = true
	case "i", "m", "s":
		m.flags += mod
	case "base64", "base64offset", "windash", "wide", "utf16", "utf16le", "utf16be":
		return m.transform(mod)
	default:
		return fmt.Errorf("modifier %q has no counterpart", mod)
	}
	return nil
}

// transform changes the values before they are looked for.
func (m *match) transform(mod string) error {
	var out []any
	for _, v := range m.values {
		s := importer.Text(v)
		switch mod {
		case "base64":
			out = append(out, base64.StdEncoding.EncodeToString([]byte(s)))
			m.cased = true
		case "base64offset":
			for _, e := range offsets(s) {
				out = append(out, e)
			}
			m.cased = true
		case "windash":
			for _, dash := range []string{"-", "/", "–", "—", "―"} {
				out = append(out, strings.ReplaceAll(s, "-", dash))
			}
		default:
			var b strings.Builder
			for _, r := range s {
				lo, hi := string(rune(r&0xff)), string(rune(r>>8))
				if mod == "utf16be" {
					lo, hi = hi, lo
				}
				b.WriteString(lo + hi)
			}
			out = append(out, b.String())
		}
	}
	if m.all && mod == "base64offset" {
		return errors.New("base64offset together with all has no counterpart")
	}
	m.values = out
	return nil
}

// offsets are the three ways in which a text inside a longer one can look in
// Base64, without the characters that depend on what stands around it.
func offsets(s string) (out []string) {
	start, end := []int{0, 2, 3}, []int{0, -3, -2}
	for i := range 3 {
		e := base64.StdEncoding.EncodeToString([]byte(strings.Repeat(" ", i) + s))
		cut := len(e) + end[(len(s)+i)%3]
		if start[i] < cut {
			out = append(out, e[start[i]:cut])
		}
	}
	return out
}

// widen looks for what stands in a query in the whole target, if the rule means
// that by it: many do, as the logs they are written for do not tell the two apart.
// What a query is to be, or to begin with, stays the query's, unless it is a path.
func (m *match) widen() {
	if m.t.expr != "req.query" || !m.d.meansTarget() { // what an expression matches is not looked into
		return
	}
	if (m.kind == "" || m.kind == "startswith") && !slices.ContainsFunc(m.values, ofTarget) {
		return
	}
	m.t.expr = "req.target"
	m.d.r.Approx("%s is compared with the whole target, since a value in the rule holds a path or a question mark", m.name)
}

// url makes as much of a call's URL as the values ask for. Its scheme cannot be
// seen: who asks for one, of either kind, gets it of all calls.
func (m *match) url() {
	if !m.t.url {
		return
	}
	anchored := m.kind == "" || m.kind == "startswith" || m.kind == "re"
	of := func(holds func(string) bool) bool {
		return slices.ContainsFunc(m.values, func(v any) bool { return holds(importer.Text(v)) })
	}
	switch {
	case of(func(s string) bool { return strings.Contains(s, "//") }), anchored && !of(func(s string) bool { return strings.HasPrefix(s, "/") }):
		m.t.expr = `(req.target startsWith "/" ? "http://" + req.host + req.target : req.target)`
		for i, v := range m.values {
			if s, ok := v.(string); ok {
				m.values[i] = strings.ReplaceAll(s, "https:", "http:")
			}
		}
		m.d.r.Approx("%s is compared with a URL whose scheme is http, as that is not seen", m.name)
	case anchored: // such a log has no host there
		m.t.expr = "req.target"
	default:
		m.d.r.Approx("%s is compared as host and target, without the scheme", m.name)
	}
}

// meansTarget reports whether one of the values that the rule compares with
// queries cannot be in one.
func (d *detector) meansTarget() bool {
	if d.target == nil {
		found := false
		for _, it := range d.m {
			found = found || targetIn(it.Value, false, maxDepth)
		}
		d.target = &found
	}
	return *d.target
}

// targetIn looks for such a value below v, at most so deep.
func targetIn(v any, ofQuery bool, deep int) bool {
	if deep == 0 {
		return false
	}
	switch v := v.(type) {
	case yaml.MapSlice:
		for _, it := range v {
			key, _ := it.Key.(string)
			name, mods, _ := strings.Cut(key, "|")
			t, known := fieldOf(name)
			if targetIn(it.Value, known && t.expr == "req.query" && !strings.HasPrefix(mods, "re"), deep-1) {
				return true
			}
		}
		return false
	case []any:
		return slices.ContainsFunc(v, func(e any) bool { return targetIn(e, ofQuery, deep-1) })
	}
	return ofQuery && ofTarget(v)
}

// ofTarget reports a value that holds a path or the mark before the query.
func ofTarget(v any) bool {
	s := importer.Text(v)
	return strings.HasPrefix(strings.TrimLeft(s, "*"), "/") || strings.Contains(s, "?")
}

func (m *match) expr() (string, error) {
	if m.kind == "exists" {
		yes := importer.Text(m.values[0]) == "true"
		if m.t.number {
			return fmt.Sprintf("(%s > 0) == %v", m.t.expr, yes), nil
		}
		return fmt.Sprintf("(%s != \"\") == %v", m.t.expr, yes), nil
	}
	var parts []string
	values := m.values
	if m.kind == "contains" || m.kind == "" {
		var words []string
		if words, values = m.plain(); len(words) > 0 && m.kind == "contains" {
			parts = append(parts, importer.ContainsAny(m.t.expr, words))
		} else if len(words) > 0 {
			parts = append(parts, "in_list("+m.t.expr+", "+importer.QuoteList(words)+")")
		}
	}
	for _, v := range values {
		p, err := m.one(v)
		if err != nil {
			return "", err
		}
		parts = append(parts, p)
	}
	if m.all {
		return importer.And(parts...), nil
	}
	return importer.Or(parts...), nil
}

// plain takes out the values that can be looked for together, in any case:
// those without a wildcard, of which one is enough.
func (m *match) plain() (words []string, others []any) {
	if m.t.number || m.t.addr || m.cased || m.all {
		return nil, m.values
	}
	for _, v := range m.values {
		_, text, has := importer.Wildcard(importer.Text(v))
		if has || v == nil || text == "" || text == "-" || m.placeholder(text) || !ascii(text) {
			others = append(others, v)
			continue
		}
		words = append(words, text)
	}
	return words, others
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// placeholder reports a value that each site must fill in.
func (m *match) placeholder(s string) bool {
	return regexp.MustCompile(`^%[A-Za-z_]+%$`).MatchString(s)
}

// one is the condition for one value.
func (m *match) one(v any) (string, error) {
	s := importer.Text(v)
	switch {
	case m.placeholder(s):
		return "", fmt.Errorf("value %q must be filled in by each site", s)
	case m.t.number:
		return m.numeric(s)
	case v == nil || s == "" && m.kind == "":
		return m.t.expr + ` == ""`, nil
	case s == "-" && m.kind == "": // how logs write that there is nothing
		return "in_list(" + m.t.expr + `, ["", "-"])`, nil
	case m.kind == "cidr":
		if _, err := netip.ParsePrefix(s); err != nil {
			return "", fmt.Errorf("%q is no network", s)
		}
		return "cidr(" + m.t.expr + ", " + importer.Quote(s) + ")", nil
	case m.kind == "re":
		re := s
		if m.flags != "" {
			re = "(?" + m.flags + ")" + re
		}
		if why := importer.CheckRegex(re); why != "" {
			return "", errors.New(why)
		}
		return "reads(" + m.t.expr + ", " + importer.Quote(re) + ")", nil
	case m.kind == "lt" || m.kind == "lte" || m.kind == "gt" || m.kind == "gte":
		return "", fmt.Errorf("%s compares a text", m.kind)
	case m.kind == "extension":
		return "lower(req.path) endsWith " + importer.Quote("."+strings.ToLower(strings.TrimPrefix(s, "."))), nil
	}
	return m.text(s)
}

// text is the condition for a text, with wildcards or without.
func (m *match) text(s string) (string, error) {
	re, plain, has := importer.Wildcard(s)
	if has || !ascii(plain) {
		body := strings.TrimSuffix(strings.TrimPrefix(re, "(?is)^"), "$")
		flags := "(?is)"
		if m.cased {
			flags = "(?s)"
		}
		switch m.kind {
		case "contains":
			re = flags + body
		case "startswith":
			re = flags + "^" + body
		case "endswith":
			re = flags + body + "$"
		default:
			re = flags + "^" + body + "$"
		}
		// A star at an end that is not held to it says nothing.
		re = strings.TrimSuffix(strings.Replace(re, ")^.*", ")", 1), ".*$")
		if why := importer.CheckRegex(re); why != "" {
			return "", errors.New(why)
		}
		return "reads(" + m.t.expr + ", " + importer.Quote(re) + ")", nil
	}
	expr, word := m.t.expr, plain
	op := map[string]string{"": "==", "contains": "contains", "startswith": "startsWith", "endswith": "endsWith"}[m.kind]
	if op == "" {
		return "", fmt.Errorf("modifier %q has no counterpart", m.kind)
	}
	if !m.cased && strings.ToLower(word) != strings.ToUpper(word) {
		expr, word = "lower("+expr+")", strings.ToLower(word)
	}
	return expr + " " + op + " " + importer.Quote(word), nil
}

// numeric is the condition for a number, or for the digits it begins with.
func (m *match) numeric(s string) (string, error) {
	op := map[string]string{"": "==", "lt": "<", "lte": "<=", "gt": ">", "gte": ">="}[m.kind]
	if n, err := strconv.Atoi(s); err == nil && op != "" {
		return fmt.Sprintf("%s %s %d", m.t.expr, op, n), nil
	}
	t := *m
	t.t.expr, t.t.number = "string("+m.t.expr+")", false
	if s == "" || m.kind == "lt" || m.kind == "gt" {
		return "", fmt.Errorf("%q is no number", s)
	}
	return t.text(s)
}
