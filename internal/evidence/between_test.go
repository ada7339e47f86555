package evidence

import (
	"context"
	"slices"
	"testing"
	"time"

	"spaniel/internal/sensor"
	"spaniel/internal/wiretest"
)

// TestBetween counts frames by hand: connections come whole, others of the same
// hosts and later ones of the same ports do not come with them.
func TestBetween(t *testing.T) {
	b := wiretest.New(1, start)
	one, two := b.Conn(end("203.0.113.9:5001"), end("10.0.0.5:443")), b.Conn(end("203.0.113.9:5002"), end("10.0.0.5:443"))
	one.Open()               // 1 2 3
	two.Open()               // 4 5 6
	one.Client([]byte("a"))  // 7 8
	two.Client([]byte("bb")) // 9 10
	one.Fin()                // 11 12 13
	one.Wait(time.Minute)
	again := b.Conn(end("203.0.113.9:5001"), end("10.0.0.5:443"))
	again.Open()              // 14 15 16
	again.Server([]byte("c")) // 17 18
	frames := b.Frames()
	early, late := frames[6].Time, frames[len(frames)-1].Time
	for _, c := range []struct {
		client, server string
		from, to       int64
		want           []uint64
	}{
		{"203.0.113.9:5001", "10.0.0.5:443", early, early, []uint64{1, 2, 3, 7, 8, 11, 12, 13}},
		{"203.0.113.9:5002", "10.0.0.5:443", start, late, []uint64{4, 5, 6, 9, 10}},
		{"203.0.113.9:5001", "10.0.0.5:443", late, late, []uint64{14, 15, 16, 17, 18}},
		{"203.0.113.9:5001", "10.0.0.5:443", start, late, []uint64{1, 2, 3, 7, 8, 11, 12, 13, 14, 15, 16, 17, 18}},
		{"203.0.113.9:0", "10.0.0.5:0", early, early + 1e6, []uint64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13}},
		{"10.0.0.5:0", "203.0.113.9:0", late, late, []uint64{14, 15, 16, 17, 18}},
		{"203.0.113.9:5003", "10.0.0.5:443", start, late, nil},
		{"203.0.113.9:5001", "10.0.0.5:443", late + 1, late + 2, nil},
	} {
		got, err := Between(context.Background(), config().Frame, sensor.NewFrames(frames), end(c.client), end(c.server), c.from, c.to)
		if err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%s and %s: frames %v, %v, want %v", c.client, c.server, got, err, c.want)
		}
	}
}
