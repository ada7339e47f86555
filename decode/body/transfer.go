package body

import (
	"encoding/base64"
	"io"
	"mime"
	"mime/quotedprintable"
	"strings"
)

// partTexts lists what the content of a part may mean, as sent first: servers
// differ in whether they undo its transfer encoding and mind its charset.
func (k *collector) partTexts(media, encoding, content string) []string {
	list := []string{content}
	if t := transferDecoded(encoding, content); t != content {
		list = append(list, t)
	}
	last := list[len(list)-1]
	c, known := charsetOf(parameter(media, "charset"))
	if !known {
		k.call.Mark(AnomalyCharset)
	}
	if c == nil {
		c = k.charset
	}
	text := ""
	switch {
	case c != nil:
		text = string(c(nil, []byte(last)))
	case strings.IndexByte(last[:min(len(last), 4)], 0) >= 0 || strings.HasPrefix(last, "\xff\xfe") || strings.HasPrefix(last, "\xfe\xff"):
		text = string(fromWide([]byte(last)))
	}
	if text != "" && text != last && printable([]byte(text)) {
		list = append(list, text)
		if k.charset != nil {
			k.call.Mark(AnomalyCharsetOdd)
		}
	}
	return list
}

// transferDecoded undoes a Content-Transfer-Encoding as far as it can be.
func transferDecoded(encoding, s string) string {
	switch strings.ToLower(strings.TrimSpace(encoding)) {
	case "base64":
		return base64Text(s)
	case "quoted-printable":
		out, err := io.ReadAll(quotedprintable.NewReader(strings.NewReader(s)))
		if err != nil && len(out) == 0 {
			return s
		}
		return string(out)
	}
	return s
}

// base64Text decodes what digits of Base64 there are before any padding; other
// bytes are passed over, as MIME says.
func base64Text(s string) string {
	digits := make([]byte, 0, len(s))
	for i := 0; i < len(s) && s[i] != '='; i++ {
		if strings.IndexByte(base64Digits, s[i]) >= 0 {
			digits = append(digits, s[i])
		}
	}
	if len(digits)%4 == 1 {
		digits = digits[:len(digits)-1]
	}
	n, err := base64.RawStdEncoding.Decode(digits, digits)
	if err != nil || n == 0 {
		return s
	}
	return string(digits[:n])
}

// encodedWord resolves =?charset?q?…?= in a name, as mail writes it.
func encodedWord(s string) string {
	if !strings.Contains(s, "=?") {
		return s
	}
	d := mime.WordDecoder{CharsetReader: func(name string, r io.Reader) (io.Reader, error) {
		b, err := io.ReadAll(r)
		if c, _ := charsetOf(name); c != nil {
			b = c(nil, b)
		}
		return strings.NewReader(string(b)), err
	}}
	out, err := d.DecodeHeader(s)
	if err != nil {
		return s
	}
	return out
}
