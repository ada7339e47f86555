package text

import "strings"

// argRule says what may follow a command.
type argRule uint16

const (
	argLone  argRule = 1 << iota // nothing
	argPath                      // a path or a file
	argOpt                       // an option: -x, /x
	argHost                      // a host, an address, a URL
	argNum                       // a number
	argAny                       // anything that is no prose
	argShort                     // the name is a common word or field name: needs more
	argSay                       // a few words, as echo takes
	argCmd                       // another command
	argSub                       // a word of its own: net user, ps aux
)

// shellGrammar says, by command class, what follows it.
var shellGrammar = map[string]argRule{
	"lone": argLone | argOpt, "runs": argCmd | argOpt, "sub": argSub, "loneopt": argLone | argOpt, "file": argPath, "list": argLone | argPath | argOpt | argShort, "net": argHost | argOpt,
	"num": argNum | argOpt, "shell": argLone | argOpt | argPath, "any": argAny | argOpt | argPath | argCmd | argSub, "say": argSay, "short": argLone | argOpt | argShort, "opt": argOpt | argPath,
}

// shellCommands names each command's class.
var shellCommands = func() map[string]string {
	set := map[string]string{}
	for _, c := range []struct{ class, names string }{
		{"lone", "whoami systeminfo ipconfig driverquery getmac qwinsta calc.exe notepad.exe printenv hostnamectl lsb_release"},
		{"loneopt", "uname ifconfig netstat tasklist hostname arch lscpu"},
		{"short", "ver vol route more calc set id ps pwd env who w ver df uptime phpinfo reboot shutdown logname"},
		{"list", "ls dir"},
		{"file", "cat tac nl head tail more less type touch rm rmdir mkdir chmod chown cp mv ln find strings od xxd stat file source sort uniq wc cut diff tee dd tar zip unzip gunzip gzip readlink realpath rev shuf fold paste attrib del copy move sort mkfifo mknod"},
		{"net", "ping ping6 nslookup dig host curl wget nc ncat netcat telnet ssh scp tftp ftp lynx fetch traceroute tracert socat rsync whois iwr iwmi invoke-webrequest invoke-command start-process get-childitem axel aria2c nmap smbclient finger"},
		{"num", "sleep timeout usleep"},
		{"shell", "sh bash zsh ksh dash csh tcsh fish ash"},
		{"any", "powershell pwsh cmd.exe cmd certutil bitsadmin regsvr32 rundll32 mshta wmic reg schtasks sc fsutil findstr cscript wscript msiexec netsh vssadmin nltest icacls attrib"},
		{"opt", "python python2 python3 perl ruby php node lua awk gawk sed grep egrep fgrep xargs base64 base32 gcc java crontab at kill killall pkill su openssl gdb vi vim nano ed sc iptables systemctl service useradd passwd usermod docker tar kubectl trap adduser deluser apt apt-get yum dnf pip npm gem ansible chef-client bcdboot umount dmesg lsof ss ip arp pgrep sysctl journalctl cpulimit at busctl time set export date"},
		{"say", "echo printf print"},
		{"runs", "which whereis nohup strace sudo command doas unbuffer setsid nice busybox exec eval"},
		{"sub", "net getent"},
	} {
		for n := range strings.FieldsSeq(c.names) {
			if set[n] == "" {
				set[n] = c.class
			}
		}
	}
	return set
}()

// shellWord reads the word at i as a shell does and returns it bare, without
// its directory; end is where it stops, hidden counts the tricks inside it.
func shellWord(s string, i int) (word string, end, hidden int) {
	start := i
	for end = i; end < len(s) && (isWord(s[end]) || s[end] == '.' || s[end] == '-' || s[end] == '/'); end++ {
		if s[end] == '/' {
			start = end + 1
		}
	}
	if end == len(s) || strings.IndexByte("\\'\"$^?*[~", s[end]) < 0 {
		return s[start:end], end, 0 // no trick in it: the common case, without a copy
	}
	var buf [48]byte
	n := 0
	for i < len(s) && n < len(buf) {
		c := s[i]
		switch {
		case isWord(c) || c == '.' || c == '-' && n > 0:
			buf[n] = c
			n++
		case c == '/' || c == '~' && n == 0:
			n = 0
		case c == '\\' && i+1 < len(s) && isWord(s[i+1]):
			hidden++
		case (c == '\'' || c == '"') && n > 0 && i+1 < len(s) && (s[i+1] == c || isWord(s[i+1]) && strings.IndexByte(s[i+1:min(len(s), i+8)], c) > 0 || hidden > 0 && isWord(s[i+1]) || hidden > 0 && isSpace(s[i+1])):
			hidden++
			if s[i+1] == c {
				i++
			}
		case c == '$' && i+1 < len(s) && (s[i+1] == '@' || s[i+1] == '*' || isDigit(s[i+1])) && n > 0:
			hidden++
			i++
		case c == '$' && strings.HasPrefix(s[i:], "${") && n > 0 && strings.IndexByte(s[i:min(len(s), i+12)], '}') > 2 && !prefixFold(s[i+2:], "ifs"):
			hidden++
			i += strings.IndexByte(s[i:], '}') // a variable that is not set
		case c == ']' && n > 0 && hidden > 0:
			buf[n] = c
			n++
		case c == '^' && n > 0 && i+1 < len(s) && isWord(s[i+1]):
			hidden++ // cmd.exe's escape
		case c == '?' || c == '*' || c == '[':
			if n == 0 && (i == 0 || s[i-1] != '/') {
				return "", i, 0
			}
			hidden++
			buf[n] = c
			n++
		default:
			return string(buf[:n]), i, hidden
		}
		i++
	}
	return string(buf[:n]), i, hidden
}

