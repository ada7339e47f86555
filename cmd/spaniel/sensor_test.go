package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"spaniel/internal/confine"
)

// A sensorProcess is `spaniel run` in the background, with its log.
type sensorProcess struct {
	cmd *exec.Cmd
	log *bufio.Reader
	all strings.Builder
	api string
}

// asRootEnv lets the sensor of a test that root runs stay root.
const asRootEnv = "SPANIEL_PROCESS_AS_ROOT"

// patience is how long a script waits for what must come, on any machine.
const patience = 5 * time.Minute

// sensorKey is where a script keeps its one sensor.
type sensorKey struct{}

func sensorOf(ts *testscript.TestScript) *sensorProcess {
	s, ok := ts.Value(sensorKey{}).(*sensorProcess)
	if !ok {
		ts.Fatalf("the script has no place for a sensor")
	}
	return s
}

// until reads the log up to a line that holds text.
func (s *sensorProcess) until(ts *testscript.TestScript, text string) string {
	for {
		line, err := s.log.ReadString('\n')
		s.all.WriteString(line)
		if strings.Contains(line, text) {
			return line
		}
		if err != nil {
			ts.Fatalf("the sensor's log ends without %q:\n%s", text, s.all.String())
		}
	}
}

// forwarderKey is where a script keeps its one forwarder.
type forwarderKey struct{}

func forwarderOf(ts *testscript.TestScript) *sensorProcess {
	s, ok := ts.Value(forwarderKey{}).(*sensorProcess)
	if !ok {
		ts.Fatalf("the script has no place for a forwarder")
	}
	return s
}

// sensor ARGS… starts spaniel run and returns when it watches.
func cmdSensor(ts *testscript.TestScript, _ bool, args []string) {
	sensorOf(ts).start(ts, `"watching"`, append([]string{"run"}, args...), nil)
}

// forwarder ARGS… starts spaniel forward, and returns when it does; $SECRET is in
// its environment.
func cmdForwarder(ts *testscript.TestScript, _ bool, args []string) {
	forwarderOf(ts).start(ts, `"forwarding"`, append([]string{"forward"}, args...), []string{"SECRET=" + ts.Getenv("SECRET")})
}

// start starts spaniel and returns when its log holds the text.
func (s *sensorProcess) start(ts *testscript.TestScript, text string, args, env []string) {
	*s = sensorProcess{}
	self, err := exec.LookPath("spaniel") // others than this user may start it, too
	ts.Check(err)
	s.cmd = exec.Command(self, args...)
	s.cmd.Args[0] = "spaniel"
	s.cmd.Dir = ts.Getenv("WORK")
	s.cmd.Env = env
	for _, name := range []string{"PATH", "HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", asRootEnv} {
		s.cmd.Env = append(s.cmd.Env, name+"="+ts.Getenv(name))
	}
	errPipe, err := s.cmd.StderrPipe()
	ts.Check(err)
	out, err := os.Create(ts.MkAbs(args[0] + ".out"))
	ts.Check(err)
	s.cmd.Stdout = out
	ts.Check(s.cmd.Start())
	ts.Check(out.Close())
	cmd := s.cmd
	ts.Defer(func() {
		if s.cmd == cmd { // the script failed before stop
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
		}
	})
	s.log = bufio.NewReader(errPipe)
	var start struct{ API string }
	ts.Check(json.Unmarshal([]byte(s.until(ts, text)), &start))
	s.api = start.API
	if start.API != "off" {
		ts.Setenv("API", start.API)
	}
}

// slay NAME kills the sensor or the forwarder, as nobody can prevent.
func cmdSlay(ts *testscript.TestScript, _ bool, args []string) {
	s := processOf(ts, args[0])
	ts.Check(s.cmd.Process.Kill())
	_, err := io.ReadAll(s.log)
	ts.Check(err)
	_ = s.cmd.Wait() // says that it was killed
	s.cmd = nil
}

// arrives FILE TEXT waits until the file holds the text.
func cmdArrives(ts *testscript.TestScript, _ bool, args []string) {
	for end := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		b, err := os.ReadFile(ts.MkAbs(args[0]))
		if err == nil && strings.Contains(string(b), args[1]) {
			return
		}
		if time.Now().After(end) {
			ts.Fatalf("%q does not arrive in %s: %v\n%s", args[1], args[0], err, b)
		}
	}
}

// processOf is the sensor or the forwarder.
func processOf(ts *testscript.TestScript, name string) *sensorProcess {
	if name == "forwarder" {
		return forwarderOf(ts)
	}
	return sensorOf(ts)
}

// stop [forwarder] sends SIGTERM; the sensor must end with code 0. Its log is the
// file sensor.log.
func cmdStop(ts *testscript.TestScript, _ bool, args []string) {
	name := append(args, "sensor")[0]
	s := processOf(ts, name)
	ts.Check(s.cmd.Process.Signal(syscall.SIGTERM))
	late := time.AfterFunc(patience, func() { _ = s.cmd.Process.Kill() })
	rest, err := io.ReadAll(s.log)
	ts.Check(err)
	s.all.Write(rest)
	err = s.cmd.Wait()
	inTime := late.Stop()
	s.cmd = nil
	ts.Check(os.WriteFile(ts.MkAbs(name+".log"), []byte(s.all.String()), 0o644))
	if err != nil || !inTime {
		ts.Fatalf("the sensor ended with %v, in time: %v\n%s", err, inTime, s.all.String())
	}
}

// hup sends SIGHUP.
func cmdHup(ts *testscript.TestScript, _ bool, _ []string) {
	ts.Check(sensorOf(ts).cmd.Process.Signal(syscall.SIGHUP))
}

