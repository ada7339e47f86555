package clickhouse

import (
	"strings"

	"github.com/ClickHouse/clickhouse-go/v2/lib/column"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"spaniel/event"
)

// headerFeed is a feed of headers, without a Go map for each record.
type headerFeed struct {
	col  driver.BatchColumn
	h    headers
	text map[string]any // names, of which there are few, as the driver takes them
}

func (f *headerFeed) begin(col driver.BatchColumn) { f.col, f.text = col, map[string]any{} }

func (f *headerFeed) add(field any) error {
	f.h.fields, f.h.text = *field.(*event.HeaderMap), f.text
	return f.col.AppendRow(&f.h)
}

func (f *headerFeed) end() error {
	f.h = headers{}
	f.begin(nil)
	return nil
}

// headers is a message's fields as the driver's map: each name once, in lower
// case and with all its values, in the order in which names came first.
type headers struct {
	fields event.HeaderMap
	text   map[string]any
	next   int // the field to look at
	name   any
	values []string
}

var _ column.IterableOrderedMap = (*headers)(nil)

// Put is for reading, which nobody does.
func (h *headers) Put(any, any) {}

// Iterator begins anew.
func (h *headers) Iterator() column.MapIterator {
	h.next = 0
	return h
}

// Next goes to the next name that was not there before.
func (h *headers) Next() bool {
	for ; h.next < len(h.fields); h.next++ {
		name := strings.ToLower(h.fields[h.next].Name)
		if h.before(name) {
			continue
		}
		h.values = h.values[:0]
		for _, f := range h.fields[h.next:] {
			if f.Name == name || strings.ToLower(f.Name) == name {
				h.values = append(h.values, f.Value)
			}
		}
		box, ok := h.text[name]
		if !ok {
			box = name
			h.text[name] = box
		}
		h.name = box
		h.next++
		return true
	}
	return false
}

func (h *headers) before(name string) bool {
	for _, f := range h.fields[:h.next] {
		if f.Name == name || strings.ToLower(f.Name) == name {
			return true
		}
	}
	return false
}

// Key returns the name.
func (h *headers) Key() any { return h.name }

// Value returns its values, good until Next.
func (h *headers) Value() any { return h.values }
