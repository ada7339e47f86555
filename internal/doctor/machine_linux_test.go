package doctor

import (
	"math"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"spaniel/internal/vethtest"
)

// TestInterface asks a real kernel about interfaces in each state.
func TestInterface(t *testing.T) {
	w := vethtest.Open(t)
	find := func(name, check string) Finding {
		for _, f := range Interface(name) {
			if f.Check == check {
				return f
			}
		}
		t.Fatalf("%s: no check %s in %v", name, check, Interface(name))
		return Finding{}
	}
	expect := func(f Finding, l Level, says, do string) {
		t.Helper()
		if f.Level != l || !strings.Contains(f.What, says) || !strings.Contains(f.Fix, do) {
			t.Errorf("%+v", f)
		}
	}
	settled := func(link bool) { // the kernel tells of a link in its own time
		for range 30_000 {
			if (find(vethtest.In, "interface").Level == OK) == link {
				return
			}
			time.Sleep(10 * time.Millisecond)
		}
	}
	settled(true)
	expect(find(vethtest.In, "interface"), OK, "up and has a link", "")
	expect(find(vethtest.In, "mtu"), OK, "65535", "")
	expect(find(vethtest.In, "offloads"), OK, "none", "")
	expect(find(vethtest.In, "addresses"), OK, "none", "")
	expect(find("nosuch0", "interface"), Bad, "no interface nosuch0", "ip link")
	expect(find("any", "interface"), Note, "all interfaces", "-i IFACE")
	w.IP("addr", "add", "192.0.2.7/24", "dev", vethtest.In)
	expect(find(vethtest.In, "addresses"), Note, "192.0.2.7/24", "ip addr flush dev in0")
	w.IP("link", "set", vethtest.In, "mtu", "1280")
	expect(find(vethtest.In, "mtu"), Warn, "1280", "mtu 9000")
	w.IP("link", "set", vethtest.Out, "down")
	settled(false)
	expect(find(vethtest.In, "interface"), Bad, "no link", "cable")
	w.IP("link", "set", vethtest.In, "down")
	expect(find(vethtest.In, "interface"), Bad, "is down", "sudo ip link set in0 up")
}

func TestDisk(t *testing.T) {
	dir := t.TempDir()
	deep := filepath.Join(dir, "not", "made", "yet")
	if f := Disk("disk", deep, 1); f.Level != OK || !strings.Contains(f.What, deep) {
		t.Errorf("%+v", f)
	}
	if f := Disk("disk", dir, math.MaxUint64); f.Level != Warn || !strings.Contains(f.Fix, "spool.max") {
		t.Errorf("%+v", f)
	}
	if f := Disk("disk", "/dev/null/x", 1); f.Level != Bad {
		t.Errorf("%+v", f)
	}
	if f := Clock(); f.What == "" || (f.Level != OK) != (f.Fix != "") && f.Level != Note {
		t.Errorf("%+v", f)
	}
}
