package config

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/goccy/go-yaml/token"
)

// expand replaces ${NAME} by the environment's value. $$ stands for one
// dollar. A password must come this way. A name that is not set is a problem, as an empty password would be
// found out much later.
func (l *loader) expand(s string, tok *token.Token, path string) (string, bool) {
	if u, err := url.Parse(s); err == nil && strings.HasSuffix(path, "url") && u.User != nil {
		if word, set := u.User.Password(); set && !strings.HasPrefix(word, "${") {
			l.fail(tok, path+" holds a password, and a secret may not stand in the file", "write user:${NAME}@ and set NAME in the environment")
			l.problems[len(l.problems)-1].source = "" // the line would show it
			return "", false
		}
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
