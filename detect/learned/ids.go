package learned

// ids knows which ids were given to whom and used by whom, as sketches: which
// were given at all and which to more than one, and by pairs of an owner and an
// id which were given to this one and which it used. They take 4 MiB, whatever
// is given; what is older than the latest 174,762 or more is forgotten, of all
// owners and by all at once, so that no set remembers what another has
// forgotten.
type ids struct {
	byID, byPair sketch
	// began and beganBefore are when the two generations began, packet clocks.
	began, beganBefore int64
}

// The sets of the two sketches.
const (
	setAny, setShared = 0, 1 // by id
	setOwn, setUsed   = 0, 1 // by pair
)

// HashID is the hash by which an id, or an owner, is known here.
func HashID[T string | []byte](text T) uint64 {
	h := uint64(14695981039346656037) // FNV-1a
	for i := range len(text) {
		h = (h ^ uint64(text[i])) * 1099511628211
	}
	return mix(h)
}

// IDOf is the hash of an id of a host: both are hashes themselves.
func IDOf(host, id uint64) uint64 { return mix(host ^ mix(id)) }

// pair is where what is known of an owner and an id together stands.
func pair(owner, id uint64) spot { return spotOf(mix(owner ^ id*0x9e3779b97f4a7c15)) }

// anyID stands for the ids that an owner was given, whichever.
const anyID = 0

// learnIDs notes the ids that an owner asked for and those that were given to
// it. Where of what was given as much as the sketches remember nothing was of
// use, learning what is given rests.
func (f *Facts) learnIDs(e *Endpoint, host *node, owner uint64, l *Lesson) {
	if host.ids.on(l.Clock) {
		f.ids.room(l.Clock)
		f.ids.use(owner, l.Asked)
		host.ids.count(l.Clock)
		return
	}
	host.ids.n++
	if len(l.Asked)+len(l.Given) == 0 {
		return
	}
	e.learnIDs(&f.ids, owner, l)
	f.ids.learn(owner, l)
	if host.taught += uint64(len(l.Given) + len(l.Asked)); host.taught < f.idsLooked {
		return
	}
	host.taught = 0
	if host.idsMatter() {
		host.ids.n = 0
		return
	}
	host.ids.begin()
}

// Of how many ids asked for at an endpoint at least one in so many must have
// been known to who asked, for learning ids at its host not to rest.
const (
	mattersOf  = 32
	mattersOne = 10
)

// idsMatter reports that at some endpoint below n callers ask for ids that they
// were given.
func (n *node) idsMatter() bool {
	for _, e := range n.ends {
		if e.asked >= mattersOf && e.askedKnown*mattersOne >= e.asked {
			return true
		}
	}
	for _, k := range n.kids {
		if k.idsMatter() {
			return true
		}
	}
	return false
}

// learn notes the ids that an owner asked for and those that were given to it.
func (s *ids) learn(owner uint64, l *Lesson) {
	s.room(l.Clock)
	s.use(owner, l.Asked)
	for _, id := range l.Given {
		s.give(owner, id)
	}
	if len(l.Given) > 0 {
		p := pair(owner, anyID)
		s.byPair.add(setOwn, &p)
	}
}

// room begins a generation if the present one is full.
func (s *ids) room(clock int64) {
	if max(s.byID.n[setAny], s.byPair.n[setOwn], s.byPair.n[setUsed]) >= sketchTakes {
		s.turn(clock)
	}
	if s.began == 0 {
		s.began = clock
	}
}

// use notes ids that an owner asked for.
func (s *ids) use(owner uint64, asked []uint64) {
	for _, id := range asked {
		p := pair(owner, id)
		s.byPair.add(setUsed, &p)
	}
}

func (s *ids) turn(clock int64) {
	s.byID.turn()
	s.byPair.turn()
	s.began, s.beganBefore = clock, s.began
}

// give notes an id that was given to an owner. What is given again moves on
// into the present generation.
func (s *ids) give(owner, id uint64) {
	mine := pair(owner, id)
	if s.byPair.new(setOwn, &mine) {
		return
	}
	at := spotOf(mix(id))
	if s.byID.has(setShared, &at) || s.byID.has(setAny, &at) && !s.byPair.has(setOwn, &mine) {
		s.byID.add(setShared, &at)
	}
	s.byID.add(setAny, &at)
	s.byPair.add(setOwn, &mine)
}

