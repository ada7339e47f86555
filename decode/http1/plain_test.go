package http1

import (
	"testing"

	"pgregory.net/rapid"

	"spaniel/event"
)

// TestPlainLines: what is read in the short way is what the long way makes of it.
func TestPlainLines(t *testing.T) {
	word := func(usual ...string) *rapid.Generator[string] {
		odd := rapid.StringMatching(`[ -~\t\x00\r]{0,4}`)
		return rapid.OneOf(rapid.SampledFrom(usual), rapid.SampledFrom(usual), odd)
	}
	first, second, third := word("GET", "POST", "HTTP/1.1", "HTTP/1.1", "HTTP/1.0", "get"), word("/", "/a?b", "200", "404", "600", "2x0", "099", "*"), word("HTTP/1.1", "HTTP/1.1", "HTTP/1.0", "OK", "Not Found")
	blank := rapid.SampledFrom([]string{" ", " ", " ", " ", "\t", "  ", ""})
	requests, responses := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		line := first.Draw(t, "a") + blank.Draw(t, "b") + second.Draw(t, "c") + blank.Draw(t, "d") + third.Draw(t, "e")
		if short, ok := plainRequest(line); ok {
			requests++
			long, ok := parseRequestLine(line)
			var c event.Call
			if markRequestLine(&c, &long); !ok || short != long || len(c.Anomalies) > 0 || !printable(line) {
				t.Fatalf("%q: %+v is not %+v %v %v", line, short, long, ok, c.Anomalies)
			}
		}
		if short, ok := plainStatus(line); ok {
			responses++
			if long, ok := anyStatus(line); !ok || short != long {
				t.Fatalf("%q: %+v is not %+v %v", line, short, long, ok)
			}
		}
	})
	if line := "GET /a?b HTTP/1.1"; !plain(plainRequest(line)) || !plain(plainStatus("HTTP/1.1 200 OK")) || !plain(plainStatus("HTTP/1.1 204")) {
		t.Error("an ordinary line is not read in the short way")
	}
	t.Logf("%d request lines, %d status lines", requests, responses)
}

func plain[T any](_ T, ok bool) bool { return ok }

// TestMarks: fields that were marked are those that are read line by line.
func TestMarks(t *testing.T) {
	line := rapid.OneOf(rapid.SampledFrom([]string{"Host: h", "Content-Length: 12", "content-length:1", "Transfer-Encoding: chunked", "A:", "A: \t b \t", ": x", "B", " folded", "C : d", "D: é\x00", "E: \x7f"}),
		rapid.StringMatching(`[A-Za-z-]{1,8}:[ -~\t]{0,12}`))
	end := rapid.SampledFrom([]string{"\r\n", "\r\n", "\r\n", "\r\n", "\n", "\r"})
	marked := 0
	rapid.Check(t, func(t *rapid.T) {
		text := ""
		for range rapid.IntRange(0, 70).Draw(t, "fields") {
			text += line.Draw(t, "line") + end.Draw(t, "end")
		}
		text += "\r\n"
		var m marks
		n := m.pass([]byte(text + "body: \r\n\r\n"))
		if (n > 0) != (m.n >= 0) {
			t.Fatalf("%d bytes, %d fields", n, m.n)
		}
		if n == 0 {
			return
		}
		marked++
		a, b := fieldReader{call: new(event.Call), max: 60}, fieldReader{call: new(event.Call), max: 60}
		a.marked(text[:n], &m)
		b.lines(text[:n])
		if a.facts != b.facts || len(a.dst) != len(b.dst) || len(a.call.Anomalies) != len(b.call.Anomalies) || a.call.Flags != b.call.Flags {
			t.Fatalf("%q: %+v is not %+v", text[:n], a, b)
		}
		for i := range a.dst {
			if a.dst[i] != b.dst[i] {
				t.Fatalf("%q: %+v is not %+v", text[:n], a.dst[i], b.dst[i])
			}
		}
	})
	t.Logf("%d heads", marked)
	var m marks
	if n := m.pass([]byte("Host: h\r\nA:b\r\n\r\n")); n != 16 || m.n != 2 {
		t.Errorf("%d bytes, %d fields", n, m.n)
	}
}
