package admin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/pprof"

	"spaniel/sinks/store"
)

// maxSQL bounds a query's text.
const maxSQL = 1 << 20

// SocketPath is where the owner of a store answers queries: beside the file,
// so that whoever knows the store finds its owner.
func SocketPath(storePath string) string { return storePath + ".sock" }

// A QueryServer answers read-only SQL over a unix socket.
type QueryServer struct {
	lis net.Listener
	srv *http.Server
}

// NewQueryServer listens on the socket at path. The caller owns the store and
// so its lock: a socket that is there already was left behind by a process
// that died, and is replaced.
func NewQueryServer(path string, s *store.Store) (*QueryServer, error) {
	lis, err := listenUnix(path)
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/query", func(w http.ResponseWriter, r *http.Request) { answerQuery(w, r, s) })
	profiles(mux)
	return &QueryServer{lis, httpServer(mux)}, nil
}

// profiles answers what `go tool pprof` asks: on the socket alone, which is its
// owner's, since a profile shows what goes through the process.
func profiles(mux *http.ServeMux) {
	mux.HandleFunc("GET /debug/pprof/", pprof.Index)
	mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("GET /debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
}

// Run answers until ctx ends.
func (q *QueryServer) Run(ctx context.Context) error { return serve(ctx, q.srv, q.lis) }

// Close frees the socket of a server that never ran.
func (q *QueryServer) Close() error { return q.lis.Close() }

// A line of an answer is one of these: first the columns, then rows, then the
// end or a fault.
type line struct {
	Columns []store.Column `json:"columns,omitempty"`
	Row     []any          `json:"row,omitempty"`
	End     *end           `json:"end,omitempty"`
	// Fault is what went wrong; Mine says that the statement is not to blame.
	Fault string `json:"fault,omitempty"`
	Mine  bool   `json:"mine,omitempty"`
}

type end struct {
	Truncated bool `json:"truncated"`
}

func answerQuery(w http.ResponseWriter, r *http.Request, s *store.Store) {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	text, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxSQL))
	if err != nil {
		answer(w, http.StatusRequestEntityTooLarge, line{Fault: fmt.Sprintf("the query is longer than %d bytes", maxSQL)})
		return
	}
	rows, err := s.Query(r.Context(), string(text))
	if err != nil {
		answer(w, http.StatusBadRequest, fault(err))
		return
	}
	w.Header().Set("Content-Type", "application/x-ndjson")
	err = stream(enc, rows)
	if err = errors.Join(err, rows.Close()); err != nil {
		_ = enc.Encode(fault(err)) // fails only if the client is gone, and then nobody reads it
	}
}

func stream(enc *json.Encoder, rows *store.Rows) error {
	if err := enc.Encode(line{Columns: rows.Columns()}); err != nil {
		return err
	}
	for rows.Next() {
		if err := enc.Encode(line{Row: rows.Values()}); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	return enc.Encode(line{End: &end{rows.Truncated()}})
}

func fault(err error) line {
	var sqlErr *store.SQLError
	if errors.As(err, &sqlErr) {
		return line{Fault: sqlErr.Message}
	}
	return line{Fault: err.Error(), Mine: true}
}