// log TEXT waits for a line of the log that holds the text.
func cmdLog(ts *testscript.TestScript, _ bool, args []string) { sensorOf(ts).until(ts, args[0]) }

// threads NAME VALUE: /proc says so of each thread of the sensor.
func cmdThreads(ts *testscript.TestScript, _ bool, args []string) {
	threads, err := confine.Threads(sensorOf(ts).cmd.Process.Pid)
	ts.Check(err)
	if len(threads) < 3 {
		ts.Fatalf("%d threads: too few to show anything", len(threads))
	}
	for _, t := range threads {
		if t[args[0]] != args[1] {
			ts.Fatalf("thread %s (%s): %s is %q, want %q", t["Pid"], t["Name"], args[0], t[args[0]], args[1])
		}
	}
}

// get PATH TEXT asks the sensor's address; the answer must hold the text.
func cmdGet(ts *testscript.TestScript, _ bool, args []string) {
	b, err := answerOf(ts, args[0])
	ts.Check(err)
	if !strings.Contains(b, args[1]) {
		ts.Fatalf("%s does not hold %q:\n%s", args[0], args[1], b)
	}
}

// await PATH TEXT asks until the answer holds the text.
func cmdAwait(ts *testscript.TestScript, _ bool, args []string) {
	for end := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		b, err := answerOf(ts, args[0])
		if err == nil && strings.Contains(b, args[1]) {
			return
		}
		if time.Now().After(end) {
			ts.Fatalf("%s never holds %q: %v\n%s", args[0], args[1], err, b)
		}
	}
}

func answerOf(ts *testscript.TestScript, path string) (string, error) {
	resp, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Get("http://" + ts.Getenv("API") + path)
	if err != nil {
		return "", err
	}
	b, err := io.ReadAll(resp.Body)
	return string(b), errors.Join(err, resp.Body.Close())
}

// until LINE ARGS… runs spaniel until a line of what it prints matches. What was
// found is in the sinks a while later, and a stop waits for them a few seconds
// only: the rest is for the next start.
func cmdUntil(ts *testscript.TestScript, _ bool, args []string) {
	want, err := regexp.Compile("(?m)" + args[0])
	ts.Check(err)
	for end := time.Now().Add(patience); ; time.Sleep(50 * time.Millisecond) {
		err := ts.Exec("spaniel", args[1:]...)
		out := ts.ReadFile("stdout")
		if err == nil && want.MatchString(out) {
			return
		}
		if time.Now().After(end) {
			ts.Fatalf("spaniel %s never prints %s: %v\n%s%s", strings.Join(args[1:], " "), args[0], err, out, ts.ReadFile("stderr"))
		}
	}
}

// attack ADDRESS TARGET makes a request on loopback that rules find, from a
// server of its own at the address.
func cmdAttack(ts *testscript.TestScript, _ bool, args []string) {
	lis, err := net.Listen("tcp", args[0])
	ts.Check(err)
	served := make(chan error, 1)
	go func() {
		conn, err := lis.Accept()
		if err != nil {
			served <- err
			return
		}
		_, err = http.ReadRequest(bufio.NewReader(conn))
		_, werr := io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")
		served <- errors.Join(err, werr, conn.Close())
	}()
	conn, err := net.Dial("tcp", args[0])
	ts.Check(err)
	_, err = fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: shop.example\r\nUser-Agent: Mozilla/5.0\r\nConnection: close\r\n\r\n", args[1])
	ts.Check(err)
	_, err = io.ReadAll(conn)
	ts.Check(errors.Join(err, <-served, conn.Close(), lis.Close()))
}

// sender FILE sends the file to each who connects to $SENDER, an address of
// loopback, and ends the connection with the first of them.
func cmdSender(ts *testscript.TestScript, _ bool, args []string) {
	data, err := os.ReadFile(ts.MkAbs(args[0]))
	ts.Check(err)
	lis, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	ts.Setenv("SENDER", lis.Addr().String())
	var conns []net.Conn
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := lis.Accept()
			if err != nil {
				return
			}
			conns = append(conns, conn)
			if len(conns) > 1 {
				data = data[:24] // the header: nothing new comes
			}
			if _, err := conn.Write(data); err != nil || len(conns) == 1 {
				_ = conn.Close() // the sensor sees that
			}
		}
	}()
	ts.Defer(func() {
		_ = lis.Close()
		<-done
		for _, c := range conns {
			_ = c.Close()
		}
	})
}

// interrupt FILE ARGS… feeds the file to spaniel's standard input, keeps it
// open, and sends SIGINT. The exit code must be 1; the output is in the files
// out and err.
func cmdInterrupt(ts *testscript.TestScript, _ bool, args []string) {
	self, err := os.Executable()
	ts.Check(err)
	cmd := exec.Command(self, args[1:]...)
	cmd.Args[0] = "spaniel"
	cmd.Env = append(os.Environ(), "XDG_DATA_HOME="+ts.Getenv("XDG_DATA_HOME"), "XDG_CONFIG_HOME="+ts.Getenv("XDG_CONFIG_HOME"))
	in, err := cmd.StdinPipe()
	ts.Check(err)
	var stdout, stderr strings.Builder
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	ts.Check(cmd.Start())
	_, err = in.Write([]byte(ts.ReadFile(args[0]))) // returns once most of it was read
	ts.Check(err)
	ts.Check(cmd.Process.Signal(os.Interrupt))
	err = cmd.Wait()
	ts.Check(errors.Join(os.WriteFile(ts.MkAbs("out"), []byte(stdout.String()), 0o644), os.WriteFile(ts.MkAbs("err"), []byte(stderr.String()), 0o644)))
	if got := exitStatus(ts, err); got != exitFailure {
		ts.Fatalf("exit code %d\n%s", got, stderr.String())
	}
}
