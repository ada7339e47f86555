package kafka

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"

	"spaniel/event"
	"spaniel/sinks"
	"spaniel/sinks/sinktest"
)

// withLarge is a batch of three alerts of which the second is large.
func withLarge(t *testing.T) (*sinks.Batch, event.ID) {
	t.Helper()
	b, _ := sinktest.Alerts(1, 3)
	var a event.Alert
	if err := json.Unmarshal(b.Records[1].Payload, &a); err != nil {
		t.Fatal(err)
	}
	a.Req.Target, a.Req.UserAgent = "/"+strings.Repeat("x", 60_000), strings.Repeat("u", 9_000)
	it := event.Item{Kind: event.KindAlert, Alert: &a}
	b.Records[1].Payload = sinks.NewEncoder().Append(nil, &it)
	return b, a.ID
}

// cutAlert is the one that was cut of what came.
func cutAlert(t *testing.T, c *kfake.Cluster, id event.ID) (a event.Alert, size int) {
	t.Helper()
	got := consume(t, c, alertsTopic, 3)
	if len(got) != 3 {
		t.Fatalf("%d came", len(got))
	}
	for _, r := range got {
		if headerOf(r, "spaniel-id") == id.String() {
			if err := json.Unmarshal(r.Value, &a); err != nil {
				t.Fatal(err)
			}
			size = len(r.Value)
		}
	}
	return a, size
}

func TestAnAlertOverMaxMessageIsCut(t *testing.T) {
	c := cluster(t)
	w := open(t, Config{Brokers: c.ListenAddrs(), MaxMessage: 30_000})
	defer w.Close()
	b, id := withLarge(t)
	if err := w.Write(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	a, size := cutAlert(t, c, id)
	if size > 30_000 || !slices.Equal(a.Cut, []string{"req.target"}) || !strings.HasSuffix(a.Message, " (cut to fit: req.target)") || len(a.Req.UserAgent) != 9_000 || w.Shortened() != 1 {
		t.Errorf("%d bytes, cut %v, %q, %d counted", size, a.Cut, a.Message, w.Shortened())
	}
	next, _ := sinktest.Alerts(4, 1)
	if err := w.Write(t.Context(), next); err != nil || w.Shortened() != 0 {
		t.Errorf("%v; %d of the next batch", err, w.Shortened())
	}
}

// The topic takes less than max_message, which only the broker knows.
func TestAnAlertThatATopicRefusesForItsSizeIsCut(t *testing.T) {
	c := cluster(t)
	w := open(t, Config{Brokers: c.ListenAddrs(), Compression: "none"})
	defer w.Close()
	c.ControlKey(int16(kmsg.Produce), func(req kmsg.Request) (kmsg.Response, error, bool) {
		c.KeepControl()
		if len(req.(*kmsg.ProduceRequest).Topics[0].Partitions[0].Records) > 6_000 {
			return refuse(req, kerr.MessageTooLarge.Code), nil, true
		}
		return nil, nil, false
	})
	b, id := withLarge(t)
	if err := w.Write(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	a, size := cutAlert(t, c, id)
	if size > 6_000 || !slices.Contains(a.Cut, "req.target") || strings.Count(a.Message, "cut to fit") != 1 || w.Shortened() != 1 {
		t.Errorf("%d bytes, cut %v, %q, %d counted", size, a.Cut, a.Message, w.Shortened())
	}
}

// What was cut in vain is not counted: it is a dead letter.
func TestAnAlertThatWasCutInVainIsNotCounted(t *testing.T) {
	c := cluster(t)
	w := open(t, Config{Brokers: c.ListenAddrs(), Compression: "none"})
	defer w.Close()
	c.ControlKey(int16(kmsg.Produce), func(req kmsg.Request) (kmsg.Response, error, bool) {
		c.KeepControl()
		return refuse(req, kerr.MessageTooLarge.Code), nil, true
	})
	b, _ := withLarge(t)
	var r *sinks.Rejected
	if err := w.Write(t.Context(), b); !errors.As(err, &r) || w.Shortened() != 0 {
		t.Errorf("%v, %d counted", err, w.Shortened())
	}
}
