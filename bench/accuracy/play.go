package main

import (
	"bytes"
	"fmt"
	"net/netip"
	"runtime"
	"strings"
	"sync"
	"time"

	"spaniel/bench/accuracy/corpus"
	"spaniel/decode"
	"spaniel/detect"
	"spaniel/event"
	"spaniel/internal/sensor"
	"spaniel/internal/wiretest"
	"spaniel/rules"
	"spaniel/sinks/redact"
)

// batch is how many calls share a sensor: making one costs more than a call.
// They are taken from all over the corpus, 20 minutes of packet time and an
// address of both ends apart, so that none teaches the sensor about another.
const batch = 64

// apart is the time between two calls of a batch: longer than any window.
const apart = 20 * time.Minute

// verdict is what the alerts say of one call.
type verdict struct {
	worst  event.Severity            // of any rule; 0 is none
	family map[string]event.Severity // of each category injection/FAMILY
	rules  []string                  // of medium or more
}

// shipped loads all shipped rules, or none.
func shipped(all bool) (*detect.Set, error) {
	var sources []detect.Source
	if all {
		sources = append(sources, detect.Source{Name: "builtin", FS: rules.FS})
	}
	return detect.Load(sources, detect.LoadOptions{})
}

func config(set *detect.Set) sensor.Config {
	return sensor.Config{Decode: decode.DefaultConfig(), Rules: set, Redactor: redact.New(bytes.Repeat([]byte{7}, 32), redact.Option{})}
}

// judge plays every case through the whole path, packets to alerts.
func judge(set *detect.Set, cases []corpus.Case) ([]verdict, error) {
	out := make([]verdict, len(cases))
	batches := (len(cases) + batch - 1) / batch
	next := make(chan int)
	errs := make([]error, runtime.GOMAXPROCS(0))
	var wg sync.WaitGroup
	for w := range errs {
		wg.Go(func() {
			for b := range next {
				if err := judgeBatch(set, cases, out, b, batches); err != nil && errs[w] == nil {
					errs[w] = err
				}
			}
		})
	}
	for b := range batches {
		next <- b
	}
	close(next)
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// judgeBatch plays every batches-th case from the first on.
func judgeBatch(set *detect.Set, cases []corpus.Case, out []verdict, first, batches int) error {
	b := newBuilder()
	clients := map[string]int{}
	n := 0
	for i := first; i < len(cases); i += batches {
		c := b.Conn(netip.AddrPortFrom(address(198, n), 40000), netip.AddrPortFrom(address(10, n), 80))
		clients[address(198, n).String()] = i
		c.Open()
		exchange(c, &cases[i])
		c.Fin()
		b.Wait(apart)
		n++
	}
	alerts, err := sensor.Replay(config(set), b.Frames())
	if err != nil {
		return fmt.Errorf("playing %s and others: %w", cases[first].ID, err)
	}
	for _, a := range alerts {
		if i, ok := clients[a.Client.IP]; ok {
			out[i].add(a)
		}
	}
	return nil
}

// newBuilder begins on a Monday at 10:00 UTC.
func newBuilder() *wiretest.Builder {
	return wiretest.New(1, time.Date(2026, 1, 5, 10, 0, 0, 0, time.UTC).UnixNano())
}

func address(net byte, n int) netip.Addr {
	return netip.AddrFrom4([4]byte{net, 18 + byte(n>>16), byte(n >> 8), byte(n)})
}

func exchange(c *wiretest.Conn, x *corpus.Case) {
	c.Client(x.Request)
	if x.Response != nil {
		c.Wait(5 * time.Millisecond)
		c.Server(x.Response)
	}
}

// add counts an alert in; the last state of a rule's alert may be worse than
// the first.
func (v *verdict) add(a *event.Alert) {
	v.worst = max(v.worst, a.Severity)
	if f, ok := strings.CutPrefix(a.Rule.Category, "injection/"); ok {
		if v.family == nil {
			v.family = map[string]event.Severity{}
		}
		v.family[f] = max(v.family[f], a.Severity)
	}
	if a.Severity >= event.Medium {
		v.rules = append(v.rules, a.Rule.ID)
	}
}

// found is the worst severity of any attack that was named.
func (v *verdict) found() event.Severity {
	worst := event.Severity(0)
	for _, s := range v.family {
		worst = max(worst, s)
	}
	return worst
}
