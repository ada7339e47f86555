package suricata

import (
	"regexp"
	"slices"
	"strings"

	"spaniel/internal/importer"
)

// In Suricata's buffer of headers each stands on a line of its own, with its name
// as it was sent. Here each is looked at by itself, and names are in small letters.

// header is the condition for a content, without a place, among the headers.
func (b *buffer) header(p *piece) string {
	if p.start || p.end || p.nocase || strings.ContainsAny(p.text, "\r\n") {
		re := lineText(p.text)
		if p.nocase {
			re = "(?i:" + regexp.QuoteMeta(p.text) + ")"
		}
		return b.reads("(?s)" + re)
	}
	one := `.value contains ` + importer.Quote(p.text)
	if name, value, ok := strings.Cut(p.text, ":"); ok && token(name) {
		one = `.name endsWith ` + importer.Quote(strings.ToLower(name))
		if value = strings.TrimPrefix(value, " "); value != "" {
			one += ` && .value startsWith ` + importer.Quote(value)
		}
	} else if token(p.text) {
		one += ` || .name contains ` + importer.Quote(strings.ToLower(p.text))
	}
	return "any(" + b.expr + ", " + one + ")"
}

// lineText is a text of the buffer as a regular expression, in which the name of a
// header may be written in any case.
func lineText(text string) string {
	if i := strings.LastIndexAny(text, "\r\n"); i >= 0 && i+1 < len(text) {
		return regexp.QuoteMeta(text[:i+1]) + lineText(text[i+1:])
	}
	if i := strings.IndexByte(text, ':'); i > 0 && token(text[:i]) {
		return "(?i:" + regexp.QuoteMeta(text[:i]) + ")" + regexp.QuoteMeta(text[i:])
	}
	return regexp.QuoteMeta(text)
}

// named takes a regular expression apart that begins with the name of a header.
var named = regexp.MustCompile(`^\(\?s\)\(\?i:([\w-]+)\): `)

// readsLine is a regular expression over a header. Where it begins with a name
// that is asked first: few calls have the header, and the text of a line has to
// be put together.
func readsLine(re string) string {
	if m := named.FindStringSubmatch(re); m != nil {
		value := ".value"
		if endsLine(re) {
			value += ` + "\r\n"`
		}
		cond := `.name endsWith ` + importer.Quote(strings.ToLower(m[1]))
		if rest := re[len(m[0]):]; rest != "" {
			cond += ` && reads(` + value + `, ` + importer.Quote("(?s)^"+group(rest)) + `)`
		}
		return cond
	}
	line := `.name + ": " + .value`
	if endsLine(re) {
		line = `"\r\n" + ` + line + ` + "\r\n"`
	}
	return "reads(" + line + ", " + importer.Quote(re) + ")"
}

// group keeps what begins a regular expression before all alternatives of it.
func group(re string) string {
	if strings.ContainsRune(re, '|') {
		return "(?:" + re + ")"
	}
	return re
}

// endsLine reports a regular expression that asks for ends of lines.
func endsLine(re string) bool {
	re = strings.ReplaceAll(re, `\n?\z`, "")
	return slices.ContainsFunc([]string{"\r", "\n", `\r`, `\n`, `\x0d`, `\x0a`, `\x0D`, `\x0A`}, func(end string) bool { return strings.Contains(re, end) })
}

// namesHeader reports a regular expression in which a header's name may be.
func namesHeader(re string) bool {
	re = regexp.MustCompile(`\(\?[a-zA-Z-]*:`).ReplaceAllString(re, "")
	return strings.Contains(re, ":") || strings.Contains(strings.ToLower(re), `\x3a`)
}

// token reports a text that may be the name of a header, or a part of one
// (RFC 9110, 5.6.2).
func token(s string) bool {
	for i := range len(s) {
		c := s[i]
		if c <= ' ' || c >= 0x7f || strings.IndexByte(`"(),/:;<=>?@[\]{}`, c) >= 0 {
			return false
		}
	}
	return s != ""
}