// globbedBin reports /???/c?t: a path to a command written with wild cards.
func globbedBin(w string) bool {
	if strings.HasPrefix(w, "/") && (strings.HasPrefix(w, "/bin/") || strings.HasPrefix(w, "/usr/bin/") || strings.HasPrefix(w, "/sbin/") || strings.HasPrefix(w, "/b[i]n/")) && strings.ContainsAny(w, "?[") && len(w) < 40 {
		return true
	}
	return strings.HasPrefix(w, "/") && strings.Count(w, "/") >= 2 && strings.Count(w, "?")+strings.Count(w, "*") >= 2 && len(w) < 40 &&
		!strings.Contains(w, "/**") && strings.IndexByte(w, '.') < 0 // a list of files that a tool is to take
}

// shellArgs returns what follows a command up to the end of that command.
func shellArgs(s string, i int, sep byte) (args string, end int) {
	end = i
	for end < len(s) && end < i+200 {
		c := s[end]
		if c == ';' || c == '|' || c == '&' || c == '\n' || c == '\r' || c == '`' || c == '#' || c == ')' && sep == '$' {
			break
		}
		end++
	}
	return strings.TrimSpace(s[i:end]), end
}

// argsFit reports whether args are such as the command takes.
func argsFit(g argRule, args string) bool {
	args = strings.Trim(args, "'\")} \t\n\v\f\r")
	if args == "" {
		return g&argLone != 0
	}
	for _, blank := range []string{"${ifs}", "$ifs$9", "$ifs"} {
		if prefixFold(args, blank) {
			args = strings.TrimSpace(args[len(blank):])
			if args == "" {
				return g&argLone != 0
			}
			return true
		}
	}
	if args[0] == '<' || args[0] == '>' || args[0] == ',' || strings.HasPrefix(args, "2>") || args[0] == '$' && len(args) > 1 && g&^argNum != 0 {
		return g&argShort == 0 || args[0] != ','
	}
	end := 0
	for end < len(args) && !isSpace(args[end]) {
		end++
	}
	first, rest := args[:end], strings.TrimSpace(args[end:])
	if first == "" {
		return false
	}
	switch {
	case g&argNum != 0 && isDigit(first[0]):
		return strings.Trim(first, "0123456789.smhd") == "" && words(rest, 2) < 2
	case g&argOpt != 0 && (first[0] == '-' && len(first) > 1 && (isLetter(first[1]) || first[1] == '-') || first[0] == '/' && len(first) <= 8 && wordEnd(first, 1) == len(first)):
		return words(rest, 9) < 9
	case g&argPath != 0 && shellPath(first):
		return words(rest, 9) < 9
	case g&argHost != 0 && hostLike(first):
		return words(rest, 9) < 9
	}
	if g&argCmd != 0 && lookFold(shellCommands, first) != "" {
		return words(rest, 5) < 5
	}
	if foldIn(first, "aux", "ax", "auxww", "auxf") && g&argShort != 0 || g&argSub != 0 && foldIn(first, "user", "users", "localgroup", "group", "view", "use", "share", "start", "stop", "query", "accounts", "session", "hosts", "passwd", "shadow", "ahosts") {
		return words(rest, 3) < 3 || words(rest, 5) < 5 && strings.ContainsAny(rest, "/\\*")
	}
	if g&argOpt != 0 && g&argPath != 0 && (foldIn(first, "a", "addr", "route", "link", "r", "l") && rest == "" || foldIn(first, "s_client", "enc") || foldIn(first, "root") && rest == "") {
		return true // ip addr, openssl s_client, su root
	}
	if g&argPath != 0 && len(first) == 2 && first[0] == '-' && isDigit(first[1]) && isDigits(rest) {
		return true // kill -9 1
	}
	if g&argShort != 0 && g&argOpt != 0 {
		if _, _, sensitive := sensitiveName(first); sensitive && first[0] == '/' {
			return true // more /etc/hosts
		}
	}
	if g&argPath != 0 && (first[0] == '+' || isDigits(first)) && len(first) <= 5 && shellPath(rest) {
		return true // chmod +x /tmp/x
	}
	if g&argSay != 0 {
		if args[0] == '(' {
			return false // print(x) of some program
		}
		return words(args, 4) < 4 || strings.ContainsAny(args, "$>")
	}
	if g&argAny != 0 {
		return first[0] == '/' || first[0] == '-' || strings.ContainsAny(args, "\\/$:")
	}
	if g&argPath != 0 && first[0] == '-' {
		return shellPath(strings.TrimSpace(rest)) || len(first) <= 4 && rest == "" || first[0] == '-' && strings.Contains(rest, "/")
	}
	return false
}

