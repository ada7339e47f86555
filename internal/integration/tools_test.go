//go:build integration

package integration

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"spaniel/event"
	"spaniel/internal/porttest"
)

// A verdict is the worst that one rule said.
type verdict struct {
	severity  event.Severity
	succeeded bool
}

// expected is the least that must be found, by rule; succeeded says that the
// attack was seen to work.
type expected map[string]verdict

// TestTools lets real tools loose on real servers on loopback, each watched
// live by a sensor of its own: each is found by what it does, with the right
// outcome, and ordinary use of the same servers wakes nobody.
func TestTools(t *testing.T) {
	needCapture(t)
	bin := filepath.Join(t.TempDir(), "spaniel")
	command(t, ".", "go", "build", "-o", bin, "../../cmd/spaniel")
	for _, c := range []struct {
		name  string
		serve func(*testing.T) (port int)
		use   func(t *testing.T, addr string)
		want  expected // nil: ordinary use
	}{
		{"sqlmap", openInjectable, sqlmap, expected{"sqli-in-input": {event.Critical, true}}},
		{"brute force", openSite, bruteForce, expected{"brute-force": {event.Medium, false}}},
		{"brute force that gets in", openSite, bruteForceAndEnter, expected{"brute-force": {event.High, true}}},
		{"wget", openSite, wget, expected{"library-agent": {event.Info, false}, "id-walk": {event.Medium, false}}},
		{"curl looks for files", openSite, curl, expected{"library-agent": {event.Info, false}, "not-found-spread": {event.Medium, false}, "sensitive-file-probe": {event.Medium, false}}},
		{"burst", openSite, burst, expected{"client-hammers-endpoint": {event.Medium, false}, "client-burst": {event.Low, false}}},
		{"slow headers", openSite, slowHeaders, expected{"slow-requests": {event.Medium, false}}},
		{"slow bodies", openSite, slowBodies, expected{"slow-requests": {event.Medium, false}}},
		{"silent connections", openSite, silentConnections, expected{"silent-connections": {event.Medium, false}}},
		{"orders of others", openSite, walkOrders, expected{"id-walk": {event.High, true}}},
		{"ordinary use of the site", openSite, ordinaryUse, nil},
		{"ordinary use of the shop", openInjectable, ordinaryItems, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel() // most of the time is waiting
			addr := local(c.serve(t))
			w := watch(t, bin, addr)
			c.use(t, addr)
			verdicts(t, w.end(), c.want)
		})
	}
}

// verdicts holds what was found against what had to be.
func verdicts(t *testing.T, got map[string]verdict, want expected) {
	t.Helper()
	for rule, v := range want {
		if g := got[rule]; g.severity < v.severity || v.succeeded && !g.succeeded {
			t.Errorf("%s: %v, succeeded %v; want at least %v, succeeded %v; found %v", rule, g.severity, g.succeeded, v.severity, v.succeeded, got)
		}
	}
	for rule, g := range got {
		if want == nil && g.severity >= event.Medium {
			t.Errorf("ordinary use raises %s, %v", rule, g.severity)
		}
	}
	t.Logf("found: %v", got)
}

// A watcher is a sensor on loopback that sees one server.
type watcher struct {
	t                *testing.T
	bin, config, api string
	sensor           *process
}

func watch(t *testing.T, bin, addr string) *watcher {
	t.Helper()
	dir := t.TempDir()
	w := &watcher{t: t, bin: bin, config: filepath.Join(dir, "spaniel.yaml"), api: local(porttest.Free(t))}
	_, port, _ := strings.Cut(addr, ":")
	write(t, w.config, fmt.Sprintf(`sensor: {name: tools}
capture: [{interface: lo, filter: tcp port %s}]
privacy: {key_file: %[2]s/privacy.key}
store: {url: "duckdb://%[2]s/calls.duckdb"}
spool: {path: %[2]s/spool}
api: {listen: "%[3]s"}
`, port, dir, w.api))
	w.sensor = start(t, "spaniel", dir, bin, "run", "-c", w.config)
	w.sensor.ready(w.api)
	return w
}

