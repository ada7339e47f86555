package learned

import (
	"fmt"
	"iter"
	"sort"
	"strings"
)

// When the values of a segment become one, and when one stands apart again.
const (
	// rareCalls is up to how many calls a value is rare, rareValues how many
	// rare ones make it likely that more will come.
	// An API's places are all rare at first: mergeCalls must have come by.
	rareCalls  = 3
	rareValues = 24
	mergeCalls = 200
	// maxKids bounds the values of a segment that are kept apart; beyond it
	// those with less than a twentieth of the calls are one.
	maxKids = 256
	// apartCalls and a fifth of the calls make a value of a {value} a place.
	apartCalls = 100
	// maxDepth bounds a route's segments; the rest is one.
	maxDepth = 16
	// heavyKept is how many values of a {value} are counted.
	heavyKept = 8
)

// valueSegment stands for the values of a segment that became one.
const valueSegment = "{value}"

// A node is a segment of the routes of a host; the top is the host itself.
type node struct {
	seg    string
	parent *node
	kids   map[string]*node
	ends   map[string]*Endpoint // by method
	calls  uint64
	why    string
	roles  roles // of a host: at the top
	// ids rests the learning of ids at a host, taught is how many were learned
	// since it did.
	ids    rest
	taught uint64
	// issuers are those of the tokens that a host took, by the hash of who it is.
	issuers map[uint64]*issuer
	// merged says that new values are {value}; heavy counts the most frequent.
	merged bool
	heavy  []heavy
	since  uint64 // calls of {value} since heavy began
}

type heavy struct {
	Text  string
	Count uint64
}

func (n *node) top() *node {
	for n.parent != nil {
		n = n.parent
	}
	return n
}

func (n *node) path() string {
	if n.parent == nil {
		return "/"
	}
	var segs []string
	for ; n.parent != nil; n = n.parent {
		segs = append(segs, n.seg)
	}
	var b strings.Builder
	for i := len(segs) - 1; i >= 0; i-- {
		b.WriteByte('/')
		b.WriteString(segs[i])
	}
	return b.String()
}

func (n *node) kid(seg string) *node {
	if k := n.kids[seg]; k != nil {
		return k
	}
	if n.kids == nil {
		n.kids = map[string]*node{}
	}
	k := &node{seg: seg, parent: n}
	n.kids[seg] = k
	return k
}

// find walks to the node of a route without making any; nil if there is none.
func (n *node) find(route string) *node {
	for seg := range segments(route) {
		k := n.kids[seg]
		if k == nil && n.merged && mergeable(seg) {
			k = n.kids[valueSegment]
		}
		if k == nil {
			return nil
		}
		n = k
	}
	return n
}

// segments are those of a route; the root has none, a slash at the end makes
// an empty one, and what lies deeper than maxDepth is one.
func segments(route string) iter.Seq[string] {
	return func(yield func(string) bool) {
		rest := strings.TrimPrefix(route, "/")
		for depth := 1; rest != "" || depth > 1; depth++ {
			i := strings.IndexByte(rest, '/')
			if i < 0 || depth == maxDepth {
				yield(rest)
				return
			}
			if !yield(rest[:i]) {
				return
			}
			rest = rest[i+1:]
		}
	}
}

// mergeable reports a segment that may be one value of many: a template of
// the path alone is none, it stands for many already.
func mergeable(seg string) bool { return seg != "" && seg[0] != '{' }

// step is the node below n for a segment, made if need be.
func (n *node) step(seg string) *node {
	if k := n.kids[seg]; k != nil {
		return k
	}
	if !n.merged || !mergeable(seg) {
		return n.kid(seg)
	}
	return n.kid(valueSegment)
}

// saw counts a call whose segment below n was seg, and reports whether the
// routes changed by it.
func (n *node) saw(seg string, f *Facts) bool {
	if !mergeable(seg) {
		return false
	}
	if k := n.kids[seg]; k != nil && k.calls > 1 {
		return false // an old acquaintance
	}
	if n.merged && n.kids[seg] == nil {
		return n.weigh(seg, f)
	}
	return len(n.kids) > rareValues && n.calls >= mergeCalls && n.merge(f)
}

// weigh counts a value that is part of {value}, by the rule of space saving
// (Metwally, 2005), and lets it stand apart once it is a place of its own.
func (n *node) weigh(seg string, f *Facts) bool {
	n.since++
	least := 0
	for i := range n.heavy {
		if n.heavy[i].Text == seg {
			h := &n.heavy[i]
			if h.Count++; h.Count >= apartCalls && h.Count*5 >= n.since {
				k := n.kid(seg)
				k.why = fmt.Sprintf("%q stands apart: %d of the %d latest calls of /%s were of it", seg, h.Count, n.since, strings.TrimPrefix(n.kids[valueSegment].path(), "/"))
				n.heavy = append(n.heavy[:i], n.heavy[i+1:]...)
				f.changed++
				return true
			}
			return false
		}
		if n.heavy[i].Count < n.heavy[least].Count {
			least = i
		}
	}
	if len(n.heavy) < heavyKept {
		n.heavy = append(n.heavy, heavy{seg, 1})
		return false
	}
	n.heavy[least] = heavy{seg, 1} // anew: what came before is not of it
	return false
}

// merge makes the rare values below n one, if there are enough.
func (n *node) merge(f *Facts) bool {
	limit := uint64(rareCalls)
	if len(n.kids) > maxKids {
		limit = max(limit, n.calls/20)
	}
	var rare []*node
	for _, k := range n.kids {
		if mergeable(k.seg) && k.calls <= limit {
			rare = append(rare, k)
		}
	}
	if len(rare) <= rareValues {
		return false
	}
	sort.Slice(rare, func(i, j int) bool { return rare[i].seg < rare[j].seg })
	into := n.kid(valueSegment)
	var calls uint64
	var names []string
	for i, k := range rare {
		calls += k.calls
		if i < 3 {
			names = append(names, k.seg)
		}
		delete(n.kids, k.seg)
		f.take(into, k)
	}
	n.merged = true
	into.why = fmt.Sprintf("%d values in %d calls are one: %s, …", len(rare), calls, strings.Join(names, ", "))
	f.changed++
	return true
}
