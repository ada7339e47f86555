package main

import (
	"bytes"
	"strconv"

	"github.com/corazawaf/coraza/v3"
	"github.com/corazawaf/coraza/v3/types"
)

// verdict is what the rule set says of a call: whether it would be blocked, and
// the families of attack named.
type verdict struct {
	Found    bool     `json:"found"`
	Families []string `json:"families"`
}

// judge asks as a proxy does, phase by phase, until it would block.
func judge(waf coraza.WAF, c *call) verdict {
	tx := waf.NewTransaction()
	blocked := request(tx, c.Request)
	if !blocked && c.Response != nil {
		blocked = response(tx, c.Response)
	}
	tx.ProcessLogging()
	v := verdict{Found: blocked}
	for _, m := range tx.MatchedRules() {
		id := m.Rule().ID()
		if id < 911000 || id >= 980000 || id/1000 == 949 || id/1000 == 959 || id%1000 < 100 {
			continue // what counts and steers
		}
		v.Families = append(v.Families, families(m.Rule())...)
	}
	_ = tx.Close() // nothing is kept
	return v
}

// head splits a message: its first line, header lines, and body.
func head(b []byte) (first string, lines [][2]string, body []byte) {
	top, body, _ := bytes.Cut(b, []byte("\r\n\r\n"))
	for i, l := range bytes.Split(top, []byte("\r\n")) {
		if i == 0 {
			first = string(l)
			continue
		}
		name, value, _ := bytes.Cut(l, []byte(":"))
		lines = append(lines, [2]string{string(name), string(bytes.TrimSpace(value))})
	}
	return first, lines, body
}

func request(tx types.Transaction, b []byte) (blocked bool) {
	first, lines, body := head(b)
	method, target, version := requestLine(first)
	tx.ProcessConnection("198.51.100.7", 40000, "10.0.0.5", 80)
	tx.ProcessURI(target, method, version)
	for _, h := range lines {
		tx.AddRequestHeader(h[0], h[1])
		if h[0] == "Host" {
			tx.SetServerName(h[1])
		}
	}
	if tx.ProcessRequestHeaders() != nil {
		return true
	}
	if in, _, err := tx.WriteRequestBody(body); in != nil || err != nil {
		return in != nil
	}
	in, err := tx.ProcessRequestBody()
	return in != nil && err == nil
}

func requestLine(s string) (method, target, version string) {
	a := bytes.IndexByte([]byte(s), ' ')
	z := bytes.LastIndexByte([]byte(s), ' ')
	if a < 0 || z <= a {
		return s, "/", "HTTP/1.1"
	}
	return s[:a], s[a+1 : z], s[z+1:]
}

func response(tx types.Transaction, b []byte) (blocked bool) {
	first, lines, body := head(b)
	for _, h := range lines {
		tx.AddResponseHeader(h[0], h[1])
	}
	status := 200
	if f := bytes.Fields([]byte(first)); len(f) > 1 {
		if n, err := strconv.Atoi(string(f[1])); err == nil {
			status = n
		}
	}
	if tx.ProcessResponseHeaders(status, "HTTP/1.1") != nil {
		return true
	}
	if !tx.IsResponseBodyProcessable() {
		return false
	}
	if in, _, err := tx.WriteResponseBody(body); in != nil || err != nil {
		return in != nil
	}
	in, err := tx.ProcessResponseBody()
	return in != nil && err == nil
}
