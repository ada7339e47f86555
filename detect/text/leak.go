package text

import "strings"

// fileMarks are what well-known files begin with or hold.
var fileMarks = newPhrases([]string{"root:x:0:0:", "root:*:0:0:", "root:!:", "root:$6$", "root:$y$", "daemon:x:1:1:", "[boot loader]", "[operating systems]", "; for 16-bit app support", "[extensions]\r\n", "[mci extensions]", "-----begin rsa private key-----", "-----begin openssh private key-----", "-----begin private key-----",
	"-----begin ec private key-----", "-----begin pgp private key", "aws_secret_access_key", "\"secretaccesskey\"", "secretaccesskey", "ami-launch-index", "computemetadata/v1", "\"accesstokenexpirationtime", "[core]\n\trepositoryformatversion", "db_password=", "define('db_password'", "<web-app ", "127.0.0.1 localhost\n", "127.0.0.1\tlocalhost", "documentroot /", "linux version ", "-----begin encrypted private key-----", "-----begin dsa private key-----", "; for 16-bit app", "[fonts]\r\n", "multi(0)disk(0)rdisk(0)", "bin:x:1:1:", "nobody:x:6553", "www-data:x:33:33:", "[mysqld]", "<connectionstrings>", "instance-action\ninstance-id", "ami-id\nami-launch", "\"accesskeyid\"", "app_key=base64:", "secret_key_base:", "aws_access_key_id", "\"client_x509_cert_url\"", "[remote \"origin\"]", "root:$5$", "root:$1$", "authtype basic\n", "define('auth_key'", "ssh-rsa aaaab3nzac1yc2eaaaa"})

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
	at, w := fileMarks.find(s)
	switch w {
	case "":
		return none()
	case "[mysqld]", "<connectionstrings>":
		if !strings.Contains(s, "=") {
			return none()
		}
	case "\"accesskeyid\"":
		if indexFold(s, "secretaccesskey") < 0 && indexFold(s, "token") < 0 {
			return none()
		}
	case "ssh-rsa aaaab3nzac1yc2eaaaa":
		if strings.Count(s, "\n") > 3 || at > 8 {
			return none() // a key that somebody shows with much else
		}
	case "<web-app ":
		if indexFold(s, "<servlet") < 0 {
			return none()
		}
	case "linux version ":
		if indexFold(s, "gcc") < 0 {
			return none()
		}
	case "secretaccesskey":
		if indexFold(s, "accesskeyid") < 0 {
			return none()
		}
	}
	return found(s, at, at+120)
}

// commandWords are words of outputs that stand for themselves.
var commandWords = []string{"windows ip configuration", "volume serial number is", "total 0\ndrwx", "drwxr-xr-x ", "-rw-r--r-- 1 root", "nt authority\\system", "microsoft windows [version", " directory of c:\\", "volume in drive c ", "bytes of data.\n64 bytes from", "proto recv-q send-q", "user       pid %cpu", "filesystem     1k-blocks", "filesystem      size", "pid tty          time cmd", "host name:                 ", "local group memberships", "inet 127.0.0.1  netmask", "tcpdump version", "gnu/linux\n"}

// CommandOutputWords is LeakFileWords for CommandOutput.
func CommandOutputWords() []string { return append([]string{"uid="}, commandWords...) }

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
		if j > at && j < len(s) && s[j] == '(' && strings.Contains(s[j:min(len(s), j+64)], "gid=") {
			return found(s, i, i+120)
		}
	}
	if at, w := indexAnyFold(s, commandWords); w != "" {
		return found(s, at, at+120)
	}
	return none()
}
