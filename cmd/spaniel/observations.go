package main

import (
	"context"
	"slices"
	"time"

	"go.uber.org/zap"

	"spaniel/internal/admin"
)

// noObservations is why a sink that asks for observations gets none.
const noObservations = "the sensor makes no observations: set spool.observations in its configuration"

// askEvery is how often the sensor is asked whether it makes observations.
const askEvery = 10 * time.Second

// lacksObservations reports whether a sensor that answers makes none.
func lacksObservations(s *admin.Snapshot) bool { return s.Away == "" && !s.Observations }

// lack says of each sink that asks for observations that it gets none.
func (d *delivery) lack(list []admin.SinkCount) {
	for i := range list {
		if slices.Contains(d.observers, list[i].Name) {
			list[i].Healthy, list[i].Problem = false, noObservations
		}
	}
}

// lookForObservations asks the sensor until ctx ends whether it makes what sinks
// ask for, and logs it once when it does not: this process cannot make it do so,
// nor read how it is configured.
func (f *forwarding) lookForObservations(ctx context.Context) error {
	tick := time.NewTicker(askEvery)
	defer tick.Stop()
	for told := false; ; {
		snap, err := admin.AskSensor(ctx, admin.SensorPath(spoolDir(f.cfg)))
		if err == nil {
			lacks := lacksObservations(&snap)
			if lacks && !told {
				f.log.Warn("a sink asks for observations and gets none", zap.Strings("sinks", f.delivery.observers), zap.String("why", noObservations))
			}
			told = lacks
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil
		}
	}
}
