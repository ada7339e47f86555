package store

import (
	"errors"
	"fmt"
	"sync"

	"github.com/duckdb/duckdb-go/v2/mapping"
)

// A parser counts the statements in a text with the engine's own parser, on an
// empty database of its own that nothing ever runs in. It is the second look
// at user SQL, after single: where the two read a text differently, the text
// is refused. Safe for any goroutine; opened at first use.
type parser struct {
	mu   sync.Mutex
	open bool
	db   mapping.Database
	conn mapping.Connection
}

// one returns an error unless text is exactly one statement.
func (p *parser) one(text string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.start(); err != nil {
		return err
	}
	var stmts mapping.ExtractedStatements
	n := mapping.ExtractStatements(p.conn, text, &stmts)
	defer mapping.DestroyExtracted(&stmts)
	switch {
	case n == 1:
		return nil
	case n > 1:
		return errSeveral
	}
	if msg := mapping.ExtractStatementsError(stmts); msg != "" {
		return &SQLError{Message: msg}
	}
	return errNone
}

func (p *parser) start() error {
	if p.open {
		return nil
	}
	var cfg mapping.Config
	if mapping.CreateConfig(&cfg) == mapping.StateError {
		return errors.New("setting up the SQL parser")
	}
	defer mapping.DestroyConfig(&cfg)
	for _, kv := range [][2]string{{"threads", "1"}, {"enable_external_access", "false"}} {
		if mapping.SetConfig(cfg, kv[0], kv[1]) == mapping.StateError {
			return fmt.Errorf("setting up the SQL parser: %s", kv[0])
		}
	}
	var msg string
	if mapping.OpenExt("", &p.db, cfg, &msg) == mapping.StateError {
		return fmt.Errorf("setting up the SQL parser: %s", msg)
	}
	if mapping.Connect(p.db, &p.conn) == mapping.StateError {
		mapping.Close(&p.db)
		return errors.New("connecting to the SQL parser")
	}
	p.open = true
	return nil
}

// Close frees the parser's database.
func (p *parser) Close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.open {
		mapping.Disconnect(&p.conn)
		mapping.Close(&p.db)
		p.open = false
	}
	return nil
}
