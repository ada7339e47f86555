package body

import (
	"cmp"
	"strconv"
	"strings"

	"spaniel/event"
)

// boundaryOf returns the boundary that is declared or, failing that, the one
// the body begins with.
func boundaryOf(declared, text string) string {
	if b := parameter(declared, "boundary"); b != "" && strings.Contains(text, "--"+b) {
		return b
	}
	text = strings.TrimLeft(text, "\r\n")
	line, rest, ok := strings.Cut(text, "\n")
	line = strings.TrimRight(line, " \t\r")
	if !ok || len(line) < 3 || len(line) > 256 || !strings.HasPrefix(line, "--") || !hasFold(rest, "content-") {
		return ""
	}
	return line[2:]
}

// hasFold reports whether s begins with the lower-case word in any case.
func hasFold(s, word string) bool {
	return len(s) >= len(word) && strings.EqualFold(s[:len(word)], word)
}

// parameter returns a parameter of a header value, unquoted.
func parameter(value, name string) string {
	for rest := value; ; {
		i := strings.IndexByte(rest, ';')
		if i < 0 {
			return ""
		}
		rest = strings.TrimLeft(rest[i+1:], " \t\r\n")
		if !hasFold(rest, name) {
			continue
		}
		after := strings.TrimLeft(rest[len(name):], " \t")
		if strings.HasPrefix(after, "=") {
			return unquote(strings.TrimLeft(after[1:], " \t"))
		}
	}
}

// unquote returns a parameter's value at the start of s. Backslashes stay
// where they do not escape a quote: old browsers send paths in file names.
func unquote(s string) string {
	if s == "" || s[0] != '"' {
		v, _, _ := strings.Cut(s, ";")
		return strings.TrimSpace(v)
	}
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '"':
			return strings.ReplaceAll(s[1:i], `\"`, `"`)
		case '\\':
			if i+1 < len(s) && s[i+1] == '"' {
				i++
			}
		}
	}
	return s[1:]
}

// multipart appends the parts between the boundaries. A missing last boundary
// ends the last part with the text.
func (k *collector) multipart(place, boundary, s string, level int) {
	mark := "--" + boundary
	i := nextMark(s, mark)
	if i < 0 {
		k.rest(place, event.LeafBody, s)
		return
	}
	if before := strings.TrimSpace(s[:i]); before != "" && !k.full() {
		k.rest(place, event.LeafMultipart, before) // a preamble is ignored by servers, not by all
	}
	for s = s[i+len(mark):]; ; {
		if k.full() {
			k.rest(place, event.LeafMultipart, s)
			return
		}
		if strings.HasPrefix(s, "--") {
			k.epilogue(place, mark, s[2:], level)
			return
		}
		_, part, _ := strings.Cut(s, "\n") // the rest of the boundary's line
		j := nextMark(part, mark)
		if j < 0 {
			if part != "" {
				k.part(place, part, level)
			}
			return
		}
		k.part(place, strings.TrimSuffix(strings.TrimSuffix(part[:j], "\n"), "\r"), level)
		s = part[j+len(mark):]
	}
}

// epilogue appends what stands behind the last boundary: servers ignore it,
// but some go on at the next boundary.
func (k *collector) epilogue(place, mark, s string, level int) {
	after := strings.TrimSpace(s)
	switch {
	case after == "":
	case nextMark(s, mark) >= 0 && level < maxParts:
		k.multipart(place, mark[2:], after, level+1)
	default:
		k.rest(place, event.LeafMultipart, after)
	}
}

// ambiguous reports whether a Content-Type names more than one boundary.
func ambiguous(declared string) bool {
	return hasFold(declared, "multipart/") && strings.Count(strings.ToLower(declared), "boundary") > 1
}

// nextMark finds mark at the start of a line, followed by what may follow a
// boundary: one boundary may be the prefix of another.
func nextMark(s, mark string) int {
	for from := 0; ; {
		i := strings.Index(s[from:], mark)
		if i < 0 {
			return -1
		}
		i += from
		after := s[i+len(mark):]
		if (i == 0 || s[i-1] == '\n') && (after == "" || strings.HasPrefix(after, "--") || strings.IndexByte(" \t\r\n", after[0]) >= 0) {
			return i
		}
		from = i + len(mark)
	}
}

