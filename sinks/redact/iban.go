package redact

import "strings"

// ibanLengths is each country that has IBANs, with how long they are.
const ibanLengths = "AD24AE23AL28AT20AZ28BA20BE16BG22BH22BI27BR29BY28CH21CR22CY28CZ24DE22DJ27DK18DO28EE20EG29ES24FI18FK18FO18FR27GB22GE22GI23GL18GR27GT28" +
	"HR21HU28IE22IL23IQ23IS26IT27JO30KW30KZ20LB28LC32LI21LT20LU20LV21LY25MC27MD24ME22MK19MN20MR27MT31MU30NI28NL18NO15OM23PK24PL28PS29PT25QA29RO24RS22RU33" +
	"SA24SC31SD18SE24SI19SK24SM27SO23ST25SV28TL23TN24TR26UA29VA22VG24XK20"

// ibanLength returns how long the account numbers of a country are, 0 for what
// is none.
func ibanLength(country string) int {
	for i := 0; i < len(ibanLengths); i += 4 {
		if ibanLengths[i:i+2] == country {
			return int(ibanLengths[i+2]-'0')*10 + int(ibanLengths[i+3]-'0')
		}
	}
	return 0
}

// ibanLike reports whether s[i:] begins as an IBAN does.
func ibanLike(s string, i int) bool {
	return i+15 <= len(s) && upper(s[i]) && upper(s[i+1]) && digit(s[i+2]) && digit(s[i+3]) && (i == 0 || !alnum(s[i-1]))
}

// ibanAt returns the length of the international bank account number that
// begins at i, 0 if none does: of its country's length, in one run or in fours,
// and divisible as it must be.
func ibanAt(s string, i int) int {
	if !ibanLike(s, i) {
		return 0
	}
	want := ibanLength(s[i : i+2])
	if want == 0 {
		return 0
	}
	var text [34]byte
	n, j := 0, i
	spaced := i+5 < len(s) && strings.IndexByte(" +-", s[i+4]) >= 0
	for ; j < len(s) && n < want; j++ {
		switch c := s[j]; {
		case upper(c) || digit(c):
			text[n] = c
			n++
		case spaced && n%4 == 0 && c == s[i+4]:
		default:
			return 0
		}
	}
	if n < want || j < len(s) && alnum(s[j]) || remainder97(text[:n]) != 1 {
		return 0
	}
	return j - i
}

// remainder97 is that of the number that an IBAN is, its first four characters
// put last and letters written as 10 to 35.
func remainder97(text []byte) int {
	sum := 0
	for i := range text {
		c := text[(i+4)%len(text)]
		if digit(c) {
			sum = (sum*10 + int(c-'0')) % 97
		} else {
			sum = (sum*100 + int(c-'A') + 10) % 97
		}
	}
	return sum
}
