package text

import "strings"

// Paths whose dots and slashes are spelt so that a filter does not see them,
// and a careless reader does: ..%c0%af, .%00./, 0x2e0x2e0x2f, %%32%65. There are
// thousands of spellings; what they have in common is that one of them is
// repeated, and that it stands between the names of a well-known file.

// oddPairs are names that follow one another in such files, whatever is
// between.
var oddPairs = [...][2]string{{"etc", "passwd"}, {"etc", "shadow"}, {"etc", "hosts"}, {"etc", "group"}, {"etc", "issue"}, {"windows", "win.ini"}, {"winnt", "win.ini"}, {"windows", "system32"}, {"winnt", "system32"},
	{"system32", "drivers"}, {"proc", "self"}, {"inetpub", "wwwroot"}, {"windows", "system.ini"}, {"web-inf", "web.xml"}}

// maxOddSeparator is the length of the longest spelling: a slash of six bytes,
// each with a percent sign, twice.
const maxOddSeparator = 48

// oddPath reports such a path; it reads what has a sign of it once for each pair.
func oddPath(s string) bool {
	if len(s) > 2048 || !strings.ContainsAny(s, "%\\?\x00\t\r\n") && !strings.Contains(s, ". ./") && !strings.Contains(s, ".. /") && !strings.Contains(s, "0x") && !strings.Contains(s, "2f") && !strings.Contains(s, "5c") && !highBytes(s) {
		return false
	}
	return oddRepeat(s) || oddNames(s)
}

func highBytes(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= 0x80 {
			return true
		}
	}
	return false
}

// oddNames looks for the names of a file with one odd separator before and
// between them.
func oddNames(s string) bool {
	if windowsOwn(s) || ownFile(s) && !strings.ContainsAny(s, "%\x00") && !strings.Contains(s, "..") || strings.IndexByte(s, '%') >= 0 && windowsOwn(respeltDrive(s)) {
		return false
	}
	for _, pair := range oddPairs {
		i := indexFold(s, pair[0])
		if i <= 0 {
			continue
		}
		rest := s[i+len(pair[0]):]
		j := indexFold(rest[:min(len(rest), maxOddSeparator+len(pair[1]))], pair[1])
		if j > 0 && ownTree(s[:i], rest[:j]) {
			continue
		}
		if j > 0 && oddSeparator(rest[:j]) && (strings.HasSuffix(s[:i], rest[:j]) || strings.HasSuffix(s[:i], "/") || strings.HasSuffix(s[:i], "\\")) {
			return true
		}
	}
	return false
}

// ownTree reports names of folders, none of which climbs, before a file's: a copy of
// a host within a tree of files, rootfs/etc/passwd, in a spelling of its own.
func ownTree(head, sep string) bool {
	t := strings.TrimSuffix(head, sep)
	if t == head || t == "" || !isWord(t[len(t)-1]) {
		return false
	}
	plain := respelt(strings.ReplaceAll(strings.ReplaceAll(head, "%25", "%"), "%25", "%"))
	plain = entitySlashes.Replace(slashes.Replace(plain))
	return strings.Trim(plain, letters+"0123456789_-/") == "" && isLetter(plain[0])
}

var entitySlashes = strings.NewReplacer("&#47;", "/", "&#x2f;", "/", "&sol;", "/", "&%2347;", "/", "&#0000047;", "/", "&%230000047;", "/")

// oddSeparator reports the spelling of a slash that is none of the usual ones.
func oddSeparator(sep string) bool {
	if sep == "2f" || sep == "5c" {
		return true
	}
	if len(sep) == 3 && sep[0] == '%' && sep[1] != 'b' && sep[1] != 'B' {
		return false // a sign or two for one byte: plain in another reading
	}
	if sep == "/" || strings.ContainsAny(sep, " \t\r\n,.'\"") || isWord(sep[0]) && !strings.HasPrefix(sep, "0x") || isLetter(sep[0]) {
		return false
	}
	return strings.ContainsAny(sep, "%\\/?\x00") || strings.HasPrefix(sep, "0x") || sep[0] >= 0x80
}

// Percent signs for one byte each, however often, are undone in a value's
// readings; here is what they leave.

