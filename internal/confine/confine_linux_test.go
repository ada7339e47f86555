package confine

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// The test's own program is what is confined: stageEnv says how far it is.
const (
	stageEnv = "SPANIEL_CONFINE_STAGE"
	dirEnv   = "SPANIEL_CONFINE_DIR"
	userEnv  = "SPANIEL_CONFINE_USER"
)

func TestMain(m *testing.M) {
	dir := os.Getenv(dirEnv)
	switch os.Getenv(stageEnv) {
	case "":
		os.Exit(m.Run())
	case "first":
		err := Restart(Plan{User: os.Getenv(userEnv), Read: []string{filepath.Join(dir, "read")}, Write: []string{filepath.Join(dir, "write"), filepath.Join(dir, "absent")}, Env: []string{stageEnv + "=second"}})
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	case "second":
		tried(dir)
	}
}

// tried prints what the confined process can do.
func tried(dir string) {
	out := map[string]string{}
	try := func(name string, err error) {
		out[name] = "yes"
		switch {
		case errors.Is(err, fs.ErrPermission):
			out[name] = "no"
		case err != nil:
			out[name] = err.Error()
		}
	}
	read := func(path string) error { _, err := os.ReadFile(filepath.Join(dir, path)); return err }
	write := func(path string) error { return os.WriteFile(filepath.Join(dir, path), []byte("x"), 0o600) }
	run := func() error { return exec.Command("/bin/true").Run() }
	packet := func() error {
		fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW, 0)
		if err == nil {
			err = unix.Close(fd)
		}
		return err
	}
	try("read what may be read", read("read/file"))
	try("write what may be read", write("read/file"))
	try("make a file there", write("read/new"))
	try("read what may be written", read("write/file"))
	try("write what may be written", write("write/file"))
	try("make a file in it", write("write/new"))
	lis, err := net.Listen("unix", filepath.Join(dir, "write", "socket"))
	if err == nil {
		err = lis.Close()
	}
	try("make a socket in it", err)
	try("make a directory in it", os.Mkdir(filepath.Join(dir, "write", "dir"), 0o700))
	try("replace a file in it", os.Rename(filepath.Join(dir, "write", "new"), filepath.Join(dir, "write", "file")))
	try("read another file", read("secret"))
	try("list other files", func() error { _, err := os.ReadDir(dir); return err }())
	_, err = os.ReadFile("/etc/hostname")
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	try("read the system's files", err)
	try("run a program", run())
	try("open a packet socket", packet())
	try("signal the parent", unix.Kill(os.Getppid(), 0))
	try("seal", Seal(false))
	try("run a program, sealed", run())
	try("read, sealed", read("read/file"))
	try("open a packet socket, sealed", packet())
	_, _, errno := unix.RawSyscall(unix.SYS_UNSHARE, unix.CLONE_NEWUSER, 0, 0)
	var uerr error
	if errno != 0 {
		uerr = errno
	}
	try("make a namespace, sealed", uerr)
	try("watch a process, sealed", unix.PtraceAttach(os.Getppid()))
	threads, err := Threads(os.Getpid())
	for _, t := range threads {
		for _, k := range []string{"Uid", "CapEff", "CapBnd", "CapAmb", "NoNewPrivs", "Seccomp"} {
			if old, ok := out[k]; ok && old != t[k] {
				err = errors.Join(err, fmt.Errorf("threads differ in %s", k))
			}
			out[k] = t[k]
		}
	}
	try("ask for threads", err)
	_ = json.NewEncoder(os.Stdout).Encode(out)
}

// TestConfined: what the process may do is what the plan says, before and after
// it is sealed, and is so on every thread.
func TestConfined(t *testing.T) {
	if version, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, 0, 0, unix.LANDLOCK_CREATE_RULESET_VERSION); errno != 0 || version < 6 {
		t.Skipf("this kernel has no Landlock, or an old one: version %d, %v", version, errno)
	}
	for _, user := range []string{"", "nobody"} {
		t.Run("as "+user, func(t *testing.T) {
			if user != "" && os.Geteuid() != 0 {
				t.Skip("becoming another user needs root")
			}
			dir := t.TempDir()
			for _, d := range []string{"read", "write"} {
				if err := os.Mkdir(filepath.Join(dir, d), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(filepath.Join(dir, d, "file"), []byte("x"), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if err := os.WriteFile(filepath.Join(dir, "secret"), []byte("x"), 0o644); err != nil {
				t.Fatal(err)
			}
			for d := dir; d != os.TempDir() && d != "/"; d = filepath.Dir(d) {
				if err := os.Chmod(d, 0o755); err != nil {
					t.Fatal(err)
				}
			}
			if user != "" {
				who, err := Find(user)
				if err != nil {
					t.Fatal(err)
				}
				if err := Own(who, filepath.Join(dir, "write"), filepath.Join(dir, "made", "deep")); err != nil {
					t.Fatal(err)
				}
			}
			got := confined(t, dir, user)
			want := map[string]string{
				"read what may be read": "yes", "write what may be read": "no", "make a file there": "no",
				"read what may be written": "yes", "write what may be written": "yes", "make a file in it": "yes", "make a socket in it": "yes",
				"make a directory in it": "yes", "replace a file in it": "yes", "read another file": "no", "list other files": "no", "read the system's files": "yes",
				"run a program": "no", "signal the parent": "no", "seal": "yes", "run a program, sealed": "no", "read, sealed": "yes", "make a namespace, sealed": "no", "watch a process, sealed": "no",
				"ask for threads": "yes", "NoNewPrivs": "1", "Seccomp": "2",
			}
			if os.Geteuid() == 0 {
				for k, v := range map[string]string{"open a packet socket": "yes", "open a packet socket, sealed": "yes", "CapEff": "0000000000002000", "CapBnd": "0000000000002000", "CapAmb": "0000000000002000"} {
					want[k] = v
				}
			}
			if user == "nobody" {
				want["Uid"] = "65534 65534 65534 65534"
			}
			for k, v := range want {
				if got[k] != v {
					t.Errorf("%s: %q, want %q", k, got[k], v)
				}
			}
		})
	}
}

func confined(t *testing.T, dir, user string) map[string]string {
	t.Helper()
	bin := filepath.Join(dir, "program") // where anybody may run it
	self, err := os.ReadFile("/proc/self/exe")
	if err == nil {
		err = os.WriteFile(bin, self, 0o755)
	}
	if err != nil {
		t.Fatal(err)
	}
	var errs strings.Builder
	cmd := exec.Command(bin)
	cmd.Env = append(os.Environ(), stageEnv+"=first", dirEnv+"="+dir, userEnv+"="+user)
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s%s", err, &errs, out)
	}
	var got map[string]string
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return got
}

func TestNoSuchUser(t *testing.T) {
	if err := Restart(Plan{User: "nosuchuser"}); err == nil || err.Error() != `there is no user "nosuchuser"` {
		t.Error(err)
	}
	if w, err := Find("0"); err != nil || w.UID != 0 || w.Name != "root" {
		t.Errorf("%+v %v", w, err)
	}
}
