package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	duckdb "github.com/duckdb/duckdb-go/v2"

	"spaniel/sinks"
)

// A Store owns one DuckDB file. Write and Query may be called from any
// goroutine, and at the same time.
type Store struct {
	path  string
	cfg   Config
	dec   *sinks.Decoder
	guard parser

	// writing is held by the one who uses writer or own, and guards what follows.
	writing sync.Mutex
	writer  *sql.Conn // nil when read-only
	own     *session  // likewise; batches are written by it
	fatal   bool      // the engine gave up and must be opened anew
	pruned  time.Time
	sized   time.Time

	db     atomic.Pointer[sql.DB]
	closed sync.Once
}

var _, _ sinks.Writer = (*Store)(nil), Shared{}

// Open opens the file at path, and makes it with its directory if it is
// missing. The error is a LockedError (errors.Is ErrLocked) when another
// process has the file, ErrNotStore when it is a file of another kind, and matches fs.ErrNotExist when ReadOnly and missing,
// fs.ErrPermission when the file may not be used. The engine makes further files
// beside it by the process's umask.
func Open(path string, cfg Config) (*Store, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	if strings.ContainsAny(path, "?%#") {
		return nil, fmt.Errorf("opening store %q: the path may not hold ?, %% or #", path)
	}
	if err := prepare(path, cfg.ReadOnly); err != nil {
		return nil, fmt.Errorf("opening store: %w", err)
	}
	s := &Store{path: path, cfg: cfg, dec: sinks.NewDecoder()}
	_, statErr := os.Stat(path)
	err := s.connect(context.Background())
	if err == nil && statErr != nil {
		err = os.Chmod(path, 0o600) // new: what users did is nobody else's business
	}
	if err != nil {
		return nil, fmt.Errorf("opening store %s: %w", path, errors.Join(asLocked(path, err), s.Close()))
	}
	return s, nil
}

// connect opens the engine and brings the tables up to date.
func (s *Store) connect(ctx context.Context) error {
	con, err := duckdb.NewConnector(s.path+"?"+options(&s.cfg), nil)
	if err != nil {
		return err
	}
	db := sql.OpenDB(con)
	db.SetMaxIdleConns(0) // a user's query leaves nothing behind for the next
	s.db.Store(db)
	return s.setUp(ctx, db)
}

// reopen opens the engine again after a failure that it does not outlive, such
// as a disk that was full at a checkpoint. What was committed is there.
func (s *Store) reopen(ctx context.Context) error {
	// What the dead engine says at its end was said when it died.
	s.own.close()
	_ = s.writer.Close()
	_ = s.db.Load().Close()
	if err := s.connect(ctx); err != nil {
		return fmt.Errorf("opening store %s again: %w", s.path, err)
	}
	s.fatal = false
	return nil
}

// prepare checks what the engine reports badly: a directory in the way, a
// file that is missing or may not be read.
func prepare(path string, readOnly bool) error {
	if !readOnly {
		// The records hold what users did: nobody else's business.
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return err
		}
	}
	st, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist) && !readOnly:
		return nil
	case err != nil:
		return err
	case st.IsDir():
		return fmt.Errorf("%s is a directory", path)
	}
	mode := uint32(4) // may be read
	if !readOnly {
		mode |= 2
	}
	// Not by opening it: closing it again would free a lock that this process
	// may hold on the file.
	if err := syscall.Access(path, mode); err != nil {
		return &fs.PathError{Op: "open", Path: path, Err: err}
	}
	return nil
}

// options are the settings that user SQL can then no longer change: no file
// or network functions, locked configuration, bounded memory and threads.
func options(cfg *Config) string {
	v := url.Values{}
	// Each checkpoint writes the last block of rows again. At the engine's own 16
	// MB a quarter of all time went into that.
	v.Set("checkpoint_threshold", "64MB")
	v.Set("memory_limit", strconv.FormatInt(cfg.Memory, 10)+"B")
	v.Set("threads", strconv.Itoa(cfg.Threads))
	v.Set("enable_external_access", "false")
	v.Set("autoinstall_known_extensions", "false")
	v.Set("autoload_known_extensions", "false")
	if cfg.ReadOnly {
		v.Set("access_mode", "READ_ONLY")
	}
	v.Set("lock_configuration", "true")
	return v.Encode()
}

func (s *Store) setUp(ctx context.Context, db *sql.DB) error {
	if err := db.PingContext(ctx); err != nil || s.cfg.ReadOnly {
		return err
	}
	conn, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	s.writer = conn
	for _, ddl := range Schema() {
		if _, err := conn.ExecContext(ctx, ddl); err != nil {
			return fmt.Errorf("making the tables: %w", err)
		}
	}
	s.own, err = newSession(s.path, options(&s.cfg))
	return err
}

// Path returns the file's path as given to Open.
func (s *Store) Path() string { return s.path }

// Close writes back what the engine holds and frees the file. A second Close
// does nothing.
func (s *Store) Close() (err error) {
	s.closed.Do(func() {
		s.writing.Lock()
		defer s.writing.Unlock()
		s.own.close()
		if s.writer != nil {
			if err = s.writer.Close(); errors.Is(err, sql.ErrConnDone) {
				err = nil // a reopen that failed has closed it
			}
		}
		if db := s.db.Load(); db != nil {
			err = errors.Join(err, db.Close())
		}
		err = errors.Join(err, s.guard.Close())
	})
	return err
}
