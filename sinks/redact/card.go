package redact

// cardAt returns the length of the number of a payment card that begins at i,
// 0 if none does: the issuers' first digits with the lengths they give out, in
// one run or in the groups that are printed, and the check digit right.
// Numbers of 13 digits are left alone: bar codes are, and times in ms.
func cardAt(s string, i int) int {
	if i+14 > len(s) || !digit(s[i+1]) || !digit(s[i+2]) || !digit(s[i+3]) {
		return 0 // most numbers are shorter
	}
	if i > 0 && (alnum(s[i-1]) || s[i-1] == '-' && i > 1 && digit(s[i-2]) || s[i-1] == '.' || s[i-1] == '+' && (i == 1 || !alnum(s[i-2]))) {
		return 0
	}
	var digits [maxCard + 1]byte
	var groups [5]int
	var sep byte
	found := 0
	for g, n, j := 0, 0, i; g < len(groups); g++ {
		from := n
		for ; j < len(s) && digit(s[j]) && n < len(digits); j, n = j+1, n+1 {
			digits[n] = s[j] - '0'
		}
		groups[g] = n - from
		if n > maxCard || j < len(s) && alnum(s[j]) {
			break
		}
		goesOn := j+1 < len(s) && digit(s[j+1])
		if !(goesOn && (s[j] == '-' || s[j] == '.')) && printed(groups) && issued(digits[:n]) && luhn(digits[:n]) {
			found = j - i
		}
		if !goesOn || !joins(s[j]) || sep != 0 && sep != s[j] {
			break
		}
		sep = s[j]
		j++
	}
	return found
}

// maxCard is the most digits a card has.
const maxCard = 19

func digit(c byte) bool { return '0' <= c && c <= '9' }

// joins reports whether c may stand between groups of digits; a plus is a
// space within a form.
func joins(c byte) bool { return c == ' ' || c == '-' || c == '+' }

// printed reports whether digits stand in one run, or in the groups of a card.
func printed(g [5]int) bool {
	switch g {
	case [5]int{4, 4, 4, 4}, [5]int{4, 4, 4, 4, 3}, [5]int{4, 6, 5}, [5]int{4, 6, 4}:
		return true
	}
	return g[1] == 0
}

// issued reports whether an issuer gives out numbers that begin so and are of
// this length.
func issued(d []byte) bool {
	if len(d) < 14 {
		return false
	}
	two := int(d[0])*10 + int(d[1])
	four := two*100 + int(d[2])*10 + int(d[3])
	switch {
	case len(d) == 14:
		return two == 36 || two == 38 || two == 39 || 3000 <= four && four <= 3059 || four == 3095 // Diners
	case len(d) == 15:
		return two == 34 || two == 37 // American Express
	case len(d) == 16:
		return two/10 == 4 || 51 <= two && two <= 55 || 2221 <= four && four <= 2720 || // Visa, Mastercard
			four == 6011 || two == 65 || 6440 <= four && four <= 6499 || two == 62 || // Discover, UnionPay
			3528 <= four && four <= 3589 || four == 5018 || four == 5020 || four == 5038 || four == 6304 || four == 6759 // JCB, Maestro
	case len(d) == 19:
		return two == 62 || two/10 == 4
	}
	return false
}

// luhn reports whether the last digit checks the others.
func luhn(d []byte) bool {
	sum, all := 0, true
	for i := range d {
		v := int(d[len(d)-1-i])
		if i%2 == 1 {
			if v *= 2; v > 9 {
				v -= 9
			}
		}
		sum += v
		all = all && d[i] == d[0]
	}
	return sum%10 == 0 && !all
}
