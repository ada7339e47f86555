//go:build integration

package integration

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"spaniel/internal/forward"
	"spaniel/sinks/all"
	chsink "spaniel/sinks/clickhouse"
)

// TestClickHouseFullDisk fills the server's disk: what it has no room for waits,
// none is set aside, and once there is room all of it arrives.
func TestClickHouseFullDisk(t *testing.T) {
	const n = 40_000
	disk := t.TempDir()
	if err := syscall.Mount("tmpfs", disk, "tmpfs", 0, "size=64m"); err != nil {
		t.Skipf("no small file system can be mounted here: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(disk, 0); err != nil {
			t.Error(err)
		}
	})
	spool := spoolDir(t)
	t.Run("clickhouse", func(t *testing.T) {
		t.Setenv("TMPDIR", disk) // where the server's directory is made
		_, addr := startClickHouse(t)
		url := "clickhouse://default@" + addr + "/default"
		db := clickhouseDB(t, url)
		execute(t, db, plainTable)
		p := newPipeline(t, spool, all.Config{Name: "clickhouse", Kinds: []string{"call"}, ClickHouse: &chsink.Config{URL: url}}, 2_000)
		calls := makeCalls(n)
		p.put(calls[:n/2])
		p.delivered(n/2, patience)
		ballast := filepath.Join(disk, "ballast")
		fill(t, ballast)
		p.failing("full disk", calls[n/2:])
		s := p.await("it has no room", patience, func(s forward.Stats) bool { return s.Retried > 2 })
		if s.DeadLettered != 0 || !strings.Contains(strings.ToLower(s.LastError), "space") {
			t.Errorf("%+v", s)
		}
		if err := os.Remove(ballast); err != nil {
			t.Fatal(err)
		}
		p.delivered(n, patience)
		var ids uint64
		scan(t, db, "SELECT uniqExact(call_id) FROM calls", &ids)
		if ids != n {
			t.Errorf("%d calls of %d", ids, n)
		}
	})
}

// fill writes a file until there is no room for more.
func fill(t *testing.T, path string) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for size := 1 << 20; size > 0; {
		if _, err := f.Write(make([]byte, size)); errors.Is(err, syscall.ENOSPC) {
			size /= 16
		} else if err != nil {
			t.Fatal(err)
		}
	}
}
