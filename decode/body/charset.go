package body

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/ianaindex"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/simplifiedchinese"
)

// A charset turns text whose ASCII bytes mean something else into UTF-8. One
// in which they mean ASCII needs none: what attacks are made of is ASCII, and
// the bytes beside it stay as sent.
type charset func(dst, b []byte) []byte

// charsetOf returns the charset of that name, nil where ASCII bytes mean
// ASCII in it. known is false for a name nobody has heard of.
func charsetOf(name string) (c charset, known bool) {
	name = strings.ReplaceAll(strings.ToLower(strings.Trim(name, " \t'\"")), "_", "-")
	switch name {
	case "", "utf-8", "utf8", "us-ascii", "iso-8859-1", "windows-1252":
		return nil, true
	case "utf-7", "unicode-1-1-utf-7", "x-utf-7", "csutf7":
		return func(dst, b []byte) []byte { return appendUTF7(dst, string(b)) }, true
	case "utf-16", "utf-16be", "ucs-2", "iso-10646-ucs-2", "csunicode", "utf16":
		return wideCharset(wideForm{2, false}), true
	case "utf-16le", "unicode", "ucs-2le", "utf16le":
		return wideCharset(wideForm{2, true}), true
	case "utf-32", "utf-32be", "ucs-4", "iso-10646-ucs-4", "utf32":
		return wideCharset(wideForm{4, false}), true
	case "utf-32le", "ucs-4le", "utf32le":
		return wideCharset(wideForm{4, true}), true
	case "ibm037", "cp037", "ibm-37", "ibm-037", "ebcdic-cp-us", "ebcdic-cp-ca", "ebcdic-cp-nl", "ebcdic-cp-wt", "csibm037":
		return ebcdic(charmap.CodePage037, ""), true
	case "ibm01140", "cp1140", "ibm-1140", "ccsid01140", "cp01140", "ibm1140":
		return ebcdic(charmap.CodePage1140, ""), true
	case "ibm1047", "cp1047", "ibm-1047", "ibm01047":
		return ebcdic(charmap.CodePage1047, ""), true
	case "ibm500", "cp500", "ibm-500", "ebcdic-cp-be", "ebcdic-cp-ch", "csibm500":
		// The other western code page: seven signs stand elsewhere.
		return ebcdic(charmap.CodePage037, "\x4a[\x5a]\x4f!\xbb|\x5f^"), true
	case "iso-2022-jp", "csiso2022jp":
		return func(dst, b []byte) []byte { return decoded(japanese.ISO2022JP.NewDecoder().Bytes, dst, b) }, true
	case "hz-gb-2312":
		return func(dst, b []byte) []byte { return decoded(simplifiedchinese.HZGB2312.NewDecoder().Bytes, dst, b) }, true
	case "iso-2022-kr", "iso-2022-cn", "iso-2022-cn-ext":
		return nil, false
	}
	if _, err := htmlindex.Get(name); err == nil {
		return nil, true
	}
	enc, err := ianaindex.IANA.Encoding(name)
	return nil, err == nil && enc != nil
}

// decoded appends what a decoder makes of b, b itself where it fails.
func decoded(decode func([]byte) ([]byte, error), dst, b []byte) []byte {
	out, err := decode(b)
	if err != nil {
		return append(dst, b...)
	}
	return append(dst, out...)
}

// wideCharset reads units as declared, unless the text says otherwise itself.
func wideCharset(declared wideForm) charset {
	return func(dst, b []byte) []byte {
		f, skip := sniffWide(b)
		if f.size != declared.size {
			f, skip = declared, 0
		}
		return f.append(dst, b[skip:])
	}
}

// ebcdic reads a code page; other holds pairs of a byte and what it means
// instead.
func ebcdic(page *charmap.Charmap, other string) charset {
	return func(dst, b []byte) []byte {
		for _, c := range b {
			r := page.DecodeByte(c)
			for i := 0; i < len(other); i += 2 {
				if other[i] == c {
					r = rune(other[i+1])
				}
			}
			dst = utf8.AppendRune(dst, r)
		}
		return dst
	}
}

// ebcdicXML is "<?xm" in EBCDIC.
var ebcdicXML = []byte{0x4c, 0x6f, 0xa7, 0x94}

// texts returns the body as UTF-8: in its charset, by declaration or by its
// first bytes; and as it is where that can be read as well and differs, else "".
func (k *collector) texts(declared string, raw []byte) (text, asSent string) {
	c, known := charsetOf(parameter(declared, "charset"))
	if !known {
		k.call.Mark(AnomalyCharset)
	}
	if c == nil && bytes.HasPrefix(raw, ebcdicXML) {
		c = ebcdic(charmap.CodePage037, "")
	}
	if c == nil {
		if c, known = charsetOf(xmlEncoding(raw)); !known {
			k.call.Mark(AnomalyCharset)
		}
	}
	wide := fromWide(raw)
	if c == nil {
		return string(wide), ""
	}
	plain := string(wide)
	switch f := formatOf(declared, plain); {
	case f == formatMultipart:
		k.charset = c // of its parts
		return plain, ""
	case f == formatForm && printable(raw):
		text = recode(c, plain)
	default:
		text = string(c(nil, raw))
	}
	if text == plain {
		return text, ""
	}
	k.call.Mark(AnomalyCharsetOdd)
	switch {
	case !printable([]byte(text)) && printable(wide):
		return plain, ""
	case !printable(wide):
		return text, ""
	}
	return text, plain
}

// xmlEncoding returns the encoding that an XML declaration in ASCII names.
func xmlEncoding(b []byte) string {
	if !bytes.HasPrefix(b, []byte("<?xml")) {
		return ""
	}
	head, _, ok := strings.Cut(string(b[:min(len(b), 256)]), "?>")
	_, name, found := strings.Cut(head, "encoding")
	if !ok || !found {
		return ""
	}
	name = strings.TrimLeft(name, " \t\r\n=")
	if name == "" || name[0] != '"' && name[0] != '\'' {
		return ""
	}
	name, _, _ = strings.Cut(name[1:], name[:1])
	return name
}

// recode returns a form whose names and values are of a charset, below their
// percent signs, as one of UTF-8.
func recode(c charset, form string) string {
	var out, part []byte
	for i := 0; i < len(form); {
		end := i
		for end < len(form) && form[end] != '&' && form[end] != '=' {
			end++
		}
		part, _ = appendPercent(part[:0], form[i:end], false)
		for _, b := range c(nil, part) {
			if strings.IndexByte("%&=+", b) >= 0 {
				out = append(out, '%', "0123456789ABCDEF"[b>>4], "0123456789ABCDEF"[b&15])
			} else {
				out = append(out, b)
			}
		}
		if end < len(form) {
			out = append(out, form[end])
		}
		i = end + 1
	}
	return string(out)
}
