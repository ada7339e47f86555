package text

import (
	"slices"
	"strings"
)

// fileMarks are what well-known files begin with or hold.
var fileMarks = newPhrases(append(marks(fileSigns), "root:x:0:0:", "root:*:0:0:", "root:!:", "root:$6$", "root:$y$", "daemon:x:1:1:", "[boot loader]", "[operating systems]", "; for 16-bit app support", "[extensions]\r\n", "[mci extensions]", "-----begin rsa private key-----", "-----begin openssh private key-----", "-----begin private key-----",
	"-----begin ec private key-----", "-----begin pgp private key", "aws_secret_access_key", "\"secretaccesskey\"", "secretaccesskey", "ami-launch-index", "computemetadata/v1", "\"accesstokenexpirationtime", "[core]\n\trepositoryformatversion", "db_password=", "define('db_password'", "<web-app ", "127.0.0.1 localhost\n", "127.0.0.1\tlocalhost", "documentroot /", "linux version ", "-----begin encrypted private key-----", "-----begin dsa private key-----", "; for 16-bit app", "[fonts]\r\n", "multi(0)disk(0)rdisk(0)", "bin:x:1:1:", "nobody:x:6553", "www-data:x:33:33:", "[mysqld]", "<connectionstrings>", "instance-action\ninstance-id", "ami-id\nami-launch", "\"accesskeyid\"", "app_key=base64:", "secret_key_base:", "aws_access_key_id", "\"client_x509_cert_url\"", "[remote \"origin\"]", "root:$5$", "root:$1$", "authtype basic\n", "define('auth_key'", "ssh-rsa aaaab3nzac1yc2eaaaa",
	"define( 'db_password'", "define(\"db_password\"", "define( 'auth_key'", ":$apr1$", "adm:x:4:", "bin:x:2:2:", "nobody:x:", "sys:x:3:", "root:x:0:\n", "[386enh]", "system-wide crontab", "/etc/fstab: static", "ip6-localhost", "::1 localhost", "memtotal: ", "local_address rem_address", "proc /proc proc rw",
	"/lib/x86_64-linux-gnu/ld-", "/usr/lib/x86_64-linux-gnu/libc", "permitrootlogin ", "authorizedkeysfile", "worker_processes ", "<tomcat-users", "client-certificate-data:", "client-key-data:", "\"type\": \"service_account\"", "\"type\":\"service_account\"", "_authtoken=", "putty-user-key-file-", "<machinekey validationkey", "machinekey decryptionkey",
	"-- mysql dump ", "-- postgresql database dump", "pragma foreign_keys=off;\nbegin transaction", "sqlite format 3\x00", "\"azenvironment\"", "\"privateip\" : ", "\"accountid\" : ", "#cloud-config", "<title>phpinfo()", "php version =>", "apache server status for", "\"propertysources\"", "ref: refs/heads/", "spring.datasource.password",
	"database_password=", "database_url=postgres", "database_url=mysql", "mysql_root_password", "postgres_password=", "redis_password=", "mail_password=", "jwt_secret=", "secret_key_base=", "stripe_secret", "django_secret_key", "app_secret=", "session_secret=", "api_secret=", "rack_env=", "secret_key = '", "secret_key=", "db_pass=", "http_user_agent=", "aws_session_token", "password_hash\":\"$2", "requirepass ", "upload_max_filesize", "ssl_certificate_key ", "<unattend ", "unattendeduser", "vagrant:x:", "www-data:*:", "mysql:x:", "sshd:x:"))

// LeakFileWords returns words of which a text must hold one for LeakFile to
// find anything.
func LeakFileWords() []string { return fileMarks.words() }

