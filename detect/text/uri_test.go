package text

import (
	"net/url"
	"path"
	"strings"
	"testing"
)

func TestURI(t *testing.T) {
	for _, c := range []struct{ target, want string }{
		{"/a/b?x=1", "/a/b?x=1"},
		{"/a?", "/a?"},
		{"/", "/"},
		{"*", "*"},
		{"/a%2fb%20c?x=%3Cscript%3e+y%2b", "/a/b c?x=<script>+y+"},
		{"/a/../../etc/./passwd", "/etc/passwd"},
		{"/a/%2e%2e/b/..", "/"},
		{"/a/b/.", "/a/b/"},
		{"/a//b///c", "/a/b/c"},
		{`/a\..\b`, "/b"},
		{"/a%5c..%5Cb", "/b"},
		{"/..%c0%af..%c0%afetc", "/etc"},
		{"/a/\u2e2e/b", "/a/\u2e2e/b"},
		{"/\uff41\uff42\uff0fc", "/ab/c"},
		{"/%u0041%uff21%u4e2d?q=%u003cb%u003E", "/AA??q=<b>"},
		{"/%zz%4?%%41%", "/%zz%4?%A%"},
		{"/%252e%252e/x?%2527", "/%2e%2e/x?%27"},
		{"/a?x=/../b", "/a?x=/../b"},
		{"/.hidden/..x/...", "/.hidden/..x/..."},
		{"/%e0%80%af%c1%9c", "/"},
		{"/caf\xc3\xa9/\xff", "/caf\xc3\xa9/\xff"},
	} {
		at, query, _ := strings.Cut(c.target, "?")
		if got := URI(c.target, at, query); got != c.want {
			t.Errorf("%q: %q, want %q", c.target, got, c.want)
		}
	}
	if got := URI("http://h/a//b?%41", "/a//b", "%41"); got != "/a/b?A" {
		t.Errorf("of a whole URL: %q", got)
	}
	if n := testing.AllocsPerRun(100, func() { URI("/api/v1/orders/17?page=2&sort=a.b", "/api/v1/orders/17", "page=2&sort=a.b") }); n != 0 {
		t.Errorf("%v allocations for a target with nothing to undo", n)
	}
}

// FuzzURI holds paths of ASCII against net/url and package path.
func FuzzURI(f *testing.F) {
	for _, seed := range []string{"/a/../b", "/a%2f..%2fb/", "//x/./..", "/..", "/a/b/c/../../d?e=%41", "/%"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, target string) {
		at, query, _ := strings.Cut(target, "?")
		got := URI(target, at, query)
		if strings.IndexByte(query, '%') < 0 && !strings.HasSuffix(got, query) {
			t.Fatalf("%q: %q has lost the query", target, got)
		}
		plain, err := url.PathUnescape(at)
		if err != nil || !strings.HasPrefix(plain, "/") || strings.IndexFunc(plain, func(r rune) bool { return r >= 0x80 || r == '\\' }) >= 0 {
			return
		}
		want := path.Clean(plain)
		if last := plain[strings.LastIndexByte(plain, '/')+1:]; want != "/" && (last == "" || last == "." || last == "..") {
			want += "/"
		}
		if query != "" || strings.HasSuffix(target, "?") {
			want += "?"
		}
		if !strings.HasPrefix(got, want) || query == "" && got != want {
			t.Fatalf("%q: %q, want %q", target, got, want)
		}
	})
}
