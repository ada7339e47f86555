package importer

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Quote is a string literal of the rule language.
func Quote(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && n == 1:
			fmt.Fprintf(&b, `\x%02x`, s[i])
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r < ' ' || r == 0x7f:
			fmt.Fprintf(&b, `\x%02x`, r)
		default:
			b.WriteString(s[i : i+n])
		}
		i += n
	}
	b.WriteByte('"')
	return b.String()
}

// QuoteList is a literal list of strings.
func QuoteList(list []string) string {
	var out []string
	for _, s := range list {
		out = append(out, Quote(s))
	}
	return "[" + strings.Join(out, ", ") + "]"
}

// And and Or join conditions; each part keeps its meaning. An empty list is
// true, or false.
func And(parts ...string) string { return join(parts, "&&", "true") }

// Or joins conditions of which one must hold.
func Or(parts ...string) string { return join(parts, "||", "false") }

func join(parts []string, op, none string) string {
	switch len(parts) {
	case 0:
		return none
	case 1:
		return parts[0]
	}
	out := make([]string, len(parts))
	for i, p := range parts {
		out[i] = p
		if other := map[string]string{"&&": "||", "||": "&&"}[op]; strings.Contains(p, " "+other+" ") || strings.Contains(p, " ? ") {
			out[i] = "(" + p + ")"
		}
	}
	return strings.Join(out, " "+op+" ")
}

// Not negates a condition.
func Not(s string) string { return "!(" + s + ")" }

// ContainsAny is: the text holds one of the words, whatever case ASCII has.
func ContainsAny(text string, words []string) string {
	return "contains_any(" + text + ", " + QuoteList(words) + ")"
}

// Regex is: the regular expression matches somewhere in the text.
func Regex(text, re string) string { return text + " matches " + Quote(re) }

// CheckRegex says why Go, and so the rule language, cannot take a regular
// expression; "" if it can.
func CheckRegex(re string) string {
	if _, err := regexp.Compile(re); err != nil {
		switch {
		case strings.Contains(re, "(?=") || strings.Contains(re, "(?!") || strings.Contains(re, "(?<=") || strings.Contains(re, "(?<!"):
			return "its regular expression looks ahead or back"
		case regexp.MustCompile(`\\[1-9]`).MatchString(re):
			return "its regular expression refers back to a group"
		}
		return "its regular expression is none of Go's: " + oneLine(err.Error())
	}
	if len(re) > 1000 {
		return "its regular expression is longer than 1,000 bytes"
	}
	return ""
}

// Wildcard turns a pattern with * and ?, where \ takes their meaning, into a
// regular expression for the whole text, in any case; plain is the text that
// it stands for if it has neither.
func Wildcard(p string) (re, plain string, has bool) {
	var b, lit strings.Builder
	b.WriteString(`(?is)^`)
	for i := 0; i < len(p); i++ {
		c := p[i]
		if c == '\\' && i+1 < len(p) && (p[i+1] == '*' || p[i+1] == '?' || p[i+1] == '\\') {
			i++
			lit.WriteByte(p[i])
			b.WriteString(regexp.QuoteMeta(p[i : i+1]))
			continue
		}
		switch c {
		case '*':
			has = true
			b.WriteString(`.*`)
		case '?':
			has = true
			b.WriteString(`.`)
		default:
			lit.WriteByte(c)
			_, n := utf8.DecodeRuneInString(p[i:])
			b.WriteString(regexp.QuoteMeta(p[i : i+n]))
			lit.WriteString(p[i+1 : i+n])
			i += n - 1
		}
	}
	return b.String() + "$", lit.String(), has
}

// Seconds writes a span of time as rules do.
func Seconds(n float64) string {
	switch {
	case n >= 86400:
		return "24h"
	case n == float64(int(n)) && int(n)%3600 == 0:
		return strconv.Itoa(int(n)/3600) + "h"
	case n == float64(int(n)) && int(n)%60 == 0:
		return strconv.Itoa(int(n)/60) + "m"
	case n == float64(int(n)):
		return strconv.Itoa(int(n)) + "s"
	}
	return strconv.Itoa(int(n*1000)) + "ms"
}
