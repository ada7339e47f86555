package config

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestByteSize(t *testing.T) {
	for _, c := range []struct {
		in   string
		want ByteSize
		out  string
	}{{"0", 0, "0"}, {"512", 512, "512"}, {"64KiB", 64 << 10, "64KiB"}, {"64 KiB", 64 << 10, "64KiB"}, {"1.5GiB", 3 << 29, "1536MiB"}, {"20GB", 20e9, "19531250KiB"}, {"7B", 7, "7"}} {
		got, err := ParseByteSize(c.in)
		if err != nil || got != c.want || got.String() != c.out {
			t.Errorf("%q: %d %s %v", c.in, got, got, err)
		}
	}
	for _, bad := range []string{"", "x", "-1", "1XB", "9999999TiB", "NaN", "KiB", "1e400"} {
		if got, err := ParseByteSize(bad); err == nil {
			t.Errorf("%q is %d", bad, got)
		}
	}
}

func TestDuration(t *testing.T) {
	for _, c := range []struct {
		in   string
		want time.Duration
		out  string
	}{{"30d", 30 * day, "30d"}, {"2w", 2 * week, "14d"}, {"1h30m", 90 * time.Minute, "1h30m"}, {"10s", 10 * time.Second, "10s"}, {"60m", time.Hour, "1h"}, {"0", 0, "0s"}, {"0.5d", 12 * time.Hour, "12h"}, {"10ms", 10 * time.Millisecond, "10ms"}} {
		got, err := ParseDuration(c.in)
		if err != nil || time.Duration(got) != c.want || got.String() != c.out {
			t.Errorf("%q: %d %s %v", c.in, got, got, err)
		}
	}
	for _, bad := range []string{"", "d", "30", "soon", "1x", "9e99d"} {
		if got, err := ParseDuration(bad); err == nil {
			t.Errorf("%q is %d", bad, got)
		}
	}
}

func TestUnitsRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := ByteSize(rapid.Int64Range(0, 1<<50).Draw(t, "bytes"))
		if got, err := ParseByteSize(b.String()); err != nil || got != b {
			t.Fatalf("%d prints as %s and reads as %d, %v", b, b, got, err)
		}
		d := Duration(rapid.Int64Range(0, 1<<60).Draw(t, "ns"))
		if got, err := ParseDuration(d.String()); err != nil || got != d {
			t.Fatalf("%d prints as %s and reads as %d, %v", d, d, got, err)
		}
	})
}
