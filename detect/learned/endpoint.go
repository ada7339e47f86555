package learned

// An Endpoint is what is known of one method of one route.
type Endpoint struct {
	// Calls that worked, since First; Last is the latest. Both are packet
	// clocks in ns.
	Calls       uint64
	First, Last int64
	// Auth counts these calls by how they were authenticated.
	Auth [authCount]uint64

	// withFields counts the calls that had fields.
	withFields uint64
	fields     map[string]*Field    // by place
	returned   map[string]*returned // by role
	uses       uses
	// asked counts the ids that callers with a name asked for, askedKnown
	// those that they had been given, made or used before.
	asked, askedKnown uint64
	names             rest // of learning what answers hold
	sizes             *sizes

	method string
	node   *node
	credit uint8 // calls since the last walk for room
	gone   bool
}

// maxCredit bounds how many walks for room an endpoint outlives without a call.
const maxCredit = 15

func (e *Endpoint) learn(f *Facts, l *Lesson, owner uint64) {
	if e.Calls == 0 {
		e.First = l.Clock
	}
	e.Calls++
	e.Last = max(e.Last, l.Clock)
	e.Auth[l.Auth]++
	e.credit = min(e.credit+1, maxCredit)
	if len(l.Fields) > 0 {
		e.withFields++
		e.learnFields(f, l.Fields)
	}
	e.learnSize(l.Bytes)
	e.learnReturned(f, l)
	e.uses.learn(l, owner)
}

// add takes over what another endpoint knew: their routes became one.
func (e *Endpoint) add(f *Facts, o *Endpoint) {
	if e.Calls == 0 || o.Calls > 0 && o.First < e.First {
		e.First = o.First
	}
	e.Calls += o.Calls
	e.Last = max(e.Last, o.Last)
	for i, n := range o.Auth {
		e.Auth[i] += n
	}
	e.credit = max(e.credit, o.credit)
	e.withFields += o.withFields
	e.addFields(f, o)
	e.addReturned(f, o)
	e.addSizes(o)
	e.uses.add(&o.uses)
	e.asked, e.askedKnown = e.asked+o.asked, e.askedKnown+o.askedKnown
	e.names.join(&o.names)
}

// Authenticated is the share of the calls that carried credentials; 0 without
// calls.
func (e *Endpoint) Authenticated() float64 {
	if e.Calls == 0 {
		return 0
	}
	return float64(e.Calls-e.Auth[0]) / float64(e.Calls)
}

// Method, Host and Route are what the endpoint is called.
func (e *Endpoint) Method() string { return e.method }

// Host is the host of the endpoint's calls.
func (e *Endpoint) Host() string { return e.node.top().seg }

// Route is the learned route: segments that take many values are {value}.
func (e *Endpoint) Route() string { return e.node.path() }

// Why says how the route came about, "" where it is the template of a path.
func (e *Endpoint) Why() string {
	for n := e.node; n != nil; n = n.parent {
		if n.why != "" {
			return n.why
		}
	}
	return ""
}
