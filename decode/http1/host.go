package http1

import (
	"strings"

	"spaniel/event"
)

// noHost marks bytes that are in no host.
var noHost = func() (t [256]bool) {
	for _, c := range []byte("@/\\,;? \t#") {
		t[c] = true
	}
	return t
}()

// splitTarget fills what is derived from the target and the Host fields; cut
// says that not all fields were seen. other takes the other of two hosts.
func splitTarget(c *event.Call, f *facts, v version, cut, other bool) {
	q := &c.Req
	host, path := f.host, q.Target
	secure := false
	switch {
	case q.Method == "CONNECT" && strings.HasPrefix(q.Target, "/"):
		c.Mark(AnomalyHost) // no authority: whom to connect to, only Host says
	case q.Method == "CONNECT" && q.Target != "":
		if path = ""; f.hosts > 0 && !strings.EqualFold(q.Target, f.host) {
			c.Mark(AnomalyHost)
		}
		if !other || f.hosts == 0 {
			host = q.Target
		}
	case !strings.HasPrefix(q.Target, "/"):
		if h, rest, https, ok := absolute(q.Target); ok {
			c.Mark(AnomalyAbsolute)
			if strings.IndexByte(h, '@') >= 0 || f.hosts > 0 && !strings.EqualFold(cutPort(h, https), cutPort(f.host, https)) {
				c.Mark(AnomalyHost)
			}
			if path, secure = rest, https; !other || f.hosts == 0 {
				host = h[strings.LastIndexByte(h, '@')+1:]
			}
		}
	}
	odd := 0
	for odd < len(host) && !noHost[host[odd]] {
		odd++
	}
	if odd == len(host) {
		odd = -1
	}
	if f.hosts > 1 || odd >= 0 || oddPort(host) {
		c.Mark(AnomalyHost)
	}
	if other && odd > 0 {
		host = host[:odd]
	}
	if f.hosts == 0 && v == v11 && !cut {
		c.Mark(AnomalyMissingHost)
	}
	q.Host = toLower(cutPort(host, secure))
	q.Path, q.Query, _ = strings.Cut(path, "?")
	if q.Path == "" && (q.Method != "CONNECT" || q.Target == "") {
		q.Path = "/"
	}
}

// absolute takes a whole URL apart: its authority and what follows.
func absolute(target string) (authority, rest string, https, ok bool) {
	i := strings.Index(target, "://")
	if i <= 0 || strings.IndexByte(target[:i], '/') >= 0 || strings.IndexByte(target[:i], '?') >= 0 {
		return "", "", false, false
	}
	authority = target[i+3:]
	https = is(target[:i], "https")
	if j := strings.IndexAny(authority, "/?#"); j >= 0 {
		return authority[:j], authority[j:], https, true
	}
	return authority, "", https, true
}

// oddPort reports whether what stands behind a host's colon is no port: other
// bytes than digits, more of them than a port has, or a second colon.
func oddPort(host string) bool {
	if i := strings.IndexByte(host, ']'); i >= 0 && host[0] == '[' {
		host = host[i+1:]
	}
	_, port, _ := strings.Cut(host, ":")
	for i := 0; i < len(port); i++ {
		if !isDigit(port[i]) {
			return true
		}
	}
	return len(port) > 5
}

// cutPort cuts the scheme's default port off a host.
func cutPort(host string, https bool) string {
	if https {
		return strings.TrimSuffix(host, ":443")
	}
	return strings.TrimSuffix(host, ":80")
}