// LeakFile reports the content of a file or of a cloud's metadata that no API
// answers with: /etc/passwd, win.ini, private keys, metadata credentials.
//
// Returns: where it begins, and its text.
//
// Example: LeakFile("root:x:0:0:root:/root:/bin/bash") = 0, that text, true.
func LeakFile(s string) (offset int, match string, ok bool) {
	s = clip(s)
	for from, tries := 0, 0; tries < maxMarks; tries++ {
		at, w := fileMarks.find(s[from:])
		if w == "" {
			return none()
		}
		at += from
		if fileTold(s, at, w) {
			return found(s, at, at+120)
		}
		from = at + len(w)
	}
	return none()
}

// settingsSecret reports a secret on a line of settings: a name of one word that ends
// in the mark, a value behind it, and near it a setting that says whose secret it is.
// A page's form and the answer of an API have the word, too, but no such lines.
func settingsSecret(s string, at int, mark string) bool {
	from := strings.LastIndexByte(s[:at], '\n') + 1
	name := strings.TrimPrefix(strings.TrimLeft(s[from:at], " \t-"), "export ")
	if strings.Trim(name, letters+"0123456789_.-$") != "" || len(name) > 48 {
		return false
	}
	value, _, _ := strings.Cut(strings.TrimLeft(s[at+len(mark):], " \"'"), "\n")
	if end := strings.IndexAny(value, "\"'"); end >= 0 {
		value = value[:end]
	}
	value = strings.Trim(value, " \t\r;")
	if value == "" || len(value) > 200 || strings.ContainsAny(value, "<>{}() ") {
		return false
	}
	if mark == "password: " && name == "" && s[at] == 'P' {
		return false // Password: …, as people are told
	}
	near := s[max(0, from-600):min(len(s), at+600)]
	n := 0
	for line := range strings.Lines(near) {
		n += boolInt(settingsLine(strings.TrimSpace(line)))
	}
	if n < 2 {
		return false
	}
	_, whose := indexAnyFold(near, []string{"host", "user", "database", "jdbc:", "port", "adapter", "_url", ".url", "server"})
	return whose != ""
}

// settingsLine reports a line that gives one name a value.
func settingsLine(line string) bool {
	i := strings.IndexAny(line, "=:")
	if i < 2 || len(line) > 200 {
		return false
	}
	name := strings.TrimPrefix(strings.TrimRight(line[:i], " "), "export ")
	return strings.Trim(name, letters+"0123456789_.-$") == ""
}

// maxMarks is at how many marks a text is looked at: behind one that does not tell by
// itself there may be one that does.
const maxMarks = 16

// fileTold reports whether the mark w at a place of s tells a file.
func fileTold(s string, at int, w string) bool {
	if inSentence(s, at) || asksValue(w) && placeholder(s[at+len(w):]) {
		return false
	}
	alone := fileWith[w]
	if len(alone) == 0 {
		alone = fileCompanions(w)
	}
	if len(alone) > 0 {
		if _, with := indexAnyFold(s, alone); with == "" {
			return false
		}
	}
	switch w {
	case "ref: refs/heads/":
		return strings.TrimSpace(s[:at]) == "" && len(s) <= 200
	case "[mysqld]", "<connectionstrings>":
		return strings.Contains(s, "=")
	case "\"accesskeyid\"":
		return indexFold(s, "secretaccesskey") >= 0 || indexFold(s, "token") >= 0
	case "password=", "password: ", "password = ", "_pass=", "passwd=":
		return settingsSecret(s, at, w)
	case " - - [":
		return at <= 40 && s[0] != '{' && s[0] != '[' && strings.Count(s, w) >= 2 // a log from its beginning
	case "]: failed password for ", "]: accepted p":
		return s[0] != '{' && s[0] != '[' && at < 200
	case "ssh-rsa aaaab3nzac1yc2eaaaa", "ssh-ed25519 aaaac3nzac1lzdi1nte5":
		return strings.Count(s, "\n") <= 3 && at <= 8 // not a key that somebody shows with much else
	case "<web-app ":
		return indexFold(s, "<servlet") >= 0
	case "linux version ":
		return indexFold(s, "gcc") >= 0
	case "secretaccesskey":
		return indexFold(s, "accesskeyid") >= 0
	}
	return true
}

