package admin

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"

	"spaniel/sinks/store"
)

// ErrNoSensor says that nobody answers at a socket.
var ErrNoSensor = errors.New("no sensor answers")

// Ask sends a statement to the sensor at the socket. The error matches
// ErrNoSensor when there is none, and is a *store.SQLError when the statement
// is at fault. The answer must be closed.
func Ask(ctx context.Context, socket, sql string) (*Answer, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://spaniel/v1/query", bytes.NewReader([]byte(sql)))
	if err != nil {
		return nil, fmt.Errorf("asking the sensor: %w", err)
	}
	resp, err := unixTransport(socket).RoundTrip(req)
	if err != nil {
		var op *net.OpError
		if errors.As(err, &op) && op.Op == "dial" {
			return nil, fmt.Errorf("%w at %s", ErrNoSensor, socket)
		}
		return nil, fmt.Errorf("asking the sensor at %s: %w", socket, err)
	}
	a := &Answer{body: resp.Body, dec: json.NewDecoder(resp.Body)}
	a.dec.UseNumber()
	first, err := a.read()
	if err == nil && first.Columns == nil {
		err = errors.New("the sensor's answer has no columns")
	}
	if err != nil {
		return nil, errors.Join(err, resp.Body.Close())
	}
	a.columns = first.Columns
	return a, nil
}

// An Answer is a result that comes over the socket; used like store.Rows.
type Answer struct {
	body      io.ReadCloser
	dec       *json.Decoder
	columns   []store.Column
	row       []any
	truncated bool
	err       error
}

// Columns returns the result's columns.
func (a *Answer) Columns() []store.Column { return a.columns }

// Next reads a row and reports whether there is one.
func (a *Answer) Next() bool {
	if a.err != nil {
		return false
	}
	l, err := a.read()
	switch {
	case err != nil:
		a.err = err
		return false
	case l.End != nil:
		a.truncated = l.End.Truncated
		return false
	}
	a.row = l.Row
	return true
}

// Values returns the row; numbers are json.Number.
func (a *Answer) Values() []any { return a.row }

// Truncated reports that there were more rows than the limit allows.
func (a *Answer) Truncated() bool { return a.truncated }

// Err returns what ended the rows early.
func (a *Answer) Err() error { return a.err }

// Close ends the query.
func (a *Answer) Close() error { return a.body.Close() }

func (a *Answer) read() (line, error) {
	var l line
	err := a.dec.Decode(&l)
	switch {
	case errors.Is(err, io.EOF):
		return l, errors.New("the sensor's answer ends too early: did it stop?")
	case err != nil:
		return l, fmt.Errorf("reading the sensor's answer: %w", err)
	case l.Fault != "" && l.Mine:
		return l, errors.New(l.Fault)
	case l.Fault != "":
		return l, &store.SQLError{Message: l.Fault}
	}
	return l, nil
}