// oddRepeat reports a value that begins with two or more of one unit that has
// two dots and a slash, not all of them plain.
func oddRepeat(s string) bool {
	t := strings.TrimLeft(s, "/")
	for unit := 3; unit <= maxOddSeparator && 2*unit <= len(t); unit++ {
		if u := t[:unit]; t[unit:2*unit] == u && climbUnit(u) {
			p := respelt(t)
			return climb(p, p, false)
		}
	}
	return false
}

// respeltDrive is respelt of a path that begins with a drive.
func respeltDrive(s string) string {
	if len(s) < 4 || !isLetter(s[0]) {
		return s
	}
	for _, colon := range [...]string{"%u003a", "%3a", "%253a"} {
		if prefixFold(s[1:], colon) {
			s = s[:1] + ":" + s[1+len(colon):]
		}
	}
	if !prefixFold(s[1:], ":") {
		return s
	}
	return s[:2] + respelt(s[2:])
}

// respelt writes the dots and slashes of s plainly.
func respelt(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); {
		n, kind, _ := spelling(s[i:])
		if n == 0 {
			n, kind = 1, s[i]
		}
		b.WriteByte(kind)
		i += n
	}
	return b.String()
}

// climbUnit reports text that is two dots and a slash by spellings of which one
// is odd.
func climbUnit(u string) bool {
	dots, slashes, odd := 0, 0, 0
	for i := 0; i < len(u); {
		switch n, kind, plain := spelling(u[i:]); kind {
		case '.':
			dots++
			odd += boolInt(!plain)
			i += n
		case '/':
			slashes++
			odd += boolInt(!plain)
			i += n
		default:
			return false
		}
	}
	return dots >= 2 && dots <= 4 && slashes >= 1 && odd > 0
}

// spelling returns the length of the spelling of a dot or slash that s begins
// with, and whether it is the plain one.
func spelling(s string) (n int, kind byte, plain bool) {
	switch s[0] {
	case '.':
		return 1, '.', true
	case '/', '\\':
		return 1, '/', true
	}
	for i := range spellings {
		if prefixFold(s, spellings[i].text) {
			return len(spellings[i].text), spellings[i].means, false
		}
	}
	return 0, 0, false
}

// spellings are how a dot and a slash are written in hex, percent signs,
// overlong UTF-8 and look-alikes; longer ones before those they begin with.
var spellings = []struct {
	text  string
	means byte
}{
	{"%%32%%65", '.'}, {"0x2e", '.'}, {"%c0%ae", '.'}, {"%c0%2e", '.'}, {"%c0%5e", '.'}, {"%c0%ee", '.'}, {"%c0%fe", '.'}, {"%c0%6e", '.'}, {"%c0.", '.'},
	{"%e0%80%ae", '.'}, {"%e0%40%ae", '.'}, {"%f0%80%80%ae", '.'}, {"%f8%80%80%80%ae", '.'}, {"%fc%80%80%80%80%ae", '.'}, {"%uff0e", '.'}, {"%u002e", '.'}, {"\\u002e", '.'}, {"\\x2e", '.'}, {"%00", '.'}, {"\x00", '.'}, {"\t", '.'}, {"\r", '.'}, {"\n", '.'}, {" ", '.'}, {"%01", '.'}, {"?", '.'}, {"\xef\xbc\x8e", '.'},
	{"%%32%%66", '/'}, {"%%35%%63", '/'}, {"0x2f", '/'}, {"0x5c", '/'}, {"%c0%af", '/'}, {"%c1%9c", '/'}, {"%c1%af", '/'}, {"%c1%1c", '/'}, {"%c0%2f", '/'},
	{"%c0%5c", '/'}, {"%c0%9v", '/'}, {"%c0%qf", '/'}, {"%c1%8s", '/'}, {"%c1%pc", '/'}, {"%bg%qf", '/'}, {"%e0%80%af", '/'}, {"%f0%80%80%af", '/'}, {"%f8%80%80%80%af", '/'}, {"%fc%80%80%80%80%af", '/'}, {"%u2215", '/'}, {"%u2216", '/'}, {"%uefc8", '/'}, {"%uf025", '/'}, {"%uff0f", '/'},
	{"%u002f", '/'}, {"%u005c", '/'}, {"\\u005c", '/'}, {"\\x5c", '/'}, {"\\u002f", '/'}, {"\\x2f", '/'}, {"\xe2\x88\x95", '/'}, {"\xe2\x88\x96", '/'}, {"\xef\xbc\x8f", '/'}, {"2f", '/'}, {"5c", '/'},
}