// fileCompanions are words of which one stands in such a file beside a mark that
// does not tell by itself.
func fileCompanions(mark string) []string {
	switch mark {
	case "ip6-localhost", "::1 localhost":
		return []string{"127.0.0.1"}
	case "memtotal: ":
		return []string{"memfree:"}
	case "worker_processes ":
		return []string{"events {", "http {", "worker_connections"}
	case "permitrootlogin ", "authorizedkeysfile":
		return []string{"passwordauthentication", "subsystem", "hostkey", "pubkeyauthentication", "usepam"}
	case "\"privateip\" : ", "\"accountid\" : ":
		return []string{"\"instanceid\""}
	case "http_user_agent=":
		return []string{"document_root=", "path=/", "script_filename"}
	case "secret_key=", "secret_key = '", "rack_env=", "stripe_secret":
		return []string{"password", "database", "debug", "_url=", "sk_live"}
	case "nobody:x:", "vagrant:x:", "mysql:x:", "sshd:x:", "sys:x:3:", "bin:x:2:2:", "adm:x:4:":
		return []string{":/", "root:", "daemon:"}
	case "requirepass ":
		return []string{"bind ", "port ", "appendonly"}
	case "upload_max_filesize":
		return []string{"[php]", "memory_limit"}
	case "ssl_certificate_key ":
		return []string{"server {", "listen "}
	case "apache server status for":
		return []string{"server uptime", "total accesses", "server version"}
	}
	return nil
}

// inSentence reports a mark that <code> sets off within a sentence: a guide shows it.
func inSentence(s string, at int) bool {
	head := s[max(0, at-300):at]
	open := strings.LastIndex(head, "<code")
	if open < 0 || strings.LastIndex(head, "</code") > open || strings.HasSuffix(strings.TrimRight(head[:open], " \n"), "<pre>") {
		return false
	}
	n, _ := countTalk(head[:open], smallWords, true)
	return n >= 2 && strings.Contains(s[at:min(len(s), at+300)], "</code")
}

// lineOfWords reports an output that stands behind words on one line: running id
// prints uid=33(www-data), which somebody says.
func lineOfWords(s string, at int) bool {
	head := s[max(0, at-200):at]
	head = strings.TrimRight(head[strings.LastIndexAny(head, "\n>")+1:], " \"'`(")
	if head == "" || !isLetter(head[len(head)-1]) || strings.Contains(head, "  ") || strings.HasPrefix(head, "Linux ") && strings.IndexByte(head, '#') > 0 {
		return false
	}
	n, _ := countTalk(head, smallWords, true)
	return n >= 2
}

// asksValue reports a mark behind which a secret stands.
func asksValue(mark string) bool {
	if strings.IndexByte("=:'\" ", mark[len(mark)-1]) >= 0 {
		return true
	}
	_, w := indexAnyFold(mark, []string{"key", "passw", "secret", "token"})
	return w != ""
}

// placeholder reports what examples of files have for a secret.
func placeholder(t string) bool {
	t = strings.TrimLeft(t, " =:\"'\t")
	for _, w := range [...]string{"your", "xxx", "change", "example", "replace", "placeholder", "secret_here", "<", "${", "{{", "...", "***"} {
		if prefixFold(t, w) {
			return true
		}
	}
	return false
}

