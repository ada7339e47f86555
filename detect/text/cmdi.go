package text

import "strings"

const cmdiNeeds = ";|&`$\n\r<>(){}/%?*'\"\\-^ "

// cmdiNeeded marks the bytes of cmdiNeeds, shellBegins those at which a shell may
// begin a new command.
var cmdiNeeded, shellBegins = tableOf(cmdiNeeds), tableOf(";\n\r`|&$<>\\")

// CmdiNeeds returns bytes of which a value must hold one for Cmdi to match.
func CmdiNeeds() string { return cmdiNeeds }

// CmdiAlso returns bytes of which a value must hold one as well: those of a
// command's name, of one hidden by wild cards, and all that separates commands.
func CmdiAlso() string { return letters + ";|&`$\n\r<>(){}?*'\"\\^" }

// cmdiMax is what of a value is read as a shell's line.
const cmdiMax = 32 << 10

// Cmdi reports a shell command brought into a value.
//
// It looks for what makes a shell begin a new command (; | & && || newline,
// `…`, $(…), and quotes or brackets before them), takes the next word as a
// shell would (quotes and backslashes inside it dropped, $IFS a blank, a path
// before it passed over, {a,b} a list), and asks whether it is a command and
// whether what follows fits that command: `; cat /etc/hosts` does,
// "salt; cat and dog" does not.
//
// Returns: where the command begins, with its separator, and its text.
//
// Example: Cmdi("127.0.0.1; id") = 9, "; id", true; Cmdi("name|id|age") is silent.
func Cmdi(s string) (offset int, match string, ok bool) {
	offset, match, ok = unlessTalk(s, cmdi)
	if ok && offset > 0 && manyLines(s) {
		return none() // a script, a recipe, a file
	}
	return offset, match, ok
}

// scriptLines is how many ends of lines make a file of a value.
const scriptLines = 3

// manyLines reports a file rather than a value.
func manyLines(s string) bool {
	n := 0
	for range scriptLines {
		i := strings.IndexByte(s[n:], '\n')
		if i < 0 {
			return false
		}
		n += i + 1
	}
	return strings.TrimSpace(s[n:]) != "" || strings.TrimSpace(s[:n]) != ""
}

// cmdi is Cmdi wherever it stands.
func cmdi(s string) (offset int, match string, ok bool) {
	if len(s) < 3 || !cmdiNeeded.in(s) {
		return none()
	}
	if len(s) > cmdiMax {
		s = s[:cmdiMax]
	}
	if binaryData(s) {
		return none()
	}
	if at := strings.Index(s, "()"); at >= 0 && shellshock(s[at:]) {
		return found(s, at, len(s))
	}
	if leadCommand(s) {
		return found(s, 0, len(s))
	}
	if at := shellSyntax(s); at >= 0 {
		return found(s, at, len(s))
	}
	if optionRuns(s) {
		return found(s, 0, len(s))
	}
	if at, hit := argumentTrick(s); hit {
		return found(s, at, len(s))
	}
	if at, hit := winCommand(s); hit {
		return found(s, at, len(s))
	}
	if at, hit := commandInCall(s); hit {
		return found(s, at, len(s))
	}
	s = strings.TrimSuffix(strings.TrimSuffix(s, `\n`), `\r`)
	for i := 0; i < len(s); i++ {
		if !shellBegins[s[i]] {
			continue
		}
		sep, n := shellSeparator(s, i)
		if sep == 0 {
			continue
		}
		if end, hit := commandAfter(s, i, i+n, sep); hit {
			return found(s, i, end)
		}
		i += n - 1
	}
	return none()
}

