package text

import (
	"strings"

	"github.com/corazawaf/libinjection-go"
)

// xssNeeds: a tag needs <, an attribute =, a script URL :, a call ( or `, and
// UTF-7 a +.
const xssNeeds = "<=:(`+"

// XSSNeeds returns bytes of which a value must hold one for XSS to match.
func XSSNeeds() string { return xssNeeds }

// xssMax is what of a value is read as HTML.
const xssMax = 64 << 10

// XSS reports markup or script that runs in a browser the value is shown in.
//
// It reads the value as HTML (a tag that runs script by its name, an event
// handler, a script URL), as the rest of an attribute it was put into
// (" onfocus=… ), as a URL (javascript:…) and as the rest of a string of a
// script (';alert(1)//). Plain markup, a < b, <3, generics and links are silent.
//
// Returns: where the running part begins, and its text.
//
// Example: XSS("<svg/onload=alert(1)>") = 0, "<svg/onload=alert(1)>", true; XSS("<b>bold</b>") is silent.
func XSS(s string) (offset int, match string, ok bool) { return (talk{wide: true}).unless(s, xss) }

// xss is XSS wherever it stands.
func xss(s string) (offset int, match string, ok bool) {
	if len(s) < 5 || !strings.ContainsAny(s, xssNeeds) {
		return none()
	}
	if len(s) > xssMax {
		s = s[:xssMax]
	}
	if binaryData(s) {
		return none()
	}
	if from, to, hit := htmlScript(s); hit {
		return found(s, from, to)
	}
	if from, to, hit := attributeBreak(s); hit {
		return found(s, from, to)
	}
	if to, hit := scriptURL(s); hit {
		return found(s, 0, to)
	}
	if t := strings.TrimLeft(s, " \t\r\n"); len(t) > 1 && t[0] == '<' && (isLetter(t[1]) || t[1] == '!') && t[len(t)-1] == '>' {
		// markup as a whole breaks out of no literal
	} else if from, to, hit := scriptBreak(s); hit {
		return found(s, from, to)
	}
	if from, to, hit := templateScript(s); hit {
		return found(s, from, to)
	}
	if proofStatement(s) {
		return found(s, 0, len(s))
	}
	if at := strings.Index(s, "+ADw-"); at >= 0 && indexFold(s[at:], "script") >= 0 {
		return found(s, at, len(s))
	}
	// libinjection reads HTML's odd states better than we do; it is heard
	// where a tag is there that our own reading found harmless but oddly made.
	if oddMarkup(s) && libinjection.IsXSS(s) {
		return found(s, strings.IndexByte(s, '<'), len(s))
	}
	return none()
}

// oddMarkup reports a NUL, a tag in a tag or a quote in a tag's name: what
// hand-made markup does and an editor's does not.
func oddMarkup(s string) bool {
	at := strings.IndexByte(s, '<')
	if at < 0 {
		return false
	}
	if len(s) < 512 && strings.IndexByte(s[at:], 0) >= 0 {
		return true
	}
	_, w := indexAnyFold(s[at:], []string{"<![cdata[<", "<!--<", "<?import", "<?xml-stylesheet", "<!entity", "<%<", "</ style", "<//"})
	return w != ""
}

// scriptURL reports a value that is a URL which runs.
func scriptURL(s string) (to int, hit bool) {
	i := 0
	for i < len(s) && (s[i] <= ' ' || s[i] == '"' || s[i] == '\'') {
		i++
	}
	scheme, rest := urlScheme(s[i:])
	switch scheme {
	case "javascript", "vbscript", "livescript":
		return len(s), runsCode(rest) && !quietURL(strings.TrimSpace(s))
	case "":
		return len(s), innerScriptURL(s[i:])
	case "data":
		if prefixFold(rest, "text/html") || prefixFold(rest, "image/svg") || prefixFold(rest, "text/xml") || prefixFold(rest, "application/xhtml") {
			_, _, markup := htmlScript(rest)
			return len(s), markup || indexFold(rest, ";base64,") >= 0 && prefixFold(rest, "text/html")
		}
	}
	return 0, false
}

