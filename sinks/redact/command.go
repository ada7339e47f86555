package redact

import "strings"

// commandOption returns the option by which a command takes a password, "" if
// it takes none so. glued says that no space stands between.
func commandOption(word string) (option string, glued bool) {
	switch word {
	case "mysql", "mysqldump", "mysqladmin", "mysqlimport", "mariadb", "mariadb-dump", "7z":
		return "-p", true
	case "sshpass", "mongo", "mongosh", "mongodump":
		return "-p", false
	case "redis-cli":
		return "-a", false
	case "ldapsearch", "ldapmodify":
		return "-w", false
	case "curl", "wget":
		return "-u", false
	}
	return "", false
}

// commandLook is how far behind a command its options are looked for.
const commandLook = 512

// command looks, after the space behind a word, for the password that a
// command is given: mysql -pSECRET, curl -u user:SECRET, --password SECRET.
func (sc *scanner) command(word string) span {
	if option, glued := commandOption(word); option != "" {
		sc.option, sc.glued, sc.commandAt = option, glued, sc.i
	}
	s, i := sc.s, sc.i
	told := sc.option != "" && i-sc.commandAt < commandLook
	switch {
	case told && sc.glued && strings.HasPrefix(s[i:], sc.option) && i+2 < len(s) && s[i+2] > ' ':
		return wordSpan(s, i+2, "password")
	case told && !sc.glued && word == sc.option && sc.option != "-u":
		return wordSpan(s, i, "password")
	case told && word == "-u", word == "--user", word == "--proxy-user":
		sp := wordSpan(s, i, "password")
		colon := strings.IndexByte(s[sp.start:sp.end], ':')
		if colon < 0 || strings.HasPrefix(s[sp.start+colon:], "://") {
			return span{}
		}
		sp.start += colon + 1
		return sp
	case strings.HasPrefix(word, "--") && i < len(s) && s[i] != '-':
		if kind := sc.r.nameKind(word); kind != "" {
			return wordSpan(s, i, kind)
		}
	}
	return span{}
}

// wordSpan is the word of a command line that begins at i, without its quotes.
func wordSpan(s string, i int, kind string) span {
	if i < len(s) && (s[i] == '"' || s[i] == '\'') {
		return span{i + 1, quoteEnd(s, i+1, s[i], false), kind}
	}
	end := i
	for end < len(s) && s[end] > ' ' && strings.IndexByte("\"'`;|&<>", s[end]) < 0 {
		end++
	}
	return span{i, end, kind}
}

// literal looks, after the space behind a word, for the quoted password of a
// statement: IDENTIFIED BY '…', PASSWORD '…'.
func (sc *scanner) literal(word string) span {
	s, i := sc.s, sc.i
	if i >= len(s) || s[i] != '\'' && s[i] != '"' {
		return span{}
	}
	before := strings.TrimRight(s[max(0, sc.ws-16):sc.ws], " \t\r\n")
	if fold(word, "password") || fold(word, "by") && len(before) >= 10 && fold(before[len(before)-10:], "identified") {
		return span{i + 1, quoteEnd(s, i+1, s[i], false), "password"}
	}
	return span{}
}
