package kafka

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
	"pgregory.net/rapid"

	"spaniel/event"
	"spaniel/sinks"
	"spaniel/sinks/sinktest"
)

const deadTopic = "spaniel.deadletter.v1"

func deadCluster(t *testing.T) *kfake.Cluster {
	t.Helper()
	return cluster(t, kfake.SeedTopics(1, deadTopic))
}

// theLetter is the one that is in the dead-letter topic.
func theLetter(t *testing.T, c *kfake.Cluster) (*kgo.Record, map[string]any) {
	t.Helper()
	got := consume(t, c, deadTopic, 1)
	if len(got) != 1 {
		t.Fatalf("%d letters", len(got))
	}
	var v map[string]any
	if err := json.Unmarshal(got[0].Value, &v); err != nil {
		t.Fatalf("%v: %s", err, got[0].Value)
	}
	return got[0], v
}

func letterOf(r sinks.Record, reason error) *sinks.DeadLetter {
	return &sinks.DeadLetter{Sink: "soc", Log: "alerts", Record: &r, Reason: reason}
}

func TestADeadLetterSaysWhyAndHoldsTheRecord(t *testing.T) {
	c := deadCluster(t)
	w := open(t, Config{Brokers: c.ListenAddrs()})
	defer w.Close()
	b, ids := sinktest.Alerts(7, 1)
	if err := w.DeadLetter(t.Context(), letterOf(b.Records[0], errors.New("no\nsuch thing"))); err != nil {
		t.Fatal(err)
	}
	r, v := theLetter(t, c)
	for key, want := range map[string]string{"spaniel-id": ids[0], "spaniel-schema": DeadLetterSchema, "spaniel-severity": "high", "spaniel-sensor": "s1",
		"spaniel-reason": "refused", "spaniel-topic": alertsTopic} {
		if got := headerOf(r, key); got != want {
			t.Errorf("header %s is %q, want %q", key, got, want)
		}
	}
	var a map[string]any
	if err := json.Unmarshal(b.Records[0].Payload, &a); err != nil {
		t.Fatal(err)
	}
	if string(r.Key) != a["dedup_key"] {
		t.Errorf("key %q, the alert's is %q", r.Key, a["dedup_key"])
	}
	if v["detail"] != "no\nsuch thing" || v["seq"] != 7.0 || v["kind"] != "alert" || v["record_schema"] != event.AlertSchema || v["sink"] != "soc" || v["record"].(map[string]any)["id"] != ids[0] {
		t.Errorf("got %s", r.Value)
	}
}

// What is too large for a topic is mostly too large for the dead-letter topic,
// too: then the letter has the beginning of it.
func TestALetterOfALargeRecordIsShort(t *testing.T) {
	c := deadCluster(t)
	w := open(t, Config{Brokers: c.ListenAddrs(), MaxMessage: 5000})
	defer w.Close()
	b, ids := sinktest.Alerts(1, 1)
	r := b.Records[0]
	r.Payload = append(r.Payload[:len(r.Payload)-1:len(r.Payload)-1], `,"x":"`+strings.Repeat(`\"`, 30_000)+`"}`...)
	var rejected *sinks.Rejected
	if err := w.Write(t.Context(), &sinks.Batch{First: 1, Last: 1, Records: []sinks.Record{r}}); !errors.As(err, &rejected) {
		t.Fatal(err)
	}
	if err := w.DeadLetter(t.Context(), letterOf(r, rejected.Err)); err != nil {
		t.Fatal(err)
	}
	rec, v := theLetter(t, c)
	begins, _ := v["record_begins"].(string)
	if headerOf(rec, "spaniel-id") != ids[0] || headerOf(rec, "spaniel-reason") != "too_large" || v["record_bytes"] != float64(len(r.Payload)) ||
		!strings.HasPrefix(string(r.Payload), begins) || len(begins) < 1000 || len(rec.Value) > 5000 {
		t.Errorf("%d bytes: %.300s", len(rec.Value), rec.Value)
	}
}

