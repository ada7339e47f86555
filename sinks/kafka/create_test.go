package kafka

import (
	"strings"
	"testing"

	"spaniel/sinks/sinktest"
)

func TestTopicsAreCreatedWhenAsked(t *testing.T) {
	c := cluster(t)
	cfg := Config{Brokers: c.ListenAddrs(), Topic: "new.alerts", CallsTopic: callsTopic}
	w, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	b, ids := sinktest.Alerts(1, 3)
	if err := w.Write(t.Context(), b); err == nil || !strings.Contains(err.Error(), "does not exist") {
		t.Fatalf("without the topic: %v", err)
	}
	said, err := w.Create(t.Context())
	if err != nil || said != "topic new.alerts created, topic "+callsTopic+" was there, topic spaniel.observations.v1 created, topic "+deadTopic+" created" {
		t.Fatalf("%q, %v", said, err)
	}
	if err := w.Write(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	if got := consume(t, c, "new.alerts", len(ids)); len(got) != len(ids) {
		t.Errorf("%d of %d alerts", len(got), len(ids))
	}
}
