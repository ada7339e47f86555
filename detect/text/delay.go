package text

import "strings"

// maxDelay is the longest wait that is believed, in milliseconds: nobody waits
// longer for a probe.
const maxDelay = 120_000

// delayCalls are what makes a database, a shell or a program wait, and how many
// milliseconds one of its units is.
var delayCalls = []struct {
	word string
	unit int
}{
	{"pg_sleep(", 1000}, {"sleep(", 1000}, {"sleep ", 1000}, {"sleep${ifs}", 1000}, {"sleep$ifs", 1000}, {"waitfor delay", 0}, {"receive_message(", -1000}, {"dbms_session.sleep(", 1000}, {"timeout /t ", 1000}, {"start-sleep ", 1000}, {"ping -n ", 1000}, {"ping -c ", 1000}, {"settimeout(", 1},
}

var delayWords = func() *phrases {
	var words []string
	for _, d := range delayCalls {
		words = append(words, d.word)
	}
	return newPhrases(words)
}()

// Delay returns how long a value asks its reader to wait, in milliseconds; 0 if it
// does not. Of several the longest counts.
//
// Example: Delay("1' AND SLEEP(5)-- -") = 5000, Delay("'; WAITFOR DELAY '0:0:5'--") = 5000, Delay("sleep well") = 0.
func Delay(s string) (ms int) {
	s = clip(s)
	for at, n := 0, 0; n < 8; n++ {
		i, w := delayWords.find(s[at:])
		if i < 0 {
			break
		}
		at += i + len(w)
		for _, d := range delayCalls {
			if d.word == w {
				ms = max(ms, delayOf(s[at:min(len(s), at+80)], d.unit))
			}
		}
	}
	return ms
}

// delayOf reads the number behind a call; unit 0 is hours, minutes and seconds in
// quotes, a negative one that of a second argument.
func delayOf(t string, unit int) int {
	switch {
	case unit == 0:
		return clock(strings.TrimLeft(t, " '\"n=:"))
	case unit < 0:
		_, after, ok := strings.Cut(t, ",")
		if !ok {
			return 0
		}
		t, unit = after, -unit
	}
	t = strings.TrimLeft(t, " '\"(-/tTsSmM")
	n, digits := 0, 0
	for digits < len(t) && digits < 6 && isDigit(t[digits]) {
		n = n*10 + int(t[digits]-'0')
		digits++
	}
	if digits == 0 || n*unit > maxDelay {
		return 0
	}
	return n * unit
}

// clock reads 0:0:5 as milliseconds.
func clock(t string) int {
	part, parts := 0, 0
	total := 0
	for i := 0; i < len(t) && parts < 3; i++ {
		switch c := t[i]; {
		case isDigit(c):
			if part = part*10 + int(c-'0'); part > 600 {
				return 0
			}
			if i+1 == len(t) || !isDigit(t[i+1]) && t[i+1] != ':' {
				total, parts = total*60+part, 3
			}
		case c == ':':
			total, part = total*60+part, 0
			parts++
		default:
			parts = 3
		}
	}
	return min(total*1000, maxDelay)
}

// Truth says of a condition of two constants that a value brings into a query
// whether it holds: 1 that it does (AND 5=5), -1 that it does not (AND 5=6), 0 that
// there is none.
//
// Example: Truth("1 AND 1=1") = 1, Truth("x' AND '1'='2") = -1, Truth("a=b") = 0.
func Truth(s string) int {
	if len(s) > 512 || !sqlMayMatter(s) {
		return 0
	}
	var mem [sqlTokens + 1]sqlTok
	starts := []int{0}
	if i := strings.IndexAny(s, "'\""); i >= 0 {
		starts = append(starts, i+1)
	}
	for _, start := range starts {
		q := sqlQuery{s: s, t: lexSQL(mem[:], s, start)}
		for i := range q.t {
			if kw := q.t[i].kw; kw != "and" && kw != "or" {
				continue
			}
			a := q.skipPrefix(i + 1)
			op, b := q.at(a+1), q.skipPrefix(a+2)
			if !q.isConst(a) || !q.isConst(b) || op.kind != sqlOp {
				continue
			}
			x, y := strings.Trim(q.text(a), "'\""), strings.Trim(q.text(b), "'\"")
			switch op.text {
			case "=", "==":
				return truthOf(x == y)
			case "<>", "!=":
				return truthOf(x != y)
			case ">", "<":
				if isDigits(x) && isDigits(y) && len(x) == len(y) {
					return truthOf((x > y) == (op.text == ">") && x != y)
				}
			}
		}
	}
	return 0
}

func truthOf(b bool) int {
	if b {
		return 1
	}
	return -1
}

// OneQuote reports a short value that ends with one quote and holds no other: the
// first half of a probe. Two in a row at the end are the second half.
func OneQuote(s string) (offset int, match string, ok bool) { return endQuotes(s, 1) }

// TwoQuotes is OneQuote for the second half.
func TwoQuotes(s string) (offset int, match string, ok bool) { return endQuotes(s, 2) }

func endQuotes(s string, want int) (offset int, match string, ok bool) {
	if len(s) < want || len(s) > probeMax {
		return none()
	}
	q := s[len(s)-1]
	n := 0
	for n < len(s) && s[len(s)-1-n] == q {
		n++
	}
	if q != '\'' && q != '"' || n != want || strings.IndexByte(s[:len(s)-n], q) >= 0 {
		return none()
	}
	return found(s, len(s)-n, len(s))
}
