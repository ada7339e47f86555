package text

import "strings"

// runners are commands, and words of a shell, that run the command behind them.
var runners = wordSet(`time env xargs watch script coproc builtin trap start call forfiles strace ltrace nsenter chroot chrt ionice taskset stdbuf parallel runuser fakeroot proot flock`)

// tools are programs with commands of their own. Lines of builds are full of them, so that
// they count behind a single value only.
var tools = wordSet(`git docker podman kubectl oc helm npm npx yarn pip pip3 gem cargo go apt apt-get yum dnf apk pacman brew snap systemctl service mysql mysqldump psql sqlite3 mongo mongosh redis-cli javac make cmake
 terraform aws az gcloud hexdump useradd groupadd usermod adduser mkfs init halt poweroff at xcopy robocopy rd md taskkill scp mv rm chmod chown zip ed last top screen tmux crontab insmod modprobe mount umount fdisk parted iptables ufw`)

// toolWords are what such programs are told to do.
var toolWords = wordSet(`install i clone get run exec ps images info pull push add query list describe create delete apply build start stop restart status update upgrade remove now root x a b pods secrets nodes show config init login logs version`)

// runsTool reports a tool's command behind a single value: x;docker ps, x;git clone http….
func runsTool(cmd, args, head string) bool {
	if lookFold(tools, cmd) == "" || args == "" || words(head, 2) > 1 || strings.ContainsAny(head, "/\n") || strings.Count(args, " ") > 8 {
		return false
	}
	first, _, _ := strings.Cut(args, " ")
	return first[0] == '-' || first[0] == '/' && len(first) > 1 || isDigits(first) || lookFold(toolWords, first) != "" || shellPath(first) || strings.Contains(first, "://")
}

// runsBehind reports that what follows a runner begins with a command.
func runsBehind(cmd, args string) bool {
	if lookFold(runners, cmd) == "" {
		return false
	}
	args = strings.TrimLeft(strings.TrimPrefix(args, "-c "), "'\"")
	n := wordEnd(args, 0)
	word := args[:n]
	return n > 0 && lookFold(shellCommands, word) != "" && words(args, 5) < 5 && (n == len(args) || strings.IndexByte(" '\";)", args[n]) >= 0)
}

// cmdlets are commands of PowerShell that an attacker runs; those by which lines of
// every day go on are left out.
var cmdlets = wordSet(`get-process get-childitem get-content get-service get-wmiobject get-ciminstance get-localuser get-localgroup get-host get-aduser get-adcomputer get-nettcpconnection get-hotfix get-acl get-itemproperty get-psdrive get-computerinfo
 start-sleep start-process start-job start-bitstransfer invoke-command invoke-expression invoke-webrequest invoke-restmethod invoke-wmimethod invoke-mimikatz new-object new-item new-service new-localuser set-content set-executionpolicy set-mppreference add-content add-type add-localgroupmember
 remove-item out-file stop-process stop-computer restart-computer test-netconnection resolve-dnsname write-output write-host import-module iex iwr irm gci gps gwmi`)

// assignedRun reports a variable that is set and then run: x;a=id;$a, a=i;b=d;$a$b.
func assignedRun(s string) bool {
	for at, n := 0, 0; n < 8; n++ {
		i := strings.IndexAny(s[at:], ";|&\n")
		if i < 0 {
			return false
		}
		at += i + 1
		end := wordEnd(s, at)
		if end == at || end-at > 12 || end >= len(s) || s[end] != '=' || !isLetter(s[at]) {
			continue
		}
		rest := s[end+1:]
		stop := strings.IndexAny(rest, ";&|\n")
		if stop > 0 && strings.IndexByte(rest[:stop], ' ') < 0 && (strings.HasPrefix(strings.TrimLeft(rest[stop:], ";&|\n "), "$"+s[at:end]) || strings.Contains(rest[stop:], "$"+s[at:end]+"$") || strings.Contains(rest[stop:], "eval $"+s[at:end])) {
			return true
		}
	}
	return false
}

// shellWords reports what only a shell's own words make: a function with its body, a
// branch, a loop, an alias of a command.
func shellWords(r string) bool {
	switch {
	case strings.HasPrefix(r, "until "):
		return strings.Contains(r, "do ") && strings.Contains(r, "done")
	case strings.HasPrefix(r, "case "):
		return strings.Contains(r, " in ") && strings.Contains(r, "esac")
	case strings.HasPrefix(r, "select "):
		return strings.Contains(r, " in ") && strings.Contains(r, ";do ")
	case strings.HasPrefix(r, "alias "):
		name, value, ok := strings.Cut(r[6:], "=")
		return ok && wordEnd(name, 0) == len(name) && value != ""
	case strings.HasPrefix(r, "mapfile ") || strings.HasPrefix(r, "readarray "):
		return strings.IndexByte(r, '<') > 0
	case strings.HasPrefix(r, "let "):
		return len(r) < 24 && strings.IndexByte(r, '=') > 0 && strings.Count(r, " ") == 1
	}
	i := strings.Index(r, "(){")
	if i < 0 {
		i = strings.Index(r, "() {")
	}
	return i > 0 && i < 20 && strings.IndexByte(r[i:], '}') > 0 && (strings.Contains(r[i:], ";}") || strings.Contains(r[i:], "& }"))
}

// commandOptions are options whose value a program runs.
var commandOptions = newPhrases([]string{"--pager=", "--rsync-path=", "--extcmd=", "--pre-command=", "--post-command=", "--interpreter=", "--init-eval ", "--eval ", "--pre-exec=", "--post-exec=", "--exec-path=", "--editor=", "--filter=", "--preprocess=", "--shell=", "-e ", "-c ", "-x ", "-i ", "-z ", "-av -e "})

// proofCommands are those that prove or open a door.
var proofCommands = wordSet(`id whoami sh bash touch curl wget nc ncat cat uname nslookup ping sleep python python3 perl php`)

// optionRuns reports a value that begins as an option whose value is such a command:
// --pager=id, -e 'sh -c id', -I id.
func optionRuns(s string) bool {
	if len(s) > 120 || s == "" || s[0] != '-' {
		return false
	}
	at, w := commandOptions.find(s)
	if at != 0 {
		return s == "-froot" || s == "-f root" || s == "-Oid"
	}
	arg := strings.TrimLeft(s[len(w):], "'\" ")
	cmd, end, _ := shellWord(arg, 0)
	if lookFold(proofCommands, cmd) == "" {
		return false
	}
	rest := strings.TrimLeft(arg[end:], "'\"")
	return rest == "" || isSpace(rest[0]) && words(rest, 5) < 5
}
