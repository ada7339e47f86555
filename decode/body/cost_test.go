package body

import (
	"fmt"
	"strings"
	"testing"

	"spaniel/event"
	"spaniel/internal/costtest"
)

// TestBodiesAreLinear measures bodies that repeat a piece, as each type and as
// none, up to four times the cap of a decoded body.
func TestBodiesAreLinear(t *testing.T) {
	types := []string{"", "application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=b", "text/xml", "application/graphql", "application/x-ndjson", "application/yaml", "text/plain"}
	for _, piece := range []string{"[", "{", "{\"a\":", "[1,", "\"", "\\", "\\u0041", "{\"a\":[", "1", "1,", "-", "\"a\":1,", "{\"a\":1}\n", "[]", "{}\n", "[{}],", "\"\\\"", "a=1&", "&", "=", "a", "%", "%41", "+", "a[b]=1&", ";",
		"--b\r\n", "--b", "\r\n--b\r\n\r\n", "--b\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n", "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx\r\n", "--b\r\nA: b\r\n", "\r\n", "\n", "--\r\n",
		"<a>", "</a>", "<a ", "<a b=\"c\" ", "<", "&lt;", "&", "<!--", "-->", "<![CDATA[", "]]>", "<!DOCTYPE a [", "<!ENTITY a \"b\">", "<?a ?>", "<a/>", "<a><b>",
		"query{a{", "{a(b:\"", "fragment a on b{c}", "{a}", "...a ", "(", "#", "\"\"\"", "$a:b ", "a: b\n", "- ", "- a\n", " a:\n", "&a *a ", "a: |\n", "? ", "{a: ", "\x00", "\xff", "é", " ", "\t", "{\"query\":\"", "eyJ", "."} {
		for _, typ := range types {
			costtest.Linear(t, fmt.Sprintf("%q as %q", piece, typ), 64<<10, 2e6, func(n int) func() {
				headers := ""
				if typ != "" {
					headers = "Content-Type: " + typ
				}
				c := request("/a", headers, strings.Repeat(piece, n/len(piece)))
				return func() { c.Leaves() }
			})
		}
	}
}

// TestTargetsAreLinear measures targets and cookies.
func TestTargetsAreLinear(t *testing.T) {
	for _, piece := range []string{"/", "/a", ";", ";a=b", "?", "&", "a=b&", "=", "%", "%2f", "%25", "+", "..", "../", "a[", "[]", "\\", "#"} {
		costtest.Linear(t, fmt.Sprintf("target %q", piece), 16<<10, 0, func(n int) func() {
			c := request("/a?"+strings.Repeat(piece, n/len(piece)), "", "")
			return func() { c.Leaves() }
		})
		costtest.Linear(t, fmt.Sprintf("path %q", piece), 16<<10, 0, func(n int) func() {
			c := request("/"+strings.Repeat(piece, n/len(piece)), "", "")
			return func() { c.Leaves() }
		})
		costtest.Linear(t, fmt.Sprintf("cookie %q", piece), 16<<10, 0, func(n int) func() {
			c := request("/", "Cookie: "+strings.Repeat(piece, n/len(piece)), "")
			return func() { c.Leaves() }
		})
	}
}

// TestValuesAreLinear measures values that repeat a piece of each decoding.
func TestValuesAreLinear(t *testing.T) {
	e := New(Config{})
	for _, piece := range []string{"%", "%25", "%2525", "%u0041", "%c0%af", "&", "&lt;", "&#", "&#65;", "&#x41;", "&amp;", "\\", "\\u0041", "\\x41", "\\\\", "JTI3", "JTI3JTI3", "YWFh", "YWFhYWFh\n", "-_", "=", "\uff1c", "\x00a", "a\x00", "\xff\xfe", "\xc0\xaf",
		"{\"a\":", "[", "\"", "eyJ", "eyJ.", "eyJhbGciOiJub25lIn0.", "data:a;base64,", "Basic YTpi", "+", " ", "a", "é", "{\"a\":\"{\\\"b\\\":\\\"", "+ADw-"} {
		for _, kind := range []event.LeafKind{event.LeafQuery, event.LeafHeader} {
			costtest.Linear(t, fmt.Sprintf("%q", piece), 32<<10, 0, func(n int) func() {
				l := event.Leaf{Value: strings.Repeat(piece, n/len(piece)), Kind: kind}
				return func() { e.readings(&l, false) }
			})
		}
	}
}

// TestCodingsAreLinear measures what each coding costs to undo: packed zeros,
// which are bombs, packed text, and what begins well and breaks off.
func TestCodingsAreLinear(t *testing.T) {
	for _, coding := range []string{"gzip", "deflate", "br", "zstd"} {
		for name, piece := range map[string]string{"zeros": "\x00", "text": "the quick brown fox jumps over the lazy dog 0123456789 "} {
			for _, twice := range []bool{false, true} {
				costtest.Linear(t, fmt.Sprintf("%s of %s, twice %v", coding, name, twice), 256<<10, 0, func(n int) func() {
					raw, stacked := pack(t, coding, []byte(strings.Repeat(piece, n/len(piece)))), coding
					if twice {
						raw, stacked = pack(t, coding, raw), coding+", "+coding
					}
					e := New(Config{})
					return func() { unpack(e, stacked, raw, true) }
				})
			}
		}
	}
	for _, piece := range []string{"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff", "\x78\x9c", "\x28\xb5\x2f\xfd\x00", "\x00", "\xff"} {
		for _, coding := range []string{"gzip", "deflate", "br", "zstd", "gzip, gzip, gzip", "chunked", "unknown"} {
			costtest.Linear(t, fmt.Sprintf("%s of broken %q", coding, piece), 64<<10, 0, func(n int) func() {
				raw := []byte(strings.Repeat(piece, n/len(piece)))
				e := New(Config{})
				return func() { unpack(e, coding, raw, true) }
			})
		}
	}
}
