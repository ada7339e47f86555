package store

import (
	"context"
	"database/sql"
	"errors"
	"time"
)

// A Column of a result.
type Column struct {
	Name string
	// Type is the engine's name of it.
	Type string
}

// Rows is a result being read: Next until false, then Err, then Close. It
// belongs to one goroutine.
type Rows struct {
	ctx       context.Context
	cancel    context.CancelFunc
	conn      *sql.Conn
	begun     bool
	rows      *sql.Rows
	cols      []Column
	limit, n  int
	wait      time.Duration
	truncated bool
	err       error
	row       []any
}

// Columns returns the result's columns.
func (r *Rows) Columns() []Column { return r.cols }

// Next reads a row and reports whether there is one.
func (r *Rows) Next() bool {
	if r.err != nil || !r.rows.Next() {
		return false
	}
	if r.n == r.limit {
		r.truncated = true
		return false
	}
	r.n++
	r.row = make([]any, len(r.cols))
	dst := make([]any, len(r.cols))
	for i := range dst {
		dst[i] = &r.row[i]
	}
	if r.err = r.rows.Scan(dst...); r.err != nil {
		return false
	}
	for i, v := range r.row {
		r.row[i] = plain(v, r.cols[i].Type)
	}
	return true
}

// Values returns the row that Next read: nil, bool, int64, uint64, float64,
// string, []any or map[string]any. The caller may keep it.
func (r *Rows) Values() []any { return r.row }

// Truncated reports that there were more rows than the limit allows.
func (r *Rows) Truncated() bool { return r.truncated }

// Err returns what ended the rows early, a *SQLError if the user can mend it.
func (r *Rows) Err() error {
	if r.err == nil && r.rows.Err() == nil {
		return nil
	}
	return r.explain(errors.Join(r.err, r.rows.Err()))
}

// Close ends the query and frees its connection. A second Close does nothing.
func (r *Rows) Close() error {
	r.cancel()
	var err error
	if r.rows != nil {
		err = r.rows.Close()
		if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
			err = nil // we cancelled what was still running
		}
	}
	if r.conn == nil {
		return err
	}
	if r.begun {
		end, cancel := context.WithTimeout(context.WithoutCancel(r.ctx), 5*time.Second)
		defer cancel()
		_, rerr := r.conn.ExecContext(end, "ROLLBACK")
		err = errors.Join(err, rerr)
	}
	conn := r.conn
	r.conn = nil
	return errors.Join(err, conn.Close())
}
