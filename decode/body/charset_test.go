package body

import (
	"strings"
	"testing"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"
	"pgregory.net/rapid"

	"spaniel/event"
)

// in returns text in an encoding, by the encoder of another hand.
func in(t testing.TB, e encoding.Encoding, text string) string {
	t.Helper()
	out, err := e.NewEncoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestCharsets(t *testing.T) {
	le16, be16 := unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)
	mark16 := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM)
	le32, be32 := utf32.UTF32(utf32.LittleEndian, utf32.IgnoreBOM), utf32.UTF32(utf32.BigEndian, utf32.UseBOM)
	const json, form, xml = `{"a":"' or 1=1"}`, "a=' or 1=1&b=2", "<a>' or 1=1</a>"
	for _, c := range []struct {
		name, media, body string
		want              string // of the leaf body.a
		anomaly           string
	}{
		{"utf-8", "application/json; charset=utf-8", json, "' or 1=1", ""},
		{"latin-1", "text/plain; charset=ISO-8859-1", json, "' or 1=1", ""},
		{"a known one with ascii in it", "application/json; charset=\"Shift_JIS\"", json, "' or 1=1", ""},
		{"utf-16, little", "application/json; charset=utf-16", in(t, le16, json), "' or 1=1", ""},
		{"utf-16, big", "application/json; charset=utf-16", in(t, be16, json), "' or 1=1", ""},
		{"utf-16 with a mark, undeclared", "application/json", in(t, mark16, json), "' or 1=1", ""},
		{"utf-16, undeclared", "", in(t, be16, xml), "' or 1=1", ""},
		{"utf-32", "application/json; charset=utf-32", in(t, le32, json), "' or 1=1", ""},
		{"utf-32 with a mark, undeclared", "", in(t, be32, json), "' or 1=1", ""},
		{"utf-32, undeclared", "", in(t, le32, xml), "' or 1=1", ""},
		{"utf-16, but it is not", "application/json; charset=utf-16", json, "' or 1=1", AnomalyCharsetOdd},
		{"utf-7", "application/json; charset=utf-7", "{+ACI-a+ACI-:+ACI-+ACc- or 1+AD0-1+ACI-}", "' or 1=1", AnomalyCharsetOdd},
		{"utf-7, but it is not", "application/json; charset=utf-7", json, "' or 1=1", ""},
		{"utf-7 by the declaration", "application/xml", `<?xml version="1.0" encoding="UTF-7"?>+ADw-a+AD4-' or 1=1+ADw-/a+AD4-`, "' or 1=1", AnomalyCharsetOdd},
		{"ibm037", "application/json; charset=ibm037", in(t, charmap.CodePage037, json), "' or 1=1", AnomalyCharsetOdd},
		{"ibm037 within a form", "application/x-www-form-urlencoded; charset=ibm037", "%81=%7D%40%96%99%40%F1%7E%F1&%82=%F2", "' or 1=1", AnomalyCharsetOdd},
		{"ibm037, a form as a whole", "application/x-www-form-urlencoded; charset=ibm037", in(t, charmap.CodePage037, form), "' or 1=1", AnomalyCharsetOdd},
		{"ibm500", "application/json; charset=ibm500", strings.NewReplacer("[", "\x4a", "]", "\x5a").Replace("\xc0\x7f\x81\x7f\x7a\x4a\x7f\x4f\x7f\x5a\xd0"), "!", AnomalyCharsetOdd},
		{"ibm037, but it is not", "application/json; charset=ibm037", json, "' or 1=1", AnomalyCharsetOdd},
		{"ebcdic by its first bytes", "application/xml", in(t, charmap.CodePage037, "<?xml version='1.0'?>"+xml), "' or 1=1", AnomalyCharsetOdd},
		{"unheard of", "application/json; charset=klingon", json, "' or 1=1", AnomalyCharset},
		{"known by name alone", "application/json; charset=iso-2022-kr", json, "' or 1=1", AnomalyCharset},
		{"iso-2022-jp", "application/json; charset=iso-2022-jp", "{\"a\":\"\x1b(B' or\x1b(J 1=1\"}", "' or 1=1", AnomalyCharsetOdd},
		{"a part's own", "multipart/form-data; boundary=B", "--B\r\nContent-Disposition: form-data; name=a\r\nContent-Type: text/plain; charset=utf-7\r\n\r\n+ACc- or 1+AD0-1\r\n--B--", "' or 1=1", ""},
		{"ibm037 in parts", "multipart/form-data; boundary=B; charset=ibm037", "--B\r\nContent-Disposition: form-data; name=a\r\n\r\n\x7d\x40\x96\x99\x40\xf1\x7e\xf1\r\n--B--", "' or 1=1", AnomalyCharsetOdd},
	} {
		call := request("", "Content-Type: "+c.media, c.body)
		found := false
		for _, l := range call.Leaves() {
			if l.Kind == event.LeafForm { // values are as sent
				l.Value = strings.ReplaceAll(l.Value, "%3D", "=")
			}
			found = found || strings.HasPrefix(l.Place, "body.a") && l.Value == c.want
		}
		if got := strings.Join(call.Anomalies, " "); !found || got != c.anomaly {
			t.Errorf("%s: anomalies %q, leaves\n%s", c.name, got, show(call.Leaves()))
		}
	}
}

// TestCharsetIsReadBothWays: what is ASCII and, by its declaration, something
// else too, is read as both.
func TestCharsetIsReadBothWays(t *testing.T) {
	got := show(request("", "Content-Type: application/x-www-form-urlencoded; charset=utf-7", "a=+ADw-b+AD4-").Leaves())
	for _, want := range []string{`form body.a "<b>"`, `form body.a "+ADw-b+AD4-"`} {
		if !strings.Contains(got, want) {
			t.Errorf("%s is missing in\n%s", want, got)
		}
	}
}

func TestUTF7(t *testing.T) {
	for in, want := range map[string]string{
		"A+ImIDkQ.": "A≢Α.", "Hi Mom +Jjo--!": "Hi Mom ☺-!", "+ZeVnLIqe-": "日本語", "+2D3eAA-": "😀", "1 + 2": "1 + 2", "1 +- 2": "1 + 2", "+ADw": "<", "+A": "+", "": "",
	} {
		if got := string(appendUTF7(nil, in)); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

// TestWideOracle: what an encoder of another hand writes is read back.
func TestWideOracle(t *testing.T) {
	forms := map[wideForm]encoding.Encoding{
		{2, true}: unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), {2, false}: unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM),
		{4, true}: utf32.UTF32(utf32.LittleEndian, utf32.IgnoreBOM), {4, false}: utf32.UTF32(utf32.BigEndian, utf32.IgnoreBOM),
	}
	rapid.Check(t, func(r *rapid.T) {
		text := rapid.String().Draw(r, "text")
		for f, e := range forms {
			if got := string(f.append(nil, []byte(in(t, e, text)))); got != text {
				r.Fatalf("%+v: %q became %q", f, text, got)
			}
		}
	})
}