// shellPath reports a word that is a path: a slash, a dot file, a wild card, a name with an extension.
func shellPath(w string) bool {
	if w == "" {
		return false
	}
	if w[0] == '/' || w[0] == '~' || w[0] == '*' || strings.HasPrefix(w, "./") || strings.HasPrefix(w, "..") || strings.Contains(w, ":\\") || w[0] == '$' || w == "." {
		return true
	}
	if strings.ContainsAny(w, "/\\") && (len(w) > 3 || len(w) > 1 && w[1] == ':') {
		return true
	}
	dot := strings.LastIndexByte(w, '.')
	return dot > 0 && dot < len(w)-1 && len(w)-dot <= 6 && isLetter(w[dot+1])
}

// hostLike reports a word that names a host or a URL.
func hostLike(w string) bool {
	if strings.Contains(w, "://") || foldIn(w, "localhost") {
		return true
	}
	dots := 0
	for i := 0; i < len(w); i++ {
		if w[i] == '.' {
			dots++
		} else if !isWord(w[i]) && strings.IndexByte("-:/{}$`(", w[i]) < 0 {
			return false
		}
	}
	return dots > 0 && dots < len(w) && w[len(w)-1] != '.'
}

// shellArg reports arguments only a shell is given.
func shellArg(args string) bool {
	_, _, sensitive := sensitiveName(args)
	return sensitive || strings.HasPrefix(args, "/") || strings.HasPrefix(args, "-") || strings.Contains(args, "://") || strings.Contains(args, "$IFS") || strings.Contains(args, "${IFS") || strings.Contains(args, ">")
}

// beforeCommand marks what may stand before a command, leadSigns the bytes of which
// each phrase has one that tells of a command wherever it stands.
var beforeCommand, leadSigns = tableOf(" \t\r\n\"'"), tableOf("/(-")

// ownCommands begin a line of a shell that people write down, beside those an
// attacker runs.
var ownCommands = wordSet(`cd git make npm npx yarn pnpm go cargo mvn gradle helm terraform ansible brew du df echo printf export for if while set tar docker kubectl systemctl journalctl sudo apt apt-get yum dnf pip pip3
 pg_dump mysqldump rsync python python3 java bash sh source chmod mkdir cp mv rm ls cat grep awk sed tail head find ps crontab nginx redis-cli psql mysql cron exec nohup jq sort wc xargs gzip zip unzip touch
 free uptime who top vmstat iostat ss lsof hostname date
 ./configure cmake ctest bundle rake composer php dotnet vercel aws gcloud az terraform ssh scp`)

// ownLine reports a value that begins with a command of its own and goes on as
// one does: the line of a script, of a container, of a ticket. An injection begins with the
// value that was asked for.
func ownLine(s string) bool {
	t := strings.TrimLeft(s, " \t\r\n$")
	if strings.HasPrefix(t, "#!") {
		return true
	}
	end := 0
	for end < len(t) && (isWord(t[end]) || strings.IndexByte("./-", t[end]) >= 0) {
		end++
	}
	if end == 0 || end >= len(t) || t[end] != ' ' {
		return false
	}
	word := t[strings.LastIndexByte(t[:end], '/')+1 : end]
	return lookFold(ownCommands, word) != ""
}

// telling reports a command that no line of every day goes on with.
func telling(cmd, args, rest string) bool {
	if foldIn(cmd, "whoami", "id", "nc", "ncat", "netcat", "telnet", "nslookup", "wget", "curl", "ifconfig", "powershell", "certutil", "ping") {
		return true
	}
	if i := indexFold(args, "etc/"); i >= 0 && (prefixFold(args[i:], "etc/passwd") || prefixFold(args[i:], "etc/shadow")) {
		return true
	}
	_, w := indexAnyFold(args+rest, []string{"/dev/tcp", "| sh", "|sh", "| bash", "|bash", "base64 -d", ".ssh/id_", "/bin/sh -i"})
	return w != ""
}

