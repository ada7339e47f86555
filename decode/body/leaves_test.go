package body

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"spaniel/event"
)

// request makes a call from a target, headers and a body.
func request(target, headers, body string) *event.Call {
	c := &event.Call{}
	c.Reset(New(Config{}))
	c.Req.Path, c.Req.Query, _ = strings.Cut(target, "?")
	for line := range strings.Lines(headers) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
		c.Req.Headers = append(c.Req.Headers, event.Header{Name: name, Value: value})
	}
	c.Req.Raw, c.Req.Complete = []byte(body), true
	return c
}

func show(leaves []event.Leaf) string {
	var b strings.Builder
	kinds := []string{"path", "query", "header", "cookie", "form", "json", "multipart", "xml", "body", "name"}
	for _, l := range leaves {
		fmt.Fprintf(&b, "%s %s%s %q\n", kinds[l.Kind], l.Place, strings.TrimSuffix(" "+l.Type, " "), l.Value)
	}
	return b.String()
}

var leafCases = []struct{ name, target, headers, body, want string }{
	{"path", "/a/b;m=1/c", "", "", "path path.1 \"a\"\npath path.2 \"b;m=1\"\npath path.2.m \"1\"\npath path.3 \"c\"\n"},
	{"path that climbs", "/a/../b", "", "", "path path \"/a/../b\"\npath path.1 \"a\"\npath path.2 \"..\"\npath path.3 \"b\"\n"},
	{"query keeps repeats and raw values", "?id=1&id=%27&x&a%5Bb%5D=2", "", "", "query query.id \"1\"\nquery query.id \"%27\"\nquery query \"x\"\nquery query.a[b] \"2\"\n"},
	{"odd names are leaves", "?%3Cx%3E=1", "", "", "name query.<x> \"<x>\"\nquery query.<x> \"1\"\n"},
	{"headers and cookies", "", "X-A: b\nCookie: sid=1; t=\"q\"; lone", "", "header header.x-a \"b\"\ncookie cookie.sid \"1\"\ncookie cookie.t \"q\"\ncookie cookie \"lone\"\n"},
	{"form", "", "Content-Type: application/x-www-form-urlencoded", "a=1+2&a=%41", "form body.a \"1+2\"\nform body.a \"%41\"\n"},
	{"form nobody declared", "", "", "a=1&b=2", "form body.a \"1\"\nform body.b \"2\"\n"},
	{"json", "", "Content-Type: application/json", `{"u":{"n":"a\u0027\n","n":12345678901234567890.0},"l":[1,true,null,{}],"$ne":[]}`,
		"json body.u.n string \"a'\\n\"\njson body.u.n number \"12345678901234567890.0\"\njson body.l.0 number \"1\"\njson body.l.1 bool \"true\"\njson body.l.2 null \"null\"\njson body.l.3 object \"{}\"\nname body.$ne \"$ne\"\njson body.$ne array \"[]\"\n"},
	{"json declared as text, cut off", "", "Content-Type: text/plain", `{"a":"b","c":"de`, "json body.a string \"b\"\njson body.c string \"de\"\n"},
	{"json that breaks", "", "", `{"a":1, oops ' or 1=1`, "json body.a number \"1\"\nbody body \"oops ' or 1=1\"\n"},
	{"several documents", "", "Content-Type: application/x-ndjson", "{\"a\":1}\n{\"a\":2}\n", "json body.a number \"1\"\njson body.a number \"2\"\n"},
	{"multipart", "", "Content-Type: multipart/form-data; boundary=\"B\"", "--B\r\nContent-Disposition: form-data; name=\"f\"; filename=\"../x.php\"\r\n\r\n<?php\r\n--BB\r\n--B\r\nContent-Disposition: form-data; name=v\r\n\r\n1\r\n--B--",
		"multipart body.f.filename \"../x.php\"\nmultipart body.f.header.content-disposition \"form-data; name=\\\"f\\\"; filename=\\\"../x.php\\\"\"\nmultipart body.f \"<?php\\r\\n--BB\"\nmultipart body.v.header.content-disposition \"form-data; name=v\"\nmultipart body.v \"1\"\n"},
	{"multipart with an epilogue", "", "Content-Type: multipart/form-data; boundary=B", "--B\r\n\r\n1\r\n--B--\r\nbehind\r\n--B\r\n\r\n2\r\n--B--\r\nend",
		"multipart body \"1\"\nmultipart body \"behind\"\nmultipart body \"2\"\nmultipart body \"end\"\n"},
	{"multipart with two boundaries", "", "Content-Type: multipart/form-data; boundary=B; boundary=C", "--B\r\n\r\n1\r\n--B--\r\n--C\r\n\r\n2\r\n--C--",
		"multipart body \"--B\\r\\n\\r\\n1\\r\\n--B--\"\nmultipart body \"2\"\nmultipart body \"1\"\nmultipart body \"--C\\r\\n\\r\\n2\\r\\n--C--\"\n"},
	{"xml", "", "", `<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a b="1&amp;"><s:c>&x;</s:c><d/><![CDATA[<q>]]></a>`,
		"xml body.doctype \"<!DOCTYPE a [<!ENTITY x SYSTEM \\\"file:///etc/passwd\\\">]>\"\nxml body.a.b \"1&amp;\"\nxml body.a.c \"&x;\"\nxml body.a \"<q>\"\n"},
	{"xml in utf-16", "", "Content-Type: application/xml", "\xff\xfe<\x00a\x00>\x00b\x00<\x00/\x00a\x00>\x00", "xml body.a \"b\"\n"},
	{"xml text that comments and cdata cut", "", "", "<?xml version='1.0'?><a>un<!-- x -->ion<![CDATA[ sel]]>ect<?p q?> 1</a>", "xml body.a \"x\"\nxml body.a \"p q\"\nxml body.a \"union select 1\"\n"},
	{"xml attributes, name spaces", "", "Content-Type: text/xml", `<e:a xmlns:e="http://h/e#1" xmlns:x="' or 1=1" b='{"c":1}' d</a>`,
		"xml body.a.xmlns:x \"' or 1=1\"\nxml body.a.b \"{\\\"c\\\":1}\"\njson body.a.b.c number \"1\"\nxml body.a.d \"\"\n"},
	{"xml text with a lone bracket", "", "Content-Type: text/xml", "<a>1 < 2</a>", "xml body.a \"1 < 2\"\n"},
	{"soap", "", "Content-Type: application/soap+xml", `<s:Envelope xmlns:s="http://h/s"><s:Body><m:get><m:id>' or 1=1</m:id></m:get></s:Body></s:Envelope>`, "xml body.Envelope.Body.get.id \"' or 1=1\"\n"},
	{"a bad line of many", "", "Content-Type: application/x-ndjson", "{\"a\":1}\n{\"a\":oops}\n{\"a\":3}", "json body.a number \"1\"\nbody body \"{\\\"a\\\":oops}\"\njson body.a number \"3\"\n"},
	{"multipart nobody declared", "", "Content-Type: application/octet-stream", "--x y\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n--x y--", "multipart body.a.header.content-disposition \"form-data; name=a\"\nmultipart body.a \"1\"\n"},
	{"multipart that is json", "", "Content-Type: multipart/form-data; boundary=B", `{"a":1}`, "json body.a number \"1\"\n"},
	{"multipart within multipart", "", "Content-Type: multipart/mixed; boundary=B", "--B\r\nContent-Type: multipart/mixed; boundary=C\r\n\r\n--C\r\n\r\n1\r\n--C--\r\n--B\r\n\r\n2\r\n--B--",
		"multipart body.header.content-type \"multipart/mixed; boundary=C\"\nmultipart body \"1\"\nmultipart body \"2\"\n"},
	{"base64 in a part", "", "Content-Type: multipart/form-data; boundary=B", "--B\nContent-Transfer-Encoding: BASE64\n\nJyBvciAx\nPTE=\n--B--", "multipart body.header.content-transfer-encoding \"BASE64\"\nmultipart body \"JyBvciAx\\nPTE=\"\nmultipart body \"' or 1=1\"\n"},
	{"quoted-printable in a part", "", "Content-Type: multipart/form-data; boundary=B", "--B\nContent-Transfer-Encoding: quoted-printable\n\n=27 or=\n 1=3D1\n--B--", "multipart body.header.content-transfer-encoding \"quoted-printable\"\nmultipart body \"=27 or=\\n 1=3D1\"\nmultipart body \"' or 1=1\"\n"},
	{"file names", "", "Content-Type: multipart/form-data; boundary=B", "--B\nContent-Disposition: form-data; name*=utf-8''a; filename=\"=?utf-8?q?x=2Ephp?=\"; filename*=UTF-8''y%2Ephp; filename*0=z; filename*1*=%2Ephp\n\n1\n--B--",
		"multipart body.a.filename \"=?utf-8?q?x=2Ephp?=\"\nmultipart body.a.filename \"x.php\"\nmultipart body.a.filename \"y%2Ephpz%2Ephp\"\nmultipart body.a.header.content-disposition \"form-data; name*=utf-8''a; filename=\\\"=?utf-8?q?x=2Ephp?=\\\"; filename*=UTF-8''y%2Ephp; filename*0=z; filename*1*=%2Ephp\"\nmultipart body.a \"1\"\n"},
	{"json with comments and a mark", "", "", "\ufeff{/* ' or 1=1 */\"a\":1,//x\n}", "json body \"/* ' or 1=1 */\"\njson body.a number \"1\"\njson body \"//x\\n\"\n"},
	{"trailers, odd names of cookies", "", "Cookie: a<b=1", "", "name cookie.a<b \"a<b\"\ncookie cookie.a<b \"1\"\n"},
	{"plain", "", "Content-Type: text/plain", "hello there", "body body \"hello there\"\n"},
}