// end stops the sensor in order and returns what it found. What it has no time for
// in the few seconds of a stop it stores after the next start.
func (w *watcher) end() map[string]verdict {
	w.t.Helper()
	w.stop()
	w.sensor.run()
	w.sensor.ready(w.api)
	for end := time.Now().Add(patience); !w.stored(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) {
			w.t.Fatalf("records still wait for the store\n%s", w.sensor.log())
		}
	}
	w.stop()
	out, err := exec.Command(w.bin, "query", "-c", w.config, "-o", "ndjson",
		"SELECT rule_id, max(severity_num) AS severity, bool_or(outcome = 'likely_succeeded') AS succeeded FROM alerts GROUP BY rule_id").Output()
	if err != nil {
		w.t.Fatal(err)
	}
	found := map[string]verdict{}
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var row struct {
			Rule      string `json:"rule_id"`
			Severity  int
			Succeeded bool
		}
		if err := dec.Decode(&row); err == io.EOF {
			return found
		} else if err != nil {
			w.t.Fatal(err)
		}
		found[row.Rule] = verdict{event.Severity(row.Severity), row.Succeeded}
	}
}

func (w *watcher) stop() {
	w.t.Helper()
	if err := w.sensor.kill(syscall.SIGTERM); err != nil {
		w.t.Fatalf("after SIGTERM it ended with %v\n%s", err, w.sensor.log())
	}
}

