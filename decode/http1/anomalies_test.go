package http1

import (
	"strings"
	"testing"
)

// oddities are requests or responses with what must be said about them. A
// plain request follows each, which must be found again, or the call says
// desync.
var oddities = []struct{ name, request, response, want string }{
	{"CL.TE", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", ok0, "smuggling_ambiguous"},
	{"TE.TE", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n", ok0, "bad_transfer_encoding,smuggling_ambiguous,desync"},
	{"TE xchunked", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n", ok0, "bad_transfer_encoding,smuggling_ambiguous,desync"},
	{"TE with VT", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: \vchunked\r\n\r\n0\r\n\r\n", ok0, "bad_header_value,bad_transfer_encoding,smuggling_ambiguous"},
	{"TE on 1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", ok0, "smuggling_ambiguous"},
	{"TE with space before colon", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n", ok0, "smuggling_ambiguous,space_before_colon"},
	{"TE behind a bare LF", "POST / HTTP/1.1\r\nHost: x\r\nA: b\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", ok0, "bare_lf,smuggling_ambiguous"},
	{"TE with an underscore", "POST / HTTP/1.1\r\nHost: x\r\nTransfer_Encoding: chunked\r\n\r\n", ok0, "smuggling_ambiguous"},
	{"CL with space before colon", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length : 3\r\n\r\nabc", ok0, "smuggling_ambiguous,space_before_colon"},
	{"TE folded", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n", ok0, "bad_transfer_encoding,obs_fold,smuggling_ambiguous"},
	{"CL twice, equal", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nContent-Length: 0\r\n\r\n", ok0, "smuggling_ambiguous"},
	{"CL list", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3, 3\r\n\r\nabc", ok0, "smuggling_ambiguous"},
	{"CL twice, different", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\na", ok0, "smuggling_ambiguous"},
	{"CL +1", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: +1\r\n\r\na", ok0, "bad_content_length,desync"},
	{"CL -1", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", ok0, "bad_content_length,desync"},
	{"CL hex", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0x1\r\n\r\na", ok0, "bad_content_length,desync"},
	{"CL 2^64", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 18446744073709551616\r\n\r\n", ok0, "bad_content_length,desync"},
	{"CL with leading zeros", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 003\r\n\r\nabc", ok0, "bad_content_length"},
	{"CL empty", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: \r\n\r\n", ok0, "bad_content_length,desync"},
	{"chunk size 0x", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0x1\r\na\r\n0\r\n\r\n", ok0, "bad_chunk,desync,smuggling_ambiguous"},
	{"chunk size +1", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n+1\r\na\r\n0\r\n\r\n", ok0, "bad_chunk,desync,smuggling_ambiguous"},
	{"chunk size 2^64", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n10000000000000000\r\na\r\n0\r\n\r\n", ok0, "bad_chunk,desync,smuggling_ambiguous"},
	{"chunk without its CRLF", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n", ok0, "bad_chunk,desync"},
	{"chunk lines end in LF", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\na\n0\n\n", ok0, "bare_lf"},
	{"long chunk extension", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1;" + strings.Repeat("x", 300) + "\r\na\r\n0\r\n\r\n", ok0, "chunk_extension"},
	{"CR in a chunk extension", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1;a\rb\r\na\r\n0\r\n\r\n", ok0, "bare_cr"},
	{"quote in a chunk extension that is not closed", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1;a=\"\r\na\r\n0\r\n\r\n", ok0, "chunk_extension"},
	{"quote in a chunk extension that is closed", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1;a=\"\\\"\"\r\na\r\n0\r\n\r\n", ok0, ""},
	{"LF after the last chunk", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\n", ok0, "bare_lf"},
	{"trailer with Host", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nHost: y\r\n\r\n", ok0, "forbidden_trailer"},
	{"obs-fold", "GET / HTTP/1.1\r\nHost: x\r\nA: b\r\n c\r\n\r\n", ok0, "obs_fold"},
	{"bare LF", "GET / HTTP/1.1\nHost: x\n\n", ok0, "bare_lf"},
	{"bare CR", "GET / HTTP/1.1\r\nHost: x\r\nA: b\rc\r\n\r\n", ok0, "bare_cr"},
	{"control byte in a value", "GET / HTTP/1.1\r\nHost: x\r\nA: \x01b\r\n\r\n", ok0, "bad_header_value"},
	{"NUL", "GET / HTTP/1.1\r\nHost: x\r\nA: \x00\r\n\r\n", ok0, "nul_byte"},
	{"space before colon", "GET / HTTP/1.1\r\nHost: x\r\nA : b\r\n\r\n", ok0, "space_before_colon"},
	{"empty name", "GET / HTTP/1.1\r\nHost: x\r\n: b\r\n\r\n", ok0, "bad_header_name"},
	{"name in UTF-8", "GET / HTTP/1.1\r\nHost: x\r\n\u00e9: b\r\n\r\n", ok0, "bad_header_name"},
	{"no colon", "GET / HTTP/1.1\r\nHost: x\r\nfoo\r\n\r\n", ok0, "bad_header_line"},
	{"first line folded", "GET / HTTP/1.1\r\n Host: x\r\n\r\n", ok0, "bad_header_line,missing_host"},
	{"no Host", "GET / HTTP/1.1\r\n\r\n", ok0, "missing_host"},
	{"no Host on 1.0", "GET / HTTP/1.0\r\n\r\n", ok0, ""},
	{"two Hosts", "GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", ok0, "host_ambiguous"},
	{"Host folded", "GET / HTTP/1.1\r\nHost: x\r\n y\r\n\r\n", ok0, "host_ambiguous,obs_fold"},
	{"Host with two ports", "GET / HTTP/1.1\r\nHost: x:80:81\r\n\r\n", ok0, "host_ambiguous"},
	{"Host with a port of letters", "GET / HTTP/1.1\r\nHost: x:http\r\n\r\n", ok0, "host_ambiguous"},
	{"Host of IPv6", "GET / HTTP/1.1\r\nHost: [::1]:81\r\n\r\n", ok0, ""},
	{"CONNECT to another Host", "CONNECT a:80 HTTP/1.1\r\nHost: b:80\r\n\r\n", "HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n", "host_ambiguous"},
	{"Host with userinfo", "GET / HTTP/1.1\r\nHost: a@b\r\n\r\n", ok0, "host_ambiguous"},
	{"absolute form", "GET http://X.example:80/a HTTP/1.1\r\nHost: x.example\r\n\r\n", ok0, "absolute_form"},
	{"absolute form, other Host", "GET http://x.example/a HTTP/1.1\r\nHost: y.example\r\n\r\n", ok0, "absolute_form,host_ambiguous"},
	{"lower case method", "get / HTTP/1.1\r\nHost: x\r\n\r\n", ok0, "bad_method"},
	{"method of junk", "GE\"T / HTTP/1.1\r\nHost: x\r\n\r\n", ok0, "bad_method"},
	{"HTTP/1.9", "GET / HTTP/1.9\r\nHost: x\r\n\r\n", ok0, "bad_version"},
	{"two spaces", "GET  / HTTP/1.1\r\nHost: x\r\n\r\n", ok0, "bad_request_line"},
	{"space in the target", "GET /a b HTTP/1.1\r\nHost: x\r\n\r\n", ok0, "bad_request_line"},
	{"no target", "OPTIONS HTTP/1.1\r\nHost: x\r\n\r\n", ok0, "bad_request_line"},
	{"no space before the version", "GET /HTTP/1.1\r\nHost: x\r\n\r\n", ok0, "bad_request_line"},
	{"HTTP/1.", "GET / HTTP/1.\r\nHost: x\r\n\r\n", ok0, "bad_version"},
	{"leading space", " GET / HTTP/1.1\r\nHost: x\r\n\r\n", ok0, "bad_request_line"},
	{"leading lines", "\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n", ok0, "leading_line"},
	{"status 999", get, "HTTP/1.1 999 X\r\nContent-Length: 0\r\n\r\n", "bad_status"},
	{"status 20", get, "HTTP/1.1 20 X\r\nContent-Length: 0\r\n\r\n", "bad_status"},
	{"status word", get, "HTTP/1.1 abc X\r\nContent-Length: 0\r\n\r\n", "bad_status"},
	{"response HTTP/2.0", get, "HTTP/2.0 200 X\r\nContent-Length: 0\r\n\r\n", "bad_version"},
	{"many interim responses", get, strings.Repeat("HTTP/1.1 100 Continue\r\n\r\n", 20) + ok0, "excessive_interim"},
	{"too many fields", "GET / HTTP/1.1\r\nHost: x\r\n" + strings.Repeat("A: b\r\n", 300) + "\r\n", ok0, "too_many_headers"},
	{"body hidden behind too many fields", "POST / HTTP/1.1\r\nHost: x\r\n" + strings.Repeat("A: b\r\n", 300) + "Content-Length: 3\r\n\r\nabc", ok0, "too_many_headers"},
	{"long head", "GET / HTTP/1.1\r\nHost: x\r\n" + strings.Repeat("A: "+strings.Repeat("b", 1000)+"\r\n", 100) + "\r\n", ok0, "head_too_long"},
	{"body hidden behind a long head", "POST / HTTP/1.1\r\nHost: x\r\n" + strings.Repeat("A: "+strings.Repeat("b", 1000)+"\r\n", 100) + "Content-Length: 30\r\n\r\nGET /c HTTP/1.1\r\nHost: x\r\n\r\nab", ok0, "head_too_long"},
	{"long target", "GET /" + strings.Repeat("a", 100<<10) + " HTTP/1.1\r\nHost: x\r\n\r\n", ok0, "head_too_long"},
}

func TestAnomalies(t *testing.T) {
	known := map[string]bool{}
	for _, a := range Anomalies() {
		if known[a.Name] || a.Meaning == "" {
			t.Errorf("%s is listed twice or without meaning", a.Name)
		}
		known[a.Name] = true
	}
	for _, o := range oddities {
		for _, size := range []int{0, 1, 5} {
			r := newRig(nil).run(size, req(o.request), res(o.response), req("GET /next HTTP/1.1\r\nHost: x\r\n\r\n"), res(ok0))
			r.accounted(t)
			if len(r.calls) != 2 {
				t.Errorf("%s, cut at %d: %d calls: %q", o.name, size, len(r.calls), r.calls)
				continue
			}
			_, got, _ := strings.Cut(r.calls[0], "anomalies=")
			if got = sorted(got); got != sorted(o.want) {
				t.Errorf("%s, cut at %d:\n got %s\nwant %s\nin %.300s", o.name, size, got, o.want, r.calls[0])
			}
			if !strings.Contains(r.calls[1], "GET /next") || !strings.Contains(r.calls[1], "-> 200") {
				t.Errorf("%s, cut at %d: next call is %q", o.name, size, r.calls[1])
			}
			for _, name := range strings.Split(got, ",") {
				if name != "" && !known[name] {
					t.Errorf("%s: %q is not listed", o.name, name)
				}
			}
		}
	}
}

func TestSniff(t *testing.T) {
	for _, c := range []struct {
		in   string
		want int8
	}{
		{"", 0}, {"G", 0}, {"GET ", 0}, {"GET /a", 0}, {"GET /a HTTP/1.1\r\n", 1}, {"GET /a\r\n", 1}, {"POST /a\r\n", -1},
		{"\r\nGET /a HTTP/1.0\n", 1}, {"FOO /a HTTP/1.1\r\n", 1}, {"foo /a HTTP/1.1\r\n", 1},
		{"OPTIONS * HTTP/1.1\r\n", 1}, {"CONNECT a:443 HTTP/1.1\r\n", 1}, {"GET http://a/ HTTP/1.1\r\n", 1},
		{"OPTIONS HTTP/1.1\r\n", 1}, {"GET / HTTP/1.\r\n", 1}, {" GET / HTTP/1.1\r\n", 1}, {" GET /", 0}, {"FOO HTTP/1.\r\n", -1}, {"GET /HTTP/1.1\n", 1}, {"CCM_POST /HTTP/1.1\r\n", 1},
		{"OPTIONS\r\n", 1}, {"LIST\r\n", -1}, {"QUIT\r\n", -1}, {"GET /a?b c d HTTP/1.0\r\n", 1},
		{"HTTP", 0}, {"HTTP/1.1 200", 1}, {"HTTP/1.1 20", 0}, {"HTTP/2.0 200", -1}, {"HTTP/x", -1},
		{"OPTIONS rtsp://a RTSP/1.0\r\n", -1}, {"DESCRIBE rtsp", -1}, {"RTSP/1.0 200 OK\r\n", -1},
		{"REGISTER sip:a SIP/2.0\r\n", -1}, {"INVITE sip:a", -1}, {"SIP/2.0 200 OK\r\n", -1}, {"ICY 200 OK\r\n", -1},
		{"GET * HTTP/1.1\r\n", 1}, {"GET / HTTP/2.0\r\n", 1}, {"he said GET /a HTTP/1.1\r\n", -1}, {"get a b HTTP/1.1\r\n", 1}, {"frob /a b HTTP/1.1\r\n", 1},
		{"M-SEARCH * HTTP/1.1\r\n", -1}, {"NOTIFY * HTTP/1.1\r\n", -1}, {"PRI * HTTP/2.0\r\n", -1},
		{"REQMOD icap://a ICAP/1.0\r\n", -1}, {"SSH-2.0-OpenSSH\r\n", -1}, {"220 mail ESMTP\r\n", -1}, {"EHLO a\r\n", -1},
		{"USER a\r\n", -1}, {"\x16\x03\x01", -1}, {"* OK IMAP\r\n", -1}, {"GET " + strings.Repeat("/", 600), 1}, {"XYZ " + strings.Repeat("/", 600), 1},
		{"GET\t/a", 0}, {"GET\t/a HTTP/1.1\r\n", 1}, {"GET ?id=1", 0}, {"GET ?id=1 HTTP/1.1\r\n", 1}, {"frob ?id=" + strings.Repeat("a", 600), 0},
		{strings.Repeat("m", 256) + " /", 0}, {strings.Repeat("m", 256) + " / HTTP/1.1\r\n", 1}, {strings.Repeat("m", 257), 0}, {strings.Repeat("m", 257) + "(", -1}, {"SSH-2.0- / HTTP/1.1\r\n", 1},
		{"OPTIONS rtsp://" + strings.Repeat("a", 600), -1}, {"SET a \x00", -1}, {"G@T", 0}, {"<?xml version='1.0'?>", -1}, {"G@T! /a HTTP/1.1\r\n", 1}, {"GE\"T /a HTTP/1.1\r\n", 1}, {"{\"a\": 1}\n", -1},
	} {
		if got := Sniff([]byte(c.in)); got != c.want {
			t.Errorf("%.40q: got %d, want %d", c.in, got, c.want)
		}
		for i := range len(c.in) { // a verdict, once given, stays
			if v := Sniff([]byte(c.in[:i])); v != 0 && v != c.want {
				t.Errorf("%.40q: %d after %d bytes, then %d", c.in, v, i, c.want)
			}
		}
	}
}