// runsMore reports a shell's script that reads what is sensitive or fetches: what
// is not the start of a container.
func runsMore(args string) bool {
	_, _, sensitive := sensitiveName(args)
	_, w := indexAnyFold(args, []string{"curl ", "wget ", "nc ", "ncat ", "/dev/tcp", "whoami", "base64", "nslookup", "id'", "id\"", "-c id", "bash -i", "$ifs", "${ifs"})
	return sensitive || w != ""
}

// squeezed reports a short value that is a telling command once what a shell
// drops from words is dropped: w'h'oami, wh$()oami, c\a\t /etc/passwd, {cat,/etc/passwd}.
func squeezed(t string) bool {
	if len(t) > 80 || len(t) < 6 {
		return false
	}
	var buf [80]byte
	n, dropped := 0, 0
	for i := 0; i < len(t); i++ {
		switch c := t[i]; {
		case c == '\'' || c == '"' || c == '`' || c == '\\' || c == '^':
			dropped++
		case c == '$' && i+1 < len(t) && (t[i+1] == '@' || t[i+1] == '*'):
			dropped++
			i++
		case c == '$' && strings.HasPrefix(t[i:], "$()"):
			dropped++
			i += 2
		case c == '{' && i == 0 && strings.HasSuffix(t, "}"), c == '}' && i == len(t)-1:
			dropped++
		case c == ',' && t[0] == '{':
			buf[n] = ' '
			n++
		default:
			buf[n] = lowerByte(c)
			n++
		}
	}
	if dropped < 2 {
		return false
	}
	r := strings.TrimSpace(string(buf[:n]))
	if r == "whoami" || r == "ifconfig" || r == "ip a" || r == "uname -a" || r == "ifconfig eth0" {
		return true
	}
	_, _, sensitive := sensitiveName(r)
	cmd, args, ok := strings.Cut(r, " ")
	return ok && sensitive && lookFold(shellCommands, cmd) != "" && strings.Contains(args, "/")
}

// wordsBehind reports two plain words at the end of what follows a command: cat
// /etc/passwd permission denied is what somebody looks for.
func wordsBehind(args string) bool {
	n := 0
	for f := range strings.FieldsSeq(args) {
		n++
		if strings.Trim(f, letters+"?") != "" {
			n = 0
		}
	}
	return n >= 2
}

// leadCommand reports a value that is a command as a whole, and such that no
// sentence is: a shell with -c, a reverse shell, a read of a sensitive file.
func leadCommand(s string) bool {
	t := s
	for t != "" && beforeCommand[t[0]] {
		t = t[1:]
	}
	if len(t) > 400 || t == "" {
		return false
	}
	if leadSigns.in(t) {
		if _, w := indexAnyFold(t, []string{"/dev/tcp/", "/dev/udp/", "downloadstring(", "downloadfile(", "new-object net.webclient", "new-object system.net", "invoke-expression", "powershell -e"}); w != "" {
			return true
		}
	}
	if prefixFold(t, "invoke-webrequest http") || prefixFold(t, "invoke-webrequest -") || prefixFold(t, "iex (") || prefixFold(t, "iex(") || prefixFold(t, "iwr http") {
		return true
	}
	cmd, at, hidden := shellWord(t, 0)
	rule := lookFold(shellCommands, cmd)
	if rule == "" {
		return hidden >= 2 && globbedBin(t[:at]) || squeezed(s)
	}
	args, _ := shellArgs(t, at, 0)
	if rule == "lone" && args == "" && foldIn(cmd, "whoami") {
		return true
	}
	if squeezed(t) {
		return true
	}
	if strings.Contains(t, "IFS") && argsFit(argPath, args) {
		return true
	}
	switch rule {
	case "file", "list", "opt":
		_, _, sensitive := sensitiveName(args)
		return sensitive && strings.Contains(args, "/") && words(args, 9) < 9 && !wordsBehind(args) && (args[0] == '/' || args[0] == '-' || args[0] == '.' || args[0] == '<')
	case "shell":
		return prefixFold(args, "-c ") && runsMore(args) || prefixFold(args, "-i ") && strings.Contains(args, ">")
	case "net":
		return (foldIn(cmd, "nc", "ncat", "netcat")) && (strings.Contains(args, "-e ") || strings.Contains(args, "/bin/"))
	case "any":
		return prefixFold(args, "/c ") || indexFold(args, "-enc") >= 0 || indexFold(args, "-nop") >= 0 || indexFold(args, "-urlcache") >= 0 || indexFold(args, "iex") >= 0 || indexFold(args, "/transfer") >= 0
	}
	return false
}
