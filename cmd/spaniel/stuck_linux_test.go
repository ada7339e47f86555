package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"spaniel/internal/cores"
	"spaniel/internal/vethtest"
)

// TestAWorkerThatStandsStillEndsTheProcess stops the thread of a running sensor
// that reads, as a fault that never ends would: the process says where it
// stands and ends with a code at which systemd starts it again, and a new one works.
func TestAWorkerThatStandsStillEndsTheProcess(t *testing.T) {
	if !canForce() {
		t.Skip("stopping a thread of another process needs root")
	}
	vethtest.Open(t) // who traces is a thread, and the test has this one to itself
	allowed, err := cores.Allowed()
	if err != nil || len(allowed) < 2 {
		t.Skipf("the thread that reads is known by its core, which needs two: %v %v", allowed, err)
	}
	bin := builtProgram(t)
	dir := t.TempDir()
	start := func() (*exec.Cmd, string) {
		log, err := os.Create(filepath.Join(dir, "log"))
		if err != nil {
			t.Fatal(err)
		}
		defer log.Close()
		cmd := exec.Command(bin, "run", "-i", vethtest.In, "--as-root", "--log-format", "json", "--set", "api.listen=127.0.0.1:0", "--set", fmt.Sprintf("limits.cores=[%d]", allowed[0]))
		cmd.Env = append(os.Environ(), "XDG_DATA_HOME="+filepath.Join(dir, "data"), "XDG_CONFIG_HOME="+filepath.Join(dir, "config"))
		cmd.Stderr = log
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = cmd.Process.Kill() })
		until(t, "it watches", func() bool { return strings.Contains(read(t, log.Name()), `"watching"`) })
		return cmd, log.Name()
	}
	cmd, log := start()
	pid, tid := cmd.Process.Pid, 0
	// While it waits for packets: stopped in its own work it would stop the garbage
	// collector, too, and with it all goroutines. Other threads may have its core, too.
	until(t, "a thread of that core waits for packets and is stopped", func() bool {
		for _, tid = range boundTo(t, pid, allowed[0]) {
			if polls(pid, tid) && stopped(t, pid, tid) {
				return true
			}
		}
		return false
	})
	until(t, "it says that a worker is stuck", func() bool { return strings.Contains(read(t, log), "a worker is stuck: nothing was finished for") })
	var st unix.WaitStatus
	if _, err := unix.Wait4(tid, &st, unix.WALL, nil); err != nil { // or it stays, and the process with it
		t.Error(err)
	}
	var ended *exec.ExitError
	if err := cmd.Wait(); !errors.As(err, &ended) || ended.ExitCode() != exitFailure {
		t.Errorf("it ended with %v", err)
	}
	said := read(t, log)
	if !strings.Contains(said, `"goroutines":"goroutine profile`) || !strings.Contains(said, "spaniel/capture.(*Live).Next") {
		t.Errorf("it does not say where it stands: %.3000s", said)
	}
	for _, unit := range []string{"spaniel.service", "spaniel-sensor.service"} {
		text := read(t, filepath.Join("..", "..", "deploy", "systemd", unit))
		_, never, _ := strings.Cut(text, "RestartPreventExitStatus=")
		never, _, _ = strings.Cut(never, "\n")
		if !strings.Contains(text, "Restart=on-failure\n") || slices.Contains(strings.Fields(never), strconv.Itoa(exitFailure)) {
			t.Errorf("%s does not start it again", unit)
		}
	}
	again, _ := start()
	if err := again.Process.Signal(unix.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := again.Wait(); err != nil {
		t.Errorf("started again it ends with %v", err)
	}
}

func until(t *testing.T, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(5 * time.Minute); !is(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("never: %s", what)
		}
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(bytes.TrimSpace(b)) + "\n"
}

// stopped stops a thread, if it still waits for packets then.
func stopped(t *testing.T, pid, tid int) bool {
	t.Helper()
	if err := unix.PtraceAttach(tid); err != nil {
		t.Fatal(err)
	}
	var st unix.WaitStatus
	if _, err := unix.Wait4(tid, &st, unix.WALL, nil); err != nil {
		t.Fatal(err)
	}
	if st.StopSignal() == unix.SIGSTOP && polls(pid, tid) {
		return true
	}
	if err := unix.PtraceDetach(tid); err != nil {
		t.Fatal(err)
	}
	return false
}

// polls reports a thread that is in poll, the one call that waits for packets.
func polls(pid, tid int) bool {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/syscall", pid, tid))
	number, _, _ := strings.Cut(string(b), " ")
	return err == nil && slices.Contains([]string{strconv.Itoa(unix.SYS_POLL), strconv.Itoa(unix.SYS_PPOLL), strconv.Itoa(unix.SYS_RESTART_SYSCALL)}, number)
}

// boundTo are the threads of a process that may run on that core alone.
func boundTo(t *testing.T, pid, core int) (tids []int) {
	t.Helper()
	list, err := os.ReadDir(fmt.Sprintf("/proc/%d/task", pid))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range list {
		b, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%s/status", pid, e.Name()))
		if err != nil {
			continue // it ended
		}
		if tid, err := strconv.Atoi(e.Name()); err == nil && strings.Contains(string(b), fmt.Sprintf("Cpus_allowed_list:\t%d\n", core)) {
			tids = append(tids, tid)
		}
	}
	return tids
}
