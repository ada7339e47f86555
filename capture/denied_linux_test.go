package capture

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// withoutRights runs do on a thread that has dropped all capabilities; the
// thread ends with its goroutine.
func withoutRights(t *testing.T, do func()) {
	t.Helper()
	done := make(chan error)
	go func() {
		runtime.LockOSThread() // never unlocked
		head := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
		var none [2]unix.CapUserData
		err := unix.Capset(&head, &none[0])
		if err == nil {
			do()
		}
		done <- err
	}()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}

func TestNoRights(t *testing.T) {
	var live, missing error
	withoutRights(t, func() {
		_, live = OpenLive(LiveConfig{Interface: "lo", Promiscuous: true})
		_, missing = OpenLive(LiveConfig{Interface: "nosuch0"})
	})
	var denied *PermissionError
	if !errors.As(live, &denied) || denied.Interface != "lo" ||
		!strings.Contains(live.Error(), "sudo setcap cap_net_raw+ep $(command -v spaniel)") {
		t.Errorf("%T %v", live, live)
	}
	// Rights would not help there: the name is wrong.
	var unusable *InputError
	if !errors.As(missing, &unusable) || !strings.Contains(missing.Error(), "there is no such interface") {
		t.Errorf("%T %v", missing, missing)
	}
}

func TestUnreadableFile(t *testing.T) {
	dir := put(t, map[string][]byte{"c.pcap": good().data})
	path := filepath.Join(dir, "c.pcap")
	if err := os.Chmod(path, 0); err != nil {
		t.Fatal(err)
	}
	var errs [3]error
	withoutRights(t, func() {
		_, errs[0] = List([]string{path})
		_, errs[1] = List([]string{dir})
		_, errs[2] = Open(path)
	})
	for i, err := range errs {
		var unusable *InputError
		if !errors.As(err, &unusable) || err.Error() != path+": you may not read it; chmod it, or run as a user who may" {
			t.Errorf("%d: %v", i, err)
		}
	}
}
