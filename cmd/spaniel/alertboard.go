package main

import (
	"cmp"
	"container/heap"
	"io"
	"slices"
	"strings"

	"spaniel/event"
	"spaniel/internal/render"
)

// An alertBoard holds the alerts that a table shows: the worst, and of those
// that are as bad the latest, so that a flood of small ones hides nothing. An
// updated alert is one row: its latest state, at its first time.
type alertBoard struct {
	limit int
	paint func(word, severity string) string
	known *alertSet // has counted each alert before it comes here
	rows  boardRows
	byID  map[event.ID]*boardRow
}

type boardRow struct {
	alertSeen
	id event.ID
	// finding tells what is wrong with a server from what somebody does to it.
	finding bool
	cells   []string
	place   int // in the heap
}

func newAlertBoard(limit int, known *alertSet, paint func(word, severity string) string) *alertBoard {
	return &alertBoard{limit: limit, known: known, paint: paint, byID: map[event.ID]*boardRow{}}
}

func (b *alertBoard) add(a *event.Alert) {
	now := b.known.seen[a.ID]
	if row := b.byID[a.ID]; row != nil && row.number == now.number {
		row.alertSeen, row.cells = now, b.cells(a, now)
		heap.Fix(&b.rows, row.place)
		return
	}
	if len(b.rows) == b.limit {
		if b.limit == 0 || compareRows(b.rows[0].alertSeen, now) > 0 {
			return
		}
		if out := heap.Pop(&b.rows).(*boardRow); b.byID[out.id] == out {
			delete(b.byID, out.id)
		}
	}
	row := &boardRow{alertSeen: now, id: a.ID, finding: isFinding(a), cells: b.cells(a, now)}
	b.byID[a.ID] = row
	heap.Push(&b.rows, row)
}

func (b *alertBoard) cells(a *event.Alert, now alertSeen) []string {
	shown := *a
	shown.Time = now.time
	return alertCells(&shown, b.paint)
}

// isFinding reports an alert about a server as it is, whoever calls it.
func isFinding(a *event.Alert) bool { return strings.HasPrefix(a.Rule.Category, "posture/") }

// print writes the rows in the order of the alerts, findings in a table of
// their own below, and returns how many are not shown of all.
func (b *alertBoard) print(s render.Screen) (more uint64, err error) {
	rows := slices.SortedFunc(slices.Values(b.rows), inTables)
	n := len(rows)
	if i := slices.IndexFunc(rows, func(r *boardRow) bool { return r.finding }); i >= 0 {
		n = i
	}
	if n > 0 || len(rows) == 0 {
		if err := table(s, alertHeads(), rows[:n]); err != nil {
			return 0, err
		}
	}
	if findings := rows[n:]; len(findings) > 0 {
		if n > 0 {
			if _, err := io.WriteString(s.W, "\n"); err != nil {
				return 0, err
			}
		}
		heads := alertHeads()
		heads[slices.Index(heads, "RULE")] = "FINDING"
		if err := table(s, heads, findings); err != nil {
			return 0, err
		}
	}
	return b.known.n - uint64(len(rows)), nil
}

func table(s render.Screen, heads []string, rows []*boardRow) error {
	t := render.NewTable(s, heads...)
	for _, r := range rows {
		t.Row(r.cells...)
	}
	return t.Close()
}

// inTables orders rows as the tables show them.
func inTables(x, y *boardRow) int {
	switch {
	case x.finding != y.finding && y.finding:
		return -1
	case x.finding != y.finding:
		return 1
	}
	return cmp.Compare(x.number, y.number)
}

// first is the id of the first alert shown, "" if none is.
func (b *alertBoard) first() string {
	if len(b.rows) == 0 {
		return ""
	}
	return slices.MinFunc(b.rows, inTables).id.String()
}

// compareRows orders what is to be dropped first before what stays.
func compareRows(a, b alertSeen) int {
	return cmp.Or(cmp.Compare(a.severity, b.severity), cmp.Compare(a.number, b.number))
}

// boardRows is a heap with the row to be dropped next on top.
type boardRows []*boardRow

func (r boardRows) Len() int           { return len(r) }
func (r boardRows) Less(i, j int) bool { return compareRows(r[i].alertSeen, r[j].alertSeen) < 0 }
func (r boardRows) Swap(i, j int) {
	r[i], r[j] = r[j], r[i]
	r[i].place, r[j].place = i, j
}

// Push implements heap.Interface.
func (r *boardRows) Push(x any) {
	row := x.(*boardRow)
	row.place = len(*r)
	*r = append(*r, row)
}

// Pop implements heap.Interface.
func (r *boardRows) Pop() any {
	last := (*r)[len(*r)-1]
	*r = (*r)[:len(*r)-1]
	return last
}
