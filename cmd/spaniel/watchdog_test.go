package main

import (
	"net"
	"path/filepath"
	"testing"
	"time"

	"go.uber.org/zap"
)

func TestPulse(t *testing.T) {
	start := time.Unix(1000, 0)
	var p pulse
	for _, c := range []struct {
		at    int // seconds
		beats uint64
		still int
	}{{0, 0, 0}, {1, 0, 1}, {5, 0, 5}, {6, 1, 0}, {7, 1, 1}, {30, 1, 24}, {31, 2, 0}} {
		if got := p.still(c.beats, start.Add(time.Duration(c.at)*time.Second)); got != time.Duration(c.still)*time.Second {
			t.Errorf("after %d s it has been still for %v, want %d s", c.at, got, c.still)
		}
	}
}

func TestStuckIsSaidOnce(t *testing.T) {
	var said error
	s := &service{log: zap.NewNop(), abandon: func(err error) { said = err }}
	s.giveUp(25 * time.Second)
	if said == nil || said.Error() != "a worker is stuck: nothing was finished for 25s; the log says where" {
		t.Error(said)
	}
}

// TestManager: notes reach the socket that the environment names, and nobody is
// told where it names none.
func TestManager(t *testing.T) {
	path := filepath.Join(t.TempDir(), "notify")
	conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	t.Setenv("NOTIFY_SOCKET", path)
	t.Setenv("WATCHDOG_USEC", "30000000")
	m := newManager()
	m.tell("READY=1")
	buf := make([]byte, 100)
	n, err := conn.Read(buf)
	if err != nil || string(buf[:n]) != "READY=1" || m.every != 10*time.Second {
		t.Errorf("%q %v, every %v", buf[:n], err, m.every)
	}
	t.Setenv("NOTIFY_SOCKET", "")
	newManager().tell("READY=1")
	(*manager)(nil).tell("READY=1")
}
