package learned

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// version is that of the file. Of the one before it everything is read but what
// it says of ids, which is hashed otherwise now; no other is read.
const (
	version       = 3
	versionBefore = 2
)

// ErrTorn is what Load gives for a file that is not whole: cut, changed, or of
// another version. Whoever gets it starts anew and says so.
var ErrTorn = errors.New("not a whole file of learned facts")

// saved is the file's content after its first line.
type saved struct {
	Hosts    []savedNode `json:"hosts"`
	Sessions [][2]string `json:"sessions,omitempty"`
	Evicted  uint64      `json:"evicted,omitempty"`
	Beyond   uint64      `json:"beyond,omitempty"`
	IDs      *savedIDs   `json:"ids,omitempty"`
	Usual    []Baseline  `json:"usual,omitempty"`
	Deaf     [2]int64    `json:"deaf,omitzero"` // names, ids
}

// savedRest is a rest as saved.
type savedRest struct {
	N      uint64 `json:"n,omitempty"`
	Looked uint64 `json:"looked,omitempty"`
	Until  int64  `json:"until,omitempty"`
	Told   int64  `json:"told,omitempty"`
}

func (r *rest) save() savedRest { return savedRest{r.n, r.looked, r.until, r.told} }

func (s *savedRest) restore() rest { return rest{s.N, s.Looked, s.Until, s.Told} }

type savedIDs struct {
	ByID   savedSketch `json:"by_id"`
	ByPair savedSketch `json:"by_pair"`
	// Began and BeganBefore are when the generations began.
	Began       int64 `json:"began,omitempty"`
	BeganBefore int64 `json:"began_before,omitempty"`
}

type savedNode struct {
	Seg    string          `json:"seg"`
	Calls  uint64          `json:"calls,omitempty"`
	Why    string          `json:"why,omitempty"`
	Merged bool            `json:"merged,omitempty"`
	Since  uint64          `json:"since,omitempty"`
	Heavy  []heavy         `json:"heavy,omitempty"`
	Ends   []savedEndpoint `json:"ends,omitempty"`
	Kids   []savedNode     `json:"kids,omitempty"`
	Roles  roles           `json:"roles,omitempty"`
	IDs    savedRest       `json:"ids_rest,omitzero"`
	Taught uint64          `json:"taught,omitempty"`
	// Issuers are those of a host's tokens.
	Issuers map[uint64]*issuer `json:"issuers,omitempty"`
}

type savedEndpoint struct {
	Method string            `json:"method"`
	Calls  uint64            `json:"calls"`
	First  int64             `json:"first"`
	Last   int64             `json:"last"`
	Auth   map[string]uint64 `json:"auth"`
	With   uint64            `json:"with,omitempty"`
	Fields []savedField      `json:"fields,omitempty"`
	Gave   []savedRole       `json:"gave,omitempty"`
	Uses   *savedUses        `json:"uses,omitempty"`
	Names  savedRest         `json:"names_rest,omitzero"`
	Asked  [2]uint64         `json:"asked,omitzero"` // ids, and those of them that were known to who asked
	Sizes  []uint32          `json:"sizes,omitempty"`
}

type savedField struct {
	Place string            `json:"place"`
	Calls uint64            `json:"calls"`
	Types map[string]uint64 `json:"types"`
}

type savedUses struct {
	Roles   tally             `json:"roles,omitzero"`
	Named   tally             `json:"named,omitzero"`
	ByRole  map[string]uint64 `json:"by_role,omitempty"`
	Callers []uint64          `json:"callers,omitempty"`
	More    [2]bool           `json:"more,omitzero"` // roles, callers
}

func (u *uses) save() *savedUses {
	if u.roles.Calls+u.named.Calls == 0 {
		return nil
	}
	return &savedUses{u.roles, u.named, u.byRole, sortedKeys(u.callers), [2]bool{u.moreRoles, u.moreCallers}}
}

// restore gives u what was saved, within its bounds.
func (u *uses) restore(s *savedUses) {
	if s == nil {
		return
	}
	u.roles, u.named, u.moreRoles, u.moreCallers = s.Roles, s.Named, s.More[0], s.More[1]
	for _, role := range sortedKeys(s.ByRole) {
		u.addRole(role, s.ByRole[role])
	}
	for _, owner := range s.Callers {
		u.addCaller(owner)
	}
}

type savedRole struct {
	Role   string            `json:"role"`
	Calls  uint64            `json:"calls"`
	Fields map[string]uint64 `json:"fields"`
}

