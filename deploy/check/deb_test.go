package check

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// debEnv names the package that TestPackageInACleanRoot installs: `make deploy`
// builds it. debMirror is where the root's packages come from; Debian's own if
// it is empty.
const (
	debEnv    = "SPANIEL_DEB"
	debMirror = "SPANIEL_DEB_MIRROR"
)

// A debian is a Debian in a folder, in which nothing runs but what a test runs.
type debian struct {
	t    *testing.T
	root string
}

// newDebian makes the least Debian there is, or skips the test and says why.
func newDebian(t *testing.T) *debian {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("making a Debian needs root")
	}
	tool, err := exec.LookPath("debootstrap")
	if err != nil {
		t.Skipf("making a Debian needs debootstrap: %v", err)
	}
	d := &debian{t, filepath.Join(t.TempDir(), "root")}
	args := []string{"--variant=minbase", "bookworm", d.root}
	if mirror := os.Getenv(debMirror); mirror != "" {
		args = append(args, mirror)
	}
	if out, err := exec.Command(tool, args...).CombinedOutput(); err != nil {
		t.Skipf("no Debian can be made here: %v\n%s", err, lastOf(string(out)))
	}
	return d
}

func lastOf(out string) string { return out[max(0, len(out)-600):] }

// try runs a command in the root.
func (d *debian) try(args ...string) (string, error) {
	cmd := exec.Command("chroot", append([]string{d.root}, args...)...)
	// Nothing may be started: RUNLEVEL is what a script asks that starts services.
	cmd.Env = []string{"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "DEBIAN_FRONTEND=noninteractive", "RUNLEVEL=1", "HOME=/root", "LC_ALL=C.UTF-8"}
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func (d *debian) run(args ...string) string {
	d.t.Helper()
	out, err := d.try(args...)
	if err != nil {
		d.t.Fatalf("%s: %v\n%s", strings.Join(args, " "), err, lastOf(out))
	}
	return out
}

func (d *debian) is(want string, args ...string) {
	d.t.Helper()
	if got := strings.TrimSpace(d.run(args...)); got != want {
		d.t.Errorf("%s:\n%s\nwant\n%s", strings.Join(args, " "), got, want)
	}
}

// TestPackageInACleanRoot installs the package in a Debian that has nothing: what
// it depends on is named, its user and files are as they must be, its units are
// right by systemd's own measure, and it goes as it came.
func TestPackageInACleanRoot(t *testing.T) {
	deb := os.Getenv(debEnv)
	if deb == "" {
		t.Skipf("%s names no package; make deploy builds one", debEnv)
	}
	b, err := os.ReadFile(deb)
	if err != nil {
		t.Fatal(err)
	}
	d := newDebian(t)
	if err := os.WriteFile(filepath.Join(d.root, "tmp", "spaniel.deb"), b, 0o644); err != nil {
		t.Fatal(err)
	}
	d.run("apt-get", "install", "-y", "--no-install-recommends", "/tmp/spaniel.deb")
	d.is("", "dpkg", "-V", "spaniel")

	user := strings.Split(strings.TrimSpace(d.run("getent", "passwd", "spaniel")), ":")
	if len(user) != 7 || user[2] == "0" || user[5] != "/var/lib/spaniel" || user[6] != "/usr/sbin/nologin" {
		t.Errorf("the user: %v", user)
	}
	for _, c := range []struct{ mode, file string }{
		{"755 root:root", "/usr/bin/spaniel"},
		{"640 root:spaniel", "/etc/spaniel/spaniel.yaml"},
		{"600 spaniel:spaniel", "/etc/spaniel-forward/spaniel.yaml"},
		{"700 spaniel:spaniel", "/var/lib/spaniel"},
		{"644 root:root", "/usr/lib/systemd/system/spaniel.service"},
		{"644 root:root", "/usr/lib/systemd/system/spaniel-sensor.service"},
		{"644 root:root", "/usr/lib/systemd/system/spaniel-forward.service"},
		{"644 root:root", "/usr/share/spaniel/schema/config.json"},
		{"644 root:root", "/usr/share/doc/spaniel/copyright"},
	} {
		d.is(c.mode, "stat", "-c", "%a %U:%G", c.file)
	}
	if files := d.run("find", "/", "-xdev", "(", "-perm", "-4000", "-o", "-perm", "-2000", ")", "-newer", "/tmp/spaniel.deb", "-name", "*spaniel*"); files != "" {
		t.Errorf("with rights of others: %s", files)
	}
	if out := d.run("ldd", "/usr/bin/spaniel"); strings.Contains(out, "not found") {
		t.Errorf("a library is missing:\n%s", out)
	}
	if out := d.run("spaniel", "version"); !strings.HasPrefix(out, "spaniel ") {
		t.Errorf("version: %s", out)
	}
	if out := d.run("spaniel", "demo", "-q"); !strings.Contains(out, "credential-stuffing") {
		t.Errorf("the demo finds nothing:\n%s", out)
	}
	d.run("spaniel", "config", "check", "-c", "/etc/spaniel/spaniel.yaml")
	d.run("spaniel", "config", "check", "-c", "/etc/spaniel-forward/spaniel.yaml")

	d.run("apt-get", "install", "-y", "--no-install-recommends", "systemd")
	for _, unit := range []string{"spaniel", "spaniel-sensor", "spaniel-forward"} {
		file := "/usr/lib/systemd/system/" + unit + ".service"
		if out, err := d.try("systemd-analyze", "verify", "--man=no", file); err != nil || strings.TrimSpace(out) != "" {
			t.Errorf("systemd-analyze verify %s: %v\n%s", unit, err, out)
		}
		out, err := d.try("systemd-analyze", "security", "--offline=true", "--threshold=20", file)
		if err != nil {
			t.Errorf("systemd-analyze security %s: %v", unit, err)
		}
		for line := range strings.Lines(out) {
			if strings.Contains(line, "Overall exposure") {
				t.Log(strings.TrimSpace(line))
			}
		}
	}

	// A changed configuration survives the package's coming again and its going.
	conf := filepath.Join(d.root, "etc", "spaniel", "spaniel.yaml")
	if err := os.WriteFile(conf, []byte("sensor: {name: mine}\n"), 0o640); err != nil {
		t.Fatal(err)
	}
	d.run("apt-get", "install", "-y", "--reinstall", "--no-install-recommends", "/tmp/spaniel.deb")
	d.run("apt-get", "remove", "-y", "spaniel")
	if b, err := os.ReadFile(conf); err != nil || string(b) != "sensor: {name: mine}\n" {
		t.Errorf("the configuration is %q, %v", b, err)
	}
	d.run("test", "-d", "/var/lib/spaniel")
	d.run("dpkg", "--purge", "spaniel")
	for _, gone := range []string{"/etc/spaniel", "/var/lib/spaniel", "/usr/share/spaniel", "/usr/bin/spaniel"} {
		if _, err := os.Lstat(filepath.Join(d.root, gone)); err == nil {
			t.Errorf("%s is left behind", gone)
		}
	}
}
