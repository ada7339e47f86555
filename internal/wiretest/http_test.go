package wiretest

import (
	"bufio"
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestRequestIsReadableByNetHTTP(t *testing.T) {
	for _, tc := range []struct{ text, method, target, host, body, kind string }{
		{"GET /items?id=1", "GET", "/items?id=1", "shop.example", "", ""},
		{"GET /items?id=1' OR 1=1 --", "GET", "/items?id=1'%20OR%201=1%20--", "shop.example", "", ""},
		{"GET / HTTP/1.0\nHost: a.b", "GET", "/", "a.b", "", ""},
		{`POST /login {"user":"x y"}`, "POST", "/login", "shop.example", `{"user":"x y"}`, "application/json"},
		{"POST /f\nHost: h\n\na=1&b=2", "POST", "/f", "h", "a=1&b=2", "application/x-www-form-urlencoded"},
		{"PUT /f\n\n<a/>", "PUT", "/f", "shop.example", "<a/>", "application/xml"},
		{"DELETE /f", "DELETE", "/f", "shop.example", "", ""},
		{"POST /f\nContent-Type: text/x\n\nplain words", "POST", "/f", "shop.example", "plain words", "text/x"},
	} {
		wire := Request(tc.text)
		r, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(wire)))
		if err != nil {
			t.Errorf("%q: %v\n%s", tc.text, err, wire)
			continue
		}
		body, _ := io.ReadAll(r.Body)
		if r.Method != tc.method || r.RequestURI != tc.target || r.Host != tc.host || string(body) != tc.body || r.Header.Get("Content-Type") != tc.kind {
			t.Errorf("%q became\n%s", tc.text, wire)
		}
	}
	if wire := Request("GET /\nUser-Agent:"); strings.Contains(string(wire), "User-Agent") {
		t.Errorf("a field without value stays:\n%s", wire)
	}
}

func TestResponseIsReadableByNetHTTP(t *testing.T) {
	for _, tc := range []struct {
		status int
		body   string
		header []string
	}{{0, `{"ok":true}`, nil}, {204, "", nil}, {404, "<!doctype html><p>no", []string{"X-A: b"}}, {500, "words", []string{"Content-Type: a/b"}}} {
		wire := Response(tc.status, tc.body, tc.header...)
		r, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(wire)), nil)
		if err != nil {
			t.Errorf("%v: %v", tc, err)
			continue
		}
		body, err := io.ReadAll(r.Body)
		want := tc.status
		if want == 0 {
			want = 200
		}
		if err != nil || string(body) != tc.body || r.StatusCode != want {
			t.Errorf("%v became %v\n%s", tc, err, wire)
		}
	}
}

func TestPairs(t *testing.T) {
	frames := Pairs(1, start, []Pair{
		{Request: "GET /a", Body: "first"},
		{Request: "GET /b", After: time.Second, Took: 2 * time.Second, Client: "203.0.113.9"},
		{Request: "GET /c", Status: 404},
		{Request: "GET /d", Status: -1, Client: "203.0.113.9:999"},
	})
	got := streams(t, frames)
	if len(got) != 5 {
		t.Errorf("%d streams of data, want 5: two each but for the last, which has no response", len(got))
	}
	shared := got["198.51.100.7->10.0.0.5 40001->80"]
	if strings.Count(shared, "GET ") != 2 {
		t.Errorf("the first client's connection carries %q", shared)
	}
	if span := frames[len(frames)-1].Time - frames[0].Time; time.Duration(span) < 3*time.Second {
		t.Errorf("all is over after %v", time.Duration(span))
	}
}
