//go:build integration

package integration

import (
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestOutage takes Kafka and ClickHouse away while 5,000 calls a second go by,
// for SPANIEL_OUTAGE seconds (default 20; make chaos: an hour), and gives them
// back while the calls go on. No packet is dropped, every call arrives, and
// every attack's alert. How fast the backlog goes is printed: it depends on
// what else the machine does.
func TestOutage(t *testing.T) {
	needCapture(t)
	const rate = 5_000
	seconds := fromEnv(t, "SPANIEL_OUTAGE", 20)
	d := newDelivery(t)
	d.sensor.run()
	d.watching()
	// 3,000 alerts a minute: a rule may raise 5,000. A sensor that has too little of the
	// processor is not to drop packets of calls that come on all the same.
	const behind = 1500
	counted := 0
	traffic := startLoadWhen(t, d.shop, rate, 100, func(sent int) bool {
		if sent-counted > behind/2 {
			counted = d.counted()
		}
		return sent-counted <= behind
	})
	time.Sleep(2 * time.Second)
	down := time.Now()
	d.broker.kill(syscall.SIGKILL)
	d.warehouse.kill(syscall.SIGKILL)
	time.Sleep(time.Duration(seconds) * time.Second)
	d.broker.run()
	d.broker.ready(d.kafkaAddr)
	backlog, away := d.queued("warehouse"), time.Since(down)
	d.warehouse.run()
	drain := d.drain("warehouse", rate)
	traffic.end()
	for end := time.Now().Add(patience); d.counted() < traffic.sent && time.Now().Before(end); {
		time.Sleep(50 * time.Millisecond)
	}
	time.Sleep(time.Second) // what was sent last is on disk
	d.caughtUp(patience)
	t.Logf("both down for %.0f s at %d calls a second: %.0f records waited for ClickHouse, which then took %.0f a second, %.1f times what came meanwhile; %d calls, %d attacks",
		away.Seconds(), rate, backlog, drain, drain/rate, traffic.sent, traffic.shots)
	d.nothingLost(traffic)
	if err := d.sensor.kill(syscall.SIGTERM); err != nil {
		t.Errorf("after SIGTERM it ended with %v\n%s", err, d.sensor.log())
	}
}

// counted is how many calls the sensor has counted, 0 where it does not say.
func (d *delivery) counted() (n int) {
	res, err := http.Get("http://" + d.api + "/metrics")
	if err != nil {
		return 0
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "spaniel_calls_total{") {
			v, err := strconv.ParseFloat(strings.TrimSpace(line[strings.LastIndexByte(line, ' '):]), 64)
			if err != nil {
				return 0
			}
			n += int(v)
		}
	}
	return n
}

func (d *delivery) queued(sink string) float64 {
	return d.metric("spaniel_sink_queue_records", `{sink="`+sink+`"}`)
}

// drain waits until no more waits for the sink than comes in a second, and
// returns how many records a second it took behind the first batch.
func (d *delivery) drain(sink string, rate float64) float64 {
	d.t.Helper()
	delivered := func() float64 { return d.metric("spaniel_sink_delivered_total", `{sink="`+sink+`"}`) }
	before := delivered()
	for until := time.Now().Add(patience); delivered() == before; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(until) {
			d.t.Fatalf("nothing is delivered again\n%s", d.sensor.log())
		}
	}
	begun, first := time.Now(), delivered()
	for until := time.Now().Add(time.Hour); d.queued(sink) > rate; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(until) {
			d.t.Fatalf("%.0f records still wait", d.queued(sink))
		}
	}
	return (delivered() - first) / time.Since(begun).Seconds()
}

// nothingLost: no packet, no call and no alert of what was sent is missing.
func (d *delivery) nothingLost(traffic *load) {
	d.t.Helper()
	for _, name := range []string{"capture_drops_total", "spool_dropped_total", "sink_dropped_total", "sink_dead_letters_total"} {
		if n := d.sum("spaniel_" + name); n != 0 {
			d.t.Errorf("%s is %v", name, n)
		}
	}
	calls := copies(d.t, d.db, "events", "call_id")
	var orders, items uint64
	scan(d.t, d.db, "SELECT uniqExact(req_path) FROM events WHERE req_path LIKE '/orders/%'", &orders)
	scan(d.t, d.db, "SELECT count() FROM events WHERE req_path = '/items'", &items)
	if len(calls) != traffic.sent || int(items) != traffic.shots || int(orders) != traffic.sent-traffic.shots {
		d.t.Errorf("of %d calls, %d of them attacks, ClickHouse has %d: %d orders and %d attacks", traffic.sent, traffic.shots, len(calls), orders, items)
	}
	alerts := map[string]bool{}
	for _, m := range consume(d.t, d.kafkaAddr, alertTopic, "auditor") {
		if mark := markOf(m.Value); mark != "" {
			alerts[mark] = true
		}
	}
	for i := 0; i < traffic.sent; i += traffic.attackEach {
		if !alerts[fmt.Sprintf("m%d", i)] {
			d.t.Errorf("Kafka has no alert on attack %d; %d of %d are there", i, len(alerts), traffic.shots)
			return
		}
	}
	d.t.Logf("every one of the %d calls is in ClickHouse, an alert on each of the %d attacks in Kafka", len(calls), len(alerts))
}
