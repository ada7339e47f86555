package redact

import "strings"

// softKind judges a value by a name that alone says too little: key=AIza… is a
// secret and key=name is not; code=… is a token of OAuth, a one-time code, or
// the code of a country.
func (r *Redactor) softKind(name, val string) string {
	switch softWord(name) {
	case "key":
		if looksRandom(val, 20) {
			return "apikey"
		}
	case "code":
		switch {
		case len(val) == 6 && digitsOnly(val):
			return "otp"
		case looksRandom(val, 16):
			return "token"
		}
	}
	return ""
}

// softLook is how much the scanner looks at to judge the value of such a name.
const softLook = 160

// softWord returns key or code where that is the last word of a name.
func softWord(name string) string {
	name = strings.TrimRight(name, "]")
	if len(name) >= 3 && fold(name[len(name)-3:], "key") {
		return "key"
	}
	if len(name) >= 4 && fold(name[len(name)-4:], "code") && (len(name) == 4 || !alnum(name[len(name)-5])) {
		return "code"
	}
	return ""
}

func digitsOnly(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// looksRandom reports whether s, of at least n bytes, is what a generator of
// keys gives: hex without any order to it, or letters of both cases and
// digits. Words, numbers, dates and UUIDs are none.
func looksRandom(s string, n int) bool {
	if len(s) < n || len(s) > 4096 {
		return false
	}
	var lower, capital, digit, other, hex int
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case '0' <= c && c <= '9':
			digit++
			hex++
		case 'a' <= c && c <= 'f':
			lower++
			hex++
		case 'a' <= c && c <= 'z':
			lower++
		case upper(c):
			capital++
		case strings.IndexByte("-_.~+/=", c) >= 0:
			other++
		default:
			return false
		}
	}
	if hex == len(s) {
		return hex >= 20 && lower > 2 && digit > 2
	}
	return lower > 2 && capital > 2 && digit > 1 && other <= len(s)/8
}
