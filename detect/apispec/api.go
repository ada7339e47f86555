package apispec

import (
	"fmt"
	"slices"
	"strings"

	"spaniel/detect/text"
)

// Status is what a document says of a call. What is larger says more: of several
// documents the largest counts.
type Status uint8

// The statuses. Of a call that lies below none of a document's servers nothing
// is said.
const (
	NotCovered Status = iota
	// Undocumented is a path that the document has not.
	Undocumented
	// OtherMethod is a path that it has, but not with this method.
	OtherMethod
	// Deprecated is an operation that is to be used no more.
	Deprecated
	Documented
)

// String is the status as expressions have it.
func (s Status) String() string {
	return [...]string{"", "undocumented", "other-method", "deprecated", "documented"}[s]
}

// An API is a document at its places, ready to be asked. It does not change.
type API struct {
	mounts []mount
	// Operations counts those of the document, Old the deprecated ones.
	Operations, Old int
}

// mount is the tree below one place.
type mount struct {
	host string // in which * stands for any text
	base string
	// above are the texts around the parameters of each segment of the base.
	above [][]string
	tree  *branch
}

// At puts a document at its places: below base, or where its servers say if
// that is empty; at the hosts, or at those that its servers name if there are
// none. It is at fault where nobody says at which hosts it is.
func (d *Document) At(hosts []string, base string) (*API, *Fault) {
	a := &API{Operations: len(d.Operations)}
	for i := range d.Operations {
		o := &d.Operations[i]
		if o.Deprecated {
			a.Old++
		}
		places := d.servers
		if o.servers != nil {
			places = o.servers
		}
		for _, p := range placed(places, hosts, base) {
			shown := o.Method + " " + p.base + o.Path
			a.at(p).add(o.Path, operation{o.Method, shown, o.Deprecated})
		}
		if len(a.mounts) > maxMounts {
			return nil, &Fault{1, 1, 1, fmt.Sprintf("its operations have more than %d servers", maxMounts), "name its hosts in the configuration"}
		}
	}
	if len(a.mounts) == 0 {
		return nil, &Fault{1, 1, 1, "its servers name no host", `say which in the configuration, such as hosts: [api.example], or ["*"] for any`}
	}
	return a, nil
}

// placed are the places as the user says.
func placed(places []place, hosts []string, base string) (out []place) {
	add := func(p place) {
		if !slices.Contains(out, p) && len(out) < maxServers {
			out = append(out, p)
		}
	}
	for _, p := range places {
		if base != "" {
			p.base = strings.TrimRight(base, "/")
		}
		for _, h := range hosts {
			add(place{strings.ToLower(h), p.base})
		}
		if len(hosts) == 0 && p.host != "" && !toNobody(p.host) {
			add(p)
		}
	}
	return out
}

// at is the tree of a place.
func (a *API) at(p place) *branch {
	for i := range a.mounts {
		if m := &a.mounts[i]; m.host == p.host && m.base == p.base {
			return m.tree
		}
	}
	m := mount{host: p.host, base: p.base, tree: &branch{}}
	for segment, rest := cutSegment(p.base); segment != ""; segment, rest = cutSegment(rest) {
		m.above = append(m.above, partsOf(segment))
	}
	a.mounts = append(a.mounts, m)
	return m.tree
}

// Hosts lists the hosts at which it is, each once.
func (a *API) Hosts() (list []string) {
	for i := range a.mounts {
		if !slices.Contains(list, a.mounts[i].host) {
			list = append(list, a.mounts[i].host)
		}
	}
	return list
}

// Find says which operation a call is, as METHOD and the path's template; ""
// where it is none. Asking what a server can do (OPTIONS) is nobody's operation
// unless the document has it.
func (a *API) Find(host, method, path string) (status Status, operation string) {
	for i := range a.mounts {
		m := &a.mounts[i]
		if !atHost(m.host, host) {
			continue
		}
		rest, below := m.below(path)
		if !below {
			continue
		}
		best := found{status: Undocumented}
		m.tree.look(rest, method, &best)
		if method == "OPTIONS" && best.status < Deprecated {
			continue
		}
		if best.status > status {
			status, operation = best.status, ""
			if best.status >= Deprecated {
				operation = best.op.shown
			}
		}
	}
	return status, operation
}

// below reports a path below the base, and what is left of it.
func (m *mount) below(path string) (rest string, ok bool) {
	rest = path
	for _, parts := range m.above {
		var segment string
		segment, rest = cutSegment(rest)
		if len(parts) == 1 {
			if plain(segment) != parts[0] {
				return "", false
			}
		} else if s := (shape{parts: parts}); !s.fits(plain(segment)) {
			return "", false
		}
	}
	return rest, true
}

// atHost reports a host that a pattern fits, which need not name the port.
func atHost(pattern, host string) bool {
	if pattern == "" {
		return false
	}
	if text.Glob(pattern, host) {
		return true
	}
	i := strings.LastIndexByte(host, ':')
	return i > 0 && strings.IndexByte(host[i:], ']') < 0 && text.Glob(pattern, host[:i])
}
