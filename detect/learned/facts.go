package learned

import (
	"cmp"
	"slices"
	"time"

	"spaniel/detect/window"
)

// Limits bound what is kept and say when it is enough; zero values are the
// defaults.
type Limits struct {
	// Endpoints bounds the endpoints; 4,096, at some 400 bytes each.
	Endpoints int
	// Fields bounds the fields of requests and responses that are known of all
	// endpoints together; 65,536, at some 200 bytes each.
	Fields int
	// Sessions bounds the sessions whose user is known; 65,536, at some 150
	// bytes each. The oldest goes.
	Sessions int
	// Calls and Time are how many calls of an endpoint, over how long, must
	// have been seen before anything is said of it; 100 and an hour.
	Calls uint64
	Time  time.Duration
}

// The defaults of the limits on tables, made for a budget of 1 GiB.
const (
	DefaultEndpoints = 4096
	DefaultSessions  = 65_536
	DefaultFields    = 65_536
)

func (l Limits) complete() Limits {
	if l.Endpoints <= 0 {
		l.Endpoints = DefaultEndpoints
	}
	if l.Fields <= 0 {
		l.Fields = DefaultFields
	}
	if l.Sessions <= 0 {
		l.Sessions = DefaultSessions
	}
	if l.Calls == 0 {
		l.Calls = 100
	}
	if l.Time <= 0 {
		l.Time = time.Hour
	}
	return l
}

// Facts is all that was learned. It belongs to one goroutine.
type Facts struct {
	lim   Limits
	hosts map[string]*node
	// fresh are endpoints of which not enough is known, the oldest first;
	// settled the others, walked round in turn. Both may hold some that are
	// gone or have moved on.
	fresh, settled []*Endpoint
	hand           int
	n              int
	sessions       sessions
	signed         signed
	payloads       payloads
	ids            ids
	idsLooked      uint64 // after so many ids it is asked whether any was of use
	// cache finds endpoints by their names' addresses, as of a state of the
	// routes: a memory of what find gives, and nothing else, since addresses
	// differ from run to run.
	cache    map[*Name]found
	cachedAt uint64
	changed  uint64
	evicted  uint64
	// fields are all that are held; fieldsBeyond counts those that found no room.
	fields       int
	fieldsBeyond uint64
	// deafNames and deafIDs are the clocks before which somebody was told not to
	// look into answers of endpoints, of hosts, that are gone.
	deafNames, deafIDs int64
	// EachAnswer says that every answer is looked into, whatever that taught: a
	// rule asks what is new in them.
	EachAnswer bool
	// Baselines are what is usual in windows, as they are kept: they live in
	// the windows, whoever has these puts them here before Encode and takes
	// them after Decode.
	Baselines []Baseline
}

// A Baseline is what is usual for one key of a rule's windows.
type Baseline struct {
	Rule   string  `json:"rule"`
	Source string  `json:"source"` // hash of the rule's text: another rule has other windows
	By     int     `json:"by"`     // which of the rule's keys
	Key    string  `json:"key"`
	Origin uint64  `json:"origin,omitempty"`
	Last   int64   `json:"last"`
	Of     []Usual `json:"of"`
}

// Usual is one baseline with the aggregate it is of, as written.
type Usual struct {
	Aggregate string `json:"aggregate"`
	window.Usual
}

// found is where a name led: straight if nothing on the way was one value of
// many, nor may become one.
type found struct {
	*Endpoint
	straight bool
}

// New returns facts that know nothing.
func New(lim Limits) *Facts {
	f := &Facts{lim: lim.complete(), hosts: map[string]*node{}, cache: map[*Name]found{}, idsLooked: sketchTakes}
	f.sessions.max = f.lim.Sessions
	return f
}

// Counts says how many endpoints and sessions are held, and how many endpoints
// had to go for others.
type Counts struct {
	Endpoints, Sessions, Fields int
	Evicted, SessionsEvicted    uint64
	// FieldsBeyond counts how often a field found no room.
	FieldsBeyond uint64
}

// Counts returns the counts as of now.
func (f *Facts) Counts() Counts {
	return Counts{f.n, len(f.sessions.user), f.fields, f.evicted, f.sessions.evicted, f.fieldsBeyond}
}

// Of is what is known of the endpoint that l is about, nil if nothing is.
func (f *Facts) Of(l *Lesson) *Endpoint {
	known := f.cached(l.Name)
	if known.Endpoint == nil {
		if h := f.hosts[l.Name.Host]; h != nil {
			if n := h.find(l.Name.Route); n != nil {
				known.Endpoint = n.ends[l.Name.Method]
			}
		}
		if known.Endpoint != nil {
			f.cache[l.Name] = known
		}
	}
	return known.Endpoint
}

// cached is where a name led before, while the routes are as they were then.
func (f *Facts) cached(name *Name) found {
	if f.cachedAt != f.changed || len(f.cache) > 2*f.lim.Endpoints {
		clear(f.cache)
		f.cachedAt = f.changed
	}
	return f.cache[name]
}

// Enough reports that at the clock enough is known of e to say what is usual.
func (f *Facts) Enough(e *Endpoint, clock int64) bool {
	return e != nil && e.Calls >= f.lim.Calls && clock-e.First >= int64(f.lim.Time)
}

