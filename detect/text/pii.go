package text

import "strings"

// PIIKinds lists the kinds of personal data that PII knows.
func PIIKinds() []string { return []string{"card", "iban", "ssn", "cpf", "email"} }

// PII finds the first of some kinds of personal data in a text: numbers of
// payment cards (by issuer, length, form and check digit), IBANs (by country,
// length and check digits), social security numbers of the USA written
// 123-45-6789, CPF numbers of Brazil written 123.456.789-09 with right check
// digits, and addresses of e-mail.
//
// Returns: where it is, how many bytes it has, and its kind; "" if there is
// none. Of responses the first 256 KiB are looked at.
//
// Example: PII("pay with 4111 1111 1111 1111", …) = 9, 19, "card".
func PII(s string, kinds map[string]bool) (offset, n int, kind string) {
	s = clip(s)
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c == '@':
			if kinds["email"] {
				if from, to := mailAround(s, i); to > 0 {
					return from, to - from, "email"
				}
			}
			continue
		case i > 0 && (isLetter(s[i-1]) || isDigit(s[i-1])):
			continue // inside a word or number
		case isDigit(c):
			if n, kind := numberAt(s, i, kinds); n > 0 {
				return i, n, kind
			}
		case 'A' <= c && c <= 'Z' && kinds["iban"]:
			if n := ibanAt(s[i:]); n > 0 {
				return i, n, "iban"
			}
		}
	}
	return 0, 0, ""
}

// numberAt finds a number of one of the kinds that begins at s[i].
func numberAt(s string, i int, kinds map[string]bool) (n int, kind string) {
	if i > 0 && (s[i-1] == '.' || s[i-1] == '-' || s[i-1] == '+') {
		return 0, "" // goes on from before: a version, a phone number
	}
	rest := s[i:min(len(s), i+32)]
	switch {
	case kinds["ssn"] && form(rest, "ddd-dd-dddd") && ssn(rest):
		return 11, "ssn"
	case kinds["cpf"] && form(rest, "ddd.ddd.ddd-dd") && cpf(rest):
		return 14, "cpf"
	case kinds["card"]:
		return cardAt(rest), "card"
	}
	return 0, ""
}

// form reports whether s begins with digits where shape has a d, and with its
// other characters, and then ends or goes on with something else.
func form(s, shape string) bool {
	if len(s) < len(shape) || len(s) > len(shape) && (isDigit(s[len(shape)]) || isLetter(s[len(shape)]) || s[len(shape)] == '-') {
		return false
	}
	for i := range len(shape) {
		if shape[i] == 'd' && !isDigit(s[i]) || shape[i] != 'd' && s[i] != shape[i] {
			return false
		}
	}
	return true
}

// ssn refuses the areas, groups and serials that are never given out.
func ssn(s string) bool {
	area := s[:3]
	return area != "000" && area != "666" && area[0] != '9' && s[4:6] != "00" && s[7:11] != "0000"
}

// cpf checks both check digits; eleven equal digits pass them and are none.
func cpf(s string) bool {
	var d [11]int
	n, same := 0, true
	for i := range 14 {
		if isDigit(s[i]) {
			d[n] = int(s[i] - '0')
			same = same && d[n] == d[0]
			n++
		}
	}
	check := func(k int) int {
		sum := 0
		for i := range k {
			sum += d[i] * (k + 1 - i)
		}
		return sum * 10 % 11 % 10
	}
	return !same && check(9) == d[9] && check(10) == d[10]
}

// cardAt returns the bytes of the card's number that s begins with, 0 if it is
// none: 15 or 16 digits that begin as an issuer's do, in one run or in the
// groups that are printed.
func cardAt(s string) int {
	for _, shape := range []string{"dddd dddd dddd dddd", "dddd-dddd-dddd-dddd", "dddddddddddddddd", "dddd dddddd ddddd", "dddd-dddddd-ddddd", "ddddddddddddddd"} {
		if form(s, shape) && issued(s, shape) && Luhn(s[:len(shape)]) {
			return len(shape)
		}
	}
	return 0
}

// issued reports whether the first digits are those of Visa, Mastercard,
// Discover, JCB or, of 15 digits, American Express.
func issued(s, shape string) bool {
	amex := s[0] == '3' && (s[1] == '4' || s[1] == '7')
	if digits := strings.Count(shape, "d"); digits == 15 {
		return amex
	}
	two := int(s[0]-'0')*10 + int(s[1]-'0')
	four := two*100 + int(s[2]-'0')*10 + int(s[3]-'0')
	return s[0] == '4' || 51 <= two && two <= 55 || 2221 <= four && four <= 2720 || four == 6011 || two == 65 || 3528 <= four && four <= 3589
}

// ibanAt returns the bytes of the IBAN that s begins with, in one run or in
// fours; 0 if it is none.
func ibanAt(s string) int {
	if len(s) < 15 || !('A' <= s[1] && s[1] <= 'Z') || !isDigit(s[2]) || !isDigit(s[3]) {
		return 0
	}
	want := ibanLength(s[0], s[1])
	n := want
	if s[4] == ' ' {
		n += (want - 1) / 4
	}
	if want == 0 || len(s) < n || len(s) > n && (isDigit(s[n]) || isLetter(s[n])) || !IBAN(s[:n]) {
		return 0
	}
	return n
}

// mailAround returns where the address of e-mail around the @ at s[at] begins
// and ends, 0, 0 if it is none.
func mailAround(s string, at int) (from, to int) {
	const most = 64 // of either side
	from = at
	for from > 0 && at-from < most && (isWord(s[from-1]) || strings.IndexByte(".+-%", s[from-1]) >= 0) {
		from--
	}
	end := at + 1
	for end < len(s) && end-at < most && (isLetter(s[end]) || isDigit(s[end]) || s[end] == '.' || s[end] == '-') {
		end++
	}
	host := strings.TrimRight(s[at+1:end], ".-") // a full stop is the sentence's
	dot := strings.LastIndexByte(host, '.')
	if from == at || dot < 1 || len(host)-dot < 3 || !isLetter(host[dot+1]) {
		return 0, 0
	}
	return from, at + 1 + len(host)
}
