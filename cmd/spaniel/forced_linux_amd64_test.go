package main

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/sys/unix"
)

// canForce reports whether this process may make another do what it would not.
func canForce() bool { return os.Geteuid() == 0 }

// forced NAME WHAT ARG VERDICT makes the first thread of the sensor, or of the
// forwarder, do something, as a fault in a parser could: what the kernel answers
// is yes or no. It is the running process itself that is asked, under whatever
// confines it.
//
//	read FILE           open a file to read it
//	socket inet|inet6|vsock|packet|unix
//	connect             connect a socket that there is
//	trace PID           attach to a process
func cmdForced(ts *testscript.TestScript, _ bool, args []string) {
	pid := processOf(ts, args[0]).cmd.Process.Pid
	errno, err := force(pid, args[1], args[2], ts)
	ts.Check(err)
	got := "yes"
	switch errno {
	case 0:
	case unix.EACCES, unix.EPERM:
		got = "no"
	default:
		got = errno.Error()
	}
	if got != args[3] {
		ts.Fatalf("forced to %s %s, the %s: %s, want %s", args[1], args[2], args[0], got, args[3])
	}
}

// errBusy says that the thread was stopped in the middle of its own work.
var errBusy = errors.New("the thread is in no system call")

// force waits until the thread is in a system call, which is most of the time.
func force(pid int, what, arg string, ts *testscript.TestScript) (errno unix.Errno, err error) {
	for end := time.Now().Add(5 * time.Minute); ; time.Sleep(5 * time.Millisecond) {
		if errno, err = forceNow(pid, what, arg, ts); !errors.Is(err, errBusy) || time.Now().After(end) {
			return errno, err
		}
	}
}

func forceNow(pid int, what, arg string, ts *testscript.TestScript) (errno unix.Errno, err error) {
	runtime.LockOSThread() // who traces is a thread
	defer runtime.UnlockOSThread()
	if err := unix.PtraceAttach(pid); err != nil {
		return 0, fmt.Errorf("attaching: %w", err)
	}
	v := &victim{pid: pid}
	defer func() {
		err = errors.Join(err, unix.PtraceDetach(pid))
		for _, sig := range v.held {
			err = errors.Join(err, unix.Tgkill(pid, pid, sig))
		}
	}()
	if err := v.stopped(); err != nil {
		return 0, err
	}
	if err := unix.PtraceGetRegs(pid, &v.was); err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, unix.PtraceSetRegs(pid, &v.was)) }()
	switch what {
	case "read":
		return v.fileIsRead(ts.MkAbs(arg))
	case "socket":
		domains := map[string]uint64{"inet": unix.AF_INET, "inet6": unix.AF_INET6, "vsock": unix.AF_VSOCK, "packet": unix.AF_PACKET, "unix": unix.AF_UNIX}
		kind := uint64(unix.SOCK_STREAM)
		if arg == "packet" {
			kind = unix.SOCK_RAW
		}
		return v.opened(v.call(unix.SYS_SOCKET, domains[arg], kind, 0))
	case "connect":
		_, errno, err := v.call(unix.SYS_CONNECT, ^uint64(0), 0, 0)
		if errno == unix.EBADF {
			errno = 0 // it would have been tried
		}
		return errno, err
	case "trace":
		_, errno, err := v.call(unix.SYS_PTRACE, unix.PTRACE_ATTACH, uint64(processOf(ts, arg).cmd.Process.Pid), 0)
		return errno, err
	}
	return 0, fmt.Errorf("it is not known how to %s", what)
}

// A victim is a process whose first thread is stopped.
type victim struct {
	pid  int
	was  unix.PtraceRegs
	held []unix.Signal // of its own, for afterwards
}

// stopped waits until the thread is. The runtime signals its threads, too: what
// comes before our own signal goes on to where it was going.
func (v *victim) stopped() error {
	for {
		sig, err := v.wait()
		if err != nil || sig == unix.SIGSTOP {
			return err
		}
		if err := unix.PtraceCont(v.pid, int(sig)); err != nil {
			return err
		}
	}
}

// wait returns what stopped the thread.
func (v *victim) wait() (unix.Signal, error) {
	var st unix.WaitStatus
	if _, err := unix.Wait4(v.pid, &st, unix.WALL, nil); err != nil {
		return 0, err
	}
	if !st.Stopped() {
		return 0, fmt.Errorf("the thread has ended: %#x", st)
	}
	return st.StopSignal(), nil
}

// call makes the thread do one system call.
func (v *victim) call(nr uintptr, args ...uint64) (value uint64, errno unix.Errno, err error) {
	var code [2]byte
	at := uintptr(v.was.Rip - 2) // it waits in a system call, and stands behind it
	if _, err := unix.PtracePeekText(v.pid, at, code[:]); err != nil {
		return 0, 0, err
	}
	if code != [2]byte{0x0f, 0x05} {
		return 0, 0, errBusy
	}
	regs := v.was
	regs.Rip, regs.Rax, regs.Orig_rax = uint64(at), uint64(nr), ^uint64(0)
	regs.Rdi, regs.Rsi, regs.Rdx = args[0], args[1], args[2]
	if err := unix.PtraceSetRegs(v.pid, &regs); err != nil {
		return 0, 0, err
	}
	for sig := unix.Signal(0); sig != unix.SIGTRAP; {
		err := unix.PtraceSingleStep(v.pid)
		if err == nil {
			sig, err = v.wait()
		}
		if err != nil {
			return 0, 0, err
		}
		if sig != unix.SIGTRAP {
			v.held = append(v.held, sig)
		}
	}
	if err := unix.PtraceGetRegs(v.pid, &regs); err != nil {
		return 0, 0, err
	}
	if n := int64(regs.Rax); n < 0 && n > -4096 {
		return 0, unix.Errno(-n), nil
	}
	return regs.Rax, 0, nil
}

// opened closes what a call opened.
func (v *victim) opened(fd uint64, errno unix.Errno, err error) (unix.Errno, error) {
	if err != nil || errno != 0 {
		return errno, err
	}
	_, failed, err := v.call(unix.SYS_CLOSE, fd, 0, 0)
	if failed != 0 {
		err = errors.Join(err, failed)
	}
	return 0, err
}

// fileIsRead opens a file; its name lies below the stack meanwhile.
func (v *victim) fileIsRead(path string) (unix.Errno, error) {
	name := append([]byte(path), 0)
	for len(name)%8 != 0 {
		name = append(name, 0)
	}
	at := uintptr(v.was.Rsp-4096) &^ 7
	old := make([]byte, len(name))
	if _, err := unix.PtracePeekData(v.pid, at, old); err != nil {
		return 0, err
	}
	if _, err := unix.PtracePokeData(v.pid, at, name); err != nil {
		return 0, err
	}
	here := unix.AT_FDCWD
	errno, err := v.opened(v.call(unix.SYS_OPENAT, uint64(here), uint64(at), unix.O_RDONLY))
	_, perr := unix.PtracePokeData(v.pid, at, old)
	return errno, errors.Join(err, perr)
}
