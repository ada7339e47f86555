package corpus

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
)

// message is a request under construction.
type message struct {
	method, target string
	headers        [][2]string
	ctype, body    string
}

// client is what programs of one kind send with every request.
type client [][2]string

func clients() []client {
	browser := func(ua string) client {
		return client{{"User-Agent", ua}, {"Accept", "application/json, text/plain, */*"}, {"Accept-Language", "en-GB,en;q=0.8"}, {"Accept-Encoding", "gzip, deflate"}, {"Referer", "https://app.example/dashboard"}}
	}
	return []client{
		browser("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36"),
		browser("Mozilla/5.0 (Macintosh; Intel Mac OS X 14_5) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15"),
		browser("Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0"),
		{{"User-Agent", "ShopApp/5.12.0 (iPhone; iOS 18.1; Scale/3.00)"}, {"Accept", "application/json"}, {"Accept-Language", "de-DE"}},
		{{"User-Agent", "okhttp/4.12.0"}, {"Accept", "*/*"}, {"Accept-Encoding", "gzip"}},
		{{"User-Agent", "axios/1.7.9"}, {"Accept", "application/json, text/plain, */*"}},
		{{"Accept", "*/*"}, {"User-Agent", "python-requests/2.32.3"}},
	}
}

// start begins a request as some client would send it.
func start(rng *rand.Rand, method, target string) *message {
	m := &message{method: method, target: target}
	hosts := []string{"api.example", "shop.example", "app.example:8443", "gateway.internal.example"}
	m.headers = append(m.headers, [2]string{"Host", hosts[rng.IntN(len(hosts))]})
	all := clients()
	m.headers = append(m.headers, all[rng.IntN(len(all))]...)
	if rng.IntN(3) == 0 {
		m.headers = append(m.headers, [2]string{"Cookie", "sid=" + digits(rng, "0123456789abcdef", 32) + "; lang=en"})
	}
	return m
}

// set replaces or adds a header.
func (m *message) set(name, value string) {
	for i := range m.headers {
		if strings.EqualFold(m.headers[i][0], name) {
			m.headers[i][1] = value
			return
		}
	}
	m.headers = append(m.headers, [2]string{name, value})
}

// content sets the body.
func (m *message) content(ctype, body string) {
	m.ctype, m.body = ctype, body
}

func (m *message) bytes() []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s HTTP/1.1\r\n", m.method, m.target)
	for _, h := range m.headers {
		fmt.Fprintf(&b, "%s: %s\r\n", h[0], h[1])
	}
	if m.ctype != "" {
		fmt.Fprintf(&b, "Content-Type: %s\r\n", m.ctype)
	}
	if m.body != "" || m.method != "GET" && m.method != "DELETE" && m.method != "HEAD" {
		fmt.Fprintf(&b, "Content-Length: %s\r\n", strconv.Itoa(len(m.body)))
	}
	b.WriteString("\r\n")
	b.WriteString(m.body)
	return []byte(b.String())
}

// answer makes an ordinary response.
func answer(rng *rand.Rand) []byte {
	status, ctype, body := "200 OK", "application/json", `{"ok":true,"items":[],"total":0}`
	switch rng.IntN(12) {
	case 0:
		status, body = "404 Not Found", `{"error":"not found"}`
	case 1:
		status, body = "400 Bad Request", `{"error":"invalid value"}`
	case 2:
		status, body = "403 Forbidden", `{"error":"forbidden"}`
	case 3:
		ctype, body = "text/html; charset=utf-8", "<!doctype html><title>Shop</title><p>Nothing here yet.</p>"
	}
	return response(status, ctype, body)
}

func response(status, ctype, body string) []byte {
	return fmt.Appendf(nil, "HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n%s", status, ctype, len(body), body)
}
