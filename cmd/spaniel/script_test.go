package main

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"spaniel/capture"
	"spaniel/event"
	"spaniel/internal/costtest"
	"spaniel/internal/porttest"
	"spaniel/sinks/store"
)

// TestMain lets the scripts run this test's binary as spaniel.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"spaniel": main, "spaniel-weighed": weighed})
}

// TestScripts runs every command as a user does. Each bad input has a script
// of its own, with its message and its exit code.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:   filepath.Join("testdata", "script"),
		Setup: setUp,
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"exit": cmdExit, "hex": cmdHex, "cut": cmdCut, "later": cmdLater, "listen": cmdListen, "freeport": cmdFreePort, "broker": cmdBroker, "holdstore": cmdHoldStore, "smallfs": cmdSmallFS,
			"nobody": cmdNobody, "sensor": cmdSensor, "forwarder": cmdForwarder, "slay": cmdSlay, "arrives": cmdArrives, "forced": cmdForced, "stop": cmdStop, "hup": cmdHup, "log": cmdLog, "threads": cmdThreads, "get": cmdGet, "await": cmdAwait, "until": cmdUntil, "attack": cmdAttack, "sender": cmdSender, "interrupt": cmdInterrupt,
			"agekey": cmdAgeKey, "firstrow": cmdFirstRow, "onlyconnections": cmdOnlyConnections,
		},
		Condition: condition,
	})
}

func setUp(env *testscript.Env) error {
	env.Setenv("HOME", env.WorkDir)
	env.Setenv("XDG_DATA_HOME", filepath.Join(env.WorkDir, "data"))
	env.Setenv("XDG_CONFIG_HOME", filepath.Join(env.WorkDir, "config"))
	env.Setenv(asRootEnv, "true")
	syscall.Umask(0o022) // tests that save within this process took it for their own files
	env.Values[sensorKey{}], env.Values[forwarderKey{}] = &sensorProcess{}, &sensorProcess{}
	// Open to nobody, too; the program as well, which lies two below a directory
	// of the tests alone.
	bin, _, _ := strings.Cut(env.Getenv("PATH"), string(os.PathListSeparator))
	for _, dir := range []string{filepath.Dir(env.WorkDir), env.WorkDir, filepath.Dir(bin), bin} {
		if err := os.Chmod(dir, 0o755); err != nil {
			return err
		}
	}
	return nil
}

func condition(name string) (bool, error) {
	switch name {
	case "race":
		return costtest.RaceDetector, nil
	case "trace":
		return canForce(), nil
	case "root":
		return os.Geteuid() == 0, nil
	case "smallfs": // may mount one
		dir, err := os.MkdirTemp("", "spaniel-mount-")
		if err != nil {
			return false, err
		}
		can := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=4k") == nil
		if can {
			err = syscall.Unmount(dir, 0)
		}
		return can, errors.Join(err, os.Remove(dir))
	case "capture": // may capture on loopback
		l, err := capture.OpenLive(capture.LiveConfig{Interface: "lo"})
		if err != nil {
			return false, nil // that is what is asked
		}
		return true, l.Close()
	}
	return false, fmt.Errorf("unknown condition %q", name)
}

// exit CODE ARGS… runs spaniel, which must end with the code.
func cmdExit(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec("spaniel", args[1:]...); err != nil {
		got = exitStatus(ts, err)
	}
	if got != want {
		ts.Fatalf("spaniel %s: exit code %d, want %d\n%s", strings.Join(args[1:], " "), got, want, ts.ReadFile("stderr"))
	}
}

func exitStatus(ts *testscript.TestScript, err error) int {
	e, ok := err.(*exec.ExitError)
	if !ok {
		ts.Fatalf("%v", err)
	}
	return e.ExitCode()
}

// hex FILE DIGITS… writes bytes.
func cmdHex(ts *testscript.TestScript, _ bool, args []string) {
	b, err := hex.DecodeString(strings.Join(args[1:], ""))
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), b, 0o644))
}

