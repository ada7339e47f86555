package clickhouse

import (
	"encoding/hex"
	"math"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"spaniel/event"
	"spaniel/sinks/encode"
)

// A convert turns a column's field into what the driver takes for the type
// that the table has.
type convert func(field any) any

// converter returns the convert from a column's type to a table's, nil if
// there is none: then the column is left to its default.
func converter(from event.ColumnType, to string) convert {
	to = strings.TrimSpace(to)
	if inner, ok := inside(to, "LowCardinality"); ok {
		return converter(from, inner)
	}
	if inner, ok := inside(to, "Nullable"); ok {
		return nullable(converter(from, inner))
	}
	base, args, _ := strings.Cut(strings.TrimSuffix(to, ")"), "(")
	switch base {
	case "String":
		return func(f any) any { return text(f) }
	case "FixedString":
		return fixed(from, args)
	case "Date", "Date32":
		return date(from)
	case "DateTime":
		return moment(from, math.MaxUint32)
	case "DateTime64":
		return moment(from, math.MaxInt64/int64(time.Second))
	case "IPv4", "IPv6":
		return address(from, base == "IPv4")
	case "Array":
		return array(from, args)
	case "Map":
		return mapping(from, args)
	}
	return number(from, base)
}

func inside(t, outer string) (string, bool) {
	s, ok := strings.CutPrefix(t, outer+"(")
	return strings.TrimSuffix(s, ")"), ok
}

// nullable passes an address that is not set as NULL.
func nullable(c convert) convert {
	if c == nil {
		return nil
	}
	return func(f any) any {
		if a, ok := f.(*netip.Addr); ok && !a.IsValid() {
			return nil
		}
		return c(f)
	}
}

// text is any field as a string: as JSON would show it, without quotes.
func text(f any) string {
	switch p := f.(type) {
	case *string:
		return *p
	case *event.ID:
		return p.String()
	case *event.Nanos:
		return p.String()
	case *netip.Addr:
		if !p.IsValid() {
			return ""
		}
		return p.String()
	}
	return string(encode.AppendValue(nil, f))
}

// fixed pads with zero bytes what fits; an id takes 16 bytes, or 32 as hex.
func fixed(from event.ColumnType, args string) convert {
	n, err := strconv.Atoi(strings.TrimSpace(args))
	switch {
	case err != nil:
		return nil
	case from == event.TypeID && n == 16:
		return func(f any) any { id := f.(*event.ID); return string(id[:]) }
	case from == event.TypeID && n >= 32:
		return func(f any) any { id := f.(*event.ID); return pad(hex.EncodeToString(id[:]), n) }
	case from == event.TypeIP && n == 16:
		return func(f any) any { a := f.(*netip.Addr).As16(); return string(a[:]) }
	case from == event.TypeString, from == event.TypeEnum, from == event.TypeDate:
		return func(f any) any { return pad(*f.(*string), n) }
	}
	return nil
}

func pad(s string, n int) string {
	if len(s) >= n {
		return s[:n]
	}
	return s + strings.Repeat("\x00", n-len(s))
}

func date(from event.ColumnType) convert {
	switch from {
	case event.TypeDate:
		return func(f any) any { return day(*f.(*string)) }
	case event.TypeTime:
		return func(f any) any { return clamp(*f.(*event.Nanos), math.MaxUint16*86400) }
	}
	return nil
}

func day(s string) time.Time {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil { // not spooled, so without a day
		return time.Unix(0, 0).UTC()
	}
	return t
}

func moment(from event.ColumnType, last int64) convert {
	if from != event.TypeTime {
		return nil
	}
	return func(f any) any { return clamp(*f.(*event.Nanos), last) }
}

// clamp holds a captured time, which may be anything, within what the type can
// say: from 1970 to last, in seconds.
func clamp(n event.Nanos, last int64) time.Time {
	t := n.Time()
	if t.Unix() < 0 {
		return time.Unix(0, 0).UTC()
	}
	if t.Unix() > last {
		return time.Unix(last, 0).UTC()
	}
	return t
}

func address(from event.ColumnType, v4 bool) convert {
	if from != event.TypeIP {
		return nil
	}
	return func(f any) any {
		a := *f.(*netip.Addr)
		switch {
		case v4 && a.Unmap().Is4():
			return a.Unmap()
		case v4:
			return netip.IPv4Unspecified()
		}
		return sixteen(a)
	}
}

// sixteen is an address as one of IPv6, :: if it is not set.
func sixteen(a netip.Addr) netip.Addr {
	if !a.IsValid() {
		return netip.IPv6Unspecified()
	}
	return netip.AddrFrom16(a.As16())
}

func array(from event.ColumnType, elem string) convert {
	if inner, ok := inside(elem, "LowCardinality"); ok {
		elem = inner
	}
	if from != event.TypeStrings || strings.TrimSpace(elem) != "String" {
		return nil
	}
	return func(f any) any {
		if list := *f.(*[]string); list != nil {
			return list
		}
		return []string{}
	}
}

// mapping takes headers to lists, and leaves to single values.
func mapping(from event.ColumnType, args string) convert {
	switch {
	case from == event.TypeHeaders && isHeaderMap(args):
		return func(f any) any {
			out := map[string][]string{}
			for _, h := range *f.(*event.HeaderMap) {
				name := strings.ToLower(h.Name)
				out[name] = append(out[name], h.Value)
			}
			return out
		}
	case from == event.TypeValues && plainly(args) == "String,String":
		return func(f any) any {
			out := map[string]string{}
			for _, h := range *f.(*event.ValueMap) {
				if _, ok := out[h.Name]; !ok {
					out[h.Name] = h.Value
				}
			}
			return out
		}
	}
	return nil
}

func isHeaderMap(args string) bool { return plainly(args) == "String,Array(String)" }

// plainly is a map's types without what says how they are kept.
func plainly(args string) string {
	return strings.ReplaceAll(strings.ReplaceAll(args, "LowCardinality(String)", "String"), " ", "")
}
