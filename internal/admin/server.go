package admin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"syscall"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// An AddressError says that the address to listen on cannot be had.
type AddressError struct {
	Address string
	// InUse says that another process has it.
	InUse bool
	Err   error
}

func (e *AddressError) Error() string {
	if e.InUse {
		return fmt.Sprintf("%s is in use by another process", e.Address)
	}
	return fmt.Sprintf("cannot listen on %s: %v", e.Address, e.Err)
}

// Unwrap returns the system's error.
func (e *AddressError) Unwrap() error { return e.Err }

// A Server answers /metrics, /healthz and /readyz.
type Server struct {
	lis net.Listener
	srv *http.Server
}

// New listens on a loopback address, so that a taken port is known before
// anything starts; nothing is answered until Run. The error is an
// *AddressError.
func New(address string, reg *prometheus.Registry, snapshot func() Snapshot) (*Server, error) {
	lis, err := net.Listen("tcp", address)
	if err != nil {
		return nil, &AddressError{address, errors.Is(err, syscall.EADDRINUSE), err}
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", metricsHandler(reg))
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, http.StatusOK, map[string]string{"status": "ok"})
	})
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, _ *http.Request) {
		s := snapshot()
		answer(w, http.StatusOK, readiness(&s))
	})
	return &Server{lis, httpServer(localOnly(mux))}, nil
}

// httpServer has limits, as a stuck client on loopback is a client all the same.
func httpServer(h http.Handler) *http.Server {
	return &http.Server{Handler: h, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second, IdleTimeout: time.Minute, MaxHeaderBytes: 16 << 10}
}

// localOnly refuses requests under a foreign name: a web page must not read
// the metrics through the browser of somebody on this machine.
func localOnly(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host := r.Host
		if h, _, err := net.SplitHostPort(host); err == nil {
			host = h
		}
		ip := net.ParseIP(host)
		if host != "localhost" && host != "[::1]" && (ip == nil || !ip.IsLoopback()) {
			http.Error(w, "ask by a loopback address", http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// Address is where the server listens.
func (s *Server) Address() string { return s.lis.Addr().String() }

// Run answers until ctx ends.
func (s *Server) Run(ctx context.Context) error { return serve(ctx, s.srv, s.lis) }

// Close frees the address of a server that never ran.
func (s *Server) Close() error { return s.lis.Close() }

// serve answers until ctx ends, and returns when the last answer is out, or
// cut off after a second.
func serve(ctx context.Context, srv *http.Server, lis net.Listener) error {
	served := make(chan error, 1)
	go func() { served <- srv.Serve(lis) }()
	select {
	case err := <-served:
		return fmt.Errorf("serving %s: %w", lis.Addr(), err)
	case <-ctx.Done():
	}
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	if err := srv.Shutdown(end); errors.Is(err, context.DeadlineExceeded) {
		err = srv.Close()
		<-served
		return err
	} else if err != nil {
		return fmt.Errorf("stopping to serve %s: %w", lis.Addr(), err)
	}
	<-served
	return nil
}

// ready is the answer of /readyz. A sink that is down does not make the
// sensor unready: what it misses waits in the spool. Nor do rules that did not
// load: the old ones judge.
type ready struct {
	Status string `json:"status"` // ok or degraded
	// Sensor is ok, or why the process that holds the packets does not answer.
	Sensor string `json:"sensor"`
	Rules  string `json:"rules"` // ok, or that the last reload failed
	// Problem is why it failed.
	Problem string `json:"rules_problem,omitempty"`
	Ruleset string `json:"ruleset"`
	// Loaded is when the rules that judge were loaded.
	Loaded time.Time    `json:"rules_loaded"`
	Sinks  []sinkHealth `json:"sinks"`
}

type sinkHealth struct {
	Name         string  `json:"name"`
	Healthy      bool    `json:"healthy"`
	Problem      string  `json:"problem,omitempty"`
	Note         string  `json:"note,omitempty"`
	QueueRecords uint64  `json:"queue_records"`
	QueueBytes   uint64  `json:"queue_bytes"`
	LagSeconds   float64 `json:"lag_seconds"`
}

func readiness(s *Snapshot) ready {
	r := ready{Status: "ok", Sensor: "ok", Rules: "ok", Ruleset: s.Ruleset, Loaded: s.Loaded.UTC(), Sinks: []sinkHealth{}}
	if s.Away != "" {
		r.Status, r.Sensor, r.Rules = "degraded", s.Away, "not known"
	} else if !s.ReloadOK {
		r.Status, r.Rules, r.Problem = "degraded", "the last reload failed; the rules before it judge", s.ReloadProblem
	}
	for i := range s.Sinks {
		c := &s.Sinks[i]
		if !c.Healthy {
			r.Status = "degraded"
		}
		r.Sinks = append(r.Sinks, sinkHealth{c.Name, c.Healthy, c.Problem, c.Note, c.QueueRecords, c.QueueBytes, c.LagSeconds})
	}
	return r
}

func answer(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // a client that went away is its own affair
}
