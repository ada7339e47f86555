package confine

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"unsafe"

	"golang.org/x/sys/unix"
)

// What Landlock can forbid, by the version of it that began to know it.
const (
	readFiles  = unix.LANDLOCK_ACCESS_FS_READ_FILE | unix.LANDLOCK_ACCESS_FS_READ_DIR
	writeFiles = unix.LANDLOCK_ACCESS_FS_WRITE_FILE | unix.LANDLOCK_ACCESS_FS_REMOVE_DIR | unix.LANDLOCK_ACCESS_FS_REMOVE_FILE |
		unix.LANDLOCK_ACCESS_FS_MAKE_DIR | unix.LANDLOCK_ACCESS_FS_MAKE_REG | unix.LANDLOCK_ACCESS_FS_MAKE_SOCK
	special = unix.LANDLOCK_ACCESS_FS_MAKE_CHAR | unix.LANDLOCK_ACCESS_FS_MAKE_FIFO | unix.LANDLOCK_ACCESS_FS_MAKE_BLOCK | unix.LANDLOCK_ACCESS_FS_MAKE_SYM
	// of a file, not of a directory
	ofFile = unix.LANDLOCK_ACCESS_FS_EXECUTE | unix.LANDLOCK_ACCESS_FS_READ_FILE | unix.LANDLOCK_ACCESS_FS_WRITE_FILE | unix.LANDLOCK_ACCESS_FS_TRUNCATE | unix.LANDLOCK_ACCESS_FS_IOCTL_DEV
)

// systemFiles are what any program reads: libraries, zones of time, what the
// kernel tells of itself; and, to connect to others, names of hosts and users,
// and certificates.
func systemFiles(offline bool) []string {
	all := []string{"/usr", "/lib", "/lib64", "/proc", "/sys", "/dev/urandom", "/dev/zero"}
	if offline {
		return append(all, "/etc/ld.so.cache", "/etc/ld.so.preload", "/etc/localtime", "/etc/passwd", "/etc/group", "/etc/nsswitch.conf")
	}
	return append(all, "/etc", "/run/systemd/resolve", "/var/lib/ca-certificates")
}

// confineFiles forbids this thread, and what it becomes, all files but those.
// Where the kernel has no Landlock, nothing is forbidden.
func confineFiles(self string, p Plan) error {
	if len(p.Read)+len(p.Write) == 0 {
		return nil
	}
	version, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, 0, 0, unix.LANDLOCK_CREATE_RULESET_VERSION)
	if errno == unix.ENOSYS || errno == unix.EOPNOTSUPP {
		return nil
	}
	if errno != 0 {
		return errno
	}
	handled := uint64(readFiles | writeFiles | special | unix.LANDLOCK_ACCESS_FS_EXECUTE)
	attr := unix.LandlockRulesetAttr{Handled_access_fs: handled}
	if version >= 2 {
		attr.Handled_access_fs |= unix.LANDLOCK_ACCESS_FS_REFER
	}
	if version >= 3 {
		attr.Handled_access_fs |= unix.LANDLOCK_ACCESS_FS_TRUNCATE
	}
	size := unsafe.Sizeof(attr.Handled_access_fs) // the oldest kernels know that field alone
	if version >= 6 {
		attr.Scoped, size = unix.LANDLOCK_SCOPE_SIGNAL, unsafe.Offsetof(attr.Quiet_access_fs)
	}
	fd, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, uintptr(unsafe.Pointer(&attr)), size, 0)
	if errno != 0 {
		return errno
	}
	rules := landlock{int(fd), attr.Handled_access_fs}
	defer unix.Close(rules.fd)
	if err := rules.allowAll(self, p); err != nil {
		return err
	}
	if _, _, errno := unix.Syscall(unix.SYS_LANDLOCK_RESTRICT_SELF, fd, 0, 0); errno != 0 {
		return errno
	}
	return nil
}

// landlock is a set of rules being made.
type landlock struct {
	fd      int
	handled uint64
}

func (l landlock) allowAll(self string, plan Plan) error {
	full := uint64(readFiles|writeFiles) | unix.LANDLOCK_ACCESS_FS_REFER | unix.LANDLOCK_ACCESS_FS_TRUNCATE
	// The program is started once more, and its loader with it.
	if err := l.allow(self, unix.LANDLOCK_ACCESS_FS_EXECUTE|readFiles); err != nil {
		return err
	}
	for _, lib := range []string{"/lib", "/lib64", "/usr/lib", "/usr/lib64"} {
		if err := l.allow(lib, unix.LANDLOCK_ACCESS_FS_EXECUTE|readFiles); err != nil {
			return err
		}
	}
	for _, p := range append(systemFiles(plan.Offline), plan.Read...) {
		if err := l.allow(p, readFiles); err != nil {
			return err
		}
	}
	for _, p := range append([]string{"/dev/null"}, plan.Write...) {
		if err := l.allow(p, full); err != nil {
			return err
		}
	}
	return nil
}

// allow lets a path and what is below it be used; one that is not there is left
// out.
func (l landlock) allow(path string, access uint64) error {
	st, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) {
		return nil
	}
	if err != nil {
		return err
	}
	if !st.IsDir() {
		access &= ofFile
	}
	fd, err := unix.Open(path, unix.O_PATH|unix.O_CLOEXEC, 0)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	defer unix.Close(fd)
	rule := unix.LandlockPathBeneathAttr{Allowed_access: access & l.handled, Parent_fd: int32(fd)}
	if _, _, errno := unix.Syscall6(unix.SYS_LANDLOCK_ADD_RULE, uintptr(l.fd), unix.LANDLOCK_RULE_PATH_BENEATH, uintptr(unsafe.Pointer(&rule)), 0, 0, 0); errno != 0 {
		return fmt.Errorf("%s: %w", path, errno)
	}
	return nil
}
