//go:build integration

package integration

import (
	"math/rand/v2"
	"os"
	"strconv"
	"syscall"
	"testing"
	"time"
)

// TestCrash kills the whole binary with SIGKILL at random moments while it
// reads traffic and delivers to a real Kafka, a real ClickHouse and its store,
// and starts it again, SPANIEL_CRASHES times (default 100). Then every alert
// and call that its spool ever took is in each of them, none is twice in what
// ClickHouse's views and the store show, and what is doubled in Kafka or in
// ClickHouse's tables was in a batch that was on its way at a crash.
func TestCrash(t *testing.T) {
	needCapture(t)
	crashes := fromEnv(t, "SPANIEL_CRASHES", 100)
	c := &crasher{delivery: newDelivery(t), seed: uint64(time.Now().UnixNano()), flights: map[lane][]place{}}
	c.rng = rand.New(rand.NewPCG(c.seed, 0))
	traffic := startLoad(t, c.shop, 600, 6)
	begun := time.Now()
	for range crashes {
		c.crash()
	}
	took := time.Since(begun)
	c.sensor.run()
	c.watching()
	traffic.end()
	time.Sleep(time.Second) // what was sent last is on disk
	c.caughtUp(patience)
	c.end()
	c.sensor.run() // what a stop has no time for in its few seconds comes after the next start
	c.watching()
	c.caughtUp(patience)
	c.end()
	t.Logf("killed %d times in %.0f s, %d of them before it was ready, %d while Kafka or ClickHouse hung; ready again after at most %.1f s; %d calls were sent, %d attacks among them (seed %d)",
		crashes, took.Seconds(), c.early, c.hung, c.slowest.Seconds(), traffic.sent, traffic.shots, c.seed)
	c.compare(c.accepted())
}

// fromEnv is a number from the environment.
func fromEnv(t *testing.T, name string, otherwise int) int {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// A lane is one sink's way through one log of the spool.
type lane struct{ log, sink string }

var lanes = []lane{{"alerts", "bus"}, {"alerts", "warehouse"}, {"calls", "warehouse"}}

// A crasher kills the sensor, and remembers what was on its way each time.
type crasher struct {
	*delivery
	seed    uint64
	rng     *rand.Rand
	flights map[lane][]place

	early, hung int
	slowest     time.Duration
}

// crash starts the sensor, kills it at a random moment, one time in five before
// it is ready, and notes which batch each sink had under way. One time in four
// a destination hangs when it happens.
func (c *crasher) crash() {
	begun := time.Now()
	c.sensor.run()
	if c.rng.IntN(5) == 0 {
		c.early++
		time.Sleep(time.Duration(c.rng.Int64N(int64(800 * time.Millisecond))))
	} else {
		c.watching()
		c.slowest = max(c.slowest, time.Since(begun))
		time.Sleep(time.Duration(c.rng.Int64N(int64(2 * time.Second))))
	}
	if c.rng.IntN(4) == 0 {
		c.hung++
		server := c.broker
		if c.rng.IntN(2) == 0 {
			server = c.warehouse
		}
		server.freeze()
		defer server.thaw()
		time.Sleep(time.Duration(c.rng.Int64N(int64(500 * time.Millisecond))))
	}
	c.sensor.kill(syscall.SIGKILL)
	c.note()
}

// end stops the sensor in order.
func (c *crasher) end() {
	c.t.Helper()
	if err := c.sensor.kill(syscall.SIGTERM); err != nil {
		c.t.Errorf("after SIGTERM it ended with %v\n%s", err, c.sensor.log())
	}
	c.note()
}

// note notes which batch each sink had under way.
func (c *crasher) note() {
	for _, l := range lanes {
		if p := c.cursor(l.log, l.sink); p.cut > p.acked {
			c.flights[l] = append(c.flights[l], p)
		}
	}
}
