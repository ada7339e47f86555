package semantics

import (
	"bytes"

	"spaniel/event"
)

// keysLook is how much of a body is looked through for the name of a password.
const keysLook = 4096

// mayHoldPassword reports whether a field of a form or a JSON body that is not
// encoded is called as passwords are. It makes no leaves: most calls end here.
func mayHoldPassword(c *event.Call, h *headers) bool {
	if len(c.Req.Raw) == 0 || c.Req.Method == "GET" {
		return false
	}
	body := c.Req.Raw[:min(len(c.Req.Raw), keysLook)]
	switch body[0] {
	case '{', '[':
		return jsonNames(body)
	case '<', '-': // a multipart form
		return foldPrefix(h.contentType, "multipart/") && bytes.Contains(body, []byte(`name="pass`))
	}
	if foldPrefix(h.contentType, "application/x-www-form-urlencoded") || h.contentType == "" {
		return formNames(body)
	}
	return false
}

func formNames(b []byte) bool {
	for len(b) > 0 {
		pair := b
		if i := bytes.IndexByte(b, '&'); i >= 0 {
			pair, b = b[:i], b[i+1:]
		} else {
			b = nil
		}
		if i := bytes.IndexByte(pair, '='); i > 1 && passwordName(pair[:i]) {
			return true
		}
	}
	return false
}

// jsonNames looks at every string that a colon follows.
func jsonNames(b []byte) bool {
	for {
		i := bytes.IndexByte(b, '"')
		if i < 0 {
			return false
		}
		b = b[i+1:]
		end := bytes.IndexByte(b, '"')
		if end < 0 {
			return false
		}
		name, rest := b[:end], b[end+1:]
		if len(rest) > 0 && rest[0] == ':' || len(rest) > 1 && rest[1] == ':' {
			if end > 1 && passwordName(name) {
				return true
			}
		}
		if end > 0 && b[end-1] == '\\' {
			rest = b[end:] // a quote within the string: in step again at the next
			rest = rest[1:]
		}
		b = rest
	}
}

// passwordName looks for two letters that passwords' names have before the name
// is read.
func passwordName(name []byte) bool {
	name = lastName(name)
	for i := 1; i < len(name); i++ {
		a, b := name[i-1]|0x20, name[i]|0x20
		if a == 'p' && (b == 'a' || b == 'w' || b == 'i') || i == 1 && passwordStart(a, b) {
			k, _ := fieldOf(string(name))
			return k == fieldPassword
		}
	}
	return false
}

// passwordStart are the first letters of passwords' names in other languages.
func passwordStart(a, b byte) bool {
	switch string([]byte{a, b}) {
	case "md", "mo", "ma", "cl", "co", "se", "si", "sa", "wa", "ke", "ka", "he", "ha", "lo", "je", "ad", "us":
		return true
	}
	return false
}

// lastName undoes the brackets and signs of a form's names, and cuts what is
// longer than a name that means something.
func lastName(name []byte) []byte {
	const most = 32 // what is compared without a copy
	if i := bytes.LastIndexByte(name, '%'); i >= 0 && i+3 <= len(name) {
		if string(name[i:]) == "%5D" || string(name[i:]) == "%5d" {
			name = name[:i]
			i = bytes.LastIndexByte(name, '%')
		}
		if i >= 0 && i+3 <= len(name) {
			name = name[i+3:]
		}
	}
	return name[max(0, len(name)-most):]
}
