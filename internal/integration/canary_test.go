//go:build integration

package integration

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"syscall"
	"testing"
	"time"

	"spaniel/event"
	"spaniel/internal/canary"
	"spaniel/internal/wiretest"
)

// TestCanary sends 10,000 planted secrets past the running binary, which
// delivers to real servers: none shows in what they have, in any file the
// sensor keeps, in its log, its metrics, or what its commands print.
func TestCanary(t *testing.T) {
	needCapture(t)
	pairs, planted := canary.Pairs(10_000)
	echo := startEcho(t)
	d := deliveryTo(t, echo.port(), []string{wideTable("calls", event.CallColumns()), wideTable("alerts", event.AlertColumns())})
	d.sensor.run()
	d.watching()
	echo.play(pairs)
	time.Sleep(time.Second) // what was sent last is on disk
	d.caughtUp(patience)
	texts := map[string][]byte{"/metrics": []byte(d.get("/metrics")), "/readyz": []byte(d.get("/readyz"))}
	for _, m := range consume(t, d.kafkaAddr, alertTopic, "auditor") {
		texts["Kafka"] = append(append(texts["Kafka"], m.Key...), m.Value...)
	}
	texts["ClickHouse"] = append(d.table("calls"), d.table("alerts")...)
	for _, args := range [][]string{{"alerts", "list", "-o", "json"}, {"query", "-o", "ndjson", "SELECT * FROM calls"}, {"query", "-o", "ndjson", "SELECT * FROM facts"}} {
		out, err := exec.Command(d.bin, append(args, "-c", d.config)...).CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %v\n%s", args, err, out)
		}
		texts[strings.Join(args, " ")] = out
	}
	if err := d.sensor.kill(syscall.SIGTERM); err != nil {
		t.Errorf("after SIGTERM it ended with %v\n%s", err, d.sensor.log())
	}
	d.readFiles(texts)
	size := 0
	for name, b := range texts {
		size += len(b)
		if found := canary.Find(b); found != "" {
			t.Errorf("%s shows a secret: %s", name, found)
		}
	}
	for _, name := range []string{"Kafka", "ClickHouse"} {
		if n := bytes.Count(texts[name], []byte("sqli-in-input")); n < 100 {
			t.Errorf("%s has %d alerts of sqli-in-input", name, n)
		}
	}
	t.Logf("%d secrets in %d calls: none shows in %d bytes of %d files and answers", planted, len(pairs), size, len(texts))
}

// wideTable has every column, as text.
func wideTable[T any](name string, cols []event.Column[T]) string {
	var b strings.Builder
	for _, c := range cols {
		if c.Name != "spooled_day" {
			fmt.Fprintf(&b, "`%s` String, ", c.Name)
		}
	}
	return fmt.Sprintf("CREATE TABLE %s (%sspooled_day Date) ENGINE = MergeTree PARTITION BY spooled_day ORDER BY ts", name, b.String())
}

// table is all that a table of ClickHouse holds, as text.
func (d *delivery) table(name string) []byte {
	d.t.Helper()
	rows, err := d.db.Query(context.Background(), "SELECT * FROM "+name)
	if err != nil {
		d.t.Fatal(err)
	}
	defer rows.Close()
	var out bytes.Buffer
	for rows.Next() {
		row := make([]any, len(rows.ColumnTypes()))
		for i, c := range rows.ColumnTypes() {
			row[i] = reflect.New(c.ScanType()).Interface()
		}
		if err := rows.Scan(row...); err != nil {
			d.t.Fatal(err)
		}
		for _, v := range row {
			fmt.Fprintln(&out, reflect.ValueOf(v).Elem())
		}
	}
	if err := rows.Err(); err != nil {
		d.t.Fatal(err)
	}
	return out.Bytes()
}

// readFiles adds every file that the sensor keeps, its log among them; the
// binary itself apart.
func (d *delivery) readFiles(texts map[string][]byte) {
	d.t.Helper()
	dir := filepath.Dir(d.config)
	err := filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() || path == d.bin {
			return err
		}
		b, err := os.ReadFile(path)
		texts[path] = b
		return err
	})
	if err != nil {
		d.t.Fatal(err)
	}
}

// An echo is a server that gives the answers it is told to.
type echo struct {
	t       *testing.T
	l       net.Listener
	answers chan []byte
}

func startEcho(t *testing.T) *echo {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	e := &echo{t, l, make(chan []byte, 1)}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			e.serve(c)
		}
	}()
	return e
}

func (e *echo) port() int { return e.l.Addr().(*net.TCPAddr).Port }

// serve answers request after request of one connection.
func (e *echo) serve(c net.Conn) {
	defer c.Close()
	in := bufio.NewReader(c)
	for {
		req, err := http.ReadRequest(in)
		if err != nil {
			return
		}
		if _, err := io.Copy(io.Discard, req.Body); err != nil {
			return
		}
		if _, err := c.Write(<-e.answers); err != nil {
			return
		}
	}
}

// play has the calls made, a hundred on a connection.
func (e *echo) play(pairs []wiretest.Pair) {
	e.t.Helper()
	for len(pairs) > 0 {
		n := min(100, len(pairs))
		c, err := net.Dial("tcp", e.l.Addr().String())
		if err != nil {
			e.t.Fatal(err)
		}
		in := bufio.NewReader(c)
		for _, p := range pairs[:n] {
			e.answers <- wiretest.Response(p.Status, p.Body, p.Headers...)
			if _, err := c.Write(wiretest.Request(p.Request)); err != nil {
				e.t.Fatal(err)
			}
			res, err := http.ReadResponse(in, nil)
			if err != nil {
				e.t.Fatalf("%v, after %.300q", err, p.Request)
			}
			if _, err := io.Copy(io.Discard, res.Body); err != nil {
				e.t.Fatal(err)
			}
		}
		c.Close()
		pairs = pairs[n:]
	}
}
