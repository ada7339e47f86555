//go:build integration

package integration

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"spaniel/internal/porttest"
)

// patience is how long a test waits for what must come, on any machine.
const patience = 5 * time.Minute

// A process is a server of ours: started on loopback, stopped by its id.
type process struct {
	t    *testing.T
	name string
	argv []string
	dir  string
	cmd  *exec.Cmd
	done chan error
}

// start starts argv in dir, its output in dir/NAME.log, and stops it when the
// test ends.
func start(t *testing.T, name, dir string, argv ...string) *process {
	t.Helper()
	p := prepare(t, name, dir, argv...)
	p.run()
	return p
}

// prepare is start without the start: run does that.
func prepare(t *testing.T, name, dir string, argv ...string) *process {
	t.Helper()
	p := &process{t: t, name: name, argv: argv, dir: dir}
	t.Cleanup(func() {
		p.kill(syscall.SIGTERM)
		if t.Failed() {
			t.Logf("last lines of %s:\n%s", name, p.log())
		}
	})
	return p
}

func (p *process) run() {
	p.t.Helper()
	log, err := os.OpenFile(filepath.Join(p.dir, p.name+".log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		p.t.Fatal(err)
	}
	defer log.Close()
	p.cmd = exec.Command(p.argv[0], p.argv[1:]...)
	p.cmd.Dir, p.cmd.Stdout, p.cmd.Stderr = p.dir, log, log
	p.cmd.Env = append(os.Environ(), "SPANIEL_PROCESS_AS_ROOT=true")
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := p.cmd.Start(); err != nil {
		p.t.Fatalf("starting %s: %v", p.name, err)
	}
	p.done = make(chan error, 1)
	go func(cmd *exec.Cmd, done chan<- error) { done <- cmd.Wait() }(p.cmd, p.done)
}

// kill sends the signal, waits until the process is gone and returns how it
// ended: nil for exit status 0.
func (p *process) kill(sig syscall.Signal) (ended error) {
	if p.cmd == nil {
		return nil
	}
	if err := p.cmd.Process.Signal(sig); err != nil && !strings.Contains(err.Error(), "finished") {
		p.t.Errorf("stopping %s: %v", p.name, err)
	}
	select {
	case ended = <-p.done:
	case <-time.After(patience):
		p.cmd.Process.Kill()
		ended = <-p.done
	}
	p.cmd = nil
	return ended
}

// freeze stops the process where it stands, as a machine that hangs would: it
// takes connections and bytes, and answers nothing until thaw.
func (p *process) freeze() { p.signal(syscall.SIGSTOP) }

func (p *process) thaw() { p.signal(syscall.SIGCONT) }

func (p *process) signal(sig syscall.Signal) {
	p.t.Helper()
	if err := p.cmd.Process.Signal(sig); err != nil {
		p.t.Fatalf("%v to %s: %v", sig, p.name, err)
	}
}

// ready waits until something listens on the address.
func (p *process) ready(addr string) {
	p.t.Helper()
	for end := time.Now().Add(patience); time.Now().Before(end); {
		select {
		case err := <-p.done:
			p.cmd = nil // nothing is left to be stopped
			p.t.Fatalf("%s ended at its start: %v\n%s", p.name, err, p.log())
		case <-time.After(100 * time.Millisecond):
		}
		if c, err := net.DialTimeout("tcp", addr, time.Second); err == nil {
			c.Close()
			return
		}
	}
	p.t.Fatalf("%s does not listen on %s after a long time\n%s", p.name, addr, p.log())
}

func (p *process) log() string {
	b, err := os.ReadFile(filepath.Join(p.dir, p.name+".log"))
	if err != nil {
		return err.Error()
	}
	lines := strings.Split(strings.TrimSpace(string(b)), "\n")
	return strings.Join(lines[max(0, len(lines)-15):], "\n")
}

func local(port int) string { return porttest.Local(port) }

// cache returns a folder that outlives the test, for what is fetched once.
func cache(t *testing.T, name string) string {
	t.Helper()
	base, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(base, "spaniel-integration", name)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

// command runs a command to its end.
func command(t *testing.T, dir string, argv ...string) {
	t.Helper()
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", strings.Join(argv, " "), err, out)
	}
}
