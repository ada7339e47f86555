package learned

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

// learnReturned counts what a response held, by the caller's role. At the caps
// what is new is not kept.
func (e *Endpoint) learnReturned(f *Facts, l *Lesson) {
	if len(l.Returned) == 0 {
		return
	}
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
	if !f.Enough(e, l.Clock) {
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
