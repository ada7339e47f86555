package learned

import "strings"

// maxRoles bounds the roles of an endpoint, maxReturned the fields that each
// was given.
const (
	maxRoles    = 8
	maxReturned = 64
)

// returned is what the callers of one role were given.
type returned struct {
	calls  uint64
	fields map[string]uint64
}

// namesLooked is how many answers to callers of the only role must have taught
// nothing new for learning from answers to rest.
const namesLooked = 256

// learnReturned counts what a response held, by the caller's role, unless that
// rests. At the caps what is new is not kept.
func (e *Endpoint) learnReturned(f *Facts, l *Lesson) {
	if e.names.on(l.Clock) {
		if e.names.count(l.Clock); f.EachAnswer || e.returned[l.Role] == nil {
			e.names.end(l.Clock) // what two roles are given is compared
		}
		return
	}
	if len(l.Returned) == 0 {
		return
	}
	held := f.fields
	e.countReturned(f, l)
	if e.names.n++; f.fields > held || len(e.returned) != 1 || f.EachAnswer {
		e.names.n = 0
	}
	if e.names.n >= max(namesLooked, f.lim.Calls) {
		e.names.begin()
	}
}

func (e *Endpoint) countReturned(f *Facts, l *Lesson) {
	r := e.returned[l.Role]
	if r == nil {
		if len(e.returned) >= maxRoles {
			f.fieldsBeyond++
			return
		}
		if e.returned == nil {
			e.returned = map[string]*returned{}
		}
		r = &returned{fields: map[string]uint64{}}
		e.returned[l.Role] = r
	}
	r.calls++
	for _, name := range l.Returned {
		if _, known := r.fields[name]; !known {
			if len(r.fields) >= maxReturned || f.fields >= f.lim.Fields || len(name) > maxPlace {
				f.fieldsBeyond++
				continue
			}
			f.fields++
		}
		r.fields[name]++
	}
}

func (e *Endpoint) addReturned(f *Facts, o *Endpoint) {
	for _, role := range sortedKeys(o.returned) {
		from := o.returned[role]
		f.fields -= len(from.fields)
		to := e.returned[role]
		if to == nil {
			if len(e.returned) >= maxRoles {
				f.fieldsBeyond++
				continue
			}
			if e.returned == nil {
				e.returned = map[string]*returned{}
			}
			to = &returned{fields: map[string]uint64{}}
			e.returned[role] = to
		}
		to.calls += from.calls
		for _, name := range sortedKeys(from.fields) {
			if _, known := to.fields[name]; !known {
				if len(to.fields) >= maxReturned || f.fields >= f.lim.Fields {
					f.fieldsBeyond++
					continue
				}
				f.fields++
			}
			to.fields[name] += from.fields[name]
		}
	}
	o.returned = nil
}

// forget takes an endpoint's fields out of the count.
func (e *Endpoint) forget(f *Facts) {
	f.fields -= len(e.fields)
	for _, r := range e.returned {
		f.fields -= len(r.fields)
	}
	e.fields, e.returned = nil, nil
}

// NewReturned are the fields of l's response that callers of its role were
// never given, where there were enough calls of that role.
func (f *Facts) NewReturned(e *Endpoint, l *Lesson) (odd []Odd) {
	if !f.Enough(e, l.Clock) || e.names.resting(l.Clock) {
		return nil
	}
	r := e.returned[l.Role]
	if r == nil || r.calls < f.lim.Calls || len(r.fields) >= maxReturned {
		return nil
	}
	for _, name := range l.Returned {
		if r.fields[name] == 0 {
			odd = append(odd, Odd{Place: name, Calls: r.calls, Usual: l.Role})
		}
	}
	return odd
}

// OthersReturned are those of NewReturned that callers of another role were
// given, in as many answers as are enough.
func (f *Facts) OthersReturned(e *Endpoint, l *Lesson) (odd []Odd) {
	if len(e.returned) < 2 {
		return nil
	}
	for _, o := range f.NewReturned(e, l) {
		for _, role := range sortedKeys(e.returned) {
			if n := e.returned[role].fields[o.Place]; n >= f.lim.Calls {
				odd = append(odd, Odd{Place: o.Place, Calls: n, Usual: role})
				break
			}
		}
	}
	return odd
}

// ReadOnlyFields are the fields of l's body that no call of its endpoint had
// before and that answers about the same thing hold: those of the endpoint's route by
// any method, of the route above it and of those below it that are of one
// object. Names are compared by their last part, since requests and answers
// wrap them otherwise.
func (f *Facts) ReadOnlyFields(e *Endpoint, l *Lesson) (odd []Odd) {
	for _, o := range f.NewFields(e, l) {
		if !strings.HasPrefix(o.Place, "body.") {
			continue // what a query names is looked for, not written
		}
		if n := e.node.gave(lastPart(o.Place)); n > 0 {
			o.Calls = n
			odd = append(odd, o)
		}
	}
	return odd
}

// gave is how many answers about what n stands for held a member of the name.
func (n *node) gave(name string) (calls uint64) {
	about := []*node{n}
	if n.parent != nil && n.parent.parent != nil && !mergeable(n.seg) {
		about = append(about, n.parent) // the collection of an object
	}
	for _, seg := range sortedKeys(n.kids) {
		if !mergeable(seg) {
			about = append(about, n.kids[seg])
		}
	}
	for _, k := range about {
		for _, e := range k.ends {
			for _, r := range e.returned {
				for field, n := range r.fields {
					if lastPart(field) == name {
						calls += n
					}
				}
			}
		}
	}
	return calls
}

func lastPart(place string) string { return place[strings.LastIndexByte(place, '.')+1:] }

// Roles lists the roles that were given something, Returned what one was.
func (e *Endpoint) Roles() []string { return sortedKeys(e.returned) }

// A Given is a field that callers of a role were given, and how often.
type Given struct {
	Name  string
	Calls uint64
}

// Returned lists the fields that a role was given, by name.
func (e *Endpoint) Returned(role string) (list []Given) {
	if r := e.returned[role]; r != nil {
		for _, name := range sortedKeys(r.fields) {
			list = append(list, Given{name, r.fields[name]})
		}
	}
	return list
}
