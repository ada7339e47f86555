package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"spaniel/event"
	"spaniel/internal/canary"
	"spaniel/internal/config"
	"spaniel/internal/forward"
	"spaniel/internal/sensor"
	"spaniel/internal/wiretest"
	"spaniel/sinks"
	"spaniel/sinks/kafka"
	"spaniel/sinks/redact"
	"spaniel/sinks/spool"
	"spaniel/sinks/store"
)

// TestNoCanary plants 10,000 secrets of every kind in traffic, and sends all
// that is found through the spool to the store and every kind of sink, of
// which one takes nothing. None of the secrets shows in what a sink got, nor
// in any file: spool, store, dead letters, what was learned; nor in the log.
// The integration tests have the same with real servers.
func TestNoCanary(t *testing.T) {
	const secrets = 10_000
	pairs, planted := canary.Pairs(secrets)
	dir := t.TempDir()
	r := newReceivers(t)
	s := canaryService(t, dir, r)
	calls, alerts := s.play(t, wiretest.Pairs(1, 1_700_000_000e9, pairs))
	if err := s.deliver(); err != nil {
		t.Fatal(err)
	}
	r.count(t, alerts)
	texts := r.all()
	for name, b := range files(t, dir) {
		texts[name] = b
	}
	texts["the log"] = s.logged.Bytes()
	texts["the rows of the store"] = s.rows(t)
	bytes := 0
	for name, b := range texts {
		bytes += len(b)
		if found := canary.Find(b); found != "" {
			t.Errorf("%s shows a secret: %s", name, found)
		}
	}
	if calls < len(pairs) || alerts < len(pairs)/10 || planted < secrets {
		t.Errorf("%d calls of %d, %d alerts, %d secrets", calls, len(pairs), alerts, planted)
	}
	t.Logf("%d secrets in %d calls raised %d alerts; none shows in %d bytes of %d files and destinations", planted, calls, alerts, bytes, len(texts))
}

// A canaryRun is a service without its capture.
type canaryRun struct {
	*service
	dir    string
	sc     sensor.Config
	logged *lockedBuffer
}

func canaryService(t *testing.T, dir string, r *receivers) *canaryRun {
	t.Helper()
	cfg := config.Default()
	set, err := loadRules(cfg, nil)
	if err != nil {
		t.Fatal(err)
	}
	c := &canaryRun{service: &service{cfg: cfg, enc: sinks.NewEncoder(), raised: newAlertSet(), alerts: map[string]uint64{}, delivery: &delivery{}}, dir: dir, logged: &lockedBuffer{}}
	c.log = zap.New(zapcore.NewCore(zapcore.NewJSONEncoder(zap.NewProductionEncoderConfig()), c.logged, zap.DebugLevel))
	if c.delivery.store, err = store.Open(filepath.Join(dir, "calls.duckdb"), storeConfig(cfg, false)); err != nil {
		t.Fatal(err)
	}
	if c.spool, err = spool.Open(filepath.Join(dir, "spool"), spool.Config{}); err != nil {
		t.Fatal(err)
	}
	list := []forward.Sink{{Name: "store", Open: func() (sinks.Writer, error) { return store.Shared{Store: c.delivery.store}, nil }, Kinds: event.Kinds()}}
	for _, text := range r.sinks(dir) {
		s, err := sinkConfig(text).Sink(io.Discard)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, forward.Sink{Name: s.Name, Open: s.Open, Kinds: s.Kinds, Limits: s.Limits, Filter: forward.Filter{Rules: s.Rules}})
	}
	if c.delivery.forward, err = forward.New(c.spool, forward.Config{DeadLetters: dir, Drain: 3 * time.Minute}, list, c.log); err != nil {
		t.Fatal(err)
	}
	c.valve = spool.NewValve(c.spool)
	key := bytes.Repeat([]byte("k"), 32)
	c.sc = c.sensorConfig(set, redact.New(key, redact.Option{Leaves: true}))
	kept, facts := openKeeper(filepath.Join(dir, "learned"), c.sc.Learned, c.log)
	c.sc.Facts, c.sc.Keep, c.sc.Learn, c.sc.Now, c.sc.Observations = facts, kept.keep, true, nil, true
	return c
}