func TestAmbiguousParts(t *testing.T) {
	for headers, want := range map[string]bool{
		"Content-Type: multipart/form-data; boundary=B":                                                  false,
		"Content-Type: multipart/form-data; boundary=B; boundary=C":                                      true,
		"Content-Type: multipart/form-data; boundary=B\nContent-Type: text/plain":                        true,
		"Content-Type: text/plain\nContent-Type: multipart/form-data; \u212aelvin=1; \u212a; boundary=C": true,
		"Content-Type: text/plain\nContent-Type: text/plain":                                             false,
	} {
		c := request("", headers, "--B\r\n\r\n1\r\n--B--")
		c.Leaves()
		if got := strings.Contains(strings.Join(c.Anomalies, " "), AnomalyParts); got != want {
			t.Errorf("%q: %v", headers, got)
		}
	}
}

func TestLeaves(t *testing.T) {
	for _, c := range leafCases {
		call := request(c.target, c.headers, c.body)
		got := show(call.Leaves())
		if i := strings.Index(got, "header header.content-type"); i >= 0 {
			_, rest, _ := strings.Cut(got[i:], "\n")
			got = got[:i] + rest
		}
		if got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.name, got, c.want)
		}
	}
}

func TestReadings(t *testing.T) {
	for _, c := range []struct {
		kind        event.LeafKind
		value, want string
	}{
		{event.LeafQuery, "plain", ""},
		{event.LeafQuery, "a+b", "percent=a b"},
		{event.LeafPath, "a+b", ""},
		{event.LeafQuery, "%2527", "percent=%27|percent>percent='"},
		{event.LeafQuery, "%u0027", "percent='"},
		{event.LeafQuery, "%c0%af", "percent=\xc0\xaf|percent>overlong=/"},
		{event.LeafJSON, "&lt;b&#62;", "entity=<b>"},
		{event.LeafJSON, "\uff1cb\uff1e", "fullwidth=<b>"},
		{event.LeafQuery, "PHNjcmlwdD4=", "base64=<script>"},
		{event.LeafQuery, "JTI3", ""},
		{event.LeafQuery, "JTI3JTI3", "base64=%27%27|base64>percent=''"},
		{event.LeafQuery, "username", ""},
		{event.LeafJSON, `\u003cb`, "escape=<b"},
		{event.LeafHeader, "Basic YTonIG9yIDE9MQ==", "basic=a:' or 1=1|basic.user=a|basic.password=' or 1=1"},
		{event.LeafJSON, "1%27+OR+1%3D1", "percent=1'+OR+1=1|percent>form=1' OR 1=1"},
		{event.LeafQuery, "1%2B1%3D2", "percent=1+1=2"},
		{event.LeafJSON, "a+b@example.com", ""},
		{event.LeafJSON, "0x3c7363726970743e", "hex=<script>"},
		{event.LeafJSON, "5d41402abc4b2a76b9719d911017c592", ""},
		{event.LeafJSON, "\xc0.\xc0.\xc0/\xc1\x1c", "overlong=../\\"},
		{event.LeafJSON, "\xf8\x80\x80\x80\xae\xfc\x80\x80\x80\x80\xaf", "overlong=./"},
		{event.LeafQuery, "..%u2215..%u2216", "percent=..∕..∖|percent>fullwidth=../..\\"},
		{event.LeafQuery, "嘊嘍a:", "fullwidth=\n\ra:"},
		{event.LeafQuery, "čĊa:", "fullwidth=\r\na:"},
		{event.LeafQuery, "Dvořáček", ""},
		{event.LeafQuery, "x\u2028a:", "fullwidth=x\na:"},
		{event.LeafQuery, "‥/‥/a", "fullwidth=../../a"},
		{event.LeafQuery, "%7B%22a%22%3A%22%27x%22%7D", `percent={"a":"'x"}|percent>json.a='x`},
		{event.LeafHeader, "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJNU2NnYjNJZ01nIn0.", `bearer=eyJhbGciOiJub25lIn0.eyJzdWIiOiJNU2NnYjNJZ01nIn0.|bearer>jwt.header={"alg":"none"}|bearer>jwt.claims={"sub":"MScgb3IgMg"}|bearer>jwt.claims>json.sub=MScgb3IgMg|bearer>jwt.claims>json.sub>base64=1' or 2`},
		{event.LeafHeader, "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiInIG9yIn0.", `bearer=eyJhbGciOiJub25lIn0.eyJzdWIiOiInIG9yIn0.|bearer>jwt.header={"alg":"none"}|bearer>jwt.claims={"sub":"' or"}|bearer>jwt.claims>json.sub=' or`},
	} {
		e := New(Config{})
		l := event.Leaf{Kind: c.kind, Value: c.value, Expand: e.read}
		var got []string
		for i, r := range l.Readings() {
			if i > 0 {
				got = append(got, r.Chain+"="+r.Text)
			} else if r.Text != c.value || r.Chain != "" {
				t.Errorf("%q: the first reading is %q by %q", c.value, r.Text, r.Chain)
			}
		}
		if s := strings.Join(got, "|"); s != c.want {
			t.Errorf("%q:\n got %s\nwant %s", c.value, s, c.want)
		}
	}
}

// TestNumbersHaveOneReading: who looks for something in readings need not ask
// for those of a short number.
func TestNumbersHaveOneReading(t *testing.T) {
	e := New(Config{})
	rapid.Check(t, func(t *rapid.T) {
		l := event.Leaf{Kind: event.LeafKind(rapid.IntRange(0, int(event.LeafName)).Draw(t, "kind")), Expand: e.read,
			Value: rapid.StringOfN(rapid.RuneFrom([]rune("0123456789.")), 0, 7, -1).Draw(t, "value")}
		if n := len(l.Readings()); n != 1 {
			t.Fatalf("%q has %d readings", l.Value, n)
		}
	})
}