// cut FILE LENGTH truncates a file.
func cmdCut(ts *testscript.TestScript, _ bool, args []string) {
	n, err := strconv.ParseInt(args[1], 10, 64)
	ts.Check(err)
	ts.Check(os.Truncate(ts.MkAbs(args[0]), n))
}

// later FILE NEW MILLISECONDS is the capture as another clock would have it.
func cmdLater(ts *testscript.TestScript, _ bool, args []string) {
	by, err := strconv.ParseInt(args[2], 10, 64)
	ts.Check(err)
	in, err := capture.Open(ts.MkAbs(args[0]))
	ts.Check(err)
	out, err := os.Create(ts.MkAbs(args[1]))
	ts.Check(err)
	var f event.Frame
	var w *capture.Writer
	for err = in.Next(&f); err == nil; err = in.Next(&f) {
		if w == nil {
			w, err = capture.NewWriter(out, f.Link)
			ts.Check(err)
		}
		f.Time += by * 1e6
		ts.Check(w.Write(&f))
	}
	if !errors.Is(err, io.EOF) {
		ts.Check(err)
	}
	ts.Check(errors.Join(in.Close(), out.Close()))
}

// listen NAME takes a loopback port until the script ends.
func cmdListen(ts *testscript.TestScript, _ bool, args []string) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	ts.Defer(func() { _ = l.Close() })
	ts.Setenv(args[0], l.Addr().String())
}

// freeport NAME finds a loopback port that nobody has or gets until the script ends.
func cmdFreePort(ts *testscript.TestScript, _ bool, args []string) {
	port, fd, err := porttest.Hold()
	ts.Check(err)
	ts.Defer(func() { _ = syscall.Close(fd) })
	ts.Setenv(args[0], strconv.Itoa(port))
}

// holdstore FILE opens the store in the test's process until the script ends.
func cmdHoldStore(ts *testscript.TestScript, _ bool, args []string) {
	s, err := store.Open(ts.MkAbs(args[0]), store.DefaultConfig())
	ts.Check(err)
	ts.Defer(func() { _ = s.Close() })
	ts.Setenv("HOLDER", strconv.Itoa(os.Getpid()))
}

// smallfs DIR SIZE mounts a small file system until the script ends.
func cmdSmallFS(ts *testscript.TestScript, _ bool, args []string) {
	dir := ts.MkAbs(args[0])
	ts.Check(os.MkdirAll(dir, 0o755))
	ts.Check(syscall.Mount("tmpfs", dir, "tmpfs", 0, "size="+args[1]))
	ts.Defer(func() { _ = syscall.Unmount(dir, syscall.MNT_DETACH) })
}

// nobody CODE ARGS… is exit, as a user without any rights.
func cmdNobody(ts *testscript.TestScript, _ bool, args []string) {
	bin, err := exec.LookPath("setpriv")
	if os.Geteuid() != 0 || err != nil {
		cmdExit(ts, false, args)
		return
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	self, err := os.Executable()
	ts.Check(err)
	copied := ts.MkAbs("spaniel") // where anybody may run it
	if _, err := os.Stat(copied); err != nil {
		b, err := os.ReadFile(self)
		ts.Check(err)
		// What another script starts meanwhile would have the file open, to write it,
		// and so nobody could run it.
		syscall.ForkLock.RLock()
		err = os.WriteFile(copied, b, 0o755)
		syscall.ForkLock.RUnlock()
		ts.Check(err)
	}
	got := 0
	full := append([]string{"--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=-all", "--bounding-set=-all", copied}, args[1:]...)
	if err := ts.Exec(bin, full...); err != nil {
		got = exitStatus(ts, err)
	}
	if got != want {
		ts.Fatalf("as nobody: exit code %d, want %d\n%s", got, want, ts.ReadFile("stderr"))
	}
}
