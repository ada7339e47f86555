package config

import (
	"fmt"
	"strings"

	"github.com/goccy/go-yaml/token"
)

// expand replaces ${NAME} by the environment's value. $$ stands for one
// dollar. A name that is not set is a problem, as an empty password would be
// found out much later.
func (l *loader) expand(s string, tok *token.Token, path string) (string, bool) {
	if secretKey(path) && s != "" && !strings.Contains(s, "${") {
		l.fail(tok, path+" is a secret and may not stand in the file", fmt.Sprintf("write ${NAME} and set NAME in the environment, or use %s_file", path))
		return "", false
	}
	var b strings.Builder
	for {
		i := strings.IndexByte(s, '$')
		if i < 0 || i+1 == len(s) {
			b.WriteString(s)
			return b.String(), true
		}
		b.WriteString(s[:i])
		switch s = s[i:]; s[1] {
		case '$':
			b.WriteByte('$')
			s = s[2:]
		case '{':
			name, rest, ok := strings.Cut(s[2:], "}")
			if !ok {
				l.fail(tok, path+": ${ is not closed", "write $$ for a dollar")
				return "", false
			}
			value, set := l.env(name)
			if !set {
				l.fail(tok, fmt.Sprintf("%s: the environment has no %q", path, name), "")
				return "", false
			}
			b.WriteString(value)
			s = rest
		default:
			b.WriteByte('$')
			s = s[1:]
		}
	}
}

// secretKey reports whether the path's last word names a secret itself, not
// the file that holds it.
func secretKey(path string) bool {
	last := path[strings.LastIndexByte(path, '.')+1:]
	return last == "password" || last == "token" || last == "secret"
}
