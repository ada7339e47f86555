package confine

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/elastic/go-seccomp-bpf"
	"github.com/elastic/go-seccomp-bpf/arch"
	"golang.org/x/sys/unix"
)

// forbidden are system calls that a sensor never makes once it has started, and
// a fault in it would make first: to run programs, to look into others, to get
// rights, to change the machine.
func forbidden() []string {
	return []string{
		"execve", "execveat", "fork", "vfork",
		"ptrace", "process_vm_readv", "process_vm_writev", "kcmp", "pidfd_getfd",
		"setuid", "setgid", "setreuid", "setregid", "setresuid", "setresgid", "setfsuid", "setfsgid", "setgroups", "capset",
		"mount", "umount2", "pivot_root", "chroot", "move_mount", "open_tree", "fsopen", "fsconfig", "fsmount", "fspick", "mount_setattr",
		"unshare", "setns", "swapon", "swapoff", "reboot", "acct", "quotactl", "sethostname", "setdomainname",
		"init_module", "finit_module", "delete_module", "kexec_load", "kexec_file_load",
		"bpf", "perf_event_open", "userfaultfd", "io_uring_setup", "io_uring_enter", "io_uring_register",
		"add_key", "request_key", "keyctl", "open_by_handle_at", "name_to_handle_at", "lookup_dcookie",
		"settimeofday", "clock_settime", "adjtimex", "clock_adjtime",
		"iopl", "ioperm", "modify_ldt", "personality", "syslog", "vhangup", "mknod", "mknodat", "memfd_secret",
	}
}

// connecting are the system calls of who speaks to others.
func connecting() []string { return []string{"connect", "listen"} }

// unreached are sockets of which one that speaks to nobody has a use: to capture,
// to ask the kernel about interfaces, and within this machine.
func unreached() []seccomp.NameWithConditions {
	var other []seccomp.Condition
	for _, domain := range []uint64{unix.AF_PACKET, unix.AF_NETLINK, unix.AF_UNIX} {
		other = append(other, seccomp.Condition{Argument: 0, Operation: seccomp.NotEqual, Value: domain})
	}
	return []seccomp.NameWithConditions{{Name: "socket", Conditions: other}}
}

// Seal forbids those system calls to all threads there are and will be: they
// fail, and the process lives on. Offline, it can open no socket to a network
// and connect to nobody either. It also gives up new rights. Where the kernel has
// no seccomp, nothing is forbidden.
func Seal(offline bool) error {
	if !seccomp.Supported() {
		return nil
	}
	info, err := arch.GetInfo("")
	if err != nil {
		return fmt.Errorf("forbidding system calls: %w", err)
	}
	var names []string
	list := forbidden()
	group := seccomp.SyscallGroup{Action: seccomp.ActionErrno}
	if offline {
		list, group.NamesWithCondtions = append(list, connecting()...), unreached()
	}
	for _, n := range list {
		if _, known := info.SyscallNames[n]; known {
			names = append(names, n)
		}
	}
	group.Names = names
	err = seccomp.LoadFilter(seccomp.Filter{NoNewPrivs: true, Flag: seccomp.FilterFlagTSync, Policy: seccomp.Policy{
		DefaultAction: seccomp.ActionAllow,
		Syscalls:      []seccomp.SyscallGroup{group},
	}})
	if err != nil {
		return fmt.Errorf("forbidding system calls: %w", err)
	}
	// That one thread could not be brought along is told by no error.
	states, err := Threads(os.Getpid())
	for _, s := range states {
		if s["Seccomp"] != "2" {
			err = errors.Join(err, fmt.Errorf("thread %s is not confined", s["Pid"]))
		}
	}
	return err
}

// Threads is what the kernel says of each thread of a process, by the names of
// proc_pid_status(5).
func Threads(pid int) ([]map[string]string, error) {
	files, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/status", pid))
	if err != nil {
		return nil, err
	}
	var out []map[string]string
	for _, f := range files {
		text, err := os.ReadFile(f)
		if errors.Is(err, os.ErrNotExist) || err != nil && strings.Contains(err.Error(), "no such process") {
			continue // it has ended
		}
		if err != nil {
			return nil, err
		}
		state := map[string]string{}
		for line := range strings.Lines(string(text)) {
			if k, v, ok := strings.Cut(line, ":"); ok {
				state[k] = strings.Join(strings.Fields(v), " ")
			}
		}
		out = append(out, state)
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("process %d has no threads", pid)
	}
	return out, nil
}
