package detect

import (
	"hash/maphash"
	"net/netip"
	"strings"

	"spaniel/detect/window"
)

// memo keeps what several rules ask of one call: the keys and the values that
// go into windows. Many rules count by the same address and endpoint.
type memo struct {
	keys   []string
	values []window.Value
	// kept lists what is set, so that the next call finds it empty.
	hasKey, hasValue   []bool
	keptKeys, keptVals []int
}

func newMemo(l *language) memo {
	n, m := len(l.keyIDs), len(l.valueIDs)
	return memo{keys: make([]string, n), hasKey: make([]bool, n), values: make([]window.Value, m), hasValue: make([]bool, m)}
}

func (m *memo) reset() {
	for _, i := range m.keptKeys {
		m.keys[i], m.hasKey[i] = "", false
	}
	for _, i := range m.keptVals {
		m.values[i], m.hasValue[i] = window.Value{}, false
	}
	m.keptKeys, m.keptVals = m.keptKeys[:0], m.keptVals[:0]
}

func (m *memo) keepKey(i int, key string) string {
	m.keys[i], m.hasKey[i], m.keptKeys = key, true, append(m.keptKeys, i)
	return key
}

func (m *memo) keepValue(i int, v window.Value) window.Value {
	m.values[i], m.hasValue[i], m.keptVals = v, true, append(m.keptVals, i)
	return v
}

// texts remembers texts that were made lately, so that equal ones share memory: an
// API has few endpoints, and its clients come again.
type texts struct {
	seed maphash.Seed
	list []string
	once []uint16 // marks of texts that came: many never come again
}

// textsKept is how many, of maxKey bytes at most.
const textsKept = 2048

// of is b as a text of its own.
func (t *texts) of(b []byte) string {
	if t.list == nil {
		t.seed, t.list, t.once = maphash.MakeSeed(), make([]string, textsKept), make([]uint16, textsKept)
	}
	if len(b) > maxKey {
		return string(b)
	}
	h := maphash.Bytes(t.seed, b)
	e := &t.list[h%textsKept]
	if *e == string(b) {
		return *e
	}
	text := string(b)
	if mark := &t.once[h>>24%textsKept]; *mark != uint16(h>>48)|1 {
		*mark = uint16(h>>48) | 1
	} else {
		*e = text
	}
	return text
}

// keyID numbers the keys of all rules: equal ones share a number.
func (l *language) keyID(names []string) int { return number(l.keyIDs, strings.Join(names, "\x00")) }

// valueID numbers the arguments of all aggregates by their source.
func (l *language) valueID(src string) int { return number(l.valueIDs, src) }

func number(ids map[string]int, name string) int {
	id, ok := ids[name]
	if !ok {
		id = len(ids)
		ids[name] = id
	}
	return id
}

// slab hands out the values of a rule's observations from pieces: windows keep
// them about equally long, so that a piece is let go of as a whole.
type slab struct {
	free []window.Value
}

// slabRows is how many observations share a piece.
const slabRows = 4

func (s *slab) take(n int) []window.Value {
	if len(s.free) < n {
		s.free = make([]window.Value, n*slabRows)
	}
	v := s.free[:n:n]
	s.free = s.free[n:]
	return v
}

// addresses remembers the texts of addresses seen lately, as they are and as
// they may leave the shard.
type addresses struct {
	texts map[netip.Addr]any
	shown map[string]string
	nets  map[addressNet]string
}

// addressNet is the network of so many bits around an address.
type addressNet struct {
	ip   string
	bits int
}

// maxAddresses bounds each of the three, maxAddress the text of one.
const maxAddresses, maxAddress = 1024, 64

// subnet is subnet(ip, bits), remembered.
func (m *addresses) subnet(ip string, bits int) string {
	n := addressNet{ip, bits}
	if t, ok := m.nets[n]; ok {
		return t
	}
	t := subnet(ip, bits)
	if len(ip) > maxAddress {
		return t
	}
	if m.nets == nil || len(m.nets) >= maxAddresses {
		m.nets = make(map[addressNet]string)
	}
	n.ip = strings.Clone(ip) // it may be a part of a head, which must not stay
	m.nets[n] = t
	return t
}

// text is the address as a field has it: boxed once.
func (m *addresses) text(a netip.AddrPort) any {
	if !a.IsValid() {
		return ""
	}
	t, ok := m.texts[a.Addr()]
	if !ok {
		if m.texts == nil || len(m.texts) >= maxAddresses {
			m.texts = make(map[netip.Addr]any)
		}
		t = a.Addr().Unmap().String()
		m.texts[a.Addr()] = t
	}
	return t
}

// show is the text of an address as it may leave the shard.
func (m *addresses) show(text string, by func(netip.Addr) netip.Addr) string {
	if by == nil {
		return text // nobody hides it
	}
	if t, ok := m.shown[text]; ok {
		return t
	}
	a, err := netip.ParseAddr(text)
	if err != nil {
		return text // of no flow
	}
	if m.shown == nil || len(m.shown) >= maxAddresses {
		m.shown = make(map[string]string)
	}
	t := by(a).String()
	m.shown[text] = t
	return t
}