// The dead-letter topic takes less than max_message: the letter is sent again, short.
func TestALetterThatIsRefusedForItsSizeIsSentShort(t *testing.T) {
	c := deadCluster(t)
	w := open(t, Config{Brokers: c.ListenAddrs()})
	defer w.Close()
	tries := 0
	c.ControlKey(int16(kmsg.Produce), func(req kmsg.Request) (kmsg.Response, error, bool) {
		c.KeepControl()
		if tries++; tries == 1 {
			return refuse(req, kerr.MessageTooLarge.Code), nil, true
		}
		return nil, nil, false
	})
	b, _ := sinktest.Alerts(1, 1)
	r := b.Records[0]
	r.Payload = append(r.Payload[:len(r.Payload)-1:len(r.Payload)-1], `,"x":"`+strings.Repeat("y", 30_000)+`"}`...)
	if err := w.DeadLetter(t.Context(), letterOf(r, errTooLarge)); err != nil {
		t.Fatal(err)
	}
	if rec, _ := theLetter(t, c); len(rec.Value) > shortLetter {
		t.Errorf("%d bytes", len(rec.Value))
	}
}

// What the brokers answer is final, or a dead-letter topic would hold up all
// alerts; an answer that the partition is elsewhere, and none, is not.
func TestADeadLetterTopicThatRefusesIsAnAnswer(t *testing.T) {
	for name, x := range map[string]struct {
		topic string
		code  int16
		final bool
	}{
		"missing":       {"nowhere", 0, true},
		"no rights":     {deadTopic, kerr.TopicAuthorizationFailed.Code, true},
		"few replicas":  {deadTopic, kerr.NotEnoughReplicas.Code, true},
		"not of a size": {deadTopic, kerr.MessageTooLarge.Code, true},
		"leader moved":  {deadTopic, kerr.NotLeaderForPartition.Code, false},
	} {
		t.Run(name, func(t *testing.T) {
			c := deadCluster(t)
			w := open(t, Config{Brokers: c.ListenAddrs(), DeadLetterTopic: x.topic})
			defer w.Close()
			if x.code != 0 {
				c.ControlKey(int16(kmsg.Produce), func(req kmsg.Request) (kmsg.Response, error, bool) {
					c.KeepControl()
					return refuse(req, x.code), nil, true
				})
			}
			b, _ := sinktest.Alerts(1, 1)
			err := w.DeadLetter(t.Context(), letterOf(b.Records[0], errTooLarge))
			var rejected *sinks.Rejected
			if err == nil || errors.As(err, &rejected) != x.final {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestWithoutADeadLetterTopic(t *testing.T) {
	w := open(t, Config{Brokers: []string{"127.0.0.1:1"}, DeadLetterTopic: "none"})
	defer w.Close()
	b, _ := sinktest.Alerts(1, 1)
	if err := w.DeadLetter(t.Context(), letterOf(b.Records[0], errTooLarge)); !errors.Is(err, sinks.ErrNoPlace) {
		t.Errorf("got %v", err)
	}
}

// Whatever was spooled, and whatever the reason says, a letter is one JSON
// object of UTF-8, as the shipped schema says, and no larger than it may be.
func TestLettersAreWholeJSON(t *testing.T) {
	w := open(t, Config{Brokers: []string{"127.0.0.1:1"}})
	defer w.Close()
	alerts, _ := sinktest.Alerts(1, 1)
	whole := alerts.Records[0].Payload
	comp := jsonschema.NewCompiler()
	comp.AssertFormat()
	shipped, err := comp.Compile("../../deploy/schema/spaniel.deadletter.v1.json")
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		payload := rapid.OneOf(rapid.SliceOf(rapid.Byte()), rapid.Custom(func(t *rapid.T) []byte {
			more := `,"x":"` + strings.Repeat(rapid.SampledFrom([]string{"y", `\"`, "é", "\u2028", "\xff", "\n"}).Draw(t, "filler"), rapid.IntRange(0, 3000).Draw(t, "n")) + `"}`
			return append(whole[:len(whole)-1:len(whole)-1], more...)
		})).Draw(t, "payload")
		r := sinks.Record{Seq: 3, Kind: event.Kind(rapid.Uint8Range(0, 9).Draw(t, "kind")), Payload: payload}
		limit := rapid.IntRange(4096, 20_000).Draw(t, "limit")
		m := w.letter(letterOf(r, errors.New(string(rapid.SliceOfN(rapid.Byte(), 0, 900).Draw(t, "why"))))).message(deadTopic, limit)
		var v map[string]any
		if err := json.Unmarshal(m.value, &v); err != nil || !utf8.Valid(m.value) || strings.ContainsAny(string(m.value), "\n\r\x1b\x00") {
			t.Fatalf("%v: %q", err, m.value)
		}
		if m.size != sizeOf(m) || m.size > limit {
			t.Fatalf("size %d, of at most %d", m.size, limit)
		}
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(m.value))
		if err == nil {
			err = shipped.Validate(doc)
		}
		if err != nil || v["seq"] != 3.0 {
			t.Fatalf("%v: %s", err, m.value)
		}
	})
}

// A broker that refuses one record without naming it fails no other.
func TestOneRefusedRecordFailsNoOther(t *testing.T) {
	c := cluster(t)
	w := open(t, Config{Brokers: c.ListenAddrs(), Compression: "none"})
	defer w.Close()
	b, ids := sinktest.Alerts(1, 40)
	bad := ids[17]
	c.ControlKey(int16(kmsg.Produce), func(req kmsg.Request) (kmsg.Response, error, bool) {
		c.KeepControl()
		if strings.Contains(string(req.(*kmsg.ProduceRequest).Topics[0].Partitions[0].Records), bad) {
			return refuse(req, kerr.InvalidRecord.Code), nil, true
		}
		return nil, nil, false
	})
	var rejected *sinks.Rejected
	for range 5 { // partitions that were not reached yet come with a later attempt
		if err := w.Write(t.Context(), b); !errors.As(err, &rejected) || rejected.Index != 17 {
			t.Fatalf("got %v", err)
		}
	}
	b.Records = append(b.Records[:17:17], b.Records[18:]...)
	if err := w.Write(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	seen := map[string]int{}
	for _, r := range consume(t, c, alertsTopic, len(ids)-1) {
		seen[headerOf(r, "spaniel-id")]++
	}
	if len(seen) != len(ids)-1 || seen[bad] != 0 {
		t.Errorf("%d of %d arrived, the refused one %d times", len(seen), len(ids)-1, seen[bad])
	}
}

// Each topic is looked for: without that of the alerts nothing works, without
// one that is not needed or has a file in its place, that is said.
func TestCheckLooksForEachTopic(t *testing.T) {
	c := cluster(t) // without a dead-letter topic
	for _, x := range []struct {
		cfg   Config
		kinds []event.Kind
		notes int
		fails bool
	}{
		{Config{}, []event.Kind{event.KindAlert}, 1, false},
		{Config{DeadLetterTopic: "none"}, []event.Kind{event.KindAlert, event.KindCall}, 0, false},
		{Config{CallsTopic: "nope"}, []event.Kind{event.KindAlert}, 1, false},
		{Config{CallsTopic: "nope"}, []event.Kind{event.KindAlert, event.KindCall}, 0, true},
		{Config{Topic: "nope"}, []event.Kind{event.KindAlert}, 0, true},
	} {
		x.cfg.Brokers = c.ListenAddrs()
		w := open(t, x.cfg)
		notes, err := w.Check(t.Context(), x.kinds)
		if len(notes) != x.notes || (err != nil) != x.fails {
			t.Errorf("%+v for %v: %q, %v", x.cfg, x.kinds, notes, err)
		}
		w.Close()
	}
}
