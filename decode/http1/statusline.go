package http1

// statusLine is the first line of a response taken apart.
type statusLine struct {
	version, reason string
	v               version
	status          int
	bad             bool // status is no number from 100 to 599
	odd             bool // white space beyond the single spaces, or slop
	slop            bool // bytes stand before HTTP/
}

// statusSlop is how many bytes browsers pass over before HTTP/.
const statusSlop = 4

// parseStatusLine takes line, without its line end, apart; ok is false when it
// does not begin with HTTP/.
func parseStatusLine(line string) (s statusLine, ok bool) {
	if s, ok = plainStatus(line); ok {
		return s, true
	}
	return anyStatus(line)
}

// anyStatus is parseStatusLine of a line that may be odd.
func anyStatus(line string) (s statusLine, ok bool) {
	for i := 0; !hasPrefix(line, "http/"); i++ {
		if i == statusSlop || line == "" {
			return s, false
		}
		line, s.odd, s.slop = line[1:], true, true
	}
	word, rest, _ := cutBlank(line)
	s.version = word
	s.v, _ = parseVersion(word)
	code, reason, _ := cutBlank(trim(rest))
	s.odd = s.odd || len(line) > len(word) && line[len(word)] != ' ' || rest != "" && isBlank(rest[0])
	s.reason = reason
	s.bad = len(code) != 3
	for i := 0; i < len(code) && !s.bad; i++ {
		s.bad = !isDigit(code[i])
	}
	if !s.bad {
		s.status = int(code[0]-'0')*100 + int(code[1]-'0')*10 + int(code[2]-'0')
		s.bad = s.status < 100 || s.status > 599
	}
	return s, true
}

// plainStatus takes a status line apart that is as nearly all are.
func plainStatus(line string) (s statusLine, ok bool) {
	const version = "HTTP/1.1 "
	n := len(version) + 3
	if len(line) < n || line[:len(version)] != version || len(line) > n && (line[n] != ' ' || isBlank(line[len(line)-1])) {
		return s, false
	}
	a, b, c := line[n-3]-'0', line[n-2]-'0', line[n-1]-'0'
	if a < 1 || a > 5 || b > 9 || c > 9 {
		return s, false
	}
	s.version, s.v, s.status = line[:len(version)-1], v11, int(a)*100+int(b)*10+int(c)
	if len(line) > n {
		s.reason = line[n+1:]
	}
	return s, true
}

// cutBlank cuts s at its first space or tab.
func cutBlank(s string) (before, after string, found bool) {
	if i := blankIn(s); i >= 0 {
		return s[:i], s[i+1:], true
	}
	return s, "", false
}
