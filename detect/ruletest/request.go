package ruletest

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

// exchange is a request and its response as bytes; response nil is none. over
// is another response in the same place of the stream, also one behind it.
type exchange struct {
	request, response, over, also []byte
}

// userAgent is a browser's, so that rules about tools do not fire by default.
const userAgent = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"

// Exchange returns the bytes of a request as the package's documentation writes
// one, and of its response, nil if none is seen.
func Exchange(text string) (request, response []byte, err error) {
	x, err := parse(text)
	return x.request, x.response, err
}

// parse reads the text of a request.
func parse(text string) (exchange, error) {
	text = strings.TrimRight(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	request, response, answered := splitResponse(text)
	var x exchange
	var err error
	if x.request, err = parseRequest(request); err != nil {
		return x, err
	}
	if !answered {
		response = "200 {}"
	}
	if strings.TrimSpace(response) == "none" {
		return x, nil
	}
	response, also, found := strings.Cut(response, "\n-> also ")
	if found {
		if x.also, err = parseResponse(also); err != nil {
			return x, err
		}
	}
	response, over, found := strings.Cut(response, "\n-> over ")
	if found {
		if x.over, err = parseResponse(over); err != nil {
			return x, err
		}
	}
	x.response, err = parseResponse(response)
	return x, err
}

// splitResponse cuts at the line that begins with "->"; without one, at the
// last " -> " of the last line that a status or none follows.
func splitResponse(text string) (request, response string, ok bool) {
	lines := strings.Split(text, "\n")
	for i, l := range lines {
		if i > 0 && strings.HasPrefix(l, "-> ") && status(l[3:]) {
			return strings.Join(lines[:i], "\n"), strings.TrimPrefix(strings.Join(lines[i:], "\n"), "-> "), true
		}
	}
	start := len(text) - len(lines[len(lines)-1])
	for at := len(text); ; {
		i := strings.LastIndex(text[start:at], " -> ")
		if i < 0 {
			return text, "", false
		}
		at = start + i
		if status(text[at+4:]) {
			return text[:at], text[at+4:], true
		}
	}
}

// status reports whether a text begins as a response does.
func status(s string) bool {
	word, _, _ := strings.Cut(strings.TrimSpace(s), " ")
	word, _, _ = strings.Cut(word, "\n")
	n, err := strconv.Atoi(word)
	return word == "none" || err == nil && n >= 100 && n <= 999
}

// head is the header lines of a message under construction.
type head struct {
	lines   []string
	given   map[string]bool
	dropped map[string]bool
}

func newHead(lines []string) (*head, error) {
	h := &head{given: map[string]bool{}, dropped: map[string]bool{}}
	for _, l := range lines {
		if name, ok := strings.CutPrefix(l, "!"); ok {
			h.dropped[strings.ToLower(strings.TrimSpace(name))] = true
			continue
		}
		name, _, ok := strings.Cut(l, ":")
		if !ok {
			return nil, fmt.Errorf("%q is no header line", l)
		}
		h.given[strings.ToLower(strings.TrimSpace(name))] = true
		h.lines = append(h.lines, l)
	}
	return h, nil
}

// add adds a default.
func (h *head) add(name, value string) {
	low := strings.ToLower(name)
	if !h.given[low] && !h.dropped[low] {
		h.lines = append(h.lines, name+": "+value)
	}
}

// first adds a default before what was given, as browsers send Host.
func (h *head) first(name, value string) {
	low := strings.ToLower(name)
	if !h.given[low] && !h.dropped[low] {
		h.lines = append([]string{name + ": " + value}, h.lines...)
	}
}

func (h *head) bytes(start, body string) []byte {
	return []byte(start + "\r\n" + strings.Join(append(h.lines, ""), "\r\n") + "\r\n" + body)
}

// sections splits a block into its first line, header lines and body.
func sections(text string) (start string, headers []string, body string) {
	head, body, _ := strings.Cut(text+"\n", "\n\n")
	lines := strings.Split(strings.TrimRight(head, "\n"), "\n")
	return lines[0], lines[1:], strings.TrimSuffix(body, "\n")
}

func parseRequest(text string) ([]byte, error) {
	start, headers, body := sections(text)
	method, rest, ok := strings.Cut(start, " ")
	if !ok || method == "" {
		return nil, fmt.Errorf("%q is no request: write METHOD target", start)
	}
	target, after, _ := strings.Cut(rest, " ")
	version := "HTTP/1.1"
	switch after = strings.TrimSpace(after); {
	case after == "HTTP/1.0" || after == "HTTP/1.1":
		version = after
	case after != "" && body == "":
		body = after
	case after != "":
		return nil, fmt.Errorf("%q has a body in its first line and another below", start)
	}
	h, err := newHead(headers)
	if err != nil {
		return nil, err
	}
	if !h.given["accept"] {
		h.first("Accept", "*/*")
	}
	h.first("User-Agent", userAgent)
	h.first("Host", "shop.example")
	if body != "" {
		h.add("Content-Type", mediaType(body))
	}
	if body != "" || method == "POST" || method == "PUT" || method == "PATCH" {
		if !h.given["transfer-encoding"] {
			h.add("Content-Length", strconv.Itoa(len(body)))
		}
	}
	return h.bytes(method+" "+target+" "+version, body), nil
}

func parseResponse(text string) ([]byte, error) {
	start, headers, body := sections(text)
	word, rest, _ := strings.Cut(strings.TrimSpace(start), " ")
	code, err := strconv.Atoi(word)
	if err != nil {
		return nil, fmt.Errorf("%q is no response: write a status", start)
	}
	if rest != "" && body == "" {
		body = rest
	}
	h, err := newHead(headers)
	if err != nil {
		return nil, err
	}
	if body != "" {
		h.add("Content-Type", mediaType(body))
	}
	if code != 204 && code != 304 && code >= 200 && !h.given["transfer-encoding"] {
		h.add("Content-Length", strconv.Itoa(len(body)))
	}
	if code == 204 || code == 304 || code < 200 {
		body = ""
	}
	return h.bytes(fmt.Sprintf("HTTP/1.1 %d %s", code, http.StatusText(code)), body), nil
}

// mediaType guesses what a body is.
func mediaType(body string) string {
	switch strings.TrimSpace(body)[:min(1, len(strings.TrimSpace(body)))] {
	case "{", "[":
		return "application/json"
	case "<":
		if low := strings.ToLower(body); strings.Contains(low, "<html") || strings.Contains(low, "<!doctype html") || strings.HasPrefix(low, "<h") || strings.HasPrefix(low, "<p") || strings.HasPrefix(low, "<b") || strings.HasPrefix(low, "<div") {
			return "text/html"
		}
		return "application/xml"
	}
	return "application/x-www-form-urlencoded"
}