// Encode writes all facts: a line with the version and the SHA-256 of that and
// the rest, then JSON. The same facts give the same bytes.
func (f *Facts) Encode() ([]byte, error) {
	s := saved{Evicted: f.evicted, Beyond: f.fieldsBeyond, Usual: f.Baselines, Deaf: [2]int64{f.deafNames, f.deafIDs}}
	for _, h := range sortedKeys(f.hosts) {
		s.Hosts = append(s.Hosts, f.hosts[h].save())
	}
	for _, id := range f.sessions.order {
		s.Sessions = append(s.Sessions, [2]string{id, f.sessions.user[id]})
	}
	if f.ids.began != 0 {
		s.IDs = f.ids.save()
	}
	body, err := json.Marshal(s)
	if err != nil {
		return nil, fmt.Errorf("encoding learned facts: %w", err)
	}
	return seal(body), nil
}

// seal puts the first line before a body.
func seal(body []byte) []byte { return sealAs(version, body) }

func sealAs(version int, body []byte) []byte {
	return append(fmt.Appendf(nil, "spaniel-learned %d %s\n", version, sumOf(version, body)), append(body, '\n')...)
}

// sumOf is the sum in the first line, of the version and the body; the version
// before had that of the body alone.
func sumOf(version int, body []byte) string {
	h := sha256.New()
	if version != versionBefore {
		fmt.Fprintf(h, "%d\n", version) // a hash takes all
	}
	h.Write(body)
	return hex.EncodeToString(h.Sum(nil))
}

func (n *node) save() savedNode {
	s := savedNode{Seg: n.seg, Calls: n.calls, Why: n.why, Merged: n.merged, Since: n.since, Heavy: n.heavy, Roles: n.roles, IDs: n.ids.save(), Taught: n.taught, Issuers: n.issuers}
	for _, m := range sortedKeys(n.ends) {
		e := n.ends[m]
		se := savedEndpoint{Method: m, Calls: e.Calls, First: e.First, Last: e.Last, Auth: map[string]uint64{}}
		for i, name := range AuthNames() {
			if e.Auth[i] > 0 {
				se.Auth[name] = e.Auth[i]
			}
		}
		se.With = e.withFields
		for _, place := range sortedKeys(e.fields) {
			se.Fields = append(se.Fields, savedField{place, e.fields[place].Calls, e.fields[place].Shares()})
		}
		for _, role := range sortedKeys(e.returned) {
			se.Gave = append(se.Gave, savedRole{role, e.returned[role].calls, e.returned[role].fields})
		}
		se.Uses, se.Asked, se.Names, se.Sizes = e.uses.save(), [2]uint64{e.asked, e.askedKnown}, e.names.save(), e.sizes.save()
		s.Ends = append(s.Ends, se)
	}
	for _, seg := range sortedKeys(n.kids) {
		s.Kids = append(s.Kids, n.kids[seg].save())
	}
	return s
}

// Decode gives the facts that Encode wrote, with other limits if they are
// smaller. The error is ErrTorn, with what is wrong.
func Decode(b []byte, lim Limits) (*Facts, error) {
	head, body, ok := bytes.Cut(b, []byte("\n"))
	body = bytes.TrimSuffix(body, []byte("\n"))
	var v int
	var sum string
	if n, err := fmt.Sscanf(string(head), "spaniel-learned %d %s", &v, &sum); !ok || err != nil || n != 2 {
		return nil, fmt.Errorf("%w: it has no first line", ErrTorn)
	}
	if v != version && v != versionBefore {
		return nil, fmt.Errorf("%w: it is of version %d, this Spaniel reads %d", ErrTorn, v, version)
	}
	if sumOf(v, body) != sum {
		return nil, fmt.Errorf("%w: its sum is wrong", ErrTorn)
	}
	var s saved
	if err := json.Unmarshal(body, &s); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrTorn, err)
	}
	if v == versionBefore {
		s.forgetIDs()
	}
	f := New(lim)
	for i := range s.Hosts {
		h := f.restore(nil, &s.Hosts[i], 0)
		f.hosts[h.seg] = h
	}
	f.room(nil)
	for _, p := range s.Sessions {
		f.sessions.put(p[0], p[1])
	}
	if s.IDs != nil {
		f.ids = s.IDs.restore()
	}
	f.evicted, f.fieldsBeyond, f.Baselines = s.Evicted, s.Beyond, s.Usual
	f.deafNames, f.deafIDs = s.Deaf[0], s.Deaf[1]
	return f, nil
}

// forgetIDs takes away what is said of ids, and the shares that rest on it.
func (s *saved) forgetIDs() {
	s.IDs = nil
	var walk func(list []savedNode)
	walk = func(list []savedNode) {
		for i := range list {
			for k := range list[i].Ends {
				list[i].Ends[k].Asked = [2]uint64{}
			}
			walk(list[i].Kids)
		}
	}
	walk(s.Hosts)
}