// part appends one part: the header lines, the file name, and the content by
// its own structure.
func (k *collector) part(place, s string, level int) {
	head, content, ok := cutHead(s)
	if !ok {
		head, content = "", s
	}
	var list []event.Header
	disposition, media, encoding := "", "", ""
	for line := range strings.Lines(head) {
		name, value, _ := strings.Cut(strings.TrimRight(line, "\r\n"), ":")
		value = strings.TrimSpace(value)
		switch {
		case strings.EqualFold(name, "content-disposition"):
			disposition = value
		case strings.EqualFold(name, "content-type"):
			media = value
		case strings.EqualFold(name, "content-transfer-encoding"):
			encoding = value
		}
		list = append(list, event.Header{Name: strings.TrimSpace(name), Value: value})
	}
	name := parameter(disposition, "name")
	if name == "" {
		name = extended(disposition, "name")
	}
	at := k.e.place(place, name)
	k.name(at, name)
	k.fileName(at, disposition)
	k.partHeaders(at, list)
	for i, text := range k.partTexts(media, encoding, content) {
		if i > 0 && k.full() {
			return
		}
		k.partContent(at, name, media, text, level)
	}
}

// partContent appends a part's content.
func (k *collector) partContent(at, name, media, text string, level int) {
	f := formatOf(media, text)
	if f == formatMultipart && level < maxParts || media != "" && f == formatJSON || f == formatXML && surelyXML(media, text) {
		k.content(at, event.LeafMultipart, media, text, level+1)
		return
	}
	k.add(event.Leaf{Place: at, Key: name, Kind: event.LeafMultipart, Value: text})
	k.inside(at, name, text)
}

// partHeaders appends a part's header values.
func (k *collector) partHeaders(at string, list []event.Header) {
	for i := range list {
		if k.full() {
			return
		}
		place := k.header(k.e.place(at, "header"), list[i].Name)
		k.name(place, list[i].Name)
		k.add(event.Leaf{Place: place, Key: list[i].Name, Kind: event.LeafMultipart, Value: list[i].Value})
	}
}

// fileName appends the file names a part declares, plain and extended.
func (k *collector) fileName(at, disposition string) {
	plain, last := parameter(disposition, "filename"), ""
	for _, v := range [...]string{plain, encodedWord(plain), extended(disposition, "filename")} {
		if v != last && v != "" && !k.full() {
			k.add(event.Leaf{Place: k.e.place(at, "filename"), Key: "filename", Kind: event.LeafMultipart, Value: v})
			last = v
		}
	}
}

// extended returns a parameter in the form of RFC 2231, still with its percent
// signs: name*, or name*0, name*1 and so on in one.
func extended(disposition, name string) string {
	if strings.IndexByte(disposition, '*') < 0 {
		return ""
	}
	v := parameter(disposition, name+"*")
	for n := range maxPieces {
		at := name + "*" + strconv.Itoa(n)
		piece := cmp.Or(parameter(disposition, at), parameter(disposition, at+"*"))
		if piece == "" {
			break
		}
		v += piece
	}
	if parts := strings.SplitN(v, "'", 3); len(parts) == 3 {
		v = parts[2]
	}
	return v
}

// maxPieces is of how many pieces a parameter is put together.
const maxPieces = 16

// cutHead cuts a part at its empty line.
func cutHead(s string) (head, content string, ok bool) {
	if strings.HasPrefix(s, "\r\n") {
		return "", s[2:], true
	}
	if strings.HasPrefix(s, "\n") {
		return "", s[1:], true
	}
	for end := 0; ; {
		i := strings.IndexByte(s[end:], '\n')
		if i < 0 {
			return "", s, false
		}
		end += i + 1
		switch rest := s[end:]; {
		case strings.HasPrefix(rest, "\n"):
			return s[:end], rest[1:], true
		case strings.HasPrefix(rest, "\r\n"):
			return s[:end], rest[2:], true
		}
	}
}
