//go:build integration

package integration

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	kafkago "github.com/segmentio/kafka-go"

	"spaniel/event"
	"spaniel/internal/forward"
	"spaniel/sinks"
	"spaniel/sinks/all"
	"spaniel/sinks/kafka"
)

const alertTopic = "spaniel.alerts.v1"

func TestKafka(t *testing.T) {
	broker, addr := startKafka(t)
	t.Run("faults", func(t *testing.T) { kafkaFaults(t, broker, addr) })
	t.Run("too large", func(t *testing.T) { kafkaTooLarge(t, addr) })
	t.Run("too few replicas", func(t *testing.T) { kafkaTooFewReplicas(t, broker, addr) })
}

// kafkaTooFewReplicas sends alerts to a topic that wants them in two brokers, of
// which one is gone: they wait, none is set aside, and arrive when it is back.
func kafkaTooFewReplicas(t *testing.T, first *process, addr string) {
	const topic = "replicas"
	voters := regexp.MustCompile(`(?m)^controller.quorum.voters=.*$`).FindString(read(t, filepath.Join(first.dir, "server.properties")))
	second, _ := startKafkaWith(t, "node.id=2\nprocess.roles=broker\nlisteners=ADDRESSES\n"+voters)
	c, closeClient := kafkaClient(addr)
	defer closeClient()
	create := &kafkago.CreateTopicsRequest{Topics: []kafkago.TopicConfig{{Topic: topic, NumPartitions: 3, ReplicationFactor: 2, ConfigEntries: []kafkago.ConfigEntry{{ConfigName: "min.insync.replicas", ConfigValue: "2"}}}}}
	for until := time.Now().Add(patience); ; time.Sleep(time.Second) { // the second has to be known first
		res, err := c.CreateTopics(bounded(t, patience), create)
		if err == nil {
			err = res.Errors[topic]
		}
		if err == nil {
			break
		}
		if time.Now().After(until) {
			t.Fatal(err)
		}
	}
	p := newPipeline(t, spoolDir(t), all.Config{Name: "kafka", Kafka: &kafka.Config{Brokers: []string{addr}, Topic: topic}}, 20)
	alerts := makeAlerts(200)
	p.put(alerts[:100])
	p.delivered(100, patience)
	second.kill(syscall.SIGTERM)
	p.failing("one of two brokers", alerts[100:])
	s := p.await("they are refused", patience, func(s forward.Stats) bool { return strings.Contains(s.LastError, "Not Enough Replicas") })
	if s.DeadLettered != 0 {
		t.Errorf("%+v", s)
	}
	t.Logf("with %d delivered: %s", s.Delivered, s.LastError)
	second.run()
	p.delivered(len(alerts), patience)
	compare(t, alerts, consume(t, addr, topic, "integration-replicas"))
}

// kafkaFaults sends 1,000 alerts to a broker that has no topic at first, is
// killed half way and hangs later, and reads them back with a consumer group.
func kafkaFaults(t *testing.T, broker *process, addr string) {
	p := newPipeline(t, spoolDir(t), all.Config{Name: "kafka", Kafka: &kafka.Config{Brokers: []string{addr}}}, 20)
	alerts := makeAlerts(1000)
	start := time.Now()

	p.put(alerts[:1])
	p.await("the missing topic is noticed", patience, func(s forward.Stats) bool { return strings.Contains(s.LastError, "does not exist") })
	createTopic(t, addr, alertTopic, 6)
	p.delivered(1, patience)

	p.put(alerts[1:600])
	p.delivered(200, patience)
	broker.kill(syscall.SIGKILL)
	p.failing("killed", alerts[600:800])
	broker.run()
	broker.ready(addr)
	p.delivered(800, patience)

	broker.freeze()
	p.failing("frozen", alerts[800:])
	broker.thaw()
	s := p.delivered(len(alerts), patience)
	t.Logf("all delivered %.1f s after the first, %d attempts failed", time.Since(start).Seconds(), s.Retried)

	compare(t, alerts, consume(t, addr, alertTopic, "integration"))
}