// stored reports whether nothing waits for the store.
func (w *watcher) stored() bool {
	res, err := http.Get("http://" + w.api + "/metrics")
	if err != nil {
		return false
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	return err == nil && strings.Contains(string(text), `spaniel_sink_queue_records{sink="store"} 0`+"\n")
}

// need skips the test where a program is not installed.
func need(t *testing.T, program string) string {
	t.Helper()
	path, err := exec.LookPath(program)
	if err != nil {
		t.Skipf("%s is not installed", program)
	}
	return path
}

func openInjectable(t *testing.T) int {
	t.Helper()
	port := porttest.Free(t)
	start(t, "injectable", t.TempDir(), need(t, "python3"), testdata(t, "injectable.py"), fmt.Sprint(port)).ready(local(port))
	return port
}

// sqlmap finds the hole and dumps a table, under the name of a browser.
func sqlmap(t *testing.T, addr string) {
	dir := cache(t, "sqlmap-1.10.10")
	bin := filepath.Join(dir, "bin", "sqlmap")
	if _, err := os.Stat(bin); err != nil {
		command(t, dir, need(t, "python3"), "-m", "venv", dir)
		if out, err := exec.Command(filepath.Join(dir, "bin", "pip"), "install", "-q", "sqlmap==1.10.10").CombinedOutput(); err != nil {
			t.Skipf("sqlmap cannot be installed: %v\n%s", err, out)
		}
	}
	out, err := exec.Command(bin, "-u", "http://"+addr+"/items?id=1", "--batch", "--random-agent", "--technique=BEU", "--dbms=sqlite", "-T", "users", "--dump",
		"--output-dir", t.TempDir(), "--disable-coloring", "--timeout=10").CombinedOutput()
	if err != nil || !bytes.Contains(out, []byte("plum-27")) {
		t.Fatalf("sqlmap did not get the table: %v\n%s", err, out)
	}
}

// login returns the token, "" when it failed.
func login(t *testing.T, addr, user, password string) string {
	t.Helper()
	res, err := http.Post("http://"+addr+"/login", "application/json", strings.NewReader(fmt.Sprintf(`{"username":%q,"password":%q}`, user, password)))
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var got struct{ Token string }
	if err := json.NewDecoder(res.Body).Decode(&got); err != nil {
		t.Fatal(err)
	}
	return got.Token
}

func bruteForce(t *testing.T, addr string) {
	for i := range 60 {
		login(t, addr, "ann", fmt.Sprintf("guess-%d", i))
	}
}

func bruteForceAndEnter(t *testing.T, addr string) {
	bruteForce(t, addr)
	if login(t, addr, "ann", "right-ann") == "" {
		t.Fatal("the right password is refused")
	}
}

func wget(t *testing.T, addr string) {
	command(t, t.TempDir(), need(t, "wget"), "-q", "-r", "-l", "30", "-e", "robots=off", "http://"+addr+"/")
}

func curl(t *testing.T, addr string) {
	args := []string{need(t, "curl"), "-s", "--output-dir", t.TempDir(), "--remote-name-all"}
	for _, p := range []string{".env", ".git/config", ".aws/credentials", "phpinfo.php", "dump.sql"} {
		args = append(args, "http://"+addr+"/"+p)
	}
	for i := range 25 {
		args = append(args, fmt.Sprintf("http://%s/old-%d.php", addr, i))
	}
	command(t, ".", args...)
}

// burst asks as fast as eight connections can.
func burst(t *testing.T, addr string) {
	var wg sync.WaitGroup
	for c := range 8 {
		wg.Go(func() {
			for i := range 250 {
				if _, err := browse(addr, fmt.Sprintf("/search?q=%d-%d", c, i), ""); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
}

// browse sends a GET as a browser does.
func browse(addr, target, token string) (status int, err error) {
	req, err := http.NewRequest(http.MethodGet, "http://"+addr+target, nil)
	if err != nil {
		return 0, err
	}
	req.Header.Set("User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0")
	req.Header.Set("Accept-Language", "en-GB,en;q=0.5")
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, err
	}
	defer res.Body.Close()
	_, err = io.Copy(io.Discard, res.Body)
	return res.StatusCode, err
}

// drip opens connections that send the beginning, then a piece each second.
func drip(t *testing.T, addr, begin, piece string) {
	const seconds = 18
	var wg sync.WaitGroup
	for range 10 {
		wg.Go(func() {
			c, err := net.Dial("tcp", addr)
			if err != nil {
				t.Error(err)
				return
			}
			defer c.Close()
			for i := range seconds {
				text := piece
				if i == 0 {
					text = begin
				}
				if _, err := io.WriteString(c, text); err != nil {
					t.Error(err)
					return
				}
				time.Sleep(time.Second)
			}
		})
	}
	wg.Wait()
}

func slowHeaders(t *testing.T, addr string) {
	drip(t, addr, "GET / HTTP/1.1\r\nHost: shop.example\r\n", "X-A: b\r\n")
}

func slowBodies(t *testing.T, addr string) {
	drip(t, addr, "POST /form HTTP/1.1\r\nHost: shop.example\r\nContent-Type: text/plain\r\nContent-Length: 1000\r\n\r\n", "a")
}

func silentConnections(t *testing.T, addr string) {
	var list []net.Conn
	for range 150 {
		c, err := net.Dial("tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, c)
	}
	time.Sleep(7 * time.Second)
	for _, c := range list {
		c.Close()
	}
}

// walkOrders reads the orders of others with a token of its own.
func walkOrders(t *testing.T, addr string) {
	token := login(t, addr, "mallory", "right-mallory")
	for i := range 80 {
		if status, err := browse(addr, fmt.Sprintf("/orders/%d", 1000+i), token); err != nil || status != http.StatusOK {
			t.Fatalf("%d %v", status, err)
		}
		time.Sleep(250 * time.Millisecond) // regular, whatever else the machine does
	}
}

// ordinaryUse is what five people do, one of whom mistypes.
func ordinaryUse(t *testing.T, addr string) {
	for _, user := range []string{"ann", "bob", "cem", "dia", "eva"} {
		if user == "bob" {
			login(t, addr, user, "wrong-bob")
		}
		token := login(t, addr, user, "right-"+user)
		for _, target := range []string{"/", "/page/2", "/page/3", "/search?q=shoe", "/search?q=red+shoe", "/orders/" + user + "-1", "/orders/" + user + "-2", "/favicon.ico"} {
			if _, err := browse(addr, target, token); err != nil {
				t.Fatal(err)
			}
			time.Sleep(50 * time.Millisecond)
		}
	}
}

func ordinaryItems(t *testing.T, addr string) {
	for i := range 40 {
		if _, err := browse(addr, fmt.Sprintf("/items?id=%d", i%4+1), ""); err != nil {
			t.Fatal(err)
		}
		time.Sleep(50 * time.Millisecond)
	}
}
