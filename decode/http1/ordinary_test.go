package http1

import (
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"spaniel/event"
)

// TestOrdinaryFieldsAreReadAsAllAre: reading each line with all care gives the
// same fields, facts and anomalies.
func TestOrdinaryFieldsAreReadAsAllAre(t *testing.T) {
	piece := rapid.SampledFrom([]string{"Host", "content-length", "Transfer-Encoding", "X-A", "", " ", ":", ": ", "\t", "\r", "\n", "\r\n", "\r\n ", "\x00", "\x1f", "\x7f",
		"\x80\xff", "5", "chunked", "example.com", "keep-alive, close", "a value of more than sixteen bytes", "Connection: close\r\n", "Expect: 100-continue\r\n", "\r\n\r\n"})
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOf(piece).Draw(t, "text"), "")
		trailer := rapid.Bool().Draw(t, "trailer")
		read := func(lines func(*fieldReader, string)) (*fieldReader, *event.Call) {
			c := new(event.Call)
			r := &fieldReader{call: c, max: 5, trailer: trailer}
			lines(r, text)
			return r, c
		}
		r, c := read((*fieldReader).lines)
		w, wc := read(byLine)
		if !reflect.DeepEqual(r.dst, w.dst) || r.facts != w.facts || !sameSet(c.Anomalies, wc.Anomalies) || c.Flags != wc.Flags {
			t.Fatalf("%q: %q %+v %q, line by line %q %+v %q", text, r.dst, r.facts, c.Anomalies, w.dst, w.facts, wc.Anomalies)
		}
	})
}

// byLine is fieldReader.lines for a reader that is not the other one, which
// takes no line for an ordinary one.
func byLine(r *fieldReader, s string) {
	defer r.unfold()
	for bare := false; s != ""; {
		line, rest, whole := strings.Cut(s, "\n")
		s = rest
		if whole {
			n := len(line)
			line = strings.TrimSuffix(line, "\r")
			r.hidden = bare && len(line) < n
			if bare = len(line) == n; bare {
				r.call.Mark(AnomalyBareLF)
			}
		}
		if line == "" {
			return
		}
		r.line(line)
	}
}

func sameSet(a, b []string) bool {
	has := map[string]int{}
	for _, s := range a {
		has[s]++
	}
	for _, s := range b {
		has[s]--
	}
	for _, n := range has {
		if n != 0 {
			return false
		}
	}
	return true
}

func TestClearPrefixStopsAtEveryControl(t *testing.T) {
	for n := range 21 {
		for at := range n {
			for c := range 256 {
				s := []byte("abcdefghijklmnopqrst")[:n]
				s[at] = byte(c)
				want := n
				if c < 0x20 || c == 0x7f {
					want = at
				}
				if got := clearPrefix(string(s)); got != want {
					t.Fatalf("%q: %d, want %d", s, got, want)
				}
			}
		}
	}
}

// TestPlainRequestLines: what is taken for a request line at a glance is one.
func TestPlainRequestLines(t *testing.T) {
	piece := rapid.SampledFrom([]string{"GET", "POST", "HEAD", "get", "X", " ", "\t", "/", "/a?b", "HTTP/1.1", "HTTP/1.0", "http/1.1", "HTTP/", "\r", "\x00", "\x01", "é"})
	usual := rapid.StringMatching(`(GET|PATCH) /[a-z?=&]{0,9} HTTP/1\.[01]`)
	plain := 0
	rapid.Check(t, func(t *rapid.T) {
		line := usual.Draw(t, "usual")
		if rapid.Bool().Draw(t, "odd") {
			line = rapid.SampledFrom([]string{"GET", "PATCH", "FOO", ""}).Draw(t, "method") + strings.Join(rapid.SliceOf(piece).Draw(t, "line"), "") +
				rapid.SampledFrom([]string{" HTTP/1.1", ""}).Draw(t, "version")
		}
		if !plainRequestLine(line) {
			return
		}
		plain++
		if r, ok := parseRequestLine(line); !ok || r.old {
			t.Fatalf("%q is no request line: %+v", line, r)
		}
	})
	if plain == 0 {
		t.Fatal("no line was plain")
	}
}
