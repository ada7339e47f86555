package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"html"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"spaniel/bench/accuracy/corpus"
)

// An outside set is calls of others' texts; skipped says why there are none.
type outside struct {
	name    string
	cases   []corpus.Case
	skipped string
}

// outsides reads what is there of the real data in dir.
func outsides(dir string) []outside {
	payloads := filepath.Join(dir, "payloads", "libinjection")
	agents := filepath.Join(dir, "ua")
	var out []outside
	for _, s := range []struct {
		name string
		read func() ([]corpus.Case, error)
	}{
		{"SQL strings", func() ([]corpus.Case, error) { return everywhere(payloads, "sqli-*.txt", "sqli", formCoded) }},
		{"XSS strings", func() ([]corpus.Case, error) { return everywhere(payloads, "xss-*.txt", "xss", entityCoded) }},
		{"rule set's tests, attacks", func() ([]corpus.Case, error) { return ruleSetTests(filepath.Join(dir, "crs", "crs_regression.jsonl")) }},
		{"scanners' agents", func() ([]corpus.Case, error) {
			return agentCases(filepath.Join(agents, "scanner-user-agents.txt"), true)
		}},
		{"searches", func() ([]corpus.Case, error) {
			return everywhere(payloads, "benign_false_positives.txt", "", formCoded)
		}},
		{"browsers' agents", func() ([]corpus.Case, error) {
			return agentCases(filepath.Join(agents, "benign_firefox_user_agents.txt"), false)
		}},
		{"crawlers' agents", func() ([]corpus.Case, error) { return crawlers(filepath.Join(agents, "crawler-user-agents.json")) }},
	} {
		cases, err := s.read()
		o := outside{name: s.name, cases: cases}
		if err != nil {
			o.cases, o.skipped = nil, err.Error()
		}
		out = append(out, o)
	}
	return out
}

// textLines are the lines of a file that are no comment.
func textLines(file string) ([]string, error) {
	raw, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var out []string
	for l := range strings.SplitSeq(string(raw), "\n") {
		if l = strings.TrimSpace(l); l != "" && !strings.HasPrefix(l, "#") {
			out = append(out, l)
		}
	}
	return out, nil
}

// formCoded undoes the percent encoding that some of the lists have.
func formCoded(s string) string {
	if u, err := url.QueryUnescape(s); err == nil && strings.Contains(s, "%") {
		return u
	}
	return s
}

func entityCoded(s string) string { return html.UnescapeString(s) }

// everywhere sends each line three times: in a query, a form and JSON.
func everywhere(dir, pattern, family string, decode func(string) string) ([]corpus.Case, error) {
	files, err := filepath.Glob(filepath.Join(dir, pattern))
	if err != nil || len(files) == 0 {
		return nil, fmt.Errorf("no %s in %s", pattern, dir)
	}
	var out []corpus.Case
	for _, f := range files {
		list, err := textLines(f)
		if err != nil {
			return nil, err
		}
		for i, l := range list {
			text := decode(l)
			quoted, err := json.Marshal(text)
			if err != nil {
				return nil, err
			}
			for _, r := range [][4]string{{"query", "GET", "/search?q=" + url.QueryEscape(text), ""}, {"form", "POST", "/search", "q=" + url.QueryEscape(text)}, {"json", "POST", "/search", `{"q":` + string(quoted) + `}`}} {
				out = append(out, corpus.Case{ID: fmt.Sprintf("%s:%d %s", filepath.Base(f), i, r[0]), Attack: family != "", Label: family, File: f, Place: r[0], Encoding: "plain", Text: text,
					Request: plainRequest(r[1], r[2], r[3]), Response: ordinaryAnswer()})
			}
		}
	}
	return out, nil
}

const browser = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"

func plainRequest(method, target, body string) []byte {
	head := method + " " + target + " HTTP/1.1\r\nHost: shop.example\r\nUser-Agent: " + browser + "\r\nAccept: */*\r\n"
	switch {
	case strings.HasPrefix(body, "{"):
		head += "Content-Type: application/json\r\n"
	case body != "":
		head += "Content-Type: application/x-www-form-urlencoded\r\n"
	}
	if body != "" {
		head += "Content-Length: " + strconv.Itoa(len(body)) + "\r\n"
	}
	return []byte(head + "\r\n" + body)
}

