package store

import (
	"database/sql/driver"
	"fmt"
	"net/netip"
	"strings"
	"time"

	duckdb "github.com/duckdb/duckdb-go/v2"

	"spaniel/event"
)

// value turns a record's field, as Column.Field points to it, into what the
// engine's appender takes for a column of type t. What is absent is NULL.
func value(p any, t event.ColumnType) (driver.Value, error) {
	switch p := p.(type) {
	case *string:
		if t == event.TypeDate {
			return date(*p)
		}
		return clean(*p), nil
	case *event.Nanos:
		return p.Time(), nil
	case *event.ID:
		return p.String(), nil
	case *netip.Addr:
		if !p.IsValid() {
			return nil, nil
		}
		return p.String(), nil
	case *uint16:
		return *p, nil
	case *uint32:
		return *p, nil
	case *uint64:
		return *p, nil
	case *float32:
		return *p, nil
	case *[]string:
		return cleanAll(*p), nil
	case *event.HeaderMap:
		return headerMap(*p), nil
	case *event.ValueMap:
		return valueMap(*p), nil
	}
	return nil, fmt.Errorf("column of type %T has no form in the store", p)
}

func date(day string) (driver.Value, error) {
	if day == "" {
		return nil, nil
	}
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return nil, fmt.Errorf("spooled day: %w", err)
	}
	return t, nil
}

// clean makes text that the engine accepts: it refuses a whole batch for one
// byte that is no UTF-8.
func clean(s string) string { return strings.ToValidUTF8(s, "\uFFFD") }

func cleanAll(in []string) []string {
	out := make([]string, len(in))
	for i, s := range in {
		out[i] = clean(s)
	}
	return out
}

// headerMap groups the values of repeated names, in wire order.
func headerMap(h event.HeaderMap) duckdb.OrderedMap {
	var m duckdb.OrderedMap
	for _, f := range h {
		name := clean(lowerASCII(f.Name))
		var values []string
		if have, ok := m.Get(name); ok {
			values, _ = have.([]string)
		}
		m.Set(name, append(values, clean(f.Value)))
	}
	return m
}

// lowerASCII leaves all but A to Z alone: no foreign letter may turn into one
// of a header's name.
func lowerASCII(s string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, s)
}

// valueMap keeps the first value of a repeated place.
func valueMap(v event.ValueMap) duckdb.OrderedMap {
	var m duckdb.OrderedMap
	for _, f := range v {
		name := clean(f.Name)
		if _, ok := m.Get(name); !ok {
			m.Set(name, clean(f.Value))
		}
	}
	return m
}
