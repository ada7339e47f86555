package sigma

import "strings"

// target is what a field of a log is in a call.
type target struct {
	expr   string
	number bool
	addr   bool
	url    bool   // a whole one: what it is compared with decides how much of it is made
	differ string // how the two differ, "" if they do not
}

// fieldOf finds the field of a call that a log's field is.
func fieldOf(name string) (target, bool) {
	t, ok := fields()[strings.ToLower(name)]
	return t, ok
}

// fields are those of the W3C log format and of Sigma's proxy taxonomy.
func fields() map[string]target {
	url := target{expr: "(req.host + req.target)", url: true}
	text := func(expr string) target { return target{expr: expr} }
	return map[string]target{
		"cs-method": text("req.method"), "c-method": text("req.method"), "http.method": text("req.method"), "method": text("req.method"), "requestmethod": text("req.method"),
		"cs-uri": text("req.target"), "cs-uri-query": text("req.query"), "c-uri-query": text("req.query"), "cs-uri-stem": text("req.path"), "c-uri-stem": text("req.path"), "c-uripath": text("req.path"),
		"uri": text("req.target"), "request": text("req.target"), "url": url, "c-uri": url,
		"c-uri-extension": {expr: "req.path", differ: "an extension is compared with the path's end"},
		"cs-host":         text("req.host"), "r-dns": text("req.host"), "c-dns": text("req.host"), "host": text("req.host"), "cs-user-agent": text("req.user_agent"), "c-useragent": text("req.user_agent"), "c-user-agent": text("req.user_agent"),
		"useragent": text("req.user_agent"), "cs-referer": text(`req.header("referer")`), "cs-referrer": text(`req.header("referer")`), "referer": text(`req.header("referer")`),
		"cs-cookie": text(`req.header("cookie")`), "cs(cookie)": text(`req.header("cookie")`), "cs-content-type": text(`req.header("content-type")`), "cs-mime-type": text("resp.content_type"),
		"sc-status": {expr: "resp.status", number: true}, "status": {expr: "resp.status", number: true}, "cs-bytes": {expr: "req.body_bytes", number: true, differ: "bytes are of the body alone"},
		"sc-bytes": {expr: "resp.body_bytes", number: true, differ: "bytes are of the body alone"},
		"c-ip":     {expr: "client.ip", addr: true}, "src_ip": {expr: "client.ip", addr: true}, "source.ip": {expr: "client.ip", addr: true}, "r-ip": {expr: "server.ip", addr: true}, "s-ip": {expr: "server.ip", addr: true},
		"dst_ip": {expr: "server.ip", addr: true}, "dst_port": {expr: "server.port", number: true}, "s-port": {expr: "server.port", number: true}, "r-port": {expr: "server.port", number: true},
		"cs-username": text("principal.user"), "cs-version": text("req.http_version"), "cs-body": text("req.body"), "sc-body": text("resp.body"),
	}
}
