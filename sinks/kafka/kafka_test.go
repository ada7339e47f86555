package kafka

import (
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
	kscram "github.com/twmb/franz-go/pkg/sasl/scram"

	"spaniel/event"
	"spaniel/sinks"
	"spaniel/sinks/sinktest"
)

const alertsTopic, callsTopic = "spaniel.alerts.v1", "spaniel.calls.v1"

func cluster(t *testing.T, opts ...kfake.Opt) *kfake.Cluster {
	t.Helper()
	c, err := kfake.NewCluster(append([]kfake.Opt{kfake.NumBrokers(2), kfake.SeedTopics(3, alertsTopic, callsTopic)}, opts...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func open(t *testing.T, cfg Config) *Writer {
	t.Helper()
	w, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// consume reads n records, or what there is after a long while.
func consume(t *testing.T, c *kfake.Cluster, topic string, n int, opts ...kgo.Opt) (out []*kgo.Record) {
	t.Helper()
	cl, err := kgo.NewClient(append(opts, kgo.SeedBrokers(c.ListenAddrs()...), kgo.ConsumeTopics(topic))...)
	if err != nil {
		t.Fatal(err)
	}
	defer cl.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	for len(out) < n && ctx.Err() == nil {
		cl.PollFetches(ctx).EachRecord(func(r *kgo.Record) { out = append(out, r) })
	}
	return out
}

func headerOf(r *kgo.Record, key string) string {
	for _, h := range r.Headers {
		if h.Key == key {
			return string(h.Value)
		}
	}
	return ""
}

func TestContract(t *testing.T) {
	c := cluster(t)
	total := 0
	sinktest.Run(t, sinktest.Rig{
		New: func(t *testing.T) sinks.Writer {
			return open(t, Config{Brokers: c.ListenAddrs(), MaxMessage: 20_000})
		},
		Received: func(t *testing.T, atLeast int) (ids []string) {
			total += atLeast
			for _, r := range consume(t, c, alertsTopic, total) {
				ids = append(ids, headerOf(r, "spaniel-id"))
			}
			return ids
		},
		Break: func(*testing.T) func() {
			var mended atomic.Bool
			c.ControlKey(int16(kmsg.Produce), func(req kmsg.Request) (kmsg.Response, error, bool) {
				if mended.Load() {
					return nil, nil, false
				}
				c.KeepControl()
				return refuse(req, kerr.NotLeaderForPartition.Code), nil, true
			})
			return func() { mended.Store(true) }
		},
		Poison: func(*testing.T) sinks.Record {
			b, _ := sinktest.Alerts(1, 1)
			b.Records[0].Payload = append(b.Records[0].Payload[:len(b.Records[0].Payload)-1], `,"x":"`+strings.Repeat("y", 30_000)+`"}`...)
			return b.Records[0]
		},
	})
}

// refuse answers a produce request with one error for every partition.
func refuse(req kmsg.Request, code int16) kmsg.Response {
	p := req.(*kmsg.ProduceRequest)
	resp := p.ResponseKind().(*kmsg.ProduceResponse)
	for _, topic := range p.Topics {
		rt := kmsg.NewProduceResponseTopic()
		rt.Topic = topic.Topic
		for _, part := range topic.Partitions {
			rp := kmsg.NewProduceResponseTopicPartition()
			rp.Partition, rp.ErrorCode = part.Partition, code
			rt.Partitions = append(rt.Partitions, rp)
		}
		resp.Topics = append(resp.Topics, rt)
	}
	return resp
}

func TestAlertsCarryKeyHeadersAndPartition(t *testing.T) {
	c := cluster(t)
	w := open(t, Config{Brokers: c.ListenAddrs()})
	defer w.Close()
	b, _ := sinktest.Alerts(1, 20)
	if err := w.Write(context.Background(), b); err != nil {
		t.Fatal(err)
	}
	// Java's partitioner, by franz-go's hand, says where each key belongs.
	part := kgo.StickyKeyPartitioner(nil).ForTopic(alertsTopic)
	got := consume(t, c, alertsTopic, 20)
	if len(got) != 20 {
		t.Fatalf("%d records", len(got))
	}
	for _, r := range got {
		if headerOf(r, "spaniel-schema") != event.AlertSchema || headerOf(r, "spaniel-severity") != "high" || headerOf(r, "spaniel-sensor") != "s1" {
			t.Errorf("headers %v", r.Headers)
		}
		if want := part.Partition(&kgo.Record{Key: r.Key}, 3); int(r.Partition) != want {
			t.Errorf("key %s is in partition %d, the Java client would say %d", r.Key, r.Partition, want)
		}
	}
}

func TestCallsGoByFlow(t *testing.T) {
	c := cluster(t)
	w := open(t, Config{Brokers: c.ListenAddrs(), Compression: "lz4"})
	defer w.Close()
	it := event.Item{Kind: event.KindCall, Call: &event.Record{ID: event.ID{7}, FlowID: 1 << 63, Target: "/a", SensorName: "s"}}
	loss := event.Item{Kind: event.KindLoss, Note: &event.NoteRecord{Name: "gap", FlowID: 1 << 63}}
	enc := sinks.NewEncoder()
	b := &sinks.Batch{First: 1, Last: 2, Records: []sinks.Record{{Seq: 1, Kind: it.Kind, Payload: enc.Append(nil, &it)}, {Seq: 2, Kind: loss.Kind, Payload: enc.Append(nil, &loss)}}}
	if err := w.Write(context.Background(), b); err != nil {
		t.Fatal(err)
	}
	got := consume(t, c, callsTopic, 2)
	if len(got) != 2 || string(got[0].Key) != "9223372036854775808" || headerOf(got[0], "spaniel-schema") != "spaniel.call/1" ||
		!strings.Contains(string(got[0].Value), `"req_target":"/a"`) || headerOf(got[1], "spaniel-schema") != "spaniel.loss/1" || len(headerOf(got[1], "spaniel-id")) != 32 {
		t.Fatalf("got %+v", got)
	}
}

// Who owns the windows of its partitions needs all of a window in one.
func TestObservationsGoByWindow(t *testing.T) {
	const topic = "spaniel.observations.v1"
	c := cluster(t, kfake.SeedTopics(3, topic))
	w := open(t, Config{Brokers: c.ListenAddrs()})
	defer w.Close()
	b := &sinks.Batch{First: 1}
	for i := range 20 {
		it := event.Item{Kind: event.KindObservation, Observation: &event.ObservationRecord{ID: event.ID{byte(i)}, Rule: "r", By: "client.ip", Key: fmt.Sprint(i % 4), SensorName: "s"}}
		b.Last++
		b.Records = append(b.Records, sinks.Record{Seq: b.Last, Kind: it.Kind, Payload: sinks.NewEncoder().Append(nil, &it)})
	}
	if err := w.Write(context.Background(), b); err != nil {
		t.Fatal(err)
	}
	where := map[string]int32{}
	got := consume(t, c, topic, 20)
	for _, r := range got {
		key := string(r.Key)
		if p, ok := where[key]; ok && p != r.Partition || headerOf(r, "spaniel-schema") != "spaniel.observation/1" || headerOf(r, "spaniel-sensor") != "s" ||
			!strings.Contains(string(r.Value), headerOf(r, "spaniel-id")) || !strings.Contains(string(r.Value), `"window_key":"`+key[len("r|client.ip|"):]+`"`) {
			t.Errorf("%q in %d: %v %s", key, r.Partition, r.Headers, r.Value)
		}
		where[key] = r.Partition
	}
	if len(got) != 20 || len(where) != 4 {
		t.Errorf("%d messages of %d windows", len(got), len(where))
	}
}

func TestARetrySendsOnlyWhatIsMissing(t *testing.T) {
	c := cluster(t)
	w := open(t, Config{Brokers: c.ListenAddrs()})
	defer w.Close()
	c.ControlKey(int16(kmsg.Produce), func(req kmsg.Request) (kmsg.Response, error, bool) {
		p := req.(*kmsg.ProduceRequest)
		c.KeepControl()
		if p.Topics[0].Partitions[0].Partition == 0 {
			c.DropControl()
			return refuse(req, kerr.NotEnoughReplicas.Code), nil, true
		}
		return nil, nil, false
	})
	b, ids := sinktest.Alerts(1, 50)
	if err := w.Write(context.Background(), b); err == nil {
		t.Fatal("a refused partition was no error")
	}
	if err := w.Write(context.Background(), b); err != nil {
		t.Fatal(err)
	}
	seen := map[string]int{}
	for _, r := range consume(t, c, alertsTopic, len(ids)) {
		seen[headerOf(r, "spaniel-id")]++
	}
	if len(seen) != len(ids) {
		t.Errorf("%d of %d arrived", len(seen), len(ids))
	}
}

func TestMissingTopicSaysHowToMakeIt(t *testing.T) {
	c := cluster(t)
	w := open(t, Config{Brokers: c.ListenAddrs(), Topic: "nope"})
	defer w.Close()
	b, _ := sinktest.Alerts(1, 1)
	err := w.Write(context.Background(), b)
	if err == nil || !strings.Contains(err.Error(), "kafka-topics.sh --bootstrap-server") {
		t.Errorf("got %v", err)
	}
}

func TestSASL(t *testing.T) {
	password := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(password, []byte("p4ss=word,x\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, m := range []string{"PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"} {
		t.Run(m, func(t *testing.T) {
			c := cluster(t, kfake.EnableSASL(), kfake.Superuser(m, "spaniel", "p4ss=word,x"))
			cfg := Config{Brokers: c.ListenAddrs(), SASL: &SASL{Mechanism: strings.ToLower(m), Username: "spaniel", PasswordFile: password}}
			w := open(t, cfg)
			defer w.Close()
			b, _ := sinktest.Alerts(1, 3)
			if err := w.Write(context.Background(), b); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// A password that was changed counts without a restart.
func TestAChangedPasswordCounts(t *testing.T) {
	password := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(password, []byte("old\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c := cluster(t, kfake.EnableSASL(), kfake.Superuser("SCRAM-SHA-512", "spaniel", "new"))
	w := open(t, Config{Brokers: c.ListenAddrs(), SASL: &SASL{Mechanism: "scram-sha-512", Username: "spaniel", PasswordFile: password}})
	defer w.Close()
	b, _ := sinktest.Alerts(1, 3)
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	if err := w.Write(ctx, b); err == nil {
		t.Fatal("the old password is taken")
	}
	if err := os.WriteFile(password, []byte("new\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := w.Write(context.Background(), b); err != nil {
		t.Fatal(err)
	}
	if got := consumeAs(t, c, "new", 3); got != 3 {
		t.Errorf("%d of 3 alerts arrived", got)
	}
}

func consumeAs(t *testing.T, c *kfake.Cluster, password string, n int) int {
	t.Helper()
	return len(consume(t, c, alertsTopic, n, kgo.SASL(kscram.Auth{User: "spaniel", Pass: password}.AsSha512Mechanism())))
}

func TestScramIsThatOfRFC7677(t *testing.T) {
	s := &scram{"SCRAM-SHA-256", sha256.New, "user", "pencil", func() string { return "rOprNGfwEbeRWgbNEkqO" }}
	run, first, err := s.Start(context.Background())
	if err != nil || string(first) != "n,,n=user,r=rOprNGfwEbeRWgbNEkqO" {
		t.Fatalf("%s, %v", first, err)
	}
	done, final, err := run.Next(context.Background(), []byte("r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"))
	if want := "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="; done || err != nil || string(final) != want {
		t.Fatalf("%s, %v", final, err)
	}
	if done, _, err = run.Next(context.Background(), []byte("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=")); !done || err != nil {
		t.Error(err)
	}
	if done, _, err = run.Next(context.Background(), []byte("v=AAAA")); done || err == nil {
		t.Error("a broker that does not know the password was believed")
	}
}

func TestConfigErrors(t *testing.T) {
	for want, cfg := range map[string]Config{
		"brokers is missing":  {},
		"is not host:port":    {Brokers: []string{"k1"}},
		"unknown compression": {Brokers: []string{"k:1"}, Compression: "zip"},
		"mechanism":           {Brokers: []string{"k:1"}, SASL: &SASL{Mechanism: "kerberos"}},
		"a topic of its own":  {Brokers: []string{"k:1"}, DeadLetterTopic: callsTopic},
		"at least 1024":       {Brokers: []string{"k:1"}, MaxMessage: 5},
	} {
		if err := cfg.Validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: got %v, want %q", cfg, err, want)
		}
	}
}

func TestChunks(t *testing.T) {
	sizes := func(list [][]*message) string {
		var s []string
		for _, c := range list {
			s = append(s, fmt.Sprint(len(c)))
		}
		return strings.Join(s, " ")
	}
	msgs := []*message{{size: 4}, {size: 4}, {size: 4}, {size: 9}, {size: 1}}
	if got := sizes(chunks(msgs, 10)); got != "2 1 2" {
		t.Errorf("got %s", got)
	}
}
