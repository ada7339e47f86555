package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	duckdb "github.com/duckdb/duckdb-go/v2"
)

// A SQLError is a query that the user got wrong, or may not run.
type SQLError struct{ Message string }

func (e *SQLError) Error() string { return e.Message }

// Query runs one read-only statement: SELECT, WITH, VALUES, FROM, DESCRIBE,
// SHOW, SUMMARIZE or EXPLAIN. Everything else is refused, and five walls stand
// behind one another: the text must be one statement by our reading and by the
// engine's, its type must only read, it runs in a read-only transaction, and
// the engine has neither files nor network nor settings to change. Time,
// memory and rows are bounded by the Config.
//
// The error is a *SQLError when the statement is at fault. The Rows must be
// closed.
func (s *Store) Query(ctx context.Context, text string) (*Rows, error) {
	stmt, err := single(text)
	if err != nil {
		return nil, &SQLError{err.Error()}
	}
	if err := s.guard.one(stmt); err != nil {
		if errors.Is(err, errSeveral) || errors.Is(err, errNone) {
			err = &SQLError{err.Error()}
		}
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, s.cfg.QueryTime)
	r := &Rows{ctx: ctx, cancel: cancel, limit: s.cfg.QueryRows, wait: s.cfg.QueryTime}
	if err := r.start(s.db.Load(), stmt); err != nil {
		return nil, errors.Join(r.explain(err), r.Close())
	}
	return r, nil
}

// start runs stmt in a read-only transaction on a connection of its own.
func (r *Rows) start(db *sql.DB, stmt string) (err error) {
	if r.conn, err = db.Conn(r.ctx); err != nil {
		return err
	}
	if _, err = r.conn.ExecContext(r.ctx, "BEGIN TRANSACTION READ ONLY"); err != nil {
		return err
	}
	r.begun = true
	if err = r.conn.Raw(func(c any) error { return onlyReads(r.ctx, c, stmt) }); err != nil {
		return err
	}
	if r.rows, err = r.conn.QueryContext(r.ctx, stmt); err != nil {
		return err
	}
	types, err := r.rows.ColumnTypes()
	if err != nil {
		return err
	}
	for _, t := range types {
		r.cols = append(r.cols, Column{t.Name(), t.DatabaseTypeName()})
	}
	return nil
}

// onlyReads returns an error if the statement's type is not one that reads.
func onlyReads(ctx context.Context, driverConn any, stmt string) error {
	conn, ok := driverConn.(*duckdb.Conn)
	if !ok {
		return fmt.Errorf("the engine's connection is a %T", driverConn)
	}
	prep, err := conn.PrepareContext(ctx, stmt)
	if err != nil {
		return err
	}
	p, ok := prep.(*duckdb.Stmt)
	if !ok {
		return closing(prep, fmt.Errorf("the engine's statement is a %T", prep))
	}
	t, err := p.StatementType()
	if err == nil && t != duckdb.STATEMENT_TYPE_SELECT && t != duckdb.STATEMENT_TYPE_EXPLAIN {
		err = &SQLError{"only statements that read are allowed: SELECT, WITH, DESCRIBE, SHOW, SUMMARIZE, EXPLAIN"}
	}
	return closing(prep, err)
}

// explain makes of an error of the engine what the user should read.
func (r *Rows) explain(err error) error {
	var sqlErr *SQLError
	var duck *duckdb.Error
	switch {
	case errors.As(err, &sqlErr):
		return err
	case errors.Is(r.ctx.Err(), context.DeadlineExceeded):
		return &SQLError{fmt.Sprintf("the query took longer than %v and was stopped", r.wait.Round(time.Millisecond))}
	case r.ctx.Err() != nil:
		return r.ctx.Err()
	case errors.As(err, &duck):
		return &SQLError{duck.Msg}
	}
	return err
}
