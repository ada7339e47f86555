package main

import (
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/url"
	"reflect"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/ClickHouse/clickhouse-go/v2"

	"spaniel/internal/config"
	chsink "spaniel/sinks/clickhouse"
	"spaniel/sinks/store"
)

// askClickHouse runs one statement on ClickHouse, where the server itself
// allows only reading.
func askClickHouse(ctx context.Context, cfg *config.Config, rawURL, text string, use func(answer) error) error {
	opt, err := chsink.ParseURL(rawURL)
	if err != nil {
		return usage("store.url is no ClickHouse address: "+err.Error(), "write clickhouse://user@host:9000/database")
	}
	if opt.Settings == nil {
		opt.Settings = clickhouse.Settings{}
	}
	opt.Settings["max_execution_time"] = int(time.Duration(cfg.Store.QueryTime).Seconds())
	opt.Settings["readonly"] = 2 // reads only; the driver itself must set others
	db := clickhouse.OpenDB(opt)
	rows, err := db.QueryContext(ctx, text)
	if err != nil {
		return errors.Join(clickhouseProblem(rawURL, err), db.Close())
	}
	ans := &sqlAnswer{url: rawURL, rows: rows, limit: cfg.Store.QueryRows}
	err = ans.head()
	if err == nil {
		err = use(ans)
	}
	return errors.Join(err, rows.Close(), db.Close())
}

// clickhouseProblem tells a server that is away from a statement it refused.
func clickhouseProblem(rawURL string, err error) error {
	host := "ClickHouse"
	if u, perr := url.Parse(rawURL); perr == nil {
		host = u.Host
	}
	var ex *clickhouse.Exception
	if errors.As(err, &ex) {
		return &store.SQLError{Message: ex.Message}
	}
	var op *net.OpError
	if errors.As(err, &op) {
		return &problem{code: exitFailure, what: "ClickHouse does not answer", where: host, why: op.Error(), cause: err,
			fix: "start it, or mend store.url; the embedded store answers with --store PATH"}
	}
	return fmt.Errorf("asking %s: %w", host, err)
}

// sqlAnswer is a database/sql result as an answer.
type sqlAnswer struct {
	url       string
	rows      *sql.Rows
	cols      []store.Column
	row       []any
	limit, n  int
	truncated bool
	err       error
}

func (r *sqlAnswer) head() error {
	types, err := r.rows.ColumnTypes()
	if err != nil {
		return err
	}
	for _, t := range types {
		r.cols = append(r.cols, store.Column{Name: t.Name(), Type: t.DatabaseTypeName()})
	}
	return nil
}

func (r *sqlAnswer) Columns() []store.Column { return r.cols }
func (r *sqlAnswer) Values() []any           { return r.row }
func (r *sqlAnswer) Truncated() bool         { return r.truncated }
func (r *sqlAnswer) Close() error            { return nil } // askClickHouse closes the rows

func (r *sqlAnswer) Err() error {
	if err := errors.Join(r.err, r.rows.Err()); err != nil {
		return clickhouseProblem(r.url, err)
	}
	return nil
}

func (r *sqlAnswer) Next() bool {
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
		if id, ok := v.(string); ok && strings.Contains(r.cols[i].Type, "FixedString") {
			v = hex.EncodeToString([]byte(id)) // an id, also where its bytes happen to be text
		}
		r.row[i] = plain(reflect.ValueOf(v))
	}
	return true
}

// plain turns a value of the driver into what render prints: nil, bool,
// numbers, text, []any and map[string]any.
func plain(v reflect.Value) any {
	if !v.IsValid() {
		return nil
	}
	switch x := v.Interface().(type) {
	case time.Time:
		return x.UTC().Format("2006-01-02T15:04:05.000000Z")
	case fmt.Stringer:
		if v.Kind() != reflect.Pointer || !v.IsNil() {
			return x.String() // addresses, large numbers, decimals
		}
	}
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		return plain(v.Elem())
	case reflect.String:
		if !utf8.ValidString(v.String()) || strings.ContainsRune(v.String(), 0) {
			return hex.EncodeToString([]byte(v.String())) // bytes, such as ids in an array
		}
		return v.String()
	case reflect.Slice, reflect.Array:
		out := make([]any, v.Len())
		for i := range out {
			out[i] = plain(v.Index(i))
		}
		return out
	case reflect.Map:
		out := make(map[string]any, v.Len())
		for _, k := range v.MapKeys() {
			out[fmt.Sprint(plain(k))] = plain(v.MapIndex(k))
		}
		return out
	}
	return v.Interface()
}
