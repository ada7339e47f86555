package store

import (
	"context"
	"errors"
	"net/url"

	duckdb "github.com/duckdb/duckdb-go/v2"
	"github.com/duckdb/duckdb-go/v2/mapping"
)

// A session is a connection of our own to the engine that the driver opened, by
// the cache of engines it shares: the driver keeps those it makes to itself, and
// does not append columns, which is what this is for. The writer alone uses it.
type session struct {
	db   mapping.Database
	conn mapping.Connection
}

// newSession connects to the engine that has the file open, whose settings must
// be the same.
func newSession(path, options string) (s *session, err error) {
	s = new(session)
	defer func() {
		if err != nil {
			s.close()
		}
	}()
	settings, err := url.ParseQuery(options)
	if err != nil {
		return nil, err
	}
	settings.Set("duckdb_api", "go") // the driver's own
	var cfg mapping.Config
	defer mapping.DestroyConfig(&cfg)
	if mapping.CreateConfig(&cfg) == mapping.StateError {
		return nil, errors.New("the engine takes no settings")
	}
	for name := range settings {
		if mapping.SetConfig(cfg, name, settings.Get(name)) == mapping.StateError {
			return nil, errors.New("the engine does not know the setting " + name)
		}
	}
	var said string
	if mapping.GetOrCreateFromCache(duckdb.GetInstanceCache(), path, &s.db, cfg, &said) == mapping.StateError {
		return nil, errors.New(said)
	}
	if mapping.Connect(s.db, &s.conn) == mapping.StateError {
		return nil, errors.New("the engine takes no further connection")
	}
	return s, nil
}

// exec runs SQL without results. It gives up when ctx ends.
func (s *session) exec(ctx context.Context, sql string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	stopped := make(chan struct{})
	stop := context.AfterFunc(ctx, func() { mapping.Interrupt(s.conn); close(stopped) })
	var res mapping.Result
	defer mapping.DestroyResult(&res)
	state := mapping.Query(s.conn, sql, &res)
	if !stop() {
		<-stopped // so that it does not stop what comes next
	}
	if state == mapping.StateError {
		return errors.Join(&duckdb.Error{Type: duckdb.ErrorType(mapping.ResultErrorType(&res)), Msg: mapping.ResultError(&res)}, ctx.Err())
	}
	return nil
}

// close lets the engine go. A second close does nothing.
func (s *session) close() {
	if s != nil {
		mapping.Disconnect(&s.conn)
		mapping.Close(&s.db)
	}
}