// innerScriptURL reports a script URL within an expression or a list, as in
// getURL("javascript:alert(1)") or x:expression(…).
func innerScriptURL(s string) bool {
	if len(s) > 400 {
		return false
	}
	at := indexFold(s, "javascript:")
	if at < 0 {
		return false
	}
	if url, _, _ := strings.Cut(s[at:], "\""); quietURL(url) && at > 0 && s[at-1] == '"' {
		return false
	}
	rest := strings.TrimLeft(s[at+len("javascript:"):], " /*")
	return words(s[:at], 4) < 4 && codeAt(rest) > 0
}

// urlScheme returns the scheme of a URL as a browser reads it, blanks and
// control bytes inside passed over, and the rest. Only the schemes that matter
// to scripts are told apart.
func urlScheme(s string) (scheme, rest string) {
	var buf [12]byte
	n := 0
	for i := 0; i < len(s); i++ {
		c := lowerByte(s[i])
		switch {
		case c == ':':
			switch string(buf[:n]) {
			case "javascript":
				return "javascript", s[i+1:]
			case "vbscript":
				return "vbscript", s[i+1:]
			case "livescript":
				return "livescript", s[i+1:]
			case "data":
				return "data", s[i+1:]
			}
			return "", s
		case c < ' ' || c == 0x7f || c == '\\' && i > 0: // browsers pass over some, those who try them over all
		case c == '&' && lowEntity(s[i:]) > 0:
			i += lowEntity(s[i:]) - 1
		case n == 0 && wideBlank(s[i:]) > 0:
			i += wideBlank(s[i:]) - 1
		case c < 'a' || c > 'z' || n == len(buf):
			return "", s
		default:
			buf[n] = c
			n++
		}
	}
	return "", s
}

// lowEntity returns the length of the reference to a control character that s begins
// with, &#1 or &#x0A;, 0 if there is none.
func lowEntity(s string) int {
	if !strings.HasPrefix(s, "&#") {
		return 0
	}
	i, value, base := 2, 0, 10
	if i < len(s) && lowerByte(s[i]) == 'x' {
		i, base = i+1, 16
	}
	from := i
	for ; i < len(s) && i < from+8 && (isDigit(s[i]) || base == 16 && hexByte(s[i])); i++ {
		d := int(s[i] - '0')
		if !isDigit(s[i]) {
			d = int(lowerByte(s[i])-'a') + 10
		}
		value = value*base + d
	}
	if i == from || value > ' ' {
		return 0
	}
	if i < len(s) && s[i] == ';' {
		i++
	}
	return i
}

// wideBlank returns the length of the blank beyond ASCII that s begins with, 0
// if there is none.
func wideBlank(s string) int {
	switch {
	case strings.HasPrefix(s, "\xc2\xa0"), strings.HasPrefix(s, "\xc2\x85"):
		return 2
	case len(s) > 2 && s[0] == 0xe2 && (s[1] == 0x80 && (s[2] <= 0x8f || s[2] == 0xa8 || s[2] == 0xa9 || s[2] == 0xaf) || s[1] == 0x81 && s[2] == 0x9f),
		strings.HasPrefix(s, "\xe3\x80\x80"), strings.HasPrefix(s, "\xef\xbb\xbf"), strings.HasPrefix(s, "\xe1\x9a\x80"), strings.HasPrefix(s, "\xe1\xa0\x8e"):
		return 3
	}
	return 0
}

// runsCode reports text that is a program and not prose or void(0).
func runsCode(s string) bool {
	t := strings.TrimLeft(s, " \t\r\n")
	if prefixFold(t, "void(0)") || prefixFold(t, "void 0") || t == "" || t == ";" {
		return false
	}
	if i := strings.IndexAny(t, "(`"); i >= 0 && i < 200 {
		return words(t[:i], 6) < 6
	}
	return strings.HasPrefix(t, "//") || strings.Contains(t, "=") && !strings.Contains(t, " ") || indexFold(t, "document.") >= 0 || indexFold(t, "window.") >= 0
}
