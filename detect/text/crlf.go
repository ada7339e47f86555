package text

import "strings"

const crlfNeeds = "\r\n"

// CRLFNeeds returns bytes of which a value must hold one for CRLF to match.
func CRLFNeeds() string { return crlfNeeds }

// splitHeaders are fields a response-splitting value brings.
var splitHeaders = []string{"set-cookie", "location", "content-type", "content-length", "transfer-encoding", "refresh", "link", "x-xss-protection", "access-control-allow-origin", "content-security-policy",
	"host", "x-forwarded-for", "x-forwarded-host", "x-injected", "cookie", "authorization", "content-disposition", "cache-control", "last-modified", "connection", "injected", "header", "x-injection", "x-test", "x-header"}

// CRLF reports a line end within a value followed by the grammar of a head: a
// field that means something to HTTP, or a status or request line.
//
// Text of several lines, mail quoted in a chat included, is silent, unless its
// line is such a field. Ask it of one-line places only (path, query, header,
// cookie): a body of text may well hold a copy of a head.
//
// Returns: where the line end is, and the text from there.
//
// Example: CRLF("/x\r\nSet-Cookie: a=1") = 2, "\r\nSet-Cookie: a=1", true.
func CRLF(s string) (offset int, match string, ok bool) {
	at := strings.IndexAny(s, crlfNeeds)
	if at < 0 {
		return none()
	}
	s = clip(s)
	for at >= 0 && at < len(s) {
		i := at
		for i < len(s) && (s[i] == '\r' || s[i] == '\n' || s[i] == ' ' || s[i] == '\t') {
			i++
		}
		if headLine(s[i:]) || i-at >= 3 && (prefixFold(s[i:], "<html") || prefixFold(s[i:], "<script") || prefixFold(s[i:], "<svg")) {
			return found(s, at, len(s))
		}
		next := strings.IndexAny(s[i:], crlfNeeds)
		if next < 0 {
			break
		}
		at = i + next
	}
	return none()
}

// maxFieldName is longer than every name in splitHeaders. No colon is looked
// for behind it: in text of many lines without one that would read all of the
// rest again at each line.
const maxFieldName = 40

// headLine reports a line of a head.
func headLine(t string) bool {
	if prefixFold(t, "http/1.") || prefixFold(t, "http/2 ") {
		return true
	}
	for _, m := range []string{"get /", "post /", "put /", "delete /"} {
		if prefixFold(t, m) && indexFold(t[:min(len(t), 200)], " http/") > 0 {
			return true
		}
	}
	colon := strings.IndexByte(t[:min(len(t), maxFieldName+1)], ':')
	if colon <= 0 || colon+1 >= len(t) {
		return false
	}
	return foldIn(strings.TrimRight(t[:colon], " "), splitHeaders...) || prefixFold(t, "x-") && colon < 30 && strings.IndexByte(t[:colon], ' ') < 0
}

// MailHeader reports a line end within a value followed by a field of a mail
// that adds recipients or a new part: To, Cc, Bcc with an address, Subject or a
// MIME boundary.
//
// Returns: where the line end is, and the text from there.
//
// Example: MailHeader("a@x.example\r\nBcc: b@y.example") = 11, "\r\nBcc: b@y.example", true.
func MailHeader(s string) (offset int, match string, ok bool) {
	if len(s) > 4096 {
		return none()
	}
	for at := strings.IndexAny(s, crlfNeeds); at >= 0; {
		i := at
		for i < len(s) && (s[i] == '\r' || s[i] == '\n') {
			i++
		}
		t := s[i:]
		line := t
		if e := strings.IndexAny(t, crlfNeeds); e >= 0 {
			line = t[:e]
		}
		if mailField(line, len(s[:at])) {
			return found(s, at, len(s))
		}
		next := strings.IndexAny(t, crlfNeeds)
		if next < 0 {
			break
		}
		at = i + next
	}
	return none()
}

// MailHeaderNeeds returns bytes of which a value must hold one for MailHeader to match.
func MailHeaderNeeds() string { return crlfNeeds }

// mailField judges one line; head is how much of the value stood before.
func mailField(line string, head int) bool {
	for _, f := range []string{"bcc:", "cc:", "to:"} {
		if prefixFold(line, f) && strings.IndexByte(line, '@') > 0 {
			return f == "bcc:" || head < 200
		}
	}
	return prefixFold(line, "content-type:") && (indexFold(line, "multipart/") > 0 || indexFold(line, "text/html") > 0) && head < 200 ||
		prefixFold(line, "mime-version:") && head < 200 || prefixFold(line, "rcpt to:") || prefixFold(line, "mail from:") && strings.IndexByte(line, '<') > 0
}
