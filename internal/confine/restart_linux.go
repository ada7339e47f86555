package confine

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Restart starts the program anew in place of itself, with the same arguments
// and what the plan leaves of its rights. It returns only if that fails.
func Restart(p Plan) error {
	self, err := os.Executable()
	if err != nil {
		return fmt.Errorf("finding this program: %w", err)
	}
	var who *Who
	if p.User != "" {
		w, err := Find(p.User)
		if err != nil {
			return err
		}
		who = &w
	}
	// What follows is this thread's alone; the others end when it becomes the
	// new program. On failure the thread is of no more use.
	runtime.LockOSThread()
	for _, step := range []struct {
		what string
		do   func() error
	}{
		{"taking away rights", unless(p.KeepRights, dropBounding)},
		{"becoming another user", func() error { return become(who) }},
		{"keeping the right to capture", unless(p.KeepRights, func() error { return keepRaw(!p.NoCapture) })},
		{"giving up new rights", func() error { return unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) }},
		{"confining files", func() error { return confineFiles(self, p) }},
	} {
		if err := step.do(); err != nil {
			return fmt.Errorf("%s: %w", step.what, err)
		}
	}
	return fmt.Errorf("starting anew: %w", unix.Exec(self, os.Args, environ(p.Env)))
}

func unless(not bool, do func() error) func() error {
	if not {
		return func() error { return nil }
	}
	return do
}

// environ is the environment with what is added, which replaces what has its
// name.
func environ(added []string) []string {
	list := os.Environ()
	for _, kv := range added {
		name, _, _ := strings.Cut(kv, "=")
		list = slices.DeleteFunc(list, func(old string) bool { return strings.HasPrefix(old, name+"=") })
	}
	return append(list, added...)
}

// dropBounding takes all rights but CAP_NET_RAW from what a program could ever
// get. It needs a right itself; without it nothing is to be had anyway once new
// rights are given up.
func dropBounding() error {
	for c := uintptr(0); c <= unix.CAP_LAST_CAP; c++ {
		if c == unix.CAP_NET_RAW {
			continue
		}
		err := unix.Prctl(unix.PR_CAPBSET_DROP, c, 0, 0, 0)
		if errors.Is(err, unix.EPERM) {
			return nil
		}
		if err != nil && !errors.Is(err, unix.EINVAL) { // one that this kernel has not
			return err
		}
	}
	return nil
}

// become changes the user of this thread, which keeps its rights meanwhile.
func become(who *Who) error {
	if who == nil {
		return nil
	}
	if err := unix.Prctl(unix.PR_SET_KEEPCAPS, 1, 0, 0, 0); err != nil {
		return err
	}
	gids := []uint32{uint32(who.GID)}
	if _, _, errno := unix.RawSyscall(unix.SYS_SETGROUPS, 1, uintptr(unsafe.Pointer(&gids[0])), 0); errno != 0 {
		return errno
	}
	if _, _, errno := unix.RawSyscall(unix.SYS_SETRESGID, uintptr(who.GID), uintptr(who.GID), uintptr(who.GID)); errno != 0 {
		return errno
	}
	if _, _, errno := unix.RawSyscall(unix.SYS_SETRESUID, uintptr(who.UID), uintptr(who.UID), uintptr(who.UID)); errno != 0 {
		return errno
	}
	return errors.Join(os.Setenv("USER", who.Name), os.Setenv("LOGNAME", who.Name), os.Setenv("HOME", who.Home))
}

// keepRaw leaves this thread CAP_NET_RAW alone, if it has it, and hands it on to
// the program that starts; or none at all.
func keepRaw(keep bool) error {
	head := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var caps [2]unix.CapUserData
	if err := unix.Capget(&head, &caps[0]); err != nil {
		return err
	}
	raw := uint32(0)
	if keep {
		raw = caps[0].Permitted & (1 << unix.CAP_NET_RAW)
	}
	caps = [2]unix.CapUserData{{Effective: raw, Permitted: raw, Inheritable: raw}}
	if err := unix.Capset(&head, &caps[0]); err != nil {
		return err
	}
	if raw == 0 {
		return nil
	}
	return unix.Prctl(unix.PR_CAP_AMBIENT, unix.PR_CAP_AMBIENT_RAISE, unix.CAP_NET_RAW, 0, 0)
}

// Own makes directories and gives them, with what is in them, to a user, as the
// service's own: one that is not root's already is left as it is.
func Own(who Who, dirs ...string) error {
	slices.SortFunc(dirs, func(a, b string) int { return len(a) - len(b) }) // what is above comes first
	for _, dir := range dirs {
		err := os.MkdirAll(filepath.Dir(dir), 0o755)
		if err == nil {
			err = os.Mkdir(dir, 0o700)
		}
		if err != nil && !errors.Is(err, fs.ErrExist) {
			return err
		}
		var st unix.Stat_t
		if err := unix.Lstat(dir, &st); err != nil {
			return fmt.Errorf("looking at %s: %w", dir, err)
		}
		if st.Uid != 0 || who.UID == 0 {
			continue
		}
		if err := give(who, dir); err != nil {
			return fmt.Errorf("giving %s to user %s (%s): %w", dir, who.Name, strconv.Itoa(who.UID), err)
		}
	}
	return nil
}
