//go:build integration

package integration

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"spaniel/internal/porttest"
)

// TestRun runs the whole binary on loopback traffic with every sink there is:
// an attack reaches Kafka, syslog and the store, calls reach ClickHouse and
// the store; SIGTERM ends it in order, and after kill -9 what the spool had is
// delivered.
func TestRun(t *testing.T) {
	needCapture(t)
	w := newWorld(t)
	w.sensor.run()
	w.watching()

	start := time.Now()
	w.shop.order("a", 200)
	w.shop.attack("first")
	w.await("the attack is in the store", alertsOf("first"), 1)
	w.await("the calls are in the store", ordersOf("a"), 200)
	t.Logf("200 calls and the alert in the store %.1f s after the first request", time.Since(start).Seconds())
	w.inKafka("first")
	w.inSyslog("first")
	w.inClickHouse("a", 200)
	w.queryClickHouse()

	w.shop.order("b", 50)
	w.terminate()

	w.broker.kill(syscall.SIGKILL)
	w.shop.order("c", 100)
	w.shop.attack("second")
	w.await("the second attack is in the store", alertsOf("second"), 1)
	w.sensor.kill(syscall.SIGKILL)
	w.broker.run()
	w.broker.ready(w.kafkaAddr)
	w.sensor.run()
	w.watching()
	w.inKafka("second")
	w.inSyslog("second")
	w.await("the calls before kill -9 are in the store", ordersOf("c"), 100)
	w.await("and none twice", "SELECT count(*) - count(DISTINCT call_id) AS n FROM events", 0)
	w.inClickHouse("c", 100)
	t.Log("after kill -9 with Kafka down: the second alert in Kafka and syslog, 100 of 100 calls once in the store, and in ClickHouse")
}

func ordersOf(letter string) string {
	return "SELECT count(DISTINCT call_id) AS n FROM calls WHERE resp_status = 200 AND req_path LIKE '/orders/" + letter + "%'"
}

func alertsOf(mark string) string {
	return "SELECT count(DISTINCT id) AS n FROM alerts WHERE rule_id = 'sqli-in-input' AND req_target LIKE '%mark=" + mark + "%'"
}

// needCapture skips the test where packets may not be captured.
func needCapture(t *testing.T) {
	t.Helper()
	fd, err := syscall.Socket(syscall.AF_PACKET, syscall.SOCK_RAW, 0)
	if err != nil {
		t.Skipf("capturing needs root or CAP_NET_RAW: %v", err)
	}
	if err := syscall.Close(fd); err != nil {
		t.Fatal(err)
	}
}

// A world is the sensor with all that stands around it.
type world struct {
	t                       *testing.T
	shop                    *shop
	broker, sensor          *process
	kafkaAddr, api, syslogs string
	db                      driver.Conn
	bin, config, chURL      string
}

func newWorld(t *testing.T) *world {
	t.Helper()
	dir := t.TempDir()
	w := &world{t: t, shop: openShop(t), api: local(porttest.Free(t)), bin: filepath.Join(dir, "spaniel"), config: filepath.Join(dir, "spaniel.yaml")}
	command(t, ".", "go", "build", "-o", w.bin, "../../cmd/spaniel")
	w.broker, w.kafkaAddr = startKafka(t)
	createTopic(t, w.kafkaAddr, alertTopic, 3)
	_, chAddr := startClickHouse(t)
	w.chURL = "clickhouse://default@" + chAddr + "/default"
	w.db = clickhouseDB(t, w.chURL)
	execute(t, w.db, plainTable)
	var syslogAddr string
	_, syslogAddr, w.syslogs = startRsyslog(t)
	write(t, w.config, fmt.Sprintf(`sensor: {name: integration}
capture: [{interface: lo, filter: tcp port %d}]
privacy: {key_file: %[2]s/privacy.key}
store: {url: "duckdb://%[2]s/calls.duckdb"}
spool: {path: %[2]s/spool}
api: {listen: "%[3]s"}
sinks:
  - {name: bus, kafka: {brokers: ["%[4]s"]}}
  - {name: warehouse, kinds: [call], clickhouse: {url: "%[5]s"}}
  - {name: siem, syslog: {address: "%[6]s"}}
`, w.shop.port(), dir, w.api, w.kafkaAddr, w.chURL, syslogAddr))
	w.sensor = prepare(t, "spaniel", dir, w.bin, "run", "-c", w.config)
	return w
}

// watching waits until the sensor says that it is ready.
func (w *world) watching() {
	w.t.Helper()
	w.sensor.ready(w.api)
	w.get("/healthz")
}

// get asks the running sensor.
func (w *world) get(path string) string {
	w.t.Helper()
	res, err := http.Get("http://" + w.api + path)
	if err != nil {
		w.t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		w.t.Fatalf("%s says %s: %s (%v)", path, res.Status, text, err)
	}
	return string(text)
}

// ask runs `spaniel query`, through the running sensor or on the file, and
// returns the number it answers.
func (w *world) ask(sql string, flags ...string) (int, error) {
	var errs bytes.Buffer
	cmd := exec.Command(w.bin, append(flags, "query", "-c", w.config, "-o", "ndjson", sql)...)
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		return 0, fmt.Errorf("%w: %s", err, &errs)
	}
	var row struct{ N int }
	if err := json.Unmarshal(out, &row); err != nil {
		return 0, fmt.Errorf("%w: %q", err, out)
	}
	return row.N, nil
}

