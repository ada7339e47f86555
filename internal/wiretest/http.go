package wiretest

import (
	"fmt"
	"net/http"
	"strings"
)

// Request makes HTTP/1.1 wire bytes of a request written by hand. Its first
// line is a method and a target, with or without a version; blanks in the
// target become %20, except that a method with a body (POST, PUT, PATCH,
// DELETE) takes what follows the target's first blank as the body. More lines are header
// fields, and what follows an empty line is the body. Missing fields are
// added: Host (shop.example), User-Agent, Accept, and for a body Content-Type
// (guessed) and Content-Length. A field written with an empty value is left out: so "User-Agent:"
// makes a request without one.
func Request(text string) []byte {
	head, body, hasBody := strings.Cut(strings.ReplaceAll(text, "\r\n", "\n"), "\n\n")
	lines := strings.Split(strings.TrimRight(head, "\n"), "\n")
	method, rest, _ := strings.Cut(strings.TrimSpace(lines[0]), " ")
	target, version := rest, "HTTP/1.1"
	if i := strings.LastIndexByte(rest, ' '); i >= 0 && strings.HasPrefix(rest[i+1:], "HTTP/") {
		target, version = rest[:i], rest[i+1:]
	} else if !hasBody && carriesBody(method) {
		target, body, hasBody = strings.Cut(rest, " ")
	}
	fields := newFields(lines[1:])
	fields.add("Host", "shop.example")
	fields.add("User-Agent", DefaultAgent)
	fields.add("Accept", "application/json")
	if hasBody || carriesBody(method) {
		if !fields.has("Transfer-Encoding") {
			fields.add("Content-Length", fmt.Sprint(len(body)))
		}
		if body != "" {
			fields.add("Content-Type", guessType(body))
		}
	}
	target = strings.ReplaceAll(strings.TrimSpace(target), " ", "%20")
	return []byte(method + " " + target + " " + version + "\r\n" + fields.String() + "\r\n" + body)
}

// DefaultAgent is the User-Agent of requests that name none: a browser, so
// that it raises nothing by itself.
const DefaultAgent = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"

// Response makes HTTP/1.1 wire bytes. status 0 is 200. headers are lines
// "Name: value"; Content-Type (guessed) and Content-Length are added.
func Response(status int, body string, headers ...string) []byte {
	if status == 0 {
		status = http.StatusOK
	}
	fields := newFields(headers)
	if status >= 200 && status != http.StatusNoContent && status != http.StatusNotModified {
		if !fields.has("Transfer-Encoding") {
			fields.add("Content-Length", fmt.Sprint(len(body)))
		}
		if body != "" {
			fields.add("Content-Type", guessType(body))
		}
	}
	return fmt.Appendf(nil, "HTTP/1.1 %d %s\r\n%s\r\n%s", status, http.StatusText(status), fields.String(), body)
}

func carriesBody(method string) bool {
	switch method {
	case http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete:
		return true
	}
	return false
}

func guessType(body string) string {
	switch strings.TrimSpace(body + " ")[:min(1, len(strings.TrimSpace(body)))] {
	case "{", "[":
		return "application/json"
	case "<":
		if low := strings.ToLower(body); strings.Contains(low, "<html") || strings.Contains(low, "<!doctype html") {
			return "text/html; charset=utf-8"
		}
		return "application/xml"
	}
	if i := strings.IndexAny(body, "=\n "); i > 0 && body[i] == '=' {
		return "application/x-www-form-urlencoded"
	}
	return "text/plain; charset=utf-8"
}

// fields is a header under construction.
type fields struct{ lines []string }

func newFields(lines []string) *fields {
	f := new(fields)
	for _, l := range lines {
		if l = strings.TrimRight(l, "\r\n"); l != "" {
			f.lines = append(f.lines, l)
		}
	}
	return f
}

func (f *fields) has(name string) bool {
	for _, l := range f.lines {
		if n, _, _ := strings.Cut(l, ":"); strings.EqualFold(n, name) {
			return true
		}
	}
	return false
}

// add adds a field unless it is there.
func (f *fields) add(name, value string) {
	if !f.has(name) {
		f.lines = append(f.lines, name+": "+value)
	}
}

// String leaves out fields that were written without a value.
func (f *fields) String() string {
	var b strings.Builder
	for _, l := range f.lines {
		if _, v, ok := strings.Cut(l, ":"); ok && strings.TrimSpace(v) == "" {
			continue
		}
		b.WriteString(l + "\r\n")
	}
	return b.String()
}