func (f *Facts) restore(parent *node, s *savedNode, depth int) *node {
	n := &node{seg: s.Seg, parent: parent, calls: s.Calls, why: s.Why, merged: s.Merged, since: s.Since, heavy: s.Heavy, ids: s.IDs.restore(), taught: s.Taught}
	if parent == nil {
		n.restoreRoles(s.Roles)
		n.restoreIssuers(s.Issuers)
	}
	for _, se := range s.Ends {
		e := &Endpoint{method: se.Method, node: n, Calls: se.Calls, First: se.First, Last: se.Last, names: se.Names.restore(), sizes: restoreSizes(se.Sizes), credit: 1}
		for name, count := range se.Auth {
			e.Auth[AuthOf(name)] = count
		}
		if n.ends[se.Method] != nil {
			continue // twice in a file that was made by hand
		}
		f.restoreFields(e, &se)
		e.uses.restore(se.Uses)
		e.asked, e.askedKnown = se.Asked[0], min(se.Asked[0], se.Asked[1])
		if n.ends == nil {
			n.ends = map[string]*Endpoint{}
		}
		n.ends[e.method] = e
		f.n++
		if f.Enough(e, e.Last) {
			f.settled = append(f.settled, e)
		} else {
			f.fresh = append(f.fresh, e)
		}
	}
	for i := range s.Kids {
		if depth > maxDepth {
			break
		}
		k := f.restore(n, &s.Kids[i], depth+1)
		if n.kids == nil {
			n.kids = map[string]*node{}
		}
		n.kids[k.seg] = k
	}
	return n
}

// restoreRoles gives a host the roles that were saved, as far as there is room.
func (n *node) restoreRoles(rs roles) {
	for _, name := range sortedKeys(rs) {
		if r := rs[name]; r != nil && len(n.roles) < maxHostRoles {
			if n.roles == nil {
				n.roles = roles{}
			}
			n.roles[name] = r
		}
	}
}

// restoreIssuers gives a host the issuers that were saved, as far as there is room.
func (n *node) restoreIssuers(saved map[uint64]*issuer) {
	for _, id := range sortedKeys(saved) {
		if i := saved[id]; i != nil && len(n.issuers) < maxIssuers {
			if n.issuers == nil {
				n.issuers = map[uint64]*issuer{}
			}
			n.issuers[id] = i
		}
	}
}

// restoreFields gives an endpoint the fields that were saved, as far as there
// is room.
func (f *Facts) restoreFields(e *Endpoint, s *savedEndpoint) {
	e.withFields = s.With
	for _, sf := range s.Fields {
		if len(e.fields) >= maxFields || f.fields >= f.lim.Fields || e.fields[sf.Place] != nil {
			continue
		}
		k := &Field{Calls: sf.Calls}
		for i, name := range TypeNames() {
			k.Types[i] = sf.Types[name]
		}
		if e.fields == nil {
			e.fields = map[string]*Field{}
		}
		e.fields[sf.Place] = k
		f.fields++
	}
	for _, sr := range s.Gave {
		if len(e.returned) >= maxRoles || e.returned[sr.Role] != nil {
			continue
		}
		r := &returned{calls: sr.Calls, fields: map[string]uint64{}}
		for _, name := range sortedKeys(sr.Fields) {
			if len(r.fields) < maxReturned && f.fields < f.lim.Fields {
				r.fields[name] = sr.Fields[name]
				f.fields++
			}
		}
		if e.returned == nil {
			e.returned = map[string]*returned{}
		}
		e.returned[sr.Role] = r
	}
}

// maxFile bounds the file that is read.
const maxFile = 256 << 20

// Load reads the file; one that is not there gives facts that know nothing.
func Load(path string, lim Limits) (*Facts, error) {
	st, err := os.Stat(path)
	if errors.Is(err, os.ErrNotExist) {
		return New(lim), nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading learned facts: %w", err)
	}
	if st.Size() > maxFile {
		return nil, fmt.Errorf("%w: it has %d bytes", ErrTorn, st.Size())
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("reading learned facts: %w", err)
	}
	return Decode(b, lim)
}

// Write puts encoded facts in the place of the file as a whole: whenever the
// machine stops, the old or the new one is there.
func Write(path string, encoded []byte) (err error) {
	tmp, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*.new")
	if err != nil {
		return fmt.Errorf("writing learned facts: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(fmt.Errorf("writing learned facts: %w", err), tmp.Close(), os.Remove(tmp.Name()))
		}
	}()
	if _, err = tmp.Write(encoded); err != nil {
		return err
	}
	if err = tmp.Sync(); err != nil {
		return err
	}
	if err = os.Rename(tmp.Name(), path); err != nil {
		return err
	}
	return tmp.Close()
}
