package body

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"io"
	"mime/multipart"
	"net/url"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"spaniel/event"
)

// valuesOf returns the values of the leaves of one kind.
func valuesOf(leaves []event.Leaf, kind event.LeafKind) (out []string) {
	for _, l := range leaves {
		if l.Kind == kind {
			out = append(out, l.Value)
		}
	}
	return out
}

// FuzzJSONFlatten: every string of a document that encoding/json accepts is a
// leaf, and of any part of it the leaves before the last are those of the
// whole.
func FuzzJSONFlatten(f *testing.F) {
	for _, s := range []string{`{"a":["b",{"c":"d\n"}],"a":"e"}`, `[[["x"]],"y",-1.5e300,true]`, `{"a\u0027":"\ud83d\ude00","":"z"}`, `"lone"`, "{\"a\":\"\u2028\"}\n{\"b\":\"c\"}", `{"a":"{\"b\":\"c\"}"}`, `0""`} {
		f.Add(s, uint16(7))
	}
	f.Fuzz(func(t *testing.T, text string, cut uint16) {
		if len(text) > 1500 || !utf8.ValidString(text) || strings.Contains(text, "\x00") || graphqlLike(text) {
			return
		}
		strs, ok := jsonStrings(text)
		if !ok {
			return
		}
		leaves := request("", "Content-Type: application/json", text).Leaves()
		if len(leaves) > 990 {
			return
		}
		got := valuesOf(leaves, event.LeafJSON)
		for _, s := range strs {
			if !slices.Contains(got, s) {
				t.Fatalf("%q: the string %q is among no leaves:\n%s", text, s, show(leaves))
			}
		}
		if strings.ContainsAny(text, `\`) || len(text) > 0 && slices.ContainsFunc(got, func(s string) bool { return jsonInside(s) || graphqlLike(s) }) {
			return // what is cut within a value that holds a structure gives another structure
		}
		part := request("", "Content-Type: application/json", text[:min(int(cut), len(text))]).Leaves()
		for i := range max(0, len(part)-1) {
			if i >= len(leaves) || part[i].Place != leaves[i].Place || part[i].Value != leaves[i].Value {
				t.Fatalf("of %q cut at %d:\n%sof the whole:\n%s", text, cut, show(part), show(leaves))
			}
		}
	})
}

// jsonStrings lists the values that are strings, by encoding/json; ok is false
// for what it refuses, or what is deeper than the cap.
func jsonStrings(text string) (out []string, ok bool) {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	type level struct{ object, key bool }
	var open []level
	for {
		token, err := d.Token()
		if err == io.EOF {
			return out, len(open) == 0
		}
		if err != nil || len(open) > 60 {
			return nil, false
		}
		top := len(open) - 1
		if delim, is := token.(json.Delim); is {
			if delim == '{' || delim == '[' {
				if top >= 0 {
					open[top].key = open[top].object
				}
				open = append(open, level{delim == '{', delim == '{'})
			} else {
				open = open[:top]
			}
			continue
		}
		if top >= 0 && open[top].object {
			if key := open[top].key; key {
				open[top].key = false
				continue
			}
			open[top].key = true
		}
		if s, is := token.(string); is {
			out = append(out, s)
		}
	}
}

// FuzzMultipart: the content of every part that mime/multipart finds is a leaf
// or, where it has a structure, is taken apart; and a bounded number of leaves
// is made of anything.
func FuzzMultipart(f *testing.F) {
	f.Add("B", "--B\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--B\r\n\r\n2\r\n--B--\r\n")
	f.Add("b b", "--b b\nX: y\n\n1\n--b b--")
	f.Add("B", "pre\r\n--B\r\nContent-Type: multipart/mixed; boundary=C\r\n\r\n--C\r\n\r\nx\r\n--C--\r\n--B--after")
	f.Add("B", "--B\n0:\n\r\n0\n--B")
	f.Add("B", "--B\r\nContent-Transfer-Encoding: base64\r\n\r\nYWJj\r\n--B--")
	f.Fuzz(func(t *testing.T, boundary, body string) {
		if boundary == "" || len(boundary) > 70 || strings.ContainsAny(boundary, "\";\\\r\n") || strings.TrimSpace(boundary) != boundary || !utf8.ValidString(body) || len(body) > 4000 {
			return
		}
		call := request("", "Content-Type: multipart/form-data; boundary=\""+boundary+"\"", body)
		leaves := call.Leaves()
		if len(leaves) > 1000 {
			t.Fatalf("%d leaves", len(leaves))
		}
		if len(call.Anomalies) > 0 || call.Flags.Has(event.FlagCapped) {
			return
		}
		got := valuesOf(leaves, event.LeafMultipart)
		for r := multipart.NewReader(strings.NewReader(body), boundary); ; {
			p, err := r.NextRawPart()
			if err != nil {
				return
			}
			content, err := io.ReadAll(p)
			if err != nil {
				return
			}
			text := strings.TrimRight(string(content), "\r\n") // which end of line ends a part is anybody's guess
			if formatOf(p.Header.Get("Content-Type"), text) != formatPlain || text == "" {
				continue
			}
			if !slices.ContainsFunc(got, func(s string) bool { return strings.TrimRight(s, "\r\n") == text }) {
				t.Fatalf("%q of %q is no leaf:\n%s", text, body, show(leaves))
			}
		}
	})
}

// FuzzURLNormalize: pairs are those of net/url, each value among the readings;
// and readings are taken to the end: what percent signs still hide in one is
// another.
func FuzzURLNormalize(f *testing.F) {
	for _, s := range []string{"a=1&a=2&b", "a=%2527&b=%u0027", "a+b=c+d&%61=%62", "x=%c0%af&y=%zz&z=%", "a=b;c=d&&=", "%2B="} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, query string) {
		if strings.ContainsAny(query, "?\x00") || len(query) > 2000 {
			return
		}
		leaves := request("/?"+query, "", "").Leaves()
		for _, l := range leaves {
			list := l.Readings()
			for i, r := range list {
				plus := i == 0 && (l.Kind == event.LeafQuery || l.Kind == event.LeafForm) // a name stands decoded already
				once, changed := appendPercent(nil, r.Text, plus)
				if changed && chainLen(r.Chain) < maxSteps && len(list) < maxReadings && len(once) > 0 && !has(list, string(once)) {
					t.Fatalf("%q holds %q, and %q is no reading: %q", query, r.Text, once, list)
				}
			}
		}
		want, err := url.ParseQuery(query)
		if err != nil || len(leaves) > 250 {
			return
		}
		for name, values := range want {
			for _, v := range values {
				if v != "" && !holds(leaves, name, v) {
					t.Fatalf("%q: %q=%q is missing in\n%s", query, name, v, show(leaves))
				}
			}
		}
	})
}

// holds reports whether a leaf of that name reads as the value.
func holds(leaves []event.Leaf, name, value string) bool {
	for i := range leaves {
		for _, r := range leaves[i].Readings() {
			if leaves[i].Kind == event.LeafQuery && leaves[i].Key == name && r.Text == value {
				return true
			}
		}
	}
	return false
}

// FuzzUTF8: an overlong form reads as its ASCII, valid UTF-8 is left alone, and
// whatever bytes come, readings stay bounded.
func FuzzUTF8(f *testing.F) {
	for _, s := range []string{"\xc0\xaf", "\xe0\x80\xaf", "\xf0\x80\x80\xaf", "\xc1\xa1é", "é\xff", "\uff1c", "\xed\xa0\x80"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		l := event.Leaf{Value: s, Kind: event.LeafJSON}
		e := New(Config{})
		for _, r := range e.readings(&l, false) {
			if strings.HasSuffix(r.Chain, "overlong") && len(r.Text) > len(s) {
				t.Fatalf("%q by %s is longer: %q", s, r.Chain, r.Text)
			}
			if r.Chain == "overlong" && utf8.ValidString(s) {
				t.Fatalf("%q is valid and reads as %q", s, r.Text)
			}
		}
		for size, form := range map[int]func(byte) string{
			2: func(c byte) string { return string([]byte{0xc0 | c>>6, 0x80 | c&0x3f}) },
			3: func(c byte) string { return string([]byte{0xe0, 0x80 | c>>6, 0x80 | c&0x3f}) },
			4: func(c byte) string { return string([]byte{0xf0, 0x80, 0x80 | c>>6, 0x80 | c&0x3f}) },
		} {
			for i := range min(len(s), 8) {
				if c := s[i] & 0x7f; true {
					if got, n := overlong(form(c)); got != c || n != size {
						t.Fatalf("%q reads as %q, %d bytes", form(c), got, n)
					}
				}
			}
		}
	})
}

// TestXMLOracle draws elements, text, comments and CDATA, and compares with
// the text that encoding/xml joins.
func TestXMLOracle(t *testing.T) {
	word := rapid.StringMatching(`[a-z ,.'"0-9()=]{1,12}`)
	rapid.Check(t, func(r *rapid.T) {
		var doc bytes.Buffer
		doc.WriteString("<?xml version='1.0'?><r>")
		for range rapid.IntRange(1, 5).Draw(r, "elements") {
			doc.WriteString("<e a=\"" + strings.ReplaceAll(word.Draw(r, "attribute"), `"`, "") + "\">")
			for range rapid.IntRange(0, 4).Draw(r, "pieces") {
				switch w := word.Draw(r, "text"); rapid.IntRange(0, 3).Draw(r, "kind") {
				case 0:
					doc.WriteString("<!--" + w + "-->")
				case 1:
					doc.WriteString("<![CDATA[<" + w + ">]]>")
				default:
					doc.WriteString(w)
				}
			}
			doc.WriteString("</e>")
		}
		doc.WriteString("</r>")
		var want struct {
			E []struct {
				A    string `xml:"a,attr"`
				Text string `xml:",chardata"`
			} `xml:"e"`
		}
		if err := xml.Unmarshal(doc.Bytes(), &want); err != nil {
			r.Fatal(err)
		}
		got := valuesOf(request("", "Content-Type: text/xml", doc.String()).Leaves(), event.LeafXML)
		for _, e := range want.E {
			for _, w := range []string{e.A, strings.TrimSpace(e.Text)} {
				if w != "" && !slices.Contains(got, w) {
					r.Fatalf("%q of %s is among no leaves: %q", w, &doc, got)
				}
			}
		}
	})
}
