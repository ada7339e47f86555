package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"spaniel/event"
	"spaniel/internal/config"
)

// storedColumns are the columns of calls that rules can be judged on.
func storedColumns() []event.Column[event.Record] {
	return slices.DeleteFunc(event.CallColumns(), func(c event.Column[event.Record]) bool {
		switch c.Name {
		case "iface", "flow_community_id", "resp_pii", "call_sample_rate", "spooled_day", "req_leaves", "ruleset":
			return true
		}
		return false
	})
}

// eachStored gives the stored calls from a time on, in the order in which they
// were complete, from the embedded store or from ClickHouse if store.url names
// it. It asks for spans of time, so that no
// answer is longer than a query's may be; a call that takes longer than an
// hour may come late.
func (a *app) eachStored(ctx context.Context, cfg *config.Config, since time.Time, use func(*event.Record) error) error {
	from, to, err := a.storedSpan(ctx, cfg, since)
	if err != nil {
		return err
	}
	var held []*event.Record // complete, or not yet, behind the span that was read
	for span := time.Hour; from.Before(to); {
		rows, whole, err := a.storedRows(ctx, cfg, from, minTime(from.Add(span), to))
		if err != nil {
			return err
		}
		if !whole && span > time.Millisecond {
			span /= 4
			continue
		}
		if !whole {
			a.hint("note: more calls in a millisecond than store.query_rows; some are left out")
		}
		from = minTime(from.Add(span), to)
		if whole && len(rows) < cfg.Store.QueryRows/8 {
			span = min(span*4, 365*24*time.Hour) // quiet times are passed over quickly
		}
		held = append(held, rows...)
		slices.SortFunc(held, func(x, y *event.Record) int {
			return cmp.Or(cmp.Compare(endOf(x), endOf(y)), cmp.Compare(x.LastFrame, y.LastFrame), slices.Compare(x.ID[:], y.ID[:]))
		})
		n := 0
		for n < len(held) && (endOf(held[n]) < from.UnixNano() || !from.Before(to)) {
			if err := use(held[n]); err != nil {
				return err
			}
			n++
		}
		held = slices.Delete(held, 0, n)
	}
	return nil
}

func minTime(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// storedSpan is the time from the first call since then to behind the last.
func (a *app) storedSpan(ctx context.Context, cfg *config.Config, since time.Time) (from, to time.Time, err error) {
	var first, last, ever any
	past := "CASE WHEN ts >= " + sqlTime(since) + " THEN ts END"
	err = a.withAnswer(ctx, cfg, "SELECT min("+past+"), max("+past+"), max(CASE WHEN call_id IS NOT NULL THEN ts END) FROM events", func(ans answer) error {
		for ans.Next() {
			v := ans.Values()
			first, last, ever = v[0], v[1], v[2]
		}
		return ans.Err()
	})
	if err != nil {
		return from, to, err
	}
	var f, l event.Nanos
	switch {
	case ever == nil:
		return from, to, usage("the store holds no calls", "spaniel read capture.pcap --save keeps some")
	case first == nil:
		return from, to, usage(fmt.Sprintf("the store holds no calls since %s; its last is of %v", since.UTC().Format(time.DateTime), ever), fmt.Sprintf("go back further: --since %.10v", ever))
	}
	if err = setColumn(&f, first); err == nil {
		err = setColumn(&l, last)
	}
	return f.Time(), l.Time().Add(time.Microsecond), err
}

// sqlTime is a time that both stores compare with a column's.
func sqlTime(t time.Time) string {
	return quote(t.UTC().Format("2006-01-02 15:04:05.000000"))
}

// storedRows reads the calls of a span of time; whole says that none was cut
// off.
func (a *app) storedRows(ctx context.Context, cfg *config.Config, from, to time.Time) (rows []*event.Record, whole bool, err error) {
	columns := storedColumns()
	var names []string
	for _, c := range columns {
		names = append(names, c.Name)
	}
	whole = true
	err = a.withAnswer(ctx, cfg, "SELECT "+strings.Join(names, ", ")+" FROM events WHERE ts >= "+sqlTime(from)+" AND ts < "+sqlTime(to), func(ans answer) error {
		for ans.Next() {
			r := &event.Record{}
			for i, v := range ans.Values() {
				if err := setColumn(columns[i].Field(r), v); err != nil {
					return fmt.Errorf("reading the store: column %s: %w", columns[i].Name, err)
				}
			}
			rows = append(rows, r)
		}
		whole = !ans.Truncated()
		return ans.Err()
	})
	return rows, whole, err
}
