package http1

import "strings"

// requestLine is a first line taken apart; substrings of the head.
type requestLine struct {
	method, target, version string
	v                       version
	odd                     bool // white space beyond the two single spaces
	old                     bool // HTTP/0.9: no version at all
}

// parseRequestLine takes line, without its line end, apart. ok is false when
// it is no request line: no method, or a last word that is no HTTP version. A
// line of method and target alone is HTTP/0.9 when the method is GET and the
// target a path; one of nothing but a method of RFC 9110 is a broken request.
func parseRequestLine(line string) (r requestLine, ok bool) {
	if line != "" && isBlank(line[0]) { // some servers pass it over
		line, r.odd = trim(line), true
	}
	cut := blankIn(line)
	if cut <= 0 { // a method alone: servers answer 400 to it
		r.method, r.v, r.odd = line, vOdd, true
		return r, plainMethod(line)
	}
	r.method = line[:cut]
	rest := line[cut:]
	target := trim(rest)
	r.odd = r.odd || len(rest) != len(target)+1 || rest[0] != ' '
	if end := lastBlankIn(target); end > 0 {
		if r.v, ok = parseVersion(target[end+1:]); ok {
			r.version, r.target = target[end+1:], trim(target[:end])
			r.odd = r.odd || len(r.target) != end || target[end] != ' '
			return r, methodLike(r.method)
		}
		return r, false
	}
	if v, ok := parseVersion(target); ok { // METHOD HTTP/1.1
		r.v, r.version, r.odd = v, target, true
		return r, methodLike(r.method)
	}
	if i := strings.LastIndex(target, "HTTP/1."); i > 0 { // METHOD /HTTP/1.1: a head follows
		r.target, r.v, r.odd = target, vOdd, true
		return r, knownMethod(r.method) || target[0] == '/' && isToken(r.method)
	}
	r.target, r.v, r.version, r.old = target, v09, noVersion, true
	return r, r.method == "GET" && !r.odd && target[:min(1, len(target))] == "/"
}

// maxMethod is how long a method may be that is no token. One that is may fill
// the head: servers that do not look at methods answer to it.
const maxMethod = 256

// methodLike is laxer than the token rule, so that a junk method is an anomaly
// and not a lost request; control bytes and quotes are no method of anyone.
func methodLike(s string) bool {
	if len(s) > maxMethod {
		return isToken(s)
	}
	for i := 0; i < len(s); i++ {
		if s[i] < 0x21 || s[i] == 0x7f {
			return false
		}
	}
	return true
}

// cutRequestLine takes apart a request line that was lost from somewhere in
// its version on; one whose target may be cut too is none.
func cutRequestLine(line string) (r requestLine, ok bool) {
	method, rest, _ := strings.Cut(line, " ")
	target, version, whole := strings.Cut(rest, " ")
	r.method, r.target = method, target
	return r, whole && strings.HasPrefix("HTTP/1.1", version) && knownMethod(method) && (strings.HasPrefix(target, "/") || strings.HasPrefix(target, "http://")) && cleanTarget(target)
}

// plainRequestLine reports whether line begins with a method of RFC 9110 and
// ends with the usual version: parseRequestLine takes each of these for a request
// line, whatever stands between, and takes it apart when its head is whole.
func plainRequestLine(line string) bool {
	n := strings.IndexByte(line, ' ')
	return n > 0 && strings.HasSuffix(line, " HTTP/1.1") && plainMethod(line[:n])
}

// plainRequest takes a request line apart that is as nearly all are: a method of
// RFC 9110, a path without spaces and control bytes, the usual version. It says
// what parseRequestLine does, of which nothing is odd.
func plainRequest(line string) (r requestLine, ok bool) {
	const version = " HTTP/1.1"
	n := strings.IndexByte(line, ' ')
	end := len(line) - len(version)
	if n <= 0 || end <= n+1 || line[end:] != version || line[n+1] != '/' || !plainMethod(line[:n]) {
		return r, false
	}
	target := line[n+1 : end]
	r.method, r.target, r.version, r.v = line[:n], target, line[end+1:], v11
	return r, cleanTarget(target)
}

// plainMethod reports whether s is a method of RFC 9110, or PATCH.
func plainMethod(s string) bool {
	switch s {
	case "GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH":
		return true
	}
	return false
}

// ordinaryMethod reports whether s is capital letters and hyphens, as each
// registered method is.
func ordinaryMethod(s string) bool {
	for i := 0; i < len(s); i++ {
		if c := s[i]; (c < 'A' || c > 'Z') && c != '-' {
			return false
		}
	}
	return s != ""
}

// cleanTarget reports whether s has no space and no control byte.
func cleanTarget(s string) bool { return s != "" && strings.IndexByte(s, ' ') < 0 && printable(s) }

// printable reports whether s has no control byte.
func printable(s string) bool { return clearPrefix(s) == len(s) }