// shellSyntax finds what only a shell reads: a loop or a branch on one line, a byte
// of a variable, a word in ANSI quotes, and a redirection of a word to a host's folder.
func shellSyntax(s string) int {
	if len(s) > 200 {
		return -1
	}
	for _, w := range [...]string{";$0<<<", "|$0<<<", ";. /", ";busybox ", "; busybox ", "& start /b ", "&& start ", "& type ", "&type ", "${PATH:", "${HOME:", "${PWD:", ";$'\\x", ";$'\\1", "|$'\\x"} {
		if i := strings.Index(s, w); i >= 0 {
			return i
		}
	}
	if i := strings.IndexByte(s, ';'); i >= 0 && i < 64 && strings.IndexByte(s, '\n') < 0 {
		r := strings.TrimLeft(s[i+1:], " ")
		loop := (strings.HasPrefix(r, "for ") || strings.HasPrefix(r, "while ")) && strings.Contains(r, "do ") && strings.Contains(r, ";done")
		if shellWords(r) {
			return i
		}
		if loop || strings.HasPrefix(r, "if ") && strings.Contains(r, "then ") && strings.Contains(r, ";fi") {
			return i
		}
	}
	if strings.HasPrefix(s, ":(){") {
		return 0
	}
	if strings.IndexByte(s, '$') > 0 && strings.IndexByte(s, '=') > 0 && assignedRun(s) {
		return 0
	}
	if i := strings.IndexAny(s, "<>"); i > 0 && i < 32 && wordEnd(s, 0) == i && strings.IndexByte(s, ' ') < 0 {
		to := strings.TrimLeft(s[i:], "<>")
		if strings.HasPrefix(to, "/tmp/") || strings.HasPrefix(to, "/etc/") || strings.HasPrefix(to, "/var/") || strings.HasPrefix(to, "/dev/") {
			return i
		}
	}
	return -1
}

// pipeTool reports a command that lines of text are piped through.
func pipeTool(cmd string) bool {
	return foldIn(cmd, "sort", "uniq", "wc", "head", "tail", "grep", "egrep", "fgrep", "cut", "awk", "sed", "tr", "less", "more", "xargs", "strings", "rev", "fold", "paste", "nl", "jq")
}

// shellshock reports a function definition with a command after it.
func shellshock(s string) bool {
	t := strings.TrimLeft(s[2:], " \t")
	return strings.HasPrefix(t, "{") && strings.Contains(t, "};") && strings.Index(t, "};") < 40 && strings.Contains(t, ":;") || strings.HasPrefix(t, "{ _;") || strings.HasPrefix(t, "{ (")
}

// shellSeparator returns the separator at i ('$' for $(, '&' for &&) and its length.
func shellSeparator(s string, i int) (sep byte, n int) {
	switch c := s[i]; c {
	case ';':
		if endsEntity(s, i) {
			return 0, 0
		}
		return c, 1
	case '\n', '\r', '`':
		return c, 1
	case '\\':
		if strings.HasPrefix(s[i:], `\n/`) {
			return '\n', 2 // an end of line that some reader makes of it
		}
	case '|', '&':
		if i+1 < len(s) && s[i+1] == c {
			return 'B', 2 // && and ||
		}
		return c, 1
	case '$':
		if i+1 < len(s) && s[i+1] == '(' && !(i+2 < len(s) && s[i+2] == '(') {
			return '$', 2
		}
	case '<', '>':
		if i+1 < len(s) && s[i+1] == '(' {
			return '$', 2
		}
	}
	return 0, 0
}

// endsEntity reports that the semicolon at i closes a numbered reference of HTML, which
// another reading of the value has resolved.
func endsEntity(s string, i int) bool {
	at := strings.LastIndexByte(s[max(0, i-12):i], '&')
	if at < 0 {
		return false
	}
	name := s[max(0, i-12)+at+1 : i]
	if name == "" || name[0] != '#' {
		return foldIn(name, "sol", "period", "amp", "lpar", "rpar", "colon", "semi", "equals", "quot", "apos", "lt", "gt", "bsol", "hyphen", "comma", "lowbar")
	}
	return strings.Trim(name[1:], "xX0123456789abcdefABCDEF%") == ""
}

