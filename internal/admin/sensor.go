package admin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"
)

// SensorPath is where a sensor that forwards nothing itself tells its numbers:
// in the spool, which it shares with who does.
func SensorPath(spool string) string { return filepath.Join(spool, "sensor.sock") }

// A SensorServer tells the process that forwards how the sensor is.
type SensorServer struct {
	lis net.Listener
	srv *http.Server
}

// NewSensorServer listens on the socket at path. The caller owns the spool: a
// socket that is there already was left behind.
func NewSensorServer(path string, snapshot func() Snapshot) (*SensorServer, error) {
	lis, err := listenUnix(path)
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v1/snapshot", func(w http.ResponseWriter, _ *http.Request) { answer(w, http.StatusOK, snapshot()) })
	profiles(mux)
	return &SensorServer{lis, httpServer(mux)}, nil
}

// Run answers until ctx ends.
func (s *SensorServer) Run(ctx context.Context) error { return serve(ctx, s.srv, s.lis) }

// listenUnix listens on a socket that is the owner's alone, in place of one that
// a dead process left.
func listenUnix(path string) (net.Listener, error) {
	if st, err := os.Lstat(path); err == nil && st.Mode().Type() == fs.ModeSocket {
		if err := os.Remove(path); err != nil {
			return nil, fmt.Errorf("replacing the socket a dead process left: %w", err)
		}
	}
	lis, err := net.Listen("unix", path)
	if err != nil {
		return nil, fmt.Errorf("listening on a socket: %w", err)
	}
	if err := os.Chmod(path, 0o600); err != nil {
		return nil, errors.Join(fmt.Errorf("closing the socket to others: %w", err), lis.Close())
	}
	return lis, nil
}

// Bounds of what is believed of a sensor: it holds packets, and so may have been
// taken over.
const (
	sensorWait  = 2 * time.Second
	maxSnapshot = 16 << 20
)

// AskSensor asks the sensor at the socket for its numbers.
func AskSensor(ctx context.Context, path string) (s Snapshot, err error) {
	ctx, cancel := context.WithTimeout(ctx, sensorWait)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://spaniel/v1/snapshot", nil)
	if err != nil {
		return s, fmt.Errorf("asking the sensor: %w", err)
	}
	resp, err := unixTransport(path).RoundTrip(req)
	if err != nil {
		return s, fmt.Errorf("asking the sensor: %w", err)
	}
	err = json.NewDecoder(io.LimitReader(resp.Body, maxSnapshot)).Decode(&s)
	if err = errors.Join(err, resp.Body.Close()); err != nil {
		return Snapshot{}, fmt.Errorf("reading what the sensor says: %w", err)
	}
	return s, nil
}

// unixTransport makes its one connection to a socket.
func unixTransport(path string) *http.Transport {
	return &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "unix", path)
	}}
}
