package apispec

import (
	"net/netip"
	"net/url"
	"slices"
	"strings"
)

// place is where operations are: a host, in which * stands for any text, "" for
// any, and the path before theirs, a template as theirs are.
type place struct{ host, base string }

// servers reads a list of servers, nil without one.
func (r *reader) servers(n *node) (places []place) {
	if n == nil {
		return nil
	}
	if n.kind != list {
		r.fault(n, "write - url: https://api.example/v1", "servers are %s, not a list", n.is())
		return nil
	}
	if len(n.values) > maxServers {
		r.fault(n, "", "there are %d servers, at most %d are read", len(n.values), maxServers)
		return nil
	}
	for i := range n.values {
		u := n.values[i].get("url")
		if u == nil {
			r.fault(&n.values[i], "write - url: https://api.example/v1", "the server has no url")
			continue
		}
		for _, text := range expand(u.text, n.values[i].get("variables")) {
			p, ok := placeOf(text)
			if !ok {
				r.fault(u, "write https://api.example/v1, or /v1", "%q is no address of a server", u.text)
				break
			}
			if !slices.Contains(places, p) {
				places = append(places, p)
			}
		}
	}
	return places
}

// expand puts the values of a server's variables in their places: those that it
// may have, else its default. One that is not told stays as it is written.
func expand(text string, variables *node) []string {
	out := []string{text}
	if variables == nil {
		return out
	}
	for i := range variables.keys {
		hole, v := "{"+variables.keys[i].text+"}", &variables.values[i]
		if !strings.Contains(text, hole) {
			continue
		}
		var values []string
		if enum := v.get("enum"); enum != nil {
			for j := range enum.values {
				values = append(values, enum.values[j].text)
			}
		}
		if len(values) == 0 || len(values)*len(out) > maxServers {
			// a host or path of a customer's own has a default that is an example
			continue
		}
		var next []string
		for _, t := range out {
			for _, value := range values {
				next = append(next, strings.ReplaceAll(t, hole, value))
			}
		}
		out = next
	}
	return out
}

// placeOf reads an address of a server: absolute, or a path. What is left of
// variables in the host is any text.
func placeOf(text string) (p place, ok bool) {
	scheme, rest, absolute := strings.Cut(text, "://")
	if !absolute {
		if rest, absolute = strings.CutPrefix(text, "//"); !absolute {
			if text != "" && !strings.HasPrefix(text, "/") {
				text = "/" + text // "v1", "./v1"
			}
			return place{base: baseOf(text)}, true
		}
		scheme = "https"
	}
	host, path := rest, ""
	if i := strings.IndexByte(rest, '/'); i >= 0 {
		host, path = rest[:i], rest[i:]
	}
	if scheme == "" || strings.ContainsAny(host, "?# ") {
		return p, false
	}
	for {
		from := strings.IndexByte(host, '{')
		if from < 0 {
			break
		}
		to := strings.IndexByte(host[from:], '}')
		if to < 0 {
			return p, false
		}
		host = host[:from] + "*" + host[from+to+1:]
	}
	if i := strings.LastIndexByte(host, '@'); i >= 0 {
		host = host[i+1:]
	}
	host = strings.ToLower(host)
	host = strings.TrimSuffix(host, map[string]string{"http": ":80", "https": ":443", "ws": ":80", "wss": ":443"}[scheme])
	return place{host: host, base: baseOf(path)}, host != ""
}

// baseOf is the path of a server, without what ends it.
func baseOf(path string) string {
	if i := strings.IndexAny(path, "?#"); i >= 0 {
		path = path[:i]
	}
	return strings.TrimRight(strings.TrimPrefix(path, "/."), "/")
}

// swagger is where the operations of a document of version 2 are.
func (r *reader) swagger(root *node) []place {
	var p place
	if h := root.get("host"); h != nil {
		p.host = strings.ToLower(h.text)
		for _, port := range []string{":80", ":443"} {
			p.host = strings.TrimSuffix(p.host, port)
		}
		if strings.ContainsAny(p.host, "/ ") || p.host == "" {
			r.fault(h, "write api.example", "%q is no host", h.text)
		}
	}
	if b := root.get("basePath"); b != nil {
		if p.base = baseOf(b.text); p.base != "" && !strings.HasPrefix(p.base, "/") {
			p.base = "/" + p.base
		}
	}
	return []place{p}
}

// toNobody reports a host that is the author's own machine, as generators write
// it: it says nothing of where the API is.
func toNobody(host string) bool {
	if h, err := url.Parse("http://" + host); err == nil {
		host = h.Hostname()
	}
	a, err := netip.ParseAddr(host)
	return host == "localhost" || host == "*" || err == nil && (a.IsLoopback() || a.IsUnspecified())
}