// commandAfter judges the command that begins at i, after the separator at sepAt.
func commandAfter(s string, sepAt, i int, sep byte) (end int, hit bool) {
	for i < len(s) && (isSpace(s[i]) || strings.IndexByte("({!\"'", s[i]) >= 0 && sep != '\n' || s[i] == '@' || s[i] == '&' && sep == '&') {
		i++
	}
	if prefixFold(s[i:], "${ifs}") {
		i += 6
	} else if prefixFold(s[i:], "$ifs") {
		i = wordEnd(s, i+1)
	}
	cmd, at, hidden := shellWord(s, i)
	if cmd == "" {
		return 0, false
	}
	rule := lookFold(shellCommands, cmd)
	args, end := shellArgs(s, at, sep)
	if runsBehind(cmd, args) && words(s[:sepAt], 3) < 3 && sep != '\n' || lookFold(cmdlets, cmd) != "" && words(s[:sepAt], 3) < 3 && sep != '\n' && !ownLine(s) || sep != '\n' && runsTool(cmd, args, s[:sepAt]) && !ownLine(s) {
		return end, true
	}
	if rule == "" {
		return at, hidden >= 1 && globbedBin(s[i:at])
	}
	grammar := shellGrammar[rule]
	if args == "" && grammar&argHost != 0 && end < len(s) && s[end] == '`' && sep != '`' && words(s[:sepAt], 3) < 3 {
		return len(s), true // nslookup `id`.x.example
	}
	if sep == '|' && pipeTool(cmd) && !strings.ContainsAny(args, "/$`\\") {
		return 0, false // the line of a shell that somebody tells, not one that is brought in
	}
	if !telling(cmd, args, s[end:]) && ownLine(s) {
		return 0, false
	}
	if strings.Contains(s[i:at], "bin/") && (args == "" || argsFit(grammar, args)) && words(s[:sepAt], 8) < 8 {
		return end, true
	}
	if strings.HasPrefix(args, ",") && (i == 0 || s[i-1] != '{') {
		return 0, false // {cat,/etc/passwd} is a command, ;base64,AAAA is not
	}
	if hidden > 0 && !(sep == '\n') && (args == "" || argsFit(grammar, args)) {
		return end, true
	}
	if !argsFit(grammar, args) {
		return 0, false
	}
	return end, placeFits(s, sepAt, end, sep, grammar, args)
}

// placeFits weighs where the command stands: a newline, a pipe or an
// ampersand is in much text that no shell reads.
func placeFits(s string, sepAt, end int, sep byte, grammar argRule, args string) bool {
	head := s[:sepAt]
	switch sep {
	case '\n', '\r':
		if args == "" && grammar&argShort != 0 {
			return len(s) < 40 && shortPlace(s, sepAt, end, sep) && (strings.TrimSpace(head) == "" || isDigit(s[sepAt-1]))
		}
		return len(s) < 300 && strings.Count(s, "\n") <= 3 && (grammar&argLone == 0 || args == "" && len(head) < 64) && words(head, 4) < 4
	case '`':
		return words(head, 3) < 3 && words(s[end:], 3) < 3 && !(strings.HasPrefix(s, "```"))
	case '$':
		return words(head, 8) < 8
	case 'B':
		return words(head, 8) < 8 || args != "" && shellArg(args)
	}
	if args == "" || grammar&argLone != 0 && args == "" {
		if grammar&argShort != 0 {
			return shortPlace(s, sepAt, end, sep)
		}
		return words(head, 5) < 5 && words(s[end:], 3) < 3
	}
	if sep == '&' && sepAt > 0 && !isSpace(s[sepAt-1]) && strings.Contains(head, "=") && !shellArg(args) {
		return false // a=b&cat=dog
	}
	return words(head, 8) < 8 || shellArg(args)
}

// dotted reports an address of four numbers as a whole.
func dotted(s string) bool {
	s = strings.TrimSpace(s)
	return strings.Count(s, ".") == 3 && len(s) >= 7 && len(s) <= 15 && strings.Trim(s, "0123456789.") == ""
}

// shortPlace judges ;id and |ps, whose words are also names of fields: the
// separator stands at the beginning or behind a blank, a quote or a host, and
// nothing but closing signs follows.
func shortPlace(s string, sepAt, end int, sep byte) bool {
	tail := strings.Trim(s[end:], " \t\r\n;#'\"|&`(){}")
	if tail != "" {
		return false
	}
	if end < len(s) && (s[end] == '|' || s[end] == ';') && (sep == '|' || sep == ';') && words(s[:sepAt], 4) < 4 && strings.IndexByte(s[:sepAt], sep) < 0 && strings.IndexByte(s[:sepAt], ',') < 0 {
		return true // |id|, ;id; with one value before
	}
	if sepAt == 0 {
		return true
	}
	if dotted(s[:sepAt]) {
		return true // 127.0.0.1|dir
	}
	if word := strings.TrimLeft(s[sepAt:end], ";|& "); foldIn(word, "ls") && words(s[:sepAt], 2) < 2 && !strings.ContainsAny(s[:sepAt], ",;|") {
		return true
	}
	b := s[sepAt-1]
	spaced := sepAt+1 < len(s) && isSpace(s[sepAt+1])
	return b == '\'' || b == '"' || b == ')' || (isDigit(b) || isSpace(b)) && (sep == ';' || spaced) && words(s[:sepAt], 3) < 3 || spaced && sep == ';' && words(s[:sepAt], 2) < 2
}
