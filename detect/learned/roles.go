package learned

// How many roles are known of a host and of an endpoint, and how many callers
// of an endpoint are told apart.
const (
	maxHostRoles = 64
	maxRoleUses  = 16
	maxCallers   = 16
)

// roles are those of a host: the calls of each, whatever was called. At the cap the role with the fewest calls goes, if
// not enough is known of it: names that a client makes up push out one another.
type roles map[string]*tally

func (f *Facts) learnRole(h *node, l *Lesson) {
	if l.Role == "" {
		return
	}
	r := h.roles[l.Role]
	if r == nil {
		if len(h.roles) >= maxHostRoles && !h.roles.room(f.lim.Calls) {
			return
		}
		if h.roles == nil {
			h.roles = roles{}
		}
		r = &tally{}
		h.roles[l.Role] = r
	}
	r.count(l.Clock)
}

func (rs roles) room(enough uint64) bool {
	least := ""
	for name, r := range rs {
		if o := rs[least]; o == nil || r.Calls < o.Calls || r.Calls == o.Calls && name < least {
			least = name
		}
	}
	if rs[least].Calls >= enough {
		return false
	}
	delete(rs, least)
	return true
}

// uses is by whom an endpoint was used: how often by each role, and by which
// callers, as far as they are few.
type uses struct {
	roles, named tally // calls whose role, and whose caller, is known
	byRole       map[string]uint64
	callers      map[uint64]bool
	// moreRoles and moreCallers say that there were others, who are not told.
	moreRoles, moreCallers bool
}

// tally is how many calls there were, since when.
type tally struct {
	Calls uint64 `json:"calls,omitempty"`
	First int64  `json:"first,omitempty"`
}

func (t *tally) count(clock int64) {
	if t.Calls == 0 {
		t.First = clock
	}
	t.Calls++
}

func (t *tally) add(o tally) {
	if t.Calls == 0 || o.Calls > 0 && o.First < t.First {
		t.First = o.First
	}
	t.Calls += o.Calls
}

// enough reports that at the clock t is of enough calls over enough time.
func (f *Facts) enough(t tally, clock int64) bool {
	return t.Calls >= f.lim.Calls && clock-t.First >= int64(f.lim.Time)
}

func (u *uses) learn(l *Lesson, owner uint64) {
	if l.Role != "" {
		u.roles.count(l.Clock)
		u.addRole(l.Role, 1)
	}
	if owner != 0 {
		u.named.count(l.Clock)
		u.addCaller(owner)
	}
}

func (u *uses) addRole(role string, n uint64) {
	if _, known := u.byRole[role]; !known && len(u.byRole) >= maxRoleUses {
		u.moreRoles = true
		return
	}
	if u.byRole == nil {
		u.byRole = map[string]uint64{}
	}
	u.byRole[role] += n
}

func (u *uses) addCaller(owner uint64) {
	if u.callers[owner] {
		return
	}
	if len(u.callers) >= maxCallers {
		u.moreCallers = true
		return
	}
	if u.callers == nil {
		u.callers = map[uint64]bool{}
	}
	u.callers[owner] = true
}

func (u *uses) add(o *uses) {
	u.roles.add(o.roles)
	u.named.add(o.named)
	for _, role := range sortedKeys(o.byRole) {
		u.addRole(role, o.byRole[role])
	}
	for _, owner := range sortedKeys(o.callers) {
		u.addCaller(owner)
	}
	u.moreRoles = u.moreRoles || o.moreRoles
	u.moreCallers = u.moreCallers || o.moreCallers
}

// RoleShare is the share of e's calls that callers of l's role made; ok is
// false where not enough is known of the endpoint or of the role. calls and
// since are of the role at this host, whatever it called.
func (f *Facts) RoleShare(e *Endpoint, l *Lesson) (share float64, calls uint64, since int64, ok bool) {
	r := e.node.top().roles[l.Role]
	if r == nil {
		return 0, 0, 0, false
	}
	n, told := e.uses.byRole[l.Role]
	if !f.enough(e.uses.roles, l.Clock) || !f.enough(*r, l.Clock) || !told && e.uses.moreRoles {
		return 0, r.Calls, r.First, false
	}
	return float64(n) / float64(e.uses.roles.Calls), r.Calls, r.First, true
}

// CalledBy lists the roles that called e, by name, with how many calls each
// made; all is how many calls had a role.
func (e *Endpoint) CalledBy() (names []string, calls []uint64, all uint64) {
	names = sortedKeys(e.uses.byRole)
	for _, n := range names {
		calls = append(calls, e.uses.byRole[n])
	}
	return names, calls, e.uses.roles.Calls
}

// Callers is how many different callers have used e, as far as calls say who
// calls; more says that there were others besides.
func (e *Endpoint) Callers() (n int, more bool) { return len(e.uses.callers), e.uses.moreCallers }

// NewCaller reports that l's caller has never used e, of which enough is known
// and all callers are.
func (f *Facts) NewCaller(e *Endpoint, l *Lesson) bool {
	owner := f.owner(l)
	return owner != 0 && f.enough(e.uses.named, l.Clock) && !e.uses.moreCallers && !e.uses.callers[owner]
}
