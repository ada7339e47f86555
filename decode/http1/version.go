package http1

// version classes of a message.
type version uint8

const (
	v11 version = iota
	v10
	v09
	vOdd // some other HTTP/…; read as 1.1 and marked
)

// parseVersion classifies the version word of a first line; ok is false when
// it does not begin with HTTP/ in any case.
func parseVersion(s string) (v version, ok bool) {
	switch s {
	case "HTTP/1.1":
		return v11, true
	case "HTTP/1.0":
		return v10, true
	}
	if !hasPrefix(s, "http/") {
		return vOdd, false
	}
	if s == "HTTP/0.9" {
		return v09, true
	}
	return vOdd, true
}

// proto is the call's protocol word.
func (v version) proto() string {
	return [...]string{v11: "http/1.1", v10: "http/1.0", v09: "http/0.9", vOdd: "http/1.1"}[v]
}

// strictVersion reports whether s is HTTP/1.digit, the only form that may
// begin a message where the parser has to guess.
func strictVersion(s string) bool {
	return len(s) == 8 && s[:7] == "HTTP/1." && isDigit(s[7])
}
