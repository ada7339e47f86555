package kafka

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/segmentio/kafka-go/protocol"
	"golang.org/x/sync/errgroup"

	"spaniel/sinks"
	"spaniel/sinks/encode"
)

// Writer sends batches to Kafka.
type Writer struct {
	cfg  Config
	pack *packer
	msgs []message // memory of a batch's messages
	dec  *sinks.Decoder
	rows *encode.Rows

	client    *kafka.Client
	transport *kafka.Transport
	stop      context.CancelFunc // ends the transport's goroutines

	// acked holds the sequence numbers of the batch that begins with first
	// which the brokers have: a retry leaves them out.
	acked map[uint64]bool
	first uint64

	cutting sync.Mutex      // guards short: partitions are written side by side
	short   map[uint64]bool // those of the batch that were cut
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
	pack, err := newPacker(compression)
	if err != nil {
		return nil, fmt.Errorf("kafka: %w", err)
	}
	ctx, stop := context.WithCancel(context.Background())
	w := &Writer{cfg: cfg, pack: pack, dec: sinks.NewDecoder(), rows: encode.NewRows(), stop: stop, acked: map[uint64]bool{}, short: map[uint64]bool{}}
	w.transport = &kafka.Transport{Dial: (&net.Dialer{}).DialContext, ClientID: "spaniel", Context: ctx, MetadataTopics: cfg.topics()}
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
	if b.First != w.first {
		w.first = b.First
		clear(w.acked)
		clear(w.short)
	}
	msgs, err := w.messages(b)
	defer clear(w.msgs) // the payloads are not ours to keep
	if err != nil {
		return err
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
	done := make(chan []*message, len(msgs)+1)
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
	msgs      []*message
}

// partition sorts what is not yet acknowledged into its partitions.
func (w *Writer) partition(ctx context.Context, msgs []message) ([]*part, error) {
	counts := map[string]int{}
	index := map[string]map[int]*part{}
	var parts []*part
	for i := range msgs {
		m := &msgs[i]
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
		at := partitionOf(m.key, n)
		p := index[m.topic][at]
		if p == nil {
			p = &part{topic: m.topic, partition: at}
			index[m.topic][at], parts = p, append(parts, p)
		}
		p.msgs = append(p.msgs, m)
	}
	return parts, nil
}

// partitions returns how many partitions a topic has.
func (w *Writer) partitions(ctx context.Context, topic string) (int, error) {
	res, err := w.client.Metadata(ctx, &kafka.MetadataRequest{Topics: []string{topic}})
	if err != nil {
		return 0, fmt.Errorf("asking %s for its topics: %w", strings.Join(w.cfg.Brokers, ","), bare(err))
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
	return 0, &missingTopic{topic, w.cfg.Brokers[0]}
}

// A missingTopic is one that the brokers do not know.
type missingTopic struct{ topic, broker string }

func (m *missingTopic) Error() string {
	return fmt.Sprintf("topic %s does not exist: kafka-topics.sh --bootstrap-server %s --create --topic %s", m.topic, m.broker, m.topic)
}

// chunks cuts messages into requests of at most limit bytes.
func chunks(msgs []*message, limit int) (out [][]*message) {
	start, size := 0, 0
	for i := range msgs {
		if i > start && size+msgs[i].size > limit {
			out, start, size = append(out, msgs[start:i]), i, 0
		}
		size += msgs[i].size
	}
	return append(out, msgs[start:])
}

// produce sends one request, and reports on done what the broker has. One that
// is refused for what is in it is cut in half, down to the record that is
// meant, so that a single record never fails the others.
func (w *Writer) produce(ctx context.Context, p *part, msgs []*message, done chan<- []*message) error {
	res, err := w.request(ctx, p, msgs)
	if err == nil {
		done <- msgs
		return nil
	}
	if res != nil {
		if i, ok := firstRefused(res.RecordErrors, len(msgs)); ok {
			return &sinks.Rejected{Index: msgs[i].index, Err: fmt.Errorf("topic %s: %w", p.topic, errors.Join(err, res.RecordErrors[i]))}
		}
	}
	switch {
	case !ofRecords(err):
		return fmt.Errorf("producing to %s/%d: %w", p.topic, p.partition, err)
	case len(msgs) == 1 && tooLargeThere(err) && w.shorten(msgs[0], msgs[0].size/2):
		return w.produce(ctx, p, msgs, done) // a topic may take less than max_message
	case len(msgs) == 1:
		w.forget(msgs[0])
		return &sinks.Rejected{Index: msgs[0].index, Err: fmt.Errorf("topic %s: %w", p.topic, err)}
	}
	half := len(msgs) / 2
	if err := w.produce(ctx, p, msgs[:half], done); err != nil {
		return err
	}
	return w.produce(ctx, p, msgs[half:], done)
}

// request sends one request; an error that came with an answer is the broker's.
func (w *Writer) request(ctx context.Context, p *part, msgs []*message) (*kafka.ProduceResponse, error) {
	batch, err := w.pack.pack(msgs, time.Now()) // a capture's own time could be past the topic's retention
	if err != nil {
		return nil, err
	}
	res, err := w.client.RawProduce(ctx, &kafka.RawProduceRequest{Topic: p.topic, Partition: p.partition, RequiredAcks: kafka.RequireAll,
		RawRecords: protocol.RawRecordSet{Reader: bytes.NewReader(batch.batch)}})
	if err != nil { // the connection may still hold the batch
		return nil, bare(err)
	}
	w.pack.give(batch)
	return res, res.Error
}

// bare is an error of the library's without the name of its method.
func bare(err error) error {
	if inner := errors.Unwrap(err); inner != nil && strings.HasPrefix(err.Error(), "kafka.(*Client).") {
		return inner
	}
	return err
}

// ofRecords reports whether the broker's error is about what was sent: no time
// and no other broker will mend it.
func ofRecords(err error) bool {
	return tooLargeThere(err) || errors.Is(err, kafka.InvalidRecord) || errors.Is(err, kafka.InvalidTimestamp)
}

// tooLargeThere reports whether the broker would take less.
func tooLargeThere(err error) bool {
	return errors.Is(err, kafka.MessageSizeTooLarge) || errors.Is(err, kafka.RecordListTooLarge)
}

// firstRefused returns the first of the records that the broker names.
func firstRefused(named map[int]error, n int) (first int, ok bool) {
	for i := range named {
		if i >= 0 && i < n && (!ok || i < first) {
			first, ok = i, true
		}
	}
	return first, ok
}

// Close closes the connections. A second Close does nothing.
func (w *Writer) Close() error {
	w.transport.CloseIdleConnections()
	w.stop()
	return nil
}
