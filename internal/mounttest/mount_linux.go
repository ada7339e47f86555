package mounttest

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// A Disk is an ext4 file system in a file, mounted at Dir. It is unmounted when
// the test ends, by when all files on it must be closed.
type Disk struct {
	Dir, image string
	t          testing.TB
}

// New mounts a Disk of 32 MiB, or skips the test where that cannot be done.
func New(t testing.TB) *Disk {
	t.Helper()
	base := t.TempDir()
	d := &Disk{Dir: filepath.Join(base, "disk"), image: filepath.Join(base, "image"), t: t}
	if err := os.Mkdir(d.Dir, 0o700); err != nil {
		t.Fatal(err)
	}
	f, err := os.Create(d.image)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Truncate(32 << 20); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	for _, argv := range [][]string{{"mkfs.ext4", "-q", "-F", d.image}, d.mount()} {
		if out, err := exec.Command(argv[0], argv[1:]...).CombinedOutput(); err != nil {
			t.Skipf("no disk can be mounted here: %s: %v: %s", argv[0], err, strings.TrimSpace(string(out)))
		}
	}
	t.Cleanup(func() { d.run("umount", d.Dir) })
	return d
}

func (d *Disk) mount() []string {
	return []string{"mount", "-o", "loop,errors=remount-ro", d.image, d.Dir}
}

func (d *Disk) run(argv ...string) {
	d.t.Helper()
	if out, err := exec.Command(argv[0], argv[1:]...).CombinedOutput(); err != nil {
		d.t.Fatalf("%s: %v: %s", strings.Join(argv, " "), err, out)
	}
}

// Abort does what the kernel does when the disk fails: from now on nothing can
// be written, not even to open files, and what was written and not synced may
// be lost.
func (d *Disk) Abort() {
	d.t.Helper()
	d.run("mount", "-o", "remount,abort", d.Dir)
}

// Replace mounts the disk again, as after a repair. All files on it must be
// closed.
func (d *Disk) Replace() {
	d.t.Helper()
	d.run("umount", d.Dir)
	d.run(d.mount()...)
}
