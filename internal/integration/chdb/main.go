// Command chdb serves a recent ClickHouse engine (libchdb) over ClickHouse's
// HTTP interface, as far as a client needs it: statements, and inserts in
// Native format. It stands in for a modern server in tests, where only an old
// one can be installed; it is no part of the product.
//
//	chdb LIBRARY DIRECTORY ADDRESS
package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"sync"
	"time"
	"unsafe"

	"github.com/ebitengine/purego"
)

// engine is libchdb with one connection. It answers one statement at a time.
type engine struct {
	mu   sync.Mutex
	conn uintptr

	connect        func(argc int32, argv unsafe.Pointer) uintptr
	signalHandlers func(enabled int32)
	query          func(conn uintptr, q string, n uintptr, format string, fn uintptr) uintptr
	buffer         func(r uintptr) unsafe.Pointer
	length         func(r uintptr) uintptr
	failure        func(r uintptr) string
	destroy        func(r uintptr)
	insert         func(conn uintptr, q string, n uintptr, format string, fn uintptr) uintptr
	appendData     func(s uintptr, b unsafe.Pointer, n uintptr) int32
	done           func(s uintptr) uintptr
	insertFailure  func(s uintptr) string
	destroyInsert  func(s uintptr)
}

func open(library, dir string) (*engine, error) {
	lib, err := purego.Dlopen(library, purego.RTLD_NOW|purego.RTLD_LOCAL)
	if err != nil {
		return nil, fmt.Errorf("opening %s: %w", library, err)
	}
	e := &engine{}
	for name, fn := range map[string]any{
		"chdb_connect": &e.connect, "chdb_set_signal_handlers_enabled": &e.signalHandlers, "chdb_query_n": &e.query,
		"chdb_result_buffer": &e.buffer, "chdb_result_length": &e.length, "chdb_result_error": &e.failure,
		"chdb_destroy_query_result": &e.destroy, "chdb_stream_insert_n": &e.insert, "chdb_stream_append": &e.appendData,
		"chdb_stream_done": &e.done, "chdb_stream_insert_error": &e.insertFailure, "chdb_destroy_insert_stream": &e.destroyInsert,
	} {
		purego.RegisterLibFunc(fn, lib, name)
	}
	e.signalHandlers(0) // Go's own must stay, or the process hangs
	args := [][]byte{[]byte("clickhouse\x00"), []byte("--path=" + dir + "\x00")}
	argv := []unsafe.Pointer{unsafe.Pointer(&args[0][0]), unsafe.Pointer(&args[1][0])}
	handle := e.connect(int32(len(argv)), unsafe.Pointer(&argv[0]))
	if handle == 0 {
		return nil, errors.New("libchdb refused the connection")
	}
	e.conn = *(*uintptr)(*(*unsafe.Pointer)(unsafe.Pointer(&handle)))
	return e, nil
}

// run answers one statement, in a database, in the given output format.
func (e *engine) run(database, sql, format string) ([]byte, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if err := e.use(database); err != nil {
		return nil, err
	}
	r := e.query(e.conn, sql, uintptr(len(sql)), format, uintptr(len(format)))
	return e.result(r)
}

// use makes the database that of the statement to come; "" is default.
func (e *engine) use(database string) error {
	if database == "" {
		database = "default"
	}
	sql := "USE `" + strings.ReplaceAll(database, "`", "\\`") + "`"
	_, err := e.result(e.query(e.conn, sql, uintptr(len(sql)), "Null", 4))
	return err
}

// result copies a result out of the engine's memory and frees it.
func (e *engine) result(r uintptr) ([]byte, error) {
	if r == 0 {
		return nil, errors.New("no result")
	}
	defer e.destroy(r)
	if msg := e.failure(r); msg != "" {
		return nil, errors.New(msg)
	}
	n := e.length(r)
	if n == 0 {
		return nil, nil
	}
	return bytes.Clone(unsafe.Slice((*byte)(e.buffer(r)), n)), nil
}

// load inserts data given in a format.
func (e *engine) load(database, insert, format string, data []byte) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if err := e.use(database); err != nil {
		return err
	}
	s := e.insert(e.conn, insert, uintptr(len(insert)), format, uintptr(len(format)))
	defer e.destroyInsert(s)
	if msg := e.insertFailure(s); msg != "" {
		return errors.New(msg)
	}
	if len(data) > 0 && e.appendData(s, unsafe.Pointer(&data[0]), uintptr(len(data))) != 0 {
		return errors.New(e.insertFailure(s))
	}
	_, err := e.result(e.done(s))
	return err
}

// insertStatement splits INSERT INTO t (…) FORMAT f from what follows.
var insertStatement = regexp.MustCompile(`(?is)^\s*(insert\s+into\s+.*?)\s+format\s+(\w+)\s*;?\s*$`)

func (e *engine) serve(w http.ResponseWriter, r *http.Request) {
	params := r.URL.Query()
	body, err := io.ReadAll(io.LimitReader(r.Body, 256<<20))
	if err == nil {
		body, err = inflate(body, params)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	body, err = e.answer(params, body)
	if err == nil {
		body, err = deflate(body, params)
	}
	w.Header().Set("X-ClickHouse-Server-Display-Name", "chdb")
	w.Header().Set("X-ClickHouse-Timezone", "UTC")
	if err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", r.URL.RawQuery, err)
		if _, code, ok := strings.Cut(err.Error(), "Code: "); ok {
			w.Header().Set("X-ClickHouse-Exception-Code", strings.TrimRight(code[:strings.IndexAny(code+".", ". ")], "."))
		}
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("X-ClickHouse-Format", format(params))
	w.Write(body) // the client that went away is not told
}

// answer runs the statement of a request: an insert takes the body as its
// data, any other may have its text there.
func (e *engine) answer(params url.Values, body []byte) ([]byte, error) {
	sql, database := params.Get("query"), params.Get("database")
	if m := insertStatement.FindStringSubmatch(sql); m != nil {
		return nil, e.load(database, m[1]+settings(params), m[2], body)
	}
	if sql += string(body); sql == helloQuery && format(params) == "Native" {
		return e.hello()
	}
	return e.run(database, sql, format(params))
}

// format is how the client wants the answer.
func format(params url.Values) string {
	if f := params.Get("default_format"); f != "" {
		return f
	}
	return "Native"
}

func main() {
	if len(os.Args) != 4 {
		fmt.Fprintln(os.Stderr, "usage: chdb LIBRARY DIRECTORY ADDRESS")
		os.Exit(2)
	}
	e, err := open(os.Args[1], os.Args[2])
	if err == nil {
		s := &http.Server{Addr: os.Args[3], Handler: http.HandlerFunc(e.serve), ReadHeaderTimeout: 10 * time.Second}
		err = s.ListenAndServe()
	}
	fmt.Fprintln(os.Stderr, "error:", err)
	os.Exit(1)
}
