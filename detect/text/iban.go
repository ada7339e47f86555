package text

// ibanLengths is each country that has IBANs, with how long they are (the
// registry of ISO 13616).
const ibanLengths = "AD24AE23AL28AT20AZ28BA20BE16BG22BH22BI27BR29BY28CH21CR22CY28CZ24DE22DJ27DK18DO28EE20EG29ES24FI18FK18FO18FR27GB22GE22GI23GL18GR27GT28" +
	"HR21HU28IE22IL23IQ23IS26IT27JO30KW30KZ20LB28LC32LI21LT20LU20LV21LY25MC27MD24ME22MK19MN20MR27MT31MU30NI28NL18NO15OM23PK24PL28PS29PT25QA29RO24RS22RU33" +
	"SA24SC31SD18SE24SI19SK24SM27SO23ST25SV28TL23TN24TR26UA29VA22VG24XK20"

// ibanLength returns how long the numbers of a country are, 0 for what is none.
func ibanLength(a, b byte) int {
	for i := 0; i < len(ibanLengths); i += 4 {
		if ibanLengths[i] == a && ibanLengths[i+1] == b {
			return int(ibanLengths[i+2]-'0')*10 + int(ibanLengths[i+3]-'0')
		}
	}
	return 0
}

// IBAN reports whether s, blanks and dashes aside, is an international bank
// account number: of its country's length, with right check digits. Letters of
// either case are taken.
//
// Example: IBAN("GB82 WEST 1234 5698 7654 32") = true.
func IBAN(s string) bool {
	var text [34]byte
	n := 0
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c == ' ' || c == '-':
			continue
		case n == len(text) || !isDigit(c) && !isLetter(c):
			return false
		case 'a' <= c && c <= 'z':
			c -= 'a' - 'A'
		}
		text[n] = c
		n++
	}
	return n >= 5 && n == ibanLength(text[0], text[1]) && remainder97(text[:n]) == 1
}

// remainder97 is that of the number that an IBAN is, its first four characters
// put last and letters written as 10 to 35 (ISO 7064, MOD 97-10).
func remainder97(text []byte) int {
	sum := 0
	for i := range text {
		c := text[(i+4)%len(text)]
		if isDigit(c) {
			sum = (sum*10 + int(c-'0')) % 97
		} else {
			sum = (sum*100 + int(c-'A') + 10) % 97
		}
	}
	return sum
}