func ordinaryAnswer() []byte {
	return []byte("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}")
}

func agentCase(id, agent string, attack bool) corpus.Case {
	c := corpus.Case{ID: id, Attack: attack, Place: "header", Encoding: "plain", Text: agent, Response: ordinaryAnswer(),
		Request: []byte("GET /api/v1/items?page=2 HTTP/1.1\r\nHost: shop.example\r\nUser-Agent: " + agent + "\r\nAccept: */*\r\n\r\n")}
	if attack {
		c.Label = "scanner-ua"
	}
	return c
}

func agentCases(file string, attack bool) ([]corpus.Case, error) {
	list, err := textLines(file)
	if err != nil {
		return nil, err
	}
	var out []corpus.Case
	for i, l := range list {
		if attack || strings.HasPrefix(l, "Mozilla/") {
			out = append(out, agentCase(fmt.Sprintf("%s:%d", filepath.Base(file), i), l, attack))
		}
	}
	return out, nil
}

func crawlers(file string) ([]corpus.Case, error) {
	raw, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var list []struct{ Instances []string }
	if err := json.Unmarshal(raw, &list); err != nil {
		return nil, err
	}
	var out []corpus.Case
	for i, c := range list {
		for j, ua := range c.Instances {
			if !strings.ContainsAny(ua, "\r\n\x00") {
				out = append(out, agentCase(fmt.Sprintf("crawlers:%d.%d", i, j), ua, false))
			}
		}
	}
	return out, nil
}

// ruleSetTests are the requests that the Core Rule Set's own tests want
// matched. The first family is what its file is about, the others are as right.
func ruleSetTests(file string) ([]corpus.Case, error) {
	families := map[string][]string{
		"913": {"scanner-ua"}, "930": {"path-traversal"}, "931": {"ssrf", "path-traversal"}, "932": {"cmdi", "code-inj"},
		"933": {"code-inj", "upload", "deser", "path-traversal"}, "934": {"ssti", "ssrf", "nosqli", "proto-pollution", "code-inj", "cmdi", "deser"},
		"941": {"xss", "ssti"}, "942": {"sqli", "nosqli"}, "943": {"session-fixation"}, "944": {"log4shell", "deser", "code-inj", "ssti"},
	}
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var out []corpus.Case
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 4<<20)
	for lines.Scan() {
		var t struct {
			RuleID  int `json:"rule_id"`
			Family  string
			Test    int
			Request *struct {
				Method, URI, Version, Data string
				Headers                    [][2]string
			}
			Expect struct{ Match []int }
		}
		if err := json.Unmarshal(lines.Bytes(), &t); err != nil {
			return nil, err
		}
		number, _, _ := strings.Cut(strings.TrimPrefix(t.Family, "REQUEST-"), "-")
		fs := families[number]
		if fs == nil || t.Request == nil || len(t.Expect.Match) == 0 {
			continue
		}
		out = append(out, corpus.Case{ID: fmt.Sprintf("%d-%d", t.RuleID, t.Test), Attack: true, Label: fs[0], Also: fs[1:], Place: "request", Encoding: "plain", Response: ordinaryAnswer(),
			Request: restated(t.Request.Method, t.Request.URI, t.Request.Data, t.Request.Headers)})
	}
	return out, lines.Err()
}

func restated(method, uri, data string, headers [][2]string) []byte {
	if method == "" {
		method = "GET"
	}
	if uri == "" {
		uri = "/"
	}
	head, length, ctype := method+" "+uri+" HTTP/1.1\r\n", false, false
	for _, h := range headers {
		head += h[0] + ": " + h[1] + "\r\n"
		length = length || strings.EqualFold(h[0], "Content-Length") || strings.EqualFold(h[0], "Transfer-Encoding")
		ctype = ctype || strings.EqualFold(h[0], "Content-Type")
	}
	if data != "" && !length {
		head += "Content-Length: " + strconv.Itoa(len(data)) + "\r\n"
	}
	if data != "" && !ctype {
		head += "Content-Type: application/x-www-form-urlencoded\r\n"
	}
	return []byte(head + "\r\n" + data)
}