// Learn takes a lesson. Only calls that worked teach: what does not exist
// fills no table.
func (f *Facts) Learn(l *Lesson) {
	if !l.worked() {
		return
	}
	for _, s := range l.Issued { // whose a session is, an attack tells as well
		f.sessions.put(s, l.User)
	}
	f.payloads.learn(l) // which are attacks for the most part
	f.signed.learn(&l.Token)
	if l.Name == nil {
		return
	}
	if h := f.hosts[l.Name.Host]; h != nil {
		learnToken(h, l)
	}
	if l.Spoiled {
		return
	}
	e, owner := f.make(l.Name, l.Clock), f.owner(l)
	top, before := e.node.top(), f.Enough(e, e.Last)
	e.learn(f, l, owner)
	f.learnRole(top, l)
	if owner != 0 {
		f.learnIDs(e, top, owner, l)
	}
	l.Name.tell(top.ids.tell(l.Clock), e.names.tell(l.Clock), l.Role)
	if !before && f.Enough(e, e.Last) {
		f.settled = append(f.settled, e)
	}
}

// make finds or makes the endpoint of a name, and lets its routes learn.
func (f *Facts) make(name *Name, clock int64) *Endpoint {
	if known := f.cached(name); known.straight {
		for n := known.node; n != nil; n = n.parent {
			n.calls++
		}
		return known.Endpoint
	}
	h := f.hosts[name.Host]
	if h == nil {
		h = &node{seg: name.Host}
		if ahead(f.deafIDs, clock) {
			h.ids = deaf(f.deafIDs)
		}
		f.hosts[name.Host] = h
	}
	h.calls++
	n, straight := h, true
	for seg := range segments(name.Route) {
		k := n.step(seg)
		k.calls++
		if n.saw(seg, f) { // the routes changed under this call
			if k = n.kids[seg]; k == nil {
				k = n.kid(valueSegment)
			}
		}
		straight = straight && k.seg == seg && (k.calls > 1 || !mergeable(seg))
		n = k
	}
	e := n.ends[name.Method]
	if e == nil {
		if n.ends == nil {
			n.ends = map[string]*Endpoint{}
		}
		e = &Endpoint{method: name.Method, node: n}
		if ahead(f.deafNames, clock) {
			e.names = deaf(f.deafNames)
		}
		n.ends[name.Method] = e
		f.fresh = append(f.fresh, e)
		f.n++
		f.room(e)
	}
	if straight && f.cachedAt == f.changed {
		f.cache[name] = found{e, true}
	}
	return e
}

// take puts what is below and at k into another node.
func (f *Facts) take(into, k *node) {
	into.calls += k.calls
	for _, method := range sortedKeys(k.ends) {
		e := k.ends[method]
		if into.ends == nil {
			into.ends = map[string]*Endpoint{}
		}
		if there := into.ends[method]; there != nil {
			there.add(f, e)
			e.gone = true
			f.n--
			continue
		}
		e.node = into
		into.ends[method] = e
	}
	for _, seg := range sortedKeys(k.kids) {
		f.take(into.step(seg), k.kids[seg])
	}
}

func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K {
	keys := make([]K, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// room lets endpoints go until there are no more than may be: those of which
// least is known first, so that a flood of new ones pushes out the flood; then
// those that were not called since the last walk.
func (f *Facts) room(keep *Endpoint) {
	for f.n > f.lim.Endpoints {
		if e := f.oldestFresh(keep); e != nil {
			f.drop(e)
			continue
		}
		if e := f.idle(); e != nil {
			f.drop(e)
			continue
		}
		return
	}
	if len(f.fresh) > 2*f.lim.Endpoints {
		f.fresh = slices.DeleteFunc(f.fresh, func(e *Endpoint) bool { return e.gone || f.Enough(e, e.Last) })
	}
}

func (f *Facts) oldestFresh(keep *Endpoint) *Endpoint {
	for len(f.fresh) > 0 {
		e := f.fresh[0]
		if e == keep {
			return nil
		}
		f.fresh = f.fresh[1:]
		if !e.gone && !f.Enough(e, e.Last) {
			return e
		}
	}
	return nil
}

// idle walks round the settled endpoints, halving what each has earned.
func (f *Facts) idle() *Endpoint {
	for range 8 * (len(f.settled) + 1) {
		if len(f.settled) == 0 {
			return nil
		}
		if f.hand >= len(f.settled) {
			f.hand = 0
		}
		e := f.settled[f.hand]
		if e.gone || e.credit == 0 {
			f.settled = slices.Delete(f.settled, f.hand, f.hand+1)
			if !e.gone {
				return e
			}
			continue
		}
		e.credit /= 2
		f.hand++
	}
	return nil
}

// drop forgets an endpoint, and the nodes that led to nothing else.
func (f *Facts) drop(e *Endpoint) {
	delete(e.node.ends, e.method)
	e.forget(f)
	e.gone = true
	f.n--
	f.evicted++
	f.changed++
	f.deafNames = max(f.deafNames, e.names.told)
	for n := e.node; len(n.ends) == 0 && len(n.kids) == 0; n = n.parent {
		if n.parent == nil {
			delete(f.hosts, n.seg)
			f.deafIDs = max(f.deafIDs, n.ids.told)
			return
		}
		delete(n.parent.kids, n.seg)
	}
}

// Endpoints lists what is known, by host, route and method; it is the facts'
// own, to be read before the next lesson.
func (f *Facts) Endpoints() (list []*Endpoint) {
	var walk func(n *node)
	walk = func(n *node) {
		for _, m := range sortedKeys(n.ends) {
			list = append(list, n.ends[m])
		}
		for _, seg := range sortedKeys(n.kids) {
			walk(n.kids[seg])
		}
	}
	for _, h := range sortedKeys(f.hosts) {
		walk(f.hosts[h])
	}
	return list
}
