//go:build integration

package integration

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os/exec"

	"spaniel/event"
	"spaniel/sinks"
	"spaniel/sinks/spool"
)

// accepted is all that the spool ever took: by its id, the numbers of its
// records. An alert that goes on has several.
type accepted struct {
	alerts, calls map[string][]uint64
	payloads      map[string][]uint64 // of the alerts
}

// accepted reads the whole spool. The sensor must not run.
func (d *delivery) accepted() *accepted {
	d.t.Helper()
	sp, err := spool.Open(d.spool, spool.Config{Max: 32 << 30})
	if err != nil {
		d.t.Fatal(err)
	}
	defer sp.Close()
	a := &accepted{map[string][]uint64{}, map[string][]uint64{}, map[string][]uint64{}}
	for _, w := range []spool.Which{spool.Alerts, spool.Calls} {
		d.walk(sp, w, a.add)
		if first := d.cursor(w.String(), "nowhere").acked; first != 0 {
			d.t.Fatalf("the sink that is never reached has got %d records: nothing can be compared", first)
		}
	}
	return a
}

// walk passes over a log; no number may be missing.
func (d *delivery) walk(sp *spool.Spool, w spool.Which, add func(*event.Item, *sinks.Record)) {
	d.t.Helper()
	c, err := sp.NewCursor("auditor", w, spool.Limits{})
	if err != nil {
		d.t.Fatal(err)
	}
	dec, over := sinks.NewDecoder(), ended()
	for next := uint64(1); ; {
		b, err := c.Next(over)
		if errors.Is(err, context.Canceled) {
			return
		}
		if err != nil {
			d.t.Fatal(err)
		}
		items, err := dec.DecodeBatch(b)
		if err != nil {
			d.t.Fatal(err)
		}
		for i := range items {
			if b.Records[i].Seq != next {
				d.t.Fatalf("log of %s: record %d follows %d", w, b.Records[i].Seq, next-1)
			}
			next++
			add(&items[i], &b.Records[i])
		}
		if err := c.Ack(); err != nil {
			d.t.Fatal(err)
		}
	}
}

func (a *accepted) add(it *event.Item, r *sinks.Record) {
	switch it.Kind {
	case event.KindAlert:
		id := it.Alert.ID.String()
		a.alerts[id] = append(a.alerts[id], r.Seq)
		a.payloads[string(r.Payload)] = append(a.payloads[string(r.Payload)], r.Seq)
	case event.KindCall:
		a.calls[it.Call.ID.String()] = append(a.calls[it.Call.ID.String()], r.Seq)
	}
}

// ended is a context that is over.
func ended() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}

// compare holds every destination against what the spool took.
func (c *crasher) compare(a *accepted) {
	c.t.Helper()
	if len(a.alerts) == 0 || len(a.calls) == 0 {
		c.t.Fatalf("the spool took %d alerts and %d calls", len(a.alerts), len(a.calls))
	}
	inKafka := map[string]int{}
	for _, m := range consume(c.t, c.kafkaAddr, alertTopic, "auditor") {
		inKafka[string(m.Value)]++
	}
	c.check("Kafka", lane{"alerts", "bus"}, a.payloads, inKafka)
	c.check("ClickHouse's alerts", lane{"alerts", "warehouse"}, a.alerts, copies(c.t, c.db, "alerts", "id"))
	c.check("ClickHouse's calls", lane{"calls", "warehouse"}, a.calls, copies(c.t, c.db, "calls", "call_id"))
	c.once("ClickHouse's view of alerts", a.alerts, copies(c.t, c.db, "alerts_once", "id"))
	c.once("ClickHouse's view of calls", a.calls, copies(c.t, c.db, "events", "call_id"))
	c.once("the store's alerts", a.alerts, c.stored("alerts", "id"))
	c.once("the store's calls", a.calls, c.stored("calls", "call_id"))
}

// check: everything is there, nothing else is, and what is there too often was
// on its way at as many crashes.
func (c *crasher) check(where string, l lane, want map[string][]uint64, got map[string]int) {
	c.t.Helper()
	records, extra, wrong := 0, 0, 0
	for key, seqs := range want {
		records += len(seqs)
		allowed := len(seqs)
		for _, seq := range seqs {
			allowed += c.underWay(l, seq)
		}
		if n := got[key]; n < len(seqs) || n > allowed {
			if wrong++; wrong <= 5 {
				c.t.Errorf("%s: records %v are there %d times, at most %d could be: %.200s", where, seqs, n, allowed, key)
			}
		}
		extra += got[key] - len(seqs)
	}
	for key := range got {
		if want[key] == nil {
			c.t.Errorf("%s: never was in the spool: %.200s", where, key)
		}
	}
	c.t.Logf("%s: %d records, %d missing or too often, %d doubled, all of them in a batch under way at one of %d crashes", where, records, wrong, extra, len(c.flights[l]))
}

// underWay counts the crashes at which the record was on its way.
func (c *crasher) underWay(l lane, seq uint64) (n int) {
	for _, p := range c.flights[l] {
		if seq > p.acked && seq <= p.cut {
			n++
		}
	}
	return n
}

// once: everything is there, and once.
func (c *crasher) once(where string, want map[string][]uint64, got map[string]int) {
	c.t.Helper()
	wrong := 0
	for key := range want {
		if got[key] != 1 {
			if wrong++; wrong <= 5 {
				c.t.Errorf("%s: %s is there %d times", where, key, got[key])
			}
		}
	}
	if len(got) != len(want) {
		c.t.Errorf("%s: %d, but the spool took %d", where, len(got), len(want))
	}
	c.t.Logf("%s: %d, each once", where, len(got))
}

// stored counts the rows of each id in the embedded store.
func (c *crasher) stored(table, id string) map[string]int {
	c.t.Helper()
	out, err := exec.Command(c.bin, "query", "-c", c.config, "-o", "ndjson", "SELECT "+id+" AS id, count(*) AS n FROM "+table+" GROUP BY 1").Output()
	if err != nil {
		c.t.Fatal(err)
	}
	got := map[string]int{}
	for line := range bytes.Lines(out) {
		var row struct {
			ID string
			N  int
		}
		if err := json.Unmarshal(line, &row); err != nil {
			c.t.Fatal(err)
		}
		got[row.ID] = row.N
	}
	return got
}
