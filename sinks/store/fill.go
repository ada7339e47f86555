package store

import (
	"fmt"
	"net/netip"
	"strings"
	"time"

	"spaniel/event"
)

// fillColumn writes a column of recs into the vector v. What is absent is NULL.
func fillColumn[T any](v vector, a *texts, c *event.Column[T], recs []*T) error {
	n := len(recs)
	switch c.Type {
	case event.TypeString, event.TypeEnum:
		out := values[text](v, n)
		for i, r := range recs {
			out[i] = a.of(clean(*c.Field(r).(*string)))
		}
	case event.TypeID:
		out := values[text](v, n)
		for i, r := range recs {
			out[i] = a.of(c.Field(r).(*event.ID).String())
		}
	case event.TypeIP:
		out := values[text](v, n)
		for i, r := range recs {
			p := c.Field(r).(*netip.Addr)
			if !p.IsValid() {
				out[i] = text{}
				v.setNull(i)
				continue
			}
			out[i] = a.of(p.String())
		}
	case event.TypeTime:
		out := values[int64](v, n)
		for i, r := range recs {
			out[i] = c.Field(r).(*event.Nanos).Time().UnixMicro()
		}
	case event.TypeDate:
		return fillDates(v, c, recs)
	case event.TypeU16:
		copyTo[uint16](v, c, recs)
	case event.TypeU32:
		copyTo[uint32](v, c, recs)
	case event.TypeU64:
		copyTo[uint64](v, c, recs)
	case event.TypeF32:
		copyTo[float32](v, c, recs)
	case event.TypeStrings:
		fillLists(v, a, n, func(i int) []string { return *c.Field(recs[i]).(*[]string) })
	case event.TypeHeaders:
		fillHeaders(v, a, n, func(i int) event.HeaderMap { return *c.Field(recs[i]).(*event.HeaderMap) })
	case event.TypeValues:
		fillValues(v, a, n, func(i int) event.ValueMap { return *c.Field(recs[i]).(*event.ValueMap) })
	default:
		return fmt.Errorf("column %s has no form in the store", c.Name)
	}
	return nil
}

func copyTo[V, T any](v vector, c *event.Column[T], recs []*T) {
	out := values[V](v, len(recs))
	for i, r := range recs {
		out[i] = *any(c.Field(r)).(*V)
	}
}

// fillDates writes days since 1970. A batch has one or two.
func fillDates[T any](v vector, c *event.Column[T], recs []*T) error {
	out := values[int32](v, len(recs))
	last, day := "", int32(0)
	for i, r := range recs {
		s := *c.Field(r).(*string)
		if s == "" {
			out[i] = 0
			v.setNull(i)
			continue
		}
		if s != last {
			t, err := time.Parse(time.DateOnly, s)
			if err != nil {
				return fmt.Errorf("%s: spooled day: %w", c.Name, err)
			}
			last, day = s, int32(t.Unix()/86400)
		}
		out[i] = day
	}
	return nil
}

// fillLists writes n lists of texts.
func fillLists(v vector, a *texts, n int, list func(int) []string) {
	entries, total := values[entry](v, n), 0
	for i := range n {
		k := len(list(i))
		entries[i] = entry{uint64(total), uint64(k)}
		total += k
	}
	out := values[text](v.elements(total), total)
	for i, at := 0, 0; i < n; i++ {
		for _, s := range list(i) {
			out[at] = a.of(clean(s))
			at++
		}
	}
}

// fillValues writes n maps from places to values, of which the first one at a
// place stands.
func fillValues(v vector, a *texts, n int, pairs func(int) event.ValueMap) {
	var keep event.ValueMap
	entries := values[entry](v, n)
	for i := range n {
		start := len(keep)
		for _, p := range pairs(i) {
			name := clean(p.Name)
			if indexOf(keep[start:], name) < 0 {
				keep = append(keep, event.Header{Name: name, Value: p.Value})
			}
		}
		entries[i] = entry{uint64(start), uint64(len(keep) - start)}
	}
	child := v.elements(len(keep))
	names, vals := values[text](child.member(0), len(keep)), values[text](child.member(1), len(keep))
	for i, p := range keep {
		names[i], vals[i] = a.of(p.Name), a.of(clean(p.Value))
	}
}

func indexOf(list []event.Header, name string) int {
	for i := range list {
		if list[i].Name == name {
			return i
		}
	}
	return -1
}

// fillHeaders writes n maps from names, in lower case, to lists of values in wire
// order.
func fillHeaders(v vector, a *texts, n int, heads func(int) event.HeaderMap) {
	var names []event.Header // by the maps' order; Value is not used
	var lists []entry        // of values, one for each name
	var vals []string
	low := make(lowered, 64)
	entries := values[entry](v, n)
	for i := range n {
		h, start := heads(i), len(names)
		for j := range h {
			name := low.of(h[j].Name)
			if indexOf(names[start:], name) >= 0 {
				continue
			}
			names = append(names, event.Header{Name: name})
			first := len(vals)
			for k := j; k < len(h); k++ {
				if k == j || len(h[k].Name) == len(h[j].Name) && h[k].Name == h[j].Name || low.of(h[k].Name) == name {
					vals = append(vals, h[k].Value)
				}
			}
			lists = append(lists, entry{uint64(first), uint64(len(vals) - first)})
		}
		entries[i] = entry{uint64(start), uint64(len(names) - start)}
	}
	child := v.elements(len(names))
	keys, under := values[text](child.member(0), len(names)), child.member(1)
	copy(values[entry](under, len(lists)), lists)
	for i := range names {
		keys[i] = a.of(names[i].Name)
	}
	out := values[text](under.elements(len(vals)), len(vals))
	for i, s := range vals {
		out[i] = a.of(clean(s))
	}
}

// lowered are names as they are stored, by what they were: a chunk has few.
type lowered map[string]string

func (l lowered) of(name string) string {
	low, ok := l[name]
	if !ok {
		low = clean(lowerASCII(name))
		if len(l) < 1024 {
			l[name] = low
		}
	}
	return low
}

// clean makes text that the engine accepts: what is no UTF-8 would be found
// when it is too late.
func clean(s string) string { return strings.ToValidUTF8(s, "\uFFFD") }

// lowerASCII leaves all but A to Z alone: no foreign letter may turn into one
// of a header's name.
func lowerASCII(s string) string {
	for i := 0; i < len(s); i++ {
		if 'A' <= s[i] && s[i] <= 'Z' {
			return strings.Map(func(r rune) rune {
				if 'A' <= r && r <= 'Z' {
					return r + 'a' - 'A'
				}
				return r
			}, s)
		}
	}
	return s
}