// await asks until the answer is the number.
func (w *world) await(what, sql string, want int) {
	w.t.Helper()
	for until := time.Now().Add(patience); ; time.Sleep(100 * time.Millisecond) {
		got, err := w.ask(sql)
		if err == nil && got == want {
			return
		}
		if time.Now().After(until) || err == nil && got > want {
			w.t.Fatalf("%s: got %d, want %d (%v)\n%s", what, got, want, err, w.sensor.log())
		}
	}
}

// terminate ends the sensor with SIGTERM, starts it again, and holds what it says it
// made against what is stored: what it had no time for in the few seconds of a stop
// comes after the start.
func (w *world) terminate() {
	w.t.Helper()
	begun := time.Now()
	if err := w.sensor.kill(syscall.SIGTERM); err != nil {
		w.t.Fatalf("after SIGTERM it ended with %v\n%s", err, w.sensor.log())
	}
	took := time.Since(begun)
	var last struct {
		Msg                    string
		Packets, Calls, Alerts int
	}
	lines := strings.Split(w.sensor.log(), "\n")
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &last); err != nil || last.Msg != "stopped" {
		w.t.Fatalf("its last words are %q (%v)", lines[len(lines)-1], err)
	}
	w.sensor.run()
	w.watching()
	w.await("every call made is in the store", "SELECT count(DISTINCT call_id) AS n FROM calls", last.Calls)
	w.await("every alert made is in the store", "SELECT count(DISTINCT id) AS n FROM alerts", last.Alerts)
	w.await("what was on the wire just before is in the store", ordersOf("b"), 50)
	w.t.Logf("SIGTERM: exit 0 in %.1f s; %d packets, %d calls, %d alerts, all stored, the 50 calls just before among them", took.Seconds(), last.Packets, last.Calls, last.Alerts)
}

// queryClickHouse asks that server with `spaniel query`, which must not let a
// statement through that changes anything.
func (w *world) queryClickHouse() {
	w.t.Helper()
	store := "store.url=" + w.chURL
	if n, err := w.ask(ordersOf("a"), "--set", store); err != nil || n != 200 {
		w.t.Errorf("asked through spaniel, ClickHouse has %d calls (%v)", n, err)
	}
	for _, sql := range []string{"DROP TABLE calls", "INSERT INTO calls (call_id) VALUES ('x')", "SELECT nothere FROM calls"} {
		_, err := w.ask(sql, "--set", store)
		var exit *exec.ExitError
		if !errors.As(err, &exit) || exit.ExitCode() != 2 {
			w.t.Errorf("%s: %v, want exit status 2", sql, err)
		}
	}
	if n, err := w.ask(ordersOf("a"), "--set", store); err != nil || n != 200 {
		w.t.Errorf("after hostile statements ClickHouse has %d calls (%v)", n, err)
	}
}

// inKafka waits for the alert about the marked attack.
func (w *world) inKafka(mark string) {
	w.t.Helper()
	w.eventually("the alert in Kafka", func() bool {
		group := fmt.Sprintf("%s-%d", mark, time.Now().UnixNano()) // each try reads from the beginning
		for _, m := range consume(w.t, w.kafkaAddr, alertTopic, group) {
			if isAlertOn(m.Value, mark) {
				return true
			}
		}
		return false
	})
}

// inSyslog waits for it in the receiver's file.
func (w *world) inSyslog(mark string) {
	w.t.Helper()
	w.eventually("the alert in syslog", func() bool {
		text, err := os.ReadFile(w.syslogs)
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			w.t.Fatal(err)
		}
		for line := range strings.Lines(string(text)) {
			if _, msg, ok := strings.Cut(line, "] {"); ok && isAlertOn([]byte("{"+msg), mark) {
				return true
			}
		}
		return false
	})
}

// inClickHouse waits until the server has the orders.
func (w *world) inClickHouse(letter string, want uint64) {
	w.t.Helper()
	w.eventually("the calls in ClickHouse", func() bool {
		var n uint64
		scan(w.t, w.db, "SELECT uniqExact(call_id) FROM calls WHERE resp_status = 200 AND req_path LIKE '/orders/"+letter+"%'", &n)
		return n == want
	})
}

func (w *world) eventually(what string, there func() bool) {
	w.t.Helper()
	for until := time.Now().Add(patience); !there(); time.Sleep(200 * time.Millisecond) {
		if time.Now().After(until) {
			w.t.Fatalf("not seen: %s\n%s", what, w.sensor.log())
		}
	}
}

// isAlertOn reports whether the JSON is the injection alert about the attack.
func isAlertOn(text []byte, mark string) bool { return markOf(text) == mark }

// markOf is the mark of the attack that an injection alert is about, "" of any
// other.
func markOf(text []byte) string {
	var a struct {
		Rule struct{ ID string }
		Req  struct{ Target string }
	}
	if json.Unmarshal(text, &a) != nil || a.Rule.ID != "sqli-in-input" {
		return ""
	}
	_, mark, _ := strings.Cut(a.Req.Target, "mark=")
	mark, _, _ = strings.Cut(mark, "&")
	return mark
}