// play runs the frames into the spool.
func (c *canaryRun) play(t *testing.T, frames []event.Frame) (calls, alerts int) {
	t.Helper()
	s, err := sensor.New(c.sc, func(it *event.Item) event.CallFate {
		switch it.Kind {
		case event.KindCall:
			calls++
		case event.KindAlert:
			alerts++
		}
		if (calls+alerts)%2000 == 0 {
			if err := c.spool.Sync(); err != nil {
				t.Error(err)
			}
		}
		return c.emit(it)
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Run(t.Context(), sensor.NewFrames(frames)); err != nil {
		t.Fatal(err)
	}
	if err := c.spool.Sync(); err != nil {
		t.Fatal(err)
	}
	return calls, alerts
}

// deliver sends on what is spooled, and closes nothing: the spool is still to
// be looked at whole.
func (c *canaryRun) deliver() error {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return c.delivery.forward.Run(ctx)
}

// rows are all that the store has, as text: its file packs what it holds.
func (c *canaryRun) rows(t *testing.T) []byte {
	t.Helper()
	var out bytes.Buffer
	for _, table := range []string{"calls", "alerts", "flows", "anomalies", "losses", "facts"} {
		rows, err := c.delivery.store.Query(t.Context(), "SELECT * FROM "+table)
		if err != nil {
			t.Fatal(err)
		}
		for rows.Next() {
			fmt.Fprintln(&out, rows.Values()...)
		}
		if err := errorsOf(rows.Err(), rows.Close()); err != nil {
			t.Fatal(err)
		}
	}
	return out.Bytes()
}

func errorsOf(list ...error) error {
	for _, err := range list {
		if err != nil {
			return err
		}
	}
	return nil
}

// files reads every file below dir.
func files(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	out := map[string][]byte{}
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		out[path] = b
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// lockedBuffer is a log that several goroutines write.
type lockedBuffer struct {
	mu sync.Mutex
	bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.Buffer.Write(p)
}

func (b *lockedBuffer) text() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.String()
}

// Sync implements zapcore.WriteSyncer.
func (b *lockedBuffer) Sync() error { return nil }

// receivers stand for the destinations, and keep what they get.
type receivers struct {
	t      *testing.T
	got    map[string]*lockedBuffer
	web    map[string]*httptest.Server
	kafka  *kfake.Cluster
	syslog map[string]net.Listener
	open   sync.WaitGroup // connections to those
}

func newReceivers(t *testing.T) *receivers {
	t.Helper()
	r := &receivers{t: t, got: map[string]*lockedBuffer{}, web: map[string]*httptest.Server{}, syslog: map[string]net.Listener{}}
	for _, name := range []string{"elastic", "hec", "webhook", "refuses"} {
		r.got[name] = &lockedBuffer{}
		r.web[name] = httptest.NewServer(r.answer(name))
		t.Cleanup(r.web[name].Close)
	}
	for _, form := range []string{"json", "cef", "leef", "ecs", "ocsf", "eve"} {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { l.Close() })
		r.got[form], r.syslog[form] = &lockedBuffer{}, l
		go r.listen(l, r.got[form])
	}
	var err error
	if r.kafka, err = kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(1, kafkaTopics()...)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.kafka.Close)
	return r
}

// kafkaTopics are those of two sinks; the second makes dead letters of most.
func kafkaTopics() []string {
	return []string{"spaniel.alerts.v1", "spaniel.calls.v1", "spaniel.observations.v1", "spaniel.deadletter.v1", "small.alerts", "small.calls", "small.observations", "small.dead"}
}

func (r *receivers) listen(l net.Listener, got *lockedBuffer) {
	for {
		c, err := l.Accept()
		if err != nil {
			return
		}
		r.open.Go(func() {
			io.Copy(struct{ io.Writer }{got}, c) // by Write, which takes the lock
			c.Close()
		})
	}
}

// settle waits until what the sinks sent over connections that they have closed is
// read: a connection of the test's own comes behind all of theirs.
func (r *receivers) settle() {
	r.t.Helper()
	for form, l := range r.syslog {
		c, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			r.t.Fatal(err)
		}
		err = errors.Join(c.SetDeadline(time.Now().Add(patience)), c.(*net.TCPConn).CloseWrite())
		if _, rerr := io.Copy(io.Discard, c); errors.Join(err, rerr) != nil {
			r.t.Fatalf("%s does not end: %v, %v", form, err, rerr)
		}
		c.Close()
	}
	done := make(chan struct{})
	go func() { r.open.Wait(); close(done) }()
	select {
	case <-done:
	case <-time.After(patience):
		r.t.Fatal("a sink goes on holding its connection")
	}
}

// answer keeps a request, unpacked, and says what the destination would.
func (r *receivers) answer(name string) http.HandlerFunc {
	return func(w http.ResponseWriter, req *http.Request) {
		in := io.Reader(req.Body)
		if req.Header.Get("Content-Encoding") == "gzip" {
			z, err := gzip.NewReader(req.Body)
			if err != nil {
				r.t.Error(err)
				return
			}
			in = z
		}
		body, err := io.ReadAll(in)
		if err != nil {
			r.t.Error(err)
		}
		fmt.Fprint(r.got[name], req.URL, req.Header)
		r.got[name].Write(body)
		switch name {
		case "elastic":
			fmt.Fprintf(w, `{"errors":false,"items":[%s]}`, strings.TrimSuffix(strings.Repeat(`{"index":{"status":201}},`, bytes.Count(body, []byte("\n"))/2), ","))
		case "hec":
			io.WriteString(w, `{"text":"Success","code":0}`)
		case "refuses":
			w.WriteHeader(http.StatusBadRequest)
		}
	}
}

