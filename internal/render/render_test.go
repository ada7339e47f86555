package render

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"strings"
	"testing"
	"unicode"

	"pgregory.net/rapid"
)

func TestSafe(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"GET /a?b=ü", "GET /a?b=ü"}, {"\x1b[2J", `\x1b[2J`}, {"a\nb\tc\r", `a\x0ab\x09c\x0d`}, {"\x00", `\x00`}, {"\xff\xc3", `\xff\xc3`},
		{"\u202egnp", `\u{202e}gnp`}, {"\u0085", `\u{0085}`}, {"\u200b", `\u{200b}`}, {"日本", "日本"}, {"", ""},
	} {
		if got := Safe(c.in); got != c.want {
			t.Errorf("%q: got %q, want %q", c.in, got, c.want)
		}
	}
}

func TestSafeIsSafe(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := string(rapid.SliceOf(rapid.Byte()).Draw(t, "bytes")) + rapid.String().Draw(t, "text")
		for _, r := range Safe(in) {
			if !unicode.IsPrint(r) || r == unicode.ReplacementChar && !strings.ContainsRune(in, r) {
				t.Fatalf("%q holds %U", Safe(in), r)
			}
		}
	})
}

func TestCut(t *testing.T) {
	for _, c := range []struct {
		in    string
		width int
		want  string
	}{{"abc", 3, "abc"}, {"abcd", 3, "ab…"}, {"abcd", 0, "abcd"}, {"日本語", 4, "日…"}} {
		if got := Cut(c.in, c.width); got != c.want {
			t.Errorf("%q at %d: %q", c.in, c.width, got)
		}
	}
}

func print(t *testing.T, s Screen, format string, rows ...[]any) string {
	t.Helper()
	var b bytes.Buffer
	s.W = &b
	r, err := NewResult(s, format, []string{"n", "what"})
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows {
		if err := r.Row(row); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestFormats(t *testing.T) {
	rows := [][]any{{int64(1), "a\x1b"}, {uint64(200), nil}, {1.5, map[string]any{"k": []any{"v"}}}}
	for _, c := range []struct{ format, want string }{
		{"table", "  n  what\n  1  a\\x1b\n200  NULL\n1.5  {\"k\":[\"v\"]}\n"},
		{"json", "[\n {\"n\":1,\"what\":\"a\\u001b\"},\n {\"n\":200,\"what\":null},\n {\"n\":1.5,\"what\":{\"k\":[\"v\"]}}\n]\n"},
		{"ndjson", "{\"n\":1,\"what\":\"a\\u001b\"}\n{\"n\":200,\"what\":null}\n{\"n\":1.5,\"what\":{\"k\":[\"v\"]}}\n"},
		{"csv", "n,what\n1,a\x1b\n200,\n1.5,\"{\"\"k\"\":[\"\"v\"\"]}\"\n"},
		{"vertical", "── row 1\n   n  1\nwhat  a\\x1b\n── row 2\n   n  200\nwhat  NULL\n── row 3\n   n  1.5\nwhat  {\"k\":[\"v\"]}\n"},
	} {
		if got := print(t, Screen{}, c.format, rows...); got != c.want {
			t.Errorf("%s:\n%s\nwant\n%s", c.format, got, c.want)
		}
	}
	if got := print(t, Screen{}, "json"); got != "[]\n" {
		t.Errorf("no rows: %q", got)
	}
	if got := print(t, Screen{}, "table"); got != "n  what\n" {
		t.Errorf("no rows: %q", got)
	}
	if _, err := NewResult(Screen{}, "xml", nil); err == nil {
		t.Error("xml is no format")
	}
}

func TestLongTableStreams(t *testing.T) {
	var rows [][]any
	for i := range sampleRows + 5 {
		rows = append(rows, []any{int64(i), "x"})
	}
	if got := strings.Count(print(t, Screen{}, "table", rows...), "\n"); got != sampleRows+6 {
		t.Fatalf("%d lines", got)
	}
}

func TestTerminalCutsLongCells(t *testing.T) {
	out := print(t, Screen{Width: 80}, "table", []any{strings.Repeat("y", 500), strings.Repeat("x", 500)})
	for line := range strings.Lines(out) {
		if len([]rune(line)) > 81 {
			t.Errorf("%d columns: %s", len([]rune(line)), line)
		}
	}
}

func TestFilesKeepLongCells(t *testing.T) {
	long := strings.Repeat("y", 500)
	if out := print(t, Screen{}, "table", []any{long, long}, []any{"a", "b"}); strings.Count(out, "y") != 1000 || len(out) > 1300 {
		t.Errorf("%d bytes", len(out))
	}
}

func TestMachineFormatsRoundTrip(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		text := rapid.StringMatching(`[ -~äöü\n"',;=+@-]{0,40}`).Draw(rt, "text")
		var objs []map[string]any
		if err := json.Unmarshal([]byte(print(t, Screen{}, "json", []any{int64(1), text})), &objs); err != nil || objs[0]["what"] != text {
			rt.Fatalf("json: %v %v", objs, err)
		}
		recs, err := csv.NewReader(strings.NewReader(print(t, Screen{}, "csv", []any{int64(1), text}))).ReadAll()
		if err != nil || strings.TrimPrefix(recs[1][1], "'") != strings.TrimPrefix(text, "'") {
			rt.Fatalf("csv: %q %v", recs, err)
		}
	})
}

func TestColour(t *testing.T) {
	if got := (Screen{}).Paint("high", "high"); got != "high" {
		t.Errorf("%q", got)
	}
	if got := NewScreen(&bytes.Buffer{}, "always", func(string) string { return "" }).Paint("high", "high"); !strings.Contains(got, "\x1b[") {
		t.Errorf("%q", got)
	}
}
