package stream

import (
	"strings"
	"testing"
)

func TestTTL(t *testing.T) {
	for _, tc := range []struct {
		name string
		ttls []uint8
		want int
	}{
		{"all equal", []uint8{64, 64, 64, 64, 64}, 0},
		{"one ends early", []uint8{57, 57, 57, 57, 12, 57}, 1},
		{"one is from elsewhere", []uint8{57, 57, 57, 57, 250, 57}, 1},
		{"a hop more", []uint8{57, 57, 57, 57, 56, 58}, 0},
		{"too early to say", []uint8{255, 57, 57, 57, 57}, 0},
		{"a new route", append([]uint8{57, 57, 57, 57, 57, 57, 57, 57, 57, 57}, []uint8(strings.Repeat("A", 100))...), ttlTop - ttlSure + 1},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r := newRig(t, nil)
			want := ""
			for i, ttl := range tc.ttls {
				p := r.packet(true, ".", uint32(100+i), 1, "x")
				p.TTL = ttl
				r.push(&p)
				want += "x"
			}
			r.close()
			r.want(0, "<0>"+want, "")
			if got := strings.Count(r.notes(), noteTTL); got != tc.want || len(r.anomalies) != tc.want {
				t.Errorf("anomalies %q, want %d", r.notes(), tc.want)
			}
		})
	}
}
