package text

import "bytes"

// Bounds of the pieces of script in a text: how many bytes of a tag are read, how
// many of what a script holds, and how long a piece is at least.
const (
	pieceTag    = 512
	pieceScript = 256
	pieceLeast  = 14
)

// ScriptPieces gives each piece of HTML in s that runs a script: a tag with an event
// handler, a script's URL or a document of its own, and a script with the beginning
// of what it holds. It stops when each says so.
//
// A page and a value that was put into it unchanged have the same pieces. A tag that
// is written with entities is text, and none.
//
// Example: ScriptPieces(`<b>x</b><img src=x onerror=alert(1)>`, each) gives `<img src=x onerror=alert(1)>`.
func ScriptPieces(s []byte, each func(piece []byte) bool) {
	for budget := 4*len(s) + 4096; budget > 0; { // tags may be open within tags
		i := bytes.IndexByte(s, '<')
		if i < 0 || i+pieceLeast > len(s) {
			return
		}
		s = s[i:]
		if !isLetter(s[1]) {
			s = s[1:]
			continue
		}
		end := wholeTag(s[:min(len(s), pieceTag)])
		budget -= end
		piece := scriptPiece(s, end)
		if len(piece) >= pieceLeast && !each(piece) {
			return
		}
		s = s[max(len(piece), 1):]
	}
}

// wholeTag is where the tag that s begins with ends, its > included, with regard to
// quotes; the length of s where it does not.
func wholeTag(s []byte) int {
	quote := byte(0)
	for i, c := range s {
		switch {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '>':
			return i + 1
		case (c == '"' || c == '\'') && i > 0 && s[i-1] == '=':
			quote = c
		}
	}
	return len(s)
}

// scriptPiece is what of s, which begins with a tag of so many bytes, runs a
// script; nil if nothing does.
func scriptPiece(s []byte, end int) []byte {
	tag := s[:end]
	if foldHead(tag[1:], "script") && len(tag) > 7 && !isLetter(tag[7]) {
		held := s[end:min(len(s), end+pieceScript)]
		if i := bytes.Index(held, []byte("</")); i >= 0 {
			held = held[:i]
		}
		if len(bytes.TrimSpace(held)) == 0 && !bytes.Contains(tag, []byte("//")) {
			return nil // the page's own
		}
		return s[:end+len(held)]
	}
	for i := 1; i+3 < len(tag); i++ {
		switch c := tag[i] | 0x20; {
		case c == 'o' && tag[i+1]|0x20 == 'n' && !isWord(tag[i-1]) && tag[i-1] != '-' && handlerAt(tag[i:]),
			c == 'j' && foldHead(tag[i:], "javascript:"),
			c == 's' && foldHead(tag[i:], "srcdoc="):
			return tag
		}
	}
	return nil
}

// handlerAt reports the name of an event handler and a sign of equality.
func handlerAt(s []byte) bool {
	n := 2
	for n < len(s) && isLetter(s[n]) {
		n++
	}
	name := s[:n]
	for n < len(s) && isSpace(s[n]) {
		n++
	}
	return n < len(s) && s[n] == '=' && eventName(string(name))
}

// foldHead reports that s begins with a text in lower case, whatever its case.
func foldHead(s []byte, with string) bool {
	if len(s) < len(with) {
		return false
	}
	for i := range len(with) {
		if c := s[i]; c != with[i] && !('A' <= c && c <= 'Z' && c|0x20 == with[i]) {
			return false
		}
	}
	return true
}
