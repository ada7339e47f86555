package text

import "strings"

// shellCalls are functions that hand their text to a shell.
var shellCalls = newPhrases([]string{"system(", "exec(", "execsync(", "popen(", "popen3(", "passthru(", "shell_exec(", "proc_open(", "spawn(", "spawnsync(", "shell(", "cmd=\"", "cmd='", "execute(", "check_output(", "eval("})

// commandInCall reports a call of such a function whose text is a command:
// system('id'), popen("cat /etc/passwd"). It is program code, too.
func commandInCall(s string) (from int, hit bool) {
	for at, n := 0, 0; n < 16; n++ {
		i, w := shellCalls.find(s[at:])
		if i < 0 {
			return 0, false
		}
		i += at
		at = i + len(w)
		arg := strings.TrimLeft(s[at:min(len(s), at+200)], " [\"'`\\")
		if strings.HasSuffix(w, "(") && len(arg) == len(s[at:min(len(s), at+200)]) {
			continue // no literal
		}
		cmd, end, hidden := shellWord(arg, 0)
		rule := lookFold(shellCommands, cmd)
		if rule == "" || words(s[:i], 6) >= 6 {
			continue
		}
		args, _ := shellArgs(arg, end, 0)
		if q := strings.IndexAny(args, "\"'`"); q >= 0 {
			args = args[:q]
		}
		if args = strings.TrimSpace(args); hidden > 0 || args == "" && shellGrammar[rule]&argLone != 0 || args != "" && argsFit(shellGrammar[rule], args) {
			return i, true
		}
	}
	return 0, false
}