// kafkaTooLarge sends alerts to a topic that refuses some for their size: those
// arrive cut, and say so; where that is not enough they, and no others, become
// dead letters, in their topic and in the file.
func kafkaTooLarge(t *testing.T, addr string) {
	const topic, letters, limit = "small", "letters", 10_000
	createTopic(t, addr, letters, 2)
	createTopic(t, addr, topic, 1, kafkago.ConfigEntry{ConfigName: "max.message.bytes", ConfigValue: fmt.Sprint(limit)})
	dir := spoolDir(t)
	p := newPipeline(t, dir, all.Config{Name: "kafka", Kafka: &kafka.Config{Brokers: []string{addr}, Topic: topic, DeadLetterTopic: letters, Compression: "none"}}, 50)
	var fit, cut []event.Item
	alerts, enc := makeAlerts(140), sinks.NewEncoder()
	for i, large := 0, 0; i < len(alerts); i++ {
		it := &alerts[i]
		if len(enc.Append(nil, it)) < limit {
			fit = append(fit, *it)
		} else if large++; large%2 == 0 {
			it.Alert.DedupKey += strings.Repeat("k", limit) // is not cut: it is the key
		} else {
			cut = append(cut, *it)
		}
	}
	p.put(alerts)
	s := p.await("the alerts that fit", patience, func(s forward.Stats) bool { return int(s.Delivered+s.DeadLettered) >= len(alerts) })
	dead, err := os.ReadFile(filepath.Join(dir, "kafka-alerts.ndjson"))
	if err != nil {
		t.Fatal(err)
	}
	whole, short := byCut(t, consume(t, addr, topic, "integration-small"))
	if want := len(alerts) - len(fit) - len(cut); len(cut) == 0 || len(short) != len(cut) || int(s.Shortened) != len(cut) || int(s.Delivered) != len(fit)+len(cut) || int(s.DeadLettered) != want || bytes.Count(dead, []byte("\n")) != want {
		t.Errorf("%d delivered, %d dead letters (%d lines), want %d and %d; %d cut, %d counted, want %d", s.Delivered, s.DeadLettered, bytes.Count(dead, []byte("\n")), len(fit)+len(cut), want,
			len(short), s.Shortened, len(cut))
	}
	t.Logf("%d delivered, %d over the topic's %d bytes set aside: %.120s…", s.Delivered, s.DeadLettered, limit, dead)
	for i := range cut {
		if a, ok := short[cut[i].Alert.ID]; !ok || !strings.Contains(a.Message, "(cut to fit: "+strings.Join(a.Cut, ", ")+")") {
			t.Errorf("alert %s: %v, %.100s", cut[i].Alert.ID, ok, a.Message)
		}
	}
	compare(t, fit, whole)
	if s.Letters[forward.LetterSent] != s.DeadLettered || s.DeadLost != 0 {
		t.Errorf("of %d dead letters %v, lost %d", s.DeadLettered, s.Letters, s.DeadLost)
	}
	compareLetters(t, alerts, append(fit, cut...), consume(t, addr, letters, "integration-letters"))
}

// byCut tells alerts that were cut from those that are whole.
func byCut(t *testing.T, got []kafkago.Message) (whole []kafkago.Message, short map[event.ID]event.Alert) {
	t.Helper()
	short = map[event.ID]event.Alert{}
	for i := range got {
		var a event.Alert
		if err := json.Unmarshal(got[i].Value, &a); err != nil {
			t.Fatal(err)
		}
		if len(a.Cut) == 0 {
			whole = append(whole, got[i])
		} else {
			short[a.ID] = a
		}
	}
	return whole, short
}

// compareLetters: one letter for each alert that did not fit, with all of it.
func compareLetters(t *testing.T, alerts, fit []event.Item, got []kafkago.Message) {
	t.Helper()
	want, enc := map[string][]byte{}, sinks.NewEncoder()
	for i := range alerts {
		want[alerts[i].Alert.ID.String()] = enc.Append(nil, &alerts[i])
	}
	for i := range fit {
		delete(want, fit[i].Alert.ID.String())
	}
	if len(got) != len(want) {
		t.Errorf("%d letters, want %d", len(got), len(want))
	}
	for i := range got {
		h := map[string]string{}
		for _, kv := range got[i].Headers {
			h[kv.Key] = string(kv.Value)
		}
		var v struct{ Record json.RawMessage }
		if err := json.Unmarshal(got[i].Value, &v); err != nil || !bytes.Equal(v.Record, want[h["spaniel-id"]]) || h["spaniel-reason"] != "too_large" {
			t.Errorf("letter %v, %v: %.300s", h, err, got[i].Value)
		}
		delete(want, h["spaniel-id"])
	}
}

