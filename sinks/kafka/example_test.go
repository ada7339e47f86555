package kafka

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	kafkago "github.com/segmentio/kafka-go"

	"spaniel/event"
	"spaniel/sinks"
	"spaniel/sinks/sinktest"
)

// known is what a consumer keeps of the alerts it has handled: a table with the
// id as its primary key, in real life.
type known map[string]uint64

// take handles one message, and reports whether it was news. The same id comes
// again when a batch was sent twice, with nothing new, and when an alert has
// grown: then it has a larger count, and takes the place of what was.
func (k known) take(m *kafkago.Message) (news bool, err error) {
	var alert struct {
		ID    string
		Count uint64
	}
	if err := json.Unmarshal(m.Value, &alert); err != nil {
		return false, fmt.Errorf("offset %d is no alert: %w", m.Offset, err)
	}
	if before, seen := k[alert.ID]; seen && alert.Count <= before {
		return false, nil
	}
	k[alert.ID] = alert.Count
	return true, nil
}

// TestConsumerRecipe is the recipe of docs/kafka-consumers.md: what was sent
// twice is handled once, and an alert that grew is handled again.
func TestConsumerRecipe(t *testing.T) {
	c := cluster(t)
	for first := range 2 { // two batches, as after a crash
		w := open(t, Config{Brokers: c.ListenAddrs()})
		b, _ := sinktest.Alerts(1, 5)
		b.First = uint64(first + 1)
		if err := w.Write(context.Background(), b); err != nil {
			t.Fatal(err)
		}
		w.Close()
	}
	grown := grow(t)
	w := open(t, Config{Brokers: c.ListenAddrs()})
	defer w.Close()
	if err := w.Write(context.Background(), grown); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	r := kafkago.NewReader(kafkago.ReaderConfig{Brokers: c.ListenAddrs(), GroupID: "recipe", Topic: alertsTopic, StartOffset: kafkago.FirstOffset, MaxWait: 100 * time.Millisecond})
	defer r.Close()
	alerts, news := known{}, 0
	for range 11 {
		m, err := r.FetchMessage(ctx)
		if err != nil {
			t.Fatal(err)
		}
		isNews, err := alerts.take(&m)
		if err != nil {
			t.Fatal(err)
		}
		if isNews {
			news++ // here it is handled
		}
		if err := r.CommitMessages(ctx, m); err != nil { // only now
			t.Fatal(err)
		}
	}
	if len(alerts) != 5 || news != 6 {
		t.Errorf("%d alerts, %d times news", len(alerts), news)
	}
}

// grow is the first of the alerts, with more calls.
func grow(t *testing.T) *sinks.Batch {
	t.Helper()
	b, _ := sinktest.Alerts(1, 1)
	var it event.Item
	if err := sinks.NewDecoder().Decode(&b.Records[0], &it); err != nil {
		t.Fatal(err)
	}
	it.Alert.Count += 7
	b.Records[0].Payload = sinks.NewEncoder().Append(nil, &it)
	b.First, b.Last = 100, 100
	return b
}
