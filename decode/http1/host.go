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

// A knownHost is the last Host of which nothing was odd, as it was sent and as it
// is told: nearly all requests to a server have the same.
type knownHost struct{ sent, told string }

// maxKnownHost is how long a host is at most that is known.
const maxKnownHost = 64

// splitOrdinary is splitTarget of a request whose target is a path, its only Host
// the known one; false for any other, of which nothing was filled.
func splitOrdinary(q *event.Request, f *facts, known *knownHost) bool {
	if f.hosts != 1 || f.host == "" || f.host != known.sent || q.Method == "CONNECT" {
		return false
	}
	q.Host, q.Path, q.Query, q.URI = known.told, q.Target, "", ""
	if i := strings.IndexByte(q.Target, '?'); i >= 0 {
		q.Path, q.Query = q.Target[:i], q.Target[i+1:]
	}
	return true
}

// know remembers the host of a request that splitTarget has filled.
func (k *knownHost) know(q *event.Request, f *facts) {
	if f.hosts == 1 && len(f.host) <= maxKnownHost && f.host != k.sent && clearHost(f.host) {
		*k = knownHost{sent: strings.Clone(f.host), told: strings.Clone(q.Host)}
	}
}

// clearHost reports whether nothing about a host is odd.
func clearHost(host string) bool { return oddIn(host) < 0 && !oddPort(host) }

// oddIn is where the first byte stands that is in no host, -1 without one.
func oddIn(host string) int {
	for i := range len(host) {
		if noHost[host[i]] {
			return i
		}
	}
	return -1
}

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
	odd := oddIn(host)
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
	q.URI = ""
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