// commandWords are words of outputs that stand for themselves.
var commandWords = []string{"windows ip configuration", "volume serial number is", "total 0\ndrwx", "drwxr-xr-x ", "-rw-r--r-- 1 root", "nt authority\\system", "microsoft windows [version", " directory of c:\\", "volume in drive c ", "bytes of data.\n64 bytes from", "proto recv-q send-q", "user       pid %cpu", "filesystem     1k-blocks", "filesystem      size", "pid tty          time cmd", "host name:                 ", "local group memberships", "inet 127.0.0.1  netmask", "tcpdump version", "gnu/linux\n",
	"x86_64 gnu/linux", "aarch64 gnu/linux", "active internet connections", "netid  state", "netid state", "inet addr:127.0.0.1", "<up,broadcast,running", "<loopback,up,lower_up>", "loopback,running>", "load average: ", "packets transmitted, ", "non-authoritative answer:", "user accounts for \\\\", "image name                     pid", "os name:                   microsoft", "distributor id:", "darwin kernel version",
	"is not recognized as an internal or external command", "/bin/sh: 1: ", "sh: 1: ", "bash: line 1: ", "/bin/bash: line ", "-rw-r--r-- ", "-rwxr-xr-x ", "drwxrwxr", "drwx------ ", "lrwxrwxrwx ", "reply from ", "tty      stat", "vsz   rss tty", "%mem    vsz", "%mem vsz", "on / type ext4", "overlay on / type", "% total    % received", "iis apppool\\", "host name: ", "windows ip config", "mem:   ", "user     tty", "os name: microsoft", "ami id is"}

// CommandOutputWords is LeakFileWords for CommandOutput.
func CommandOutputWords() []string {
	return slices.Concat([]string{"uid="}, serviceUsers, commandWords, marks(outputSigns))
}

// serviceUsers are whom a server runs as, which whoami says alone.
var serviceUsers = []string{"www-data", "root", "nt authority\\system", "apache", "nginx", "tomcat", "nobody", "nt authority\\network service", "nt authority\\local service", "nt authority\\iusr"}

// CommandOutput reports the output of a command an attacker runs first: id,
// ipconfig, a directory's listing, uname.
//
// Returns: where it begins, and its text.
//
// Example: CommandOutput("uid=33(www-data) gid=33(www-data)") = 0, that text, true.
func CommandOutput(s string) (offset int, match string, ok bool) {
	s = clip(s)
	for at := 0; ; {
		i := strings.Index(s[at:], "uid=")
		if i < 0 {
			break
		}
		i += at
		at = i + 4
		j := at
		for j < len(s) && isDigit(s[j]) {
			j++
		}
		if j > at && j < len(s) && s[j] == '(' && strings.Contains(s[j:min(len(s), j+64)], "gid=") && !lineOfWords(s, i) && !inSentence(s, i) {
			return found(s, i, i+120)
		}
	}
	if t := strings.TrimSpace(s); len(t) < 40 && (foldIn(t, serviceUsers...) || prefixFold(t, "uid=0")) {
		return found(s, 0, len(s)) // whoami
	}
	for from, tries := 0, 0; tries < maxMarks; tries++ {
		at, w := commandPhrases.find(s[from:])
		if w == "" {
			return none()
		}
		at += from
		more := outputWith[w]
		if len(more) == 0 {
			more = outputCompanions(w)
		}
		_, with := indexAnyFold(s, more)
		if (len(more) == 0 || with != "") && !inSentence(s, at) && !lineOfWords(s, at) {
			return found(s, at, at+120)
		}
		from = at + len(w)
	}
	return none()
}

// outputCompanions is fileCompanions for outputs.
func outputCompanions(mark string) []string {
	switch mark {
	case "load average: ":
		return []string{" up ", "user"}
	case "sh: 1: ", "/bin/sh: 1: ", "bash: line 1: ", "/bin/bash: line ":
		return []string{"not found", "no such file", "permission denied", "syntax error"}
	case "reply from ":
		return []string{"bytes=", "ttl="}
	case "mem:   ":
		return []string{"swap:"}
	case "host name: ":
		return []string{"os name:"}
	case "distributor id:":
		return []string{"codename:", "release:"}
	case "non-authoritative answer:":
		return []string{"name:", "address:"}
	case "-rw-r--r-- ", "-rwxr-xr-x ", "drwxrwxr", "drwx------ ", "lrwxrwxrwx ":
		return []string{" root ", "www-data", " 1 ", "total "}
	}
	return nil
}

// commandPhrases finds commandWords.
var commandPhrases = newPhrases(slices.Concat(commandWords, marks(outputSigns)))