// sinks are one of each destination and form.
func (r *receivers) sinks(dir string) (out []*config.Sink) {
	both, all := []string{"alert", "call"}, []string{"alert", "call", "flow", "anomaly", "fact", "loss"}
	every := append([]string{"observation"}, all...)
	for _, form := range []string{"json", "cef", "leef", "ecs", "ocsf", "eve"} {
		kinds := both
		if form == "cef" || form == "leef" {
			kinds = []string{"alert"}
		}
		out = append(out, &config.Sink{Name: "file-" + form, Kinds: kinds, File: &config.File{Path: filepath.Join(dir, form+".log"), Format: form}},
			&config.Sink{Name: "syslog-" + form, Kinds: kinds, Syslog: &config.Syslog{Address: r.syslog[form].Addr().String(), Transport: "tcp", Format: form, MaxMessage: 1 << 20}})
	}
	token := filepath.Join(dir, "token")
	if err := os.WriteFile(token, []byte("token\n"), 0o600); err != nil {
		r.t.Fatal(err)
	}
	return append(out,
		&config.Sink{Name: "kafka", Kinds: every, Kafka: &config.Kafka{Brokers: r.kafka.ListenAddrs()}},
		// Of all kinds it would not be done within the drain: what is refused goes one by one.
		&config.Sink{Name: "letters", Kinds: both, Kafka: &config.Kafka{Brokers: r.kafka.ListenAddrs(), Topic: "small.alerts", CallsTopic: "small.calls", DeadLetterTopic: "small.dead", MaxMessage: 1200}},
		&config.Sink{Name: "elastic", Kinds: both, Elastic: &config.Elastic{URL: config.URL(r.web["elastic"].URL)}},
		&config.Sink{Name: "hec", Kinds: all, HEC: &config.HEC{URL: config.URL(r.web["hec"].URL), TokenFile: token}},
		&config.Sink{Name: "webhook", Kinds: all, Webhook: &config.Webhook{URL: config.Hook(r.web["webhook"].URL)}},
		&config.Sink{Name: "refuses", Rules: []string{"sqli-*"}, Webhook: &config.Webhook{URL: config.Hook(r.web["refuses"].URL)}})
}

// count: every destination got something of each alert, or the test would say
// nothing.
func (r *receivers) count(t *testing.T, alerts int) {
	t.Helper()
	for name, b := range r.all() {
		if n := bytes.Count(b, []byte("sqli-in-input")); n == 0 {
			t.Errorf("%s got %d bytes, and no alert of sqli-in-input", name, len(b))
		}
		if n := bytes.Count(b, []byte(`"observation_id":`)); name == "kafka" && n < alerts {
			t.Errorf("%d observations in Kafka", n)
		}
		if n := bytes.Count(b, []byte(kafka.DeadLetterSchema)); name == "kafka" && n < alerts/2 {
			t.Errorf("%d dead letters in Kafka of %d alerts", n, alerts)
		}
	}
}

// all is what each destination got, by its name, once the sinks are closed.
func (r *receivers) all() map[string][]byte {
	r.t.Helper()
	r.settle()
	out := map[string][]byte{"kafka": r.fromKafka()}
	for name, b := range r.got {
		b.mu.Lock()
		out[name] = bytes.Clone(b.Bytes())
		b.mu.Unlock()
	}
	return out
}

// fromKafka reads all that is there: until a broker that is slow to answer has.
func (r *receivers) fromKafka() (out []byte) {
	r.t.Helper()
	cl, err := kgo.NewClient(kgo.SeedBrokers(r.kafka.ListenAddrs()...), kgo.ConsumeTopics(kafkaTopics()...))
	if err != nil {
		r.t.Fatal(err)
	}
	defer cl.Close()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	for left := r.ends(ctx, cl); left > 0; {
		fetches := cl.PollFetches(ctx)
		if err := fetches.Err0(); err != nil {
			r.t.Fatalf("%d records of Kafka are not read: %v", left, err)
		}
		fetches.EachRecord(func(rec *kgo.Record) {
			left--
			out = append(append(out, rec.Key...), rec.Value...)
			for _, h := range rec.Headers {
				out = append(out, h.Value...)
			}
		})
	}
	return out
}

// ends is how many records the topics hold.
func (r *receivers) ends(ctx context.Context, cl *kgo.Client) (n int64) {
	r.t.Helper()
	req := kmsg.NewPtrListOffsetsRequest()
	for _, name := range kafkaTopics() {
		topic, part := kmsg.NewListOffsetsRequestTopic(), kmsg.NewListOffsetsRequestTopicPartition()
		part.Timestamp = -1 // the end
		topic.Topic, topic.Partitions = name, []kmsg.ListOffsetsRequestTopicPartition{part}
		req.Topics = append(req.Topics, topic)
	}
	res, err := req.RequestWith(ctx, cl)
	if err != nil {
		r.t.Fatal(err)
	}
	parts := 0
	for _, topic := range res.Topics {
		for _, p := range topic.Partitions {
			if p.ErrorCode != 0 {
				r.t.Fatalf("%s: error %d", topic.Topic, p.ErrorCode)
			}
			n, parts = n+p.Offset, parts+1
		}
	}
	if parts != len(kafkaTopics()) {
		r.t.Fatalf("the ends of %d topics of %d", parts, len(kafkaTopics()))
	}
	return n
}
