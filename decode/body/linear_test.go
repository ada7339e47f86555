package body

import (
	"strings"
	"testing"
	"time"

	"spaniel/event"
	"spaniel/internal/costtest"
)

// TestLeavesAreLinear measures what hostile bodies cost, without a cap on the
// leaves: it would hide what they cost beyond it. What 256 KiB take in 5 ms is
// the square of nothing, and the larger part of it is memory.
func TestLeavesAreLinear(t *testing.T) {
	for _, c := range []struct{ media, head, piece string }{
		{"application/json", "", "["}, {"application/json", "[", "1,"}, {"application/json", "", `{"a":`}, {"application/json", "", "/*"}, {"application/json", "", "//\n"},
		{"application/json", `"`, `\u`}, {"application/json", "[", `"{\"a\":1}",`}, {"application/json", "", "{x\n"}, {"application/json", `{"a":"`, `[\"`}, {"application/json", "[", `"query {",`},
		{"application/graphql", "{", "a "}, {"application/graphql", "{", `a(b:"c")`}, {"application/graphql", "", "{a"}, {"application/graphql", "{a]", `"`}, {"application/graphql", "{a]", `"""\`}, {"application/graphql", "{a]", "#\n"}, {"application/graphql", "", "#\n"},
		{"application/x-www-form-urlencoded", "", "a=1&"}, {"application/x-www-form-urlencoded", "", "&"}, {"application/x-www-form-urlencoded", "a=", "%7B%22"}, {"application/x-www-form-urlencoded; charset=utf-7", "", "a=+A&"},
		{"multipart/form-data; boundary=b", "", "--b\r\n"}, {"multipart/form-data; boundary=b", "", "--b\r\n\r\n1\r\n"}, {"multipart/form-data; boundary=b", "", "--bb\n"}, {"multipart/form-data; boundary=b", "--b\r\n", "a:\r\n"},
		{"multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; ", "name*0=a; "}, {"multipart/form-data; boundary=b", "", "--b--"}, {"multipart/form-data; boundary=b", "", "--b\nContent-Transfer-Encoding: base64\n\nYQ\n"},
		{"text/xml", "<?xml ?>", "<a>"}, {"text/xml", "<?xml ?>", "<a b='c'/>"}, {"text/xml", "<?xml ?><a>", "x<!---->"}, {"text/xml", "<?xml ?>", "<![CDATA["}, {"text/xml", "<?xml ?>", "<!["}, {"text/xml", "<?xml ?><a ", "b='"}, {"text/xml", "<?xml ?>", "< "}, {"text/xml", "<?xml ?>", "</"},
		{"text/plain; charset=utf-7", "", "+"}, {"text/plain; charset=ibm037", "", "\x4c"},
	} {
		costtest.Linear(t, c.media+" "+c.head+c.piece, 64<<10, 5*time.Millisecond, func(n int) func() {
			call := &event.Call{}
			e := New(Config{MaxLeaves: 1 << 20})
			call.Reset(e)
			call.Req.Headers = []event.Header{{Name: "Content-Type", Value: c.media}}
			call.Req.Raw, call.Req.Complete = []byte(c.head+strings.Repeat(c.piece, n/len(c.piece))), true
			leaves := e.Leaves(call, nil) // the memory for them is not what is measured
			return func() { e.Leaves(call, leaves[:0]) }
		})
	}
}

// TestReadingsAreLinear does the same for the steps of decoding.
func TestReadingsAreLinear(t *testing.T) {
	e := New(Config{})
	for _, piece := range []string{"%", "%25", "%u0025", "&", "&amp;", "&lt", `\u0041`, `\u{`, "\xc0\xaf", "\uff1c", "JTI3", "eyJ.", `{"a":`, "a\x00", "[[", "+"} {
		costtest.Linear(t, piece, 8<<10, 0, func(n int) func() {
			l := event.Leaf{Kind: event.LeafQuery, Value: strings.Repeat(piece, n/len(piece))}
			return func() { e.readings(&l, false) }
		})
	}
}
