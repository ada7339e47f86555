package ruletest

import (
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	for _, tc := range []struct {
		name, text string
		request    []string // parts of the request, in order
		response   string   // how the response begins; "" is none
		not        string   // what the request does not hold
	}{
		{"target only", "GET /items?id=1'%20UNION", []string{"GET /items?id=1'%20UNION HTTP/1.1\r\nHost: shop.example\r\nUser-Agent: Mozilla/5.0", "Accept: */*\r\n\r\n"}, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}", "Content-Length"},
		{"JSON and refusal", `POST /login {"user":"a b"} -> 401 {"e":1}`, []string{"POST /login HTTP/1.1", "Content-Type: application/json", "Content-Length: 14\r\n\r\n{\"user\":\"a b\"}"}, "HTTP/1.1 401 Unauthorized\r\nContent-Type: application/json\r\nContent-Length: 7\r\n\r\n{\"e\":1}", ""},
		{"form", `POST /l u=a&p=b`, []string{"application/x-www-form-urlencoded", "u=a&p=b"}, "HTTP/1.1 200", ""},
		{"empty POST", `POST /l`, []string{"Content-Length: 0"}, "HTTP/1.1 200", "Content-Type"},
		{"no answer", `GET /x -> none`, []string{"GET /x HTTP/1.1"}, "", ""},
		{"arrow in the body", `POST /x {"a":"b -> c"} -> 204`, []string{`{"a":"b -> c"}`}, "HTTP/1.1 204 No Content\r\n\r\n", ""},
		{"arrow without status", `POST /x {"a":"b -> c"}`, []string{`{"a":"b -> c"}`}, "HTTP/1.1 200", ""},
		{"1.0", `GET /x HTTP/1.0`, []string{"GET /x HTTP/1.0\r\n"}, "HTTP/1.1 200", ""},
		{"block", "POST /x\nHost: api.example\nX-A: 1\n!User-Agent\n\n{\"a\":\n 1}\n-> 500\nContent-Type: text/html\n\n<h1>no\n", []string{"POST /x HTTP/1.1", "Host: api.example\r\nX-A: 1\r\n", "\r\n\r\n{\"a\":\n 1}"}, "HTTP/1.1 500 Internal Server Error\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<h1>no", "Mozilla"},
		{"block, short answer", "GET /x\nX-A: 1\n-> 404 {}", []string{"X-A: 1"}, "HTTP/1.1 404 Not Found", ""},
		{"block, answer on the last line", "POST /x\nX-A: 1\n\na=b -> 403", []string{"\r\n\r\na=b"}, "HTTP/1.1 403", "403"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			x, err := parse(tc.text)
			if err != nil {
				t.Fatal(err)
			}
			rest := string(x.request)
			for _, part := range tc.request {
				_, after, ok := strings.Cut(rest, part)
				if !ok {
					t.Fatalf("%q is missing in\n%s", part, x.request)
				}
				rest = after
			}
			if tc.not != "" && strings.Contains(string(x.request), tc.not) {
				t.Errorf("%q is in\n%s", tc.not, x.request)
			}
			if tc.response == "" && x.response != nil || !strings.HasPrefix(string(x.response), tc.response) {
				t.Errorf("response\n%s\nwant\n%s", x.response, tc.response)
			}
		})
	}
}

func TestParseFaults(t *testing.T) {
	for _, text := range []string{"", "GET", "POST /x a=b\n\nc=d", "GET /x\nno header"} {
		if _, err := parse(text); err == nil {
			t.Errorf("%q is taken", text)
		}
	}
}

func TestFill(t *testing.T) {
	for text, want := range map[string]string{
		"u{{n}} {{n+5}} {{n*3}} {{n%7}} {{n/10}} {{n-1}}": "u23 28 69 2 2 22",
		"{{7*7}} ${{a}} {{n":                              "{{7*7}} ${{a}} {{n", // what template injection is made of stays
		"{{ n }}":                                         "23",
		`{"a":{"b":{{n}}}} {{x}} {{n}}`:                   `{"a":{"b":23}} {{x}} 23`,
		"{{jwt alg=none sub=u{{n}} exp=7 sig=}}":          "eyJhbGciOiJub25lIn0.eyJleHAiOjcsInN1YiI6InUyMyJ9.",
		// Signed by another program (openssl dgst -hmac).
		"{{jwt sub=a key=secret}}": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.UUtsUaeO3koQylSZ3wxP4lqVvgFw6mGsVzGNBNF_1sQ",
	} {
		if got, err := fill(text, 23); err != nil || got != want {
			t.Errorf("%q gives %q, %v; want %q", text, got, err, want)
		}
	}
	a, err := fill("{{hex}} {{rand 100}}", 1)
	if err != nil {
		t.Fatal(err)
	}
	b, err := fill("{{hex}} {{rand 100}}", 1)
	if err != nil || a != b {
		t.Errorf("%q and %q differ, %v", a, b, err)
	}
	for _, text := range []string{"{{n%0}}", "{{rand x}}", "{{n*z}}", "{{jwt sub}}"} {
		if got, err := fill(text, 1); err == nil {
			t.Errorf("%q gives %q", text, got)
		}
	}
}
