package text

import "strings"

// argumentTricks are options by which programs that were only given an argument
// run others, write files or send them.
var argumentTricks = newPhrases([]string{"-oproxycommand", "proxycommand=", "--checkpoint-action", "--to-command", "--use-compress-program", "--use-askpass", "--post-file=", "--upload-pack=", "--receive-pack=", "--upload-file", "--open-files-in-pager", "--ext-diff", "--exec=", "--rsh=", "--rsh-command", "--gpu-launcher", "--renderer-cmd-prefix", "--init-command", "--load-extension=", "--utility-cmd-prefix", "-dsafer=", "--config=core.", "-c core.", "-c alias.", "protocol.ext.allow", "core.sshcommand", "core.fsmonitor", "-exec ", "--exec ", "--eval=", "-e'exec", "--require=/", "--tunnelshell", "--unzip-command", "-tt -unzip", "--output-document=/", "--output=/", "-o /var/www", "-o/var/www", "-o /tmp/", "--outfile=/", "--file-write", "--script=/", "--script=http", "--interactive-shell", "--pre-exec", "--command=", "-d allow_url", "-d auto_prepend", "-dallow_url", "-dauto_prepend", "--file=/etc/", "-f/etc/", "-f /etc/", "-i/etc/", "--data=@/", "--data-binary @/", "-d @/etc", "-t file:/", "-k /etc/", "-xshellout", "-ox/var", "-x/var/www", "-be ${run", "${run{", "-oqueuedirectory=", "-xx:onerror=", "-xx:onoutofmemoryerror=", "-javaagent:", "-agentpath:", "-jar /tmp", "-djava.security.", "-djava.rmi.", "--load=/tmp", "-il /etc/passwd", "-r /etc/passwd", "-t /etc/passwd", "=@/etc/passwd", "--config=/etc/passwd", "-on /tmp", "ext::sh -c", "%pipe%", "ssh://-oproxy", "-e sh -c "})

// argumentTrick reports a value that begins as an option, or brings one behind a
// blank, with such a trick.
func argumentTrick(s string) (from int, hit bool) {
	if len(s) > 400 || strings.IndexByte(s, '-') < 0 && !strings.Contains(s, "${run") {
		return 0, false
	}
	at, w := argumentTricks.find(s)
	if at < 0 || words(s[:at], 4) >= 4 {
		return 0, false
	}
	if w == "-exec " || w == "--exec " {
		cmd, _, _ := shellWord(s, at+len(w))
		return at, lookFold(shellCommands, cmd) != ""
	}
	if w == "--command=" || w == "--output=/" || w == "--exec=" {
		return at, at == 0
	}
	return at, at == 0 || isSpace(s[at-1]) || strings.IndexByte("'\",;|&-+", s[at-1]) >= 0 || w[0] != '-'
}

// winTricks are pieces of a Windows command line that tell by themselves.
var winTricks = newPhrases([]string{"%comspec%", "%systemroot%\\", "%windir%\\", "cmd.exe /c", "cmd.exe /k", "cmd /c ", "cmd /k ", "cmd.exe+/c", "system32\\cmd", "system32/cmd", "powershell -", "powershell.exe", "powershell iex", "powershell \"", "powershell (", "pwsh -", "certutil -", "certutil.exe", "bitsadmin /", "mshta http", "mshta.exe", "mshta vbscript", "mshta javascript", "regsvr32 /", "rundll32 ", "rundll32.exe", "wmic process", "wmic os", "schtasks /", "net user ", "net localgroup ", "net view ", "net use ", "reg add ", "reg query ", "vssadmin ", "nltest /", "iex(", "iex (", "invoke-webrequest", "start-process ", "get-wmiobject", "get-content c:", "$env:", "sc.exe ", "netsh ", "wevtutil ", "cscript //", "wscript.shell", "%programdata%", "for /f ", "icacls ", "takeown /", "%programfiles:~", "if exist c:", "call %", "taskkill /", "rd /s", "rmdir /s", "start calc", "start cmd", "start notepad", "forfiles /", "gci c:", "get-childitem env:"})

// winCommand reports a Windows command behind a separator of its shell or of
// another, or as a whole.
func winCommand(s string) (from int, hit bool) {
	if len(s) > 2000 {
		return 0, false
	}
	at, w := winTricks.find(s)
	if at < 0 || words(s[:at], 4) >= 4 {
		return 0, false
	}
	head := strings.TrimRight(s[:at], " \t\"'(@^")
	if head == "" {
		switch w { // a line of its own must tell more
		case "net user ", "net view ", "net use ", "reg add ", "reg query ", "rundll32 ", "$env:", "netsh ", "icacls ", "for /f ", "powershell -", "invoke-webrequest", "start-process ", "certutil -", "get-content c:", "%programdata%", "powershell.exe", "pwsh -", "%windir%\\", "%systemroot%\\", "iex(", "iex (":
			_, more := indexAnyFold(s, []string{"-enc", "-e ", "-nop", "hidden", "bypass", "downloadstring", "downloadfile", "/add", "http://", "https://", "urlcache", "iex", "javascript:", "whoami", "calc"})
			return at, more != ""
		}
		return at, true
	}
	if prefixFold(w, "net ") || prefixFold(w, "reg ") || w == "netsh " || w == "for /f " {
		rest := strings.TrimSpace(s[at+len(w):])
		if rest != "" && isLetter(rest[0]) && words(rest, 3) >= 3 && strings.IndexByte(rest, '/') < 0 {
			return at, false // net view of the garden
		}
	}
	last := head[len(head)-1]
	return at, strings.IndexByte(";|&\n\r`$<>{", last) >= 0
}
