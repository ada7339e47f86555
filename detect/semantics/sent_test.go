package semantics_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"spaniel/decode/body"
	"spaniel/detect/learned"
	"spaniel/detect/semantics"
	"spaniel/event"

	"pgregory.net/rapid"
)

// sent is what a reader tells of a request, one field a word, in order.
func sent(r *semantics.Reader, x event.Expander, media, query, content string) string {
	var c event.Call
	c.Reset(x)
	c.Req.Method, c.Req.Query, c.Req.Raw = "POST", query, []byte(content)
	c.Req.Headers = append(c.Req.Headers, event.Header{Name: "Content-Type", Value: media})
	var words []string
	for _, f := range r.Sent(&c, nil) {
		words = append(words, f.Place+"="+learned.TypeNames()[f.Type])
	}
	slices.Sort(words)
	return strings.Join(words, " ")
}

func TestSent(t *testing.T) {
	const asJSON, asForm = "application/json; charset=utf-8", "application/x-www-form-urlencoded"
	var r semantics.Reader
	x := body.New(body.DefaultConfig())
	for _, tc := range []struct{ media, query, body, want string }{
		{"", "page=3&q=two+words&page=x&%70=1&&flag&=1", "", "query.p=digits query.page=digits query.page=word query.q=text"},
		{asJSON, "", `{"a":1,"b":"x","c":null,"d":[1,2,"z"],"e":{},"f":[],"g":{"h":true}}`, "body.a=number body.b=word body.c=null body.d.*=number body.d.*=word body.e=object body.f=object body.g.h=bool"},
		{asJSON, "", ` [{"id":"17"},{"id":"x"},{"17":{"18":2}}]`, "body.*.*.*=number body.*.id=digits body.*.id=word"},
		{asJSON, "", `{"r\u006fle":"\u0041dmin","user":{"$ne":null}}`, "body.role=word body.user.$ne=null"},
		{asJSON, "", `{"role"/**/:"admin"}`, "body.role=word body=text"},
		{asJSON, "", `{"cut":"of`, "body.cut=word"},
		{"text/plain", "", `{"role":"admin"}`, "body.role=word"},
		{asForm, "", "user=ann&role%5B%5D=1&pass=", "body.pass=empty body.role[]=digits body.user=word"},
		{asForm, "", `{"role":"admin"}`, "body.role=word"},
		{"application/xml", "a=1", `<u><role>admin</role></u>`, "body.u.role=word query.a=digits"},
		{"multipart/form-data; boundary=b", "", "--b\r\nContent-Disposition: form-data; name=\"role\"\r\n\r\nadmin\r\n--b--\r\n", "body.role.header.content-disposition=syntax body.role=word"},
	} {
		for range 2 {
			if got := sent(&r, x, tc.media, tc.query, tc.body); got != tc.want {
				t.Errorf("%s %s %s:\n%s, want\n%s", tc.media, tc.query, tc.body, got, tc.want)
			}
		}
	}
}

// TestSentIsAsLeavesSay compares JSON that is read directly with what the
// leaves of the same body tell.
func TestSentIsAsLeavesSay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var r semantics.Reader
		x := body.New(body.DefaultConfig())
		for range rapid.IntRange(1, 6).Draw(t, "bodies") {
			content := `{"top":` + drawFields(t, 0) + `,"end":1}`
			fast, slow := sent(&r, x, "application/json", "", content), sent(&r, x, "text/plain", "", content)
			if fast != slow {
				t.Fatalf("%s:\n%s, leaves say\n%s", content, fast, slow)
			}
		}
	})
}

func drawFields(t *rapid.T, depth int) string {
	n := rapid.IntRange(0, 4).Draw(t, "n")
	kind := rapid.IntRange(0, 6).Draw(t, "kind")
	if depth > 4 {
		kind = 6
	}
	var parts []string
	switch {
	case kind < 3:
		for range n {
			parts = append(parts, fmt.Sprintf(`"%s": %s`, rapid.SampledFrom([]string{"id", "name", "17", "tags", `a\u0062c`, "user"}).Draw(t, "key"), drawFields(t, depth+1)))
		}
		return "{" + strings.Join(parts, ", ") + "}"
	case kind < 5:
		for range n {
			parts = append(parts, drawFields(t, depth+1))
		}
		return "[" + strings.Join(parts, ",") + "]"
	}
	return rapid.SampledFrom([]string{"1", "-1.5", "true", "null", `""`, `"ann"`, `"two words"`, `"ann@x.example"`, `"2026-11-22"`, `"q\"uote"`, `"17"`}).Draw(t, "value")
}

// TestSentIsTheSameWhateverCameBefore: what a reader remembers changes nothing,
// of no body.
func TestSentIsTheSameWhateverCameBefore(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var old semantics.Reader
		x := body.New(body.DefaultConfig())
		for range rapid.IntRange(1, 8).Draw(t, "bodies") {
			content := []byte(`{"top":` + drawFields(t, 0) + `}`)
			for range rapid.IntRange(0, 3).Draw(t, "changes") {
				content[rapid.IntRange(0, len(content)-1).Draw(t, "at")] = rapid.SampledFrom([]byte(`"\\:,{}[] 1a`)).Draw(t, "byte")
			}
			var anew semantics.Reader
			got, want := sent(&old, x, "application/json", "", string(content)), sent(&anew, x, "application/json", "", string(content))
			if got != want {
				t.Fatalf("%s:\n%s, to a new reader\n%s", content, got, want)
			}
		}
	})
}

// BenchmarkSent is what learning from a request of 1 KB costs.
func BenchmarkSent(b *testing.B) {
	var c event.Call
	x := body.New(body.DefaultConfig())
	c.Reset(x)
	c.Req.Query = "fields=name,price&page=3"
	c.Req.Headers = append(c.Req.Headers, event.Header{Name: "Content-Type", Value: "application/json"})
	content := []byte(`{"items":[`)
	for i := range 9 {
		content = fmt.Appendf(content, `{"id":%d,"name":"article %x","price":%d.%02d,"stock":%d,"tags":["new","sale"],"note":"ships in %d days"},`, 1000+i*7919, i*0x9e3779b9, i*3, i, i, i%9)
	}
	c.Req.Raw = append(content[:len(content)-1], `],"next":null}`...)
	var r semantics.Reader
	var fields []learned.FieldSeen
	b.ReportAllocs()
	for b.Loop() {
		c.Forget()
		fields = r.Sent(&c, fields[:0])
	}
}
