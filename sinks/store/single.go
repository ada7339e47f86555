package store

import (
	"errors"
	"strings"
)

// errSeveral refuses text with more than one statement: the engine runs all
// but the last of them while preparing, before anybody could look at them.
var errSeveral = errors.New("only one statement at a time: remove what follows the semicolon")

// errNone refuses text of blanks and comments.
var errNone = errors.New("there is no statement in it")

// single returns text without what trails its one statement. It errs on the
// safe side: any semicolon outside of quotes and comments that something
// follows refuses the text, and so does a quote or comment without its end.
func single(text string) (string, error) {
	end := -1 // where the first bare semicolon is
	for i := 0; i < len(text); {
		n, kind := token(text[i:])
		switch {
		case kind == tokenOpen:
			return "", errors.New("a quote or comment is not closed")
		case kind == tokenSemicolon && end < 0:
			end = i
		case kind == tokenCode && end >= 0:
			return "", errSeveral
		}
		i += n
	}
	if end >= 0 {
		text = text[:end]
	}
	if text = strings.TrimSpace(text); text == "" {
		return "", errNone
	}
	return text, nil
}

// The kinds of token that single tells apart.
const (
	tokenBlank = iota // white space or comment
	tokenCode
	tokenSemicolon
	tokenOpen // a quote or comment that never ends
)

// token returns the length and the kind of the token that s begins with.
func token(s string) (n, kind int) {
	switch c := s[0]; {
	case c == ';':
		return 1, tokenSemicolon
	case c == ' ' || c >= '\t' && c <= '\r':
		return 1, tokenBlank
	case strings.HasPrefix(s, "--"):
		if i := strings.IndexAny(s, "\n\r"); i >= 0 {
			return i, tokenBlank
		}
		return len(s), tokenBlank
	case strings.HasPrefix(s, "/*"):
		return comment(s)
	case (c == 'e' || c == 'E') && len(s) > 1 && s[1] == '\'':
		return quoted(s, 1, true)
	case c == '\'' || c == '"':
		return quoted(s, 0, false)
	case c == '$':
		return dollar(s)
	case word(c):
		i := 1
		for i < len(s) && (word(s[i]) || s[i] == '$') {
			i++
		}
		return i, tokenCode
	}
	return 1, tokenCode
}

func word(c byte) bool {
	return c == '_' || c >= 0x80 || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

// comment measures a comment, which may hold comments.
func comment(s string) (n, kind int) {
	depth := 0
	for i := 0; i+1 < len(s); i++ {
		switch s[i : i+2] {
		case "/*":
			depth++
			i++
		case "*/":
			depth--
			i++
		}
		if depth == 0 {
			return i + 1, tokenBlank
		}
	}
	return len(s), tokenOpen
}

// quoted measures a quote that begins at s[at]; a doubled quote stands for
// itself, and after E so does what a backslash escapes.
func quoted(s string, at int, escapes bool) (n, kind int) {
	q := s[at]
	for i := at + 1; i < len(s); i++ {
		switch {
		case escapes && s[i] == '\\':
			i++
		case s[i] == q && i+1 < len(s) && s[i+1] == q:
			i++
		case s[i] == q:
			return i + 1, tokenCode
		}
	}
	return len(s), tokenOpen
}

// dollar measures $tag$ … $tag$; a lone $ (a parameter) is code.
func dollar(s string) (n, kind int) {
	i := 1
	for i < len(s) && word(s[i]) {
		i++
	}
	if i >= len(s) || s[i] != '$' || i > 1 && '0' <= s[1] && s[1] <= '9' {
		return 1, tokenCode
	}
	tag := s[:i+1]
	if j := strings.Index(s[i+1:], tag); j >= 0 {
		return i + 1 + j + len(tag), tokenCode
	}
	return len(s), tokenOpen
}
