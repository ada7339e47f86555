package http1

import (
	"bytes"
	"strings"
)

// sniffLine is how long a first line may be before its beginning must decide.
const sniffLine = 512

// Sniff says whether b, the first bytes of one direction of a flow, begin an
// HTTP/0.9, 1.0 or 1.1 request or response: 1 yes, -1 no, 0 more bytes are
// needed. Look-alikes (RTSP, SIP, ICAP, ICY, SSDP, the HTTP/2 preface) are no.
func Sniff(b []byte) (verdict int8) {
	for len(b) > 0 && (b[0] == '\r' || b[0] == '\n') {
		b = b[1:]
	}
	if len(b) == 0 {
		return 0
	}
	if n := min(len(b), 5); string(b[:n]) == "HTTP/"[:n] {
		return sniffStatus(b)
	}
	return sniffRequest(b)
}

// sniffStatus judges bytes that begin with HTTP/ or a part of it.
func sniffStatus(b []byte) int8 {
	const shape = "HTTP/d.d ddd"
	for i := 0; i < len(shape); i++ {
		if i == len(b) {
			return 0
		}
		if ok := b[i] == shape[i] || shape[i] == 'd' && isDigit(b[i]); !ok {
			return -1
		}
	}
	if b[5] > '1' { // HTTP/2.0 200 is nobody's HTTP/1 response
		return -1
	}
	return 1
}

// sniffRequest judges bytes that may begin a request line.
func sniffRequest(b []byte) int8 {
	end := bytes.IndexByte(b, '\n')
	if end < 0 {
		return sniffPart(b)
	}
	r, ok := parseRequestLine(view(bytes.TrimSuffix(b[:end], []byte("\r"))))
	switch {
	case !ok || !isToken(r.method) && !strictVersion(r.version):
		return -1
	case r.v == vOdd && len(r.version) > 5 && r.version[5] > '1' && !knownMethod(r.method):
		return -1 // HTTP/2.0 is the preface of HTTP/2
	case r.target == "" && r.version != "" && !knownMethod(r.method):
		return -1
	case r.target == "*" && (r.method == "M-SEARCH" || r.method == "NOTIFY"):
		return -1 // SSDP
	case strings.IndexByte(r.target, ' ') >= 0 && !knownMethod(strings.ToUpper(r.method)) && !usualTarget([]byte(r.target)):
		return -1 // a line of text that quotes a request
	}
	return 1
}

// sniffPart judges a first line whose end has not come yet.
func sniffPart(b []byte) int8 {
	b = bytes.TrimLeft(b, " \t")
	if len(b) == 0 {
		return 0
	}
	sp := bytes.IndexAny(b, " \t")
	word := bytes.TrimSuffix(b, []byte("\r"))
	if sp >= 0 {
		word = b[:sp]
	}
	if len(word) == 0 || !methodLike(view(word)) {
		return -1
	}
	target := bytes.TrimLeft(b[len(word):], " \t\r")
	if sp < 0 || len(target) == 0 {
		return 0
	}
	usual := knownMethod(string(word)) || usualTarget(target)
	switch {
	case otherScheme(target), !usual && !isToken(view(word)), !usual && !printable(view(target[:len(bytes.TrimRight(target, "\r"))])):
		return -1
	case len(b) < sniffLine || !usual:
		return 0
	}
	return 1
}

// MayBeRequest reports whether b, of which Sniff cannot tell, may become a
// request line with a token for a method.
func MayBeRequest(b []byte) bool {
	word, _, _ := bytes.Cut(bytes.TrimLeft(b, "\r\n"), []byte(" "))
	return isToken(view(word)) && Sniff(b) == 0
}

// usualTarget reports whether b may begin a target as standards have it.
func usualTarget(b []byte) bool { return b[0] == '/' || b[0] == '*' || isURLStart(b) }

// otherScheme reports whether b begins a URL of a protocol that looks like HTTP.
func otherScheme(b []byte) bool {
	for _, s := range []string{"rtsp", "sip:", "sips:", "icap:", "icaps:"} {
		if hasPrefix(view(b), s) {
			return true
		}
	}
	return false
}

// isURLStart reports whether b may begin an http or https URL, or a version.
func isURLStart(b []byte) bool {
	s := string(b[:min(len(b), 7)])
	if s == "HTTP/1."[:len(s)] { // the target was left out
		return true
	}
	return hasPrefix(s, "http://"[:len(s)]) || hasPrefix(s, "https:/"[:len(s)])
}

// knownMethod reports whether s is a registered method in common use.
func knownMethod(s string) bool {
	switch s {
	case "GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH", "PROPFIND", "PROPPATCH", "MKCOL",
		"COPY", "MOVE", "LOCK", "UNLOCK", "SEARCH", "REPORT", "PURGE", "SUBSCRIBE", "UNSUBSCRIBE", "NOTIFY", "LINK", "UNLINK",
		"BIND", "REBIND", "UNBIND", "ACL", "CHECKOUT", "CHECKIN", "MERGE", "QUERY", "MKACTIVITY", "BCOPY", "BMOVE", "RPC_IN_DATA",
		"RPC_OUT_DATA", "SOURCE", "MKCALENDAR", "LIST":
		return true
	}
	return false
}