// reach is for how long, at the clock, what is given and used has been known
// without a gap.
func (s *ids) reach(clock int64) int64 {
	if s.beganBefore != 0 {
		return clock - s.beganBefore
	}
	if s.began == 0 {
		return 0
	}
	return clock - s.began
}

// knows reports an id that the owner was given, made or used.
func (s *ids) knows(owner, id uint64) bool {
	p := pair(owner, id)
	return s.byPair.has(setOwn, &p) || s.byPair.has(setUsed, &p)
}

// gave reports an owner who was given ids, whichever.
func (s *ids) gave(owner uint64) bool {
	p := pair(owner, anyID)
	return s.byPair.has(setOwn, &p)
}

// UserID is the hash by which a user is known as an owner, whatever session is
// used.
func UserID(name string) uint64 { return HashID("user:" + name) }

// owner is who calls: the user of the session, if its login was seen.
func (f *Facts) owner(l *Lesson) uint64 {
	if user := f.UserOf(l.Session); user != "" {
		return UserID(user)
	}
	return l.Owner
}

// ForeignIDs counts the ids that l asks for and that were given to one other
// caller alone. Nothing is counted for callers without a name.
func (f *Facts) ForeignIDs(e *Endpoint, l *Lesson) (n int) {
	owner := f.owner(l)
	if owner == 0 || len(l.Asked) == 0 || !f.Enough(e, l.Clock) || e.node.top().ids.resting(l.Clock) {
		return 0
	}
	s := &f.ids
	for _, id := range l.Asked {
		at := spotOf(mix(id))
		if !s.byID.has(setAny, &at) || s.byID.has(setShared, &at) {
			continue
		}
		if mine := pair(owner, id); !s.byPair.has(setOwn, &mine) {
			n++
		}
	}
	return n
}

// ForeignWrong is the chance that ForeignIDs counts one id though it should
// not, or misses it though it should not.
func (f *Facts) ForeignWrong() float64 {
	return f.ids.byID.wrong(setAny) + f.ids.byID.wrong(setShared) + f.ids.byPair.wrong(setOwn)
}

// idsKept is after how many ids asked for at an endpoint both counts are
// halved, so that they tell of the latest.
const idsKept = 4096

// learnIDs counts how many of the ids that are asked for here were known to
// who asked.
func (e *Endpoint) learnIDs(s *ids, owner uint64, l *Lesson) {
	if len(l.Asked) == 0 || !s.gave(owner) {
		return
	}
	for _, id := range l.Asked {
		if e.asked++; s.knows(owner, id) {
			e.askedKnown++
		}
		if e.asked >= idsKept {
			e.asked, e.askedKnown = e.asked/2, e.askedKnown/2
		}
	}
}

// UsualIDs is the share of the ids asked for at e that the caller had been
// given, made or used before; ok is false before there were enough.
func (f *Facts) UsualIDs(e *Endpoint, clock int64) (share float64, ok bool) {
	if !f.Enough(e, clock) || e.asked < f.lim.Calls {
		return 0, false
	}
	return float64(e.askedKnown) / float64(e.asked), true
}

// NewIDs counts the ids that l asks for and that its caller was never given,
// never made and never used. Nothing is counted for callers without a name or
// who were never seen to be given an id, and none before enough time is known.
func (f *Facts) NewIDs(e *Endpoint, l *Lesson) (n int) {
	owner, s := f.owner(l), &f.ids
	if owner == 0 || len(l.Asked) == 0 || !f.Enough(e, l.Clock) || e.node.top().ids.resting(l.Clock) || s.reach(l.Clock) < int64(f.lim.Time) || !s.gave(owner) {
		return 0
	}
	for _, id := range l.Asked {
		if !s.knows(owner, id) {
			n++
		}
	}
	return n
}

// NewWrong is the chance that NewIDs misses an id; reach is for how long, in
// ns, it has been known at the clock what is given and used.
func (f *Facts) NewWrong(clock int64) (wrong float64, reach int64) {
	return f.ids.byPair.wrong(setOwn) + f.ids.byPair.wrong(setUsed), f.ids.reach(clock)
}

func (s *ids) save() *savedIDs {
	return &savedIDs{ByID: s.byID.save(), ByPair: s.byPair.save(), Began: s.began, BeganBefore: s.beganBefore}
}

func (s *savedIDs) restore() ids {
	return ids{byID: s.ByID.restore(), byPair: s.ByPair.restore(), began: s.Began, beganBefore: s.BeganBefore}
}
