package kafka

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"github.com/segmentio/kafka-go"
	"golang.org/x/sync/errgroup"

	"spaniel/sinks"
	"spaniel/sinks/encode"
)

// Writer sends batches to Kafka.
type Writer struct {
	cfg   Config
	codec kafka.Compression
	dec   *sinks.Decoder
	rows  *encode.Rows

	client    *kafka.Client
	transport *kafka.Transport
	stop      context.CancelFunc // ends the transport's goroutines

	// acked holds the sequence numbers of the batch that begins with first
	// which the brokers have: a retry leaves them out.
	acked map[uint64]bool
	first uint64
}

// requestTimeout bounds one request; the brokers are told half of it.
const requestTimeout = 20 * time.Second

// New returns a Writer. It reads the files the configuration names and does
// not dial.
func New(cfg Config) (*Writer, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	cfg = cfg.complete()
	compression, err := codec(cfg.Compression)
	if err != nil {
		return nil, err
	}
	ctx, stop := context.WithCancel(context.Background())
	w := &Writer{cfg: cfg, codec: compression, dec: sinks.NewDecoder(), rows: encode.NewRows(), stop: stop, acked: map[uint64]bool{}}
	w.transport = &kafka.Transport{Dial: (&net.Dialer{}).DialContext, ClientID: "spaniel", Context: ctx, MetadataTopics: []string{cfg.Topic, cfg.CallsTopic}}
	if cfg.TLS != nil {
		w.transport.TLS, err = cfg.TLS.Load()
	}
	if err == nil && cfg.SASL != nil {
		w.transport.SASL, err = cfg.SASL.load()
	}
	if err != nil {
		stop()
		return nil, err
	}
	w.client = &kafka.Client{Addr: kafka.TCP(cfg.Brokers...), Timeout: requestTimeout, Transport: w.transport}
	return w, nil
}

// Write sends the batch: the partitions side by side, each partition's records
// in order, one request of a partition in flight.
func (w *Writer) Write(ctx context.Context, b *sinks.Batch) error {
	msgs, err := w.messages(b)
	if err != nil {
		return err
	}
	if b.First != w.first {
		w.first = b.First
		clear(w.acked)
	}
	err = w.send(ctx, msgs)
	if err != nil {
		// Leaders move; the next attempt asks anew where they are.
		w.transport.CloseIdleConnections()
		return err
	}
	clear(w.acked)
	return nil
}

// parallel bounds the partitions written side by side.
const parallel = 8

func (w *Writer) send(ctx context.Context, msgs []message) error {
	parts, err := w.partition(ctx, msgs)
	if err != nil {
		return err
	}
	done := make(chan []message, len(msgs)+1)
	// One partition's failure cancels no other's request: the broker may have
	// taken that already, and the retry would double it.
	var g errgroup.Group
	g.SetLimit(parallel)
	for _, p := range parts {
		g.Go(func() error {
			for _, chunk := range chunks(p.msgs, w.cfg.MaxMessage) {
				if err := w.produce(ctx, p, chunk, done); err != nil {
					return err
				}
			}
			return nil
		})
	}
	err = g.Wait()
	close(done)
	for chunk := range done {
		for i := range chunk {
			w.acked[chunk[i].seq] = true
		}
	}
	return err
}

// A part is what goes to one partition.
type part struct {
	topic     string
	partition int
	msgs      []message
}

// partition sorts what is not yet acknowledged into its partitions.
func (w *Writer) partition(ctx context.Context, msgs []message) ([]*part, error) {
	counts := map[string]int{}
	index := map[string]map[int]*part{}
	var parts []*part
	for _, m := range msgs {
		if w.acked[m.seq] {
			continue
		}
		n, ok := counts[m.topic]
		if !ok {
			var err error
			if n, err = w.partitions(ctx, m.topic); err != nil {
				return nil, err
			}
			counts[m.topic], index[m.topic] = n, map[int]*part{}
		}
		i := partitionOf(m.key, n)
		p := index[m.topic][i]
		if p == nil {
			p = &part{topic: m.topic, partition: i}
			index[m.topic][i], parts = p, append(parts, p)
		}
		p.msgs = append(p.msgs, m)
	}
	return parts, nil
}

// partitions returns how many partitions a topic has.
func (w *Writer) partitions(ctx context.Context, topic string) (int, error) {
	res, err := w.client.Metadata(ctx, &kafka.MetadataRequest{Topics: []string{topic}})
	if err != nil {
		return 0, fmt.Errorf("asking %s for its topics: %w", strings.Join(w.cfg.Brokers, ","), err)
	}
	for _, t := range res.Topics {
		if t.Name != topic {
			continue
		}
		if errors.Is(t.Error, kafka.UnknownTopicOrPartition) {
			break
		}
		if t.Error != nil {
			return 0, fmt.Errorf("topic %s: %w", topic, t.Error)
		}
		if len(t.Partitions) > 0 {
			return len(t.Partitions), nil
		}
	}
	return 0, fmt.Errorf("topic %s does not exist: kafka-topics.sh --bootstrap-server %s --create --topic %s", topic, w.cfg.Brokers[0], topic)
}

// chunks cuts messages into requests of at most limit bytes.
func chunks(msgs []message, limit int) (out [][]message) {
	start, size := 0, 0
	for i := range msgs {
		if i > start && size+msgs[i].size > limit {
			out, start, size = append(out, msgs[start:i]), i, 0
		}
		size += msgs[i].size
	}
	return append(out, msgs[start:])
}

// produce sends one request, and reports on done what the broker has. A
// request that is too large is cut in half, down to the record that is.
func (w *Writer) produce(ctx context.Context, p *part, msgs []message, done chan<- []message) error {
	res, err := w.client.Produce(ctx, &kafka.ProduceRequest{Topic: p.topic, Partition: p.partition, RequiredAcks: kafka.RequireAll,
		Compression: w.codec, Records: kafka.NewRecordReader(records(msgs)...)})
	if err == nil {
		err = res.Error
	}
	switch {
	case err == nil:
		done <- msgs
		return nil
	case errors.Is(err, kafka.MessageSizeTooLarge) && len(msgs) > 1:
		half := len(msgs) / 2
		if err := w.produce(ctx, p, msgs[:half], done); err != nil {
			return err
		}
		return w.produce(ctx, p, msgs[half:], done)
	case errors.Is(err, kafka.MessageSizeTooLarge):
		return &sinks.Rejected{Index: msgs[0].index, Err: fmt.Errorf("topic %s: %w", p.topic, err)}
	case res != nil && len(res.RecordErrors) > 0:
		for i, rerr := range res.RecordErrors {
			if i >= 0 && i < len(msgs) {
				return &sinks.Rejected{Index: msgs[i].index, Err: fmt.Errorf("topic %s: %w", p.topic, rerr)}
			}
		}
	}
	return fmt.Errorf("producing to %s/%d: %w", p.topic, p.partition, err)
}

func records(msgs []message) []kafka.Record {
	out := make([]kafka.Record, len(msgs))
	now := time.Now() // a capture's own time could be past the topic's retention
	for i := range msgs {
		m := &msgs[i]
		out[i] = kafka.Record{Time: now, Key: kafka.NewBytes(m.key), Value: kafka.NewBytes(m.value)}
		for _, h := range m.headers {
			out[i].Headers = append(out[i].Headers, kafka.Header{Key: h.key, Value: []byte(h.value)})
		}
	}
	return out
}

// Close closes the connections. A second Close does nothing.
func (w *Writer) Close() error {
	w.transport.CloseIdleConnections()
	w.stop()
	return nil
}