// compare holds what arrived against what was sent: every alert as it was
// spooled, with its headers, in the order of its key; doubles are dropped by
// the header, as every consumer does.
func compare(t *testing.T, sent []event.Item, got []kafkago.Message) {
	t.Helper()
	enc := sinks.NewEncoder()
	index := map[string]int{}
	for i := range sent {
		index[sent[i].Alert.ID.String()] = i
	}
	seen, last, doubles := map[int]bool{}, map[string]int{}, 0
	for i := range got {
		h := map[string]string{}
		for _, kv := range got[i].Headers {
			h[kv.Key] = string(kv.Value)
		}
		n, ok := index[h["spaniel-id"]]
		if !ok {
			t.Fatalf("an alert of the unknown id %q arrived", h["spaniel-id"])
		}
		if seen[n] {
			doubles++
			continue
		}
		seen[n] = true
		a := sent[n].Alert
		if want := enc.Append(nil, &sent[n]); !bytes.Equal(got[i].Value, want) || !json.Valid(want) {
			t.Errorf("alert %d differs:\n got %.300q\nwant %.300q", n, got[i].Value, want)
		}
		if h["spaniel-schema"] != a.Schema || h["spaniel-severity"] != a.Severity.String() || h["spaniel-sensor"] != a.Sensor.Name || len(h) != 4 {
			t.Errorf("alert %d has the headers %v", n, h)
		}
		if key := string(got[i].Key); key != a.DedupKey || n < last[key] {
			t.Errorf("alert %d has the key %q and came after %d", n, key, last[key])
		}
		last[a.DedupKey] = n
	}
	if len(seen) != len(sent) {
		t.Errorf("%d of %d alerts arrived", len(seen), len(sent))
	}
	t.Logf("consumed %d messages: %d of %d alerts equal byte for byte, %d keys in order, %d doubles", len(got), len(seen), len(sent), len(last), doubles)
}

func createTopic(t *testing.T, addr, topic string, partitions int, config ...kafkago.ConfigEntry) {
	t.Helper()
	c, closeClient := kafkaClient(addr)
	defer closeClient()
	res, err := c.CreateTopics(bounded(t, patience), &kafkago.CreateTopicsRequest{Topics: []kafkago.TopicConfig{{Topic: topic, NumPartitions: partitions, ReplicationFactor: 1, ConfigEntries: config}}})
	if err == nil {
		err = res.Errors[topic]
	}
	if err != nil {
		t.Fatalf("creating topic %s: %v", topic, err)
	}
}

func kafkaClient(addr string) (*kafkago.Client, func()) {
	tr := &kafkago.Transport{}
	return &kafkago.Client{Addr: kafkago.TCP(addr), Timeout: time.Minute, Transport: tr}, tr.CloseIdleConnections
}

// consume reads what the topic holds now, as a group of one that is new to it.
func consume(t *testing.T, addr, topic, group string) []kafkago.Message {
	t.Helper()
	ctx := bounded(t, patience)
	r := kafkago.NewReader(kafkago.ReaderConfig{Brokers: []string{addr}, GroupID: group, Topic: topic, StartOffset: kafkago.FirstOffset, MaxWait: 200 * time.Millisecond})
	defer r.Close()
	held := messagesIn(t, ctx, addr, topic)
	var got []kafkago.Message
	for int64(len(got)) < held {
		m, err := r.FetchMessage(ctx)
		if err != nil {
			t.Fatalf("after %d of %d messages: %v", len(got), held, err)
		}
		got = append(got, m)
	}
	return got
}

// messagesIn counts the messages of a topic by its offsets. A broker that has
// just started does not know them at once.
func messagesIn(t *testing.T, ctx context.Context, addr, topic string) int64 {
	t.Helper()
	c, closeClient := kafkaClient(addr)
	defer closeClient()
	for {
		n, err := countMessages(ctx, c, topic)
		if err == nil {
			return n
		}
		if ctx.Err() != nil {
			t.Fatalf("offsets of %s: %v", topic, err)
		}
		time.Sleep(100 * time.Millisecond)
	}
}

func countMessages(ctx context.Context, c *kafkago.Client, topic string) (n int64, err error) {
	meta, err := c.Metadata(ctx, &kafkago.MetadataRequest{Topics: []string{topic}})
	if err == nil {
		err = meta.Topics[0].Error
	}
	if err != nil {
		return 0, err
	}
	var ask []kafkago.OffsetRequest
	for _, p := range meta.Topics[0].Partitions {
		ask = append(ask, kafkago.FirstOffsetOf(p.ID), kafkago.LastOffsetOf(p.ID))
	}
	res, err := c.ListOffsets(ctx, &kafkago.ListOffsetsRequest{Topics: map[string][]kafkago.OffsetRequest{topic: ask}})
	if err != nil {
		return 0, err
	}
	for _, p := range res.Topics[topic] {
		if p.Error != nil {
			return 0, p.Error
		}
		n += p.LastOffset - p.FirstOffset
	}
	return n, nil
}

// bounded returns a context that ends with the test, or after d.
func bounded(t *testing.T, d time.Duration) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), d)
	t.Cleanup(cancel)
	return ctx
}
