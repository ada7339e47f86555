package clickhouse

import (
	"encoding/hex"
	"math"
	"net/netip"
	"strings"
	"time"
	"unsafe"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"spaniel/event"
)

// A feed carries the values of one column to the driver: begin, add for each
// record with the field that Column.Field gives, end. The driver has none of
// them for sure before end. Text may lie in the records' payloads.
type feed interface {
	begin(driver.BatchColumn)
	add(field any) error
	end() error
}

// feeder returns the feed from a column's type to a table's, nil if there is
// none. The usual types are gathered and handed over a column at once: the
// driver takes a lone value as any, which costs an allocation and a look at its
// type for each.
func feeder(from event.ColumnType, to string) feed {
	to = strings.TrimSpace(to)
	if inner, ok := inside(to, "LowCardinality"); ok && inner == "String" && isText(from) {
		return &repeated{}
	}
	base, args, _ := strings.Cut(strings.TrimSuffix(to, ")"), "(")
	switch {
	case base == "String" && from == event.TypeID:
		m := new(memory)
		return gather(func(f any) string { return m.hex(f.(*event.ID)) })
	case base == "String" && isText(from):
		return gather(func(f any) string { return *f.(*string) })
	case base == "FixedString" && args == "16" && from == event.TypeID:
		m := new(memory)
		return gather(func(f any) string { return m.keep(f.(*event.ID)[:]) })
	case base == "Date" && from == event.TypeDate:
		var d days
		return gather(d.of)
	case base == "DateTime" && from == event.TypeTime:
		return gather(func(f any) time.Time { return clamp(*f.(*event.Nanos), math.MaxUint32) })
	case base == "DateTime64" && from == event.TypeTime:
		return gather(func(f any) time.Time { return clamp(*f.(*event.Nanos), math.MaxInt64/int64(time.Second)) })
	case base == "IPv6" && from == event.TypeIP:
		return gather(func(f any) netip.Addr { return sixteen(*f.(*netip.Addr)) })
	case base == "Map" && from == event.TypeHeaders && isHeaderMap(args):
		return &headerFeed{}
	}
	if f := numbers(from, base); f != nil {
		return f
	}
	if conv := converter(from, to); conv != nil {
		return &single{conv: conv}
	}
	return nil
}

func isText(t event.ColumnType) bool { return t == event.TypeString || t == event.TypeEnum }

func numbers(from event.ColumnType, to string) feed {
	switch {
	case from == event.TypeF32 && to == "Float32":
		return gather(func(f any) float32 { return *f.(*float32) })
	case from != event.TypeU16 && from != event.TypeU32 && from != event.TypeU64:
		return nil
	}
	switch to {
	case "UInt16":
		return gather(func(f any) uint16 { return uint16(upTo(f, math.MaxUint16)) })
	case "UInt32":
		return gather(func(f any) uint32 { return uint32(upTo(f, math.MaxUint32)) })
	case "UInt64":
		return gather(func(f any) uint64 { return upTo(f, math.MaxUint64) })
	}
	return nil
}

// gathered is a feed of a whole column at once.
type gathered[V any] struct {
	get  func(field any) V
	col  driver.BatchColumn
	vals []V
}

func gather[V any](get func(any) V) feed { return &gathered[V]{get: get} }

func (g *gathered[V]) begin(col driver.BatchColumn) { g.col, g.vals = col, g.vals[:0] }

func (g *gathered[V]) add(f any) error {
	g.vals = append(g.vals, g.get(f))
	return nil
}

func (g *gathered[V]) end() error {
	err := g.col.Append(g.vals)
	clear(g.vals) // the payloads that text lies in are not ours to keep
	return err
}

// single is a feed of one value at a time, for types out of the ordinary.
type single struct {
	conv convert
	col  driver.BatchColumn
}

func (s *single) begin(col driver.BatchColumn) { s.col = col }
func (s *single) add(f any) error              { return s.col.AppendRow(s.conv(f)) }
func (s *single) end() error                   { return nil }

// repeated is a feed of texts that are mostly few: the driver looks each up in
// a map of any. What it is given twice is made into one any once.
type repeated struct {
	col   driver.BatchColumn
	known map[string]any
	last  string
	boxed any
}

func (r *repeated) begin(col driver.BatchColumn) {
	r.col, r.known, r.last, r.boxed = col, map[string]any{}, "", ""
}

func (r *repeated) add(f any) error {
	if s := *f.(*string); s != r.last {
		box, ok := r.known[s]
		if !ok {
			box = s
			r.known[s] = box
		}
		r.last, r.boxed = s, box
	}
	return r.col.AppendRow(r.boxed)
}

func (r *repeated) end() error {
	r.begin(nil)
	return nil
}

// days reads dates, of which a batch has one or two.
type days struct {
	text string
	day  time.Time
}

func (d *days) of(f any) time.Time {
	if s := *f.(*string); s != d.text || d.day.IsZero() {
		d.text, d.day = strings.Clone(s), day(s)
	}
	return d.day
}

// memory holds text of ids, many to an allocation. What it gave out stays good.
type memory struct{ b []byte }

func (m *memory) keep(b []byte) string {
	if cap(m.b)-len(m.b) < len(b) {
		m.b = make([]byte, 0, max(32<<10, len(b)))
	}
	n := len(m.b)
	m.b = append(m.b, b...)
	return unsafe.String(unsafe.SliceData(m.b[n:]), len(b))
}

func (m *memory) hex(id *event.ID) string {
	var text [2 * len(event.ID{})]byte
	hex.Encode(text[:], id[:])
	return m.keep(text[:])
}
