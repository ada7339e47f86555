package store

import (
	"context"
	"path/filepath"
	"testing"
	"time"
)

func TestCapturesAreReplacedByPath(t *testing.T) {
	s, err := Open(filepath.Join(t.TempDir(), "c.duckdb"), DefaultConfig())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	now := time.Unix(1773133200, 0)
	for _, c := range []Capture{
		{1e18, 2e18, 7, []string{"/a.pcap"}, []int64{10}, []string{"00ff"}},
		{1e18, 2e18, 8, []string{"/a.pcap", "/b.pcap"}, []int64{10, 1 << 40}, []string{"00ff", "11ee"}},
		{1e18, 3e18, 9, []string{"/a.pcap"}, []int64{12}, []string{"22dd"}},
	} {
		if err := s.AddCapture(context.Background(), &c, now); err != nil {
			t.Fatal(err)
		}
	}
	got := ""
	if err := s.db.Load().QueryRow(`SELECT string_agg(concat(packets, paths::VARCHAR, sizes::VARCHAR, heads::VARCHAR, year(capture_last)), ' ' ORDER BY packets) FROM captures`).Scan(&got); err != nil {
		t.Fatal(err)
	}
	if want := "8[/a.pcap, /b.pcap][10, 1099511627776][00ff, 11ee]2033 9[/a.pcap][12][22dd]2065"; got != want {
		t.Errorf("captures %s, want %s", got, want)
	}
	if n, err := s.Prune(context.Background(), now.AddDate(0, 0, 1)); err != nil || n != 2 {
		t.Errorf("pruned %d, %v", n, err)
	}
}
