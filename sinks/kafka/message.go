package kafka

import (
	"errors"
	"fmt"
	"slices"
	"strconv"

	"spaniel/event"
	"spaniel/sinks"
	"spaniel/sinks/encode"
)

// A message is a record on its way into a partition.
type message struct {
	index   int // in the batch
	seq     uint64
	alert   bool
	topic   string
	key     string
	value   []byte
	headers [6]header // an empty one is none
	size    int
}

type header struct{ key, value string }

// errTooLarge says that a message is larger than it may be.
var errTooLarge = errors.New("the message is too large")

// messages makes the messages of a batch. A record that cannot be decoded, or
// is larger than it may be and cannot be cut, is rejected before anything is sent.
// What it returns is good until the next batch, and no longer than b.
func (w *Writer) messages(b *sinks.Batch) ([]message, error) {
	out := slices.Grow(w.msgs[:0], len(b.Records))[:len(b.Records)]
	w.msgs = out
	for i := range b.Records {
		m, err := w.message(&b.Records[i])
		if err != nil {
			return nil, &sinks.Rejected{Index: i, Err: err}
		}
		m.index, m.size = i, sizeOf(&m)
		if m.size > w.cfg.MaxMessage && !w.shorten(&m, w.cfg.MaxMessage) {
			return nil, &sinks.Rejected{Index: i, Err: fmt.Errorf("%w: %d bytes, max_message is %d", errTooLarge, m.size, w.cfg.MaxMessage)}
		}
		out[i] = m
	}
	return out, nil
}

func (w *Writer) message(r *sinks.Record) (message, error) {
	if r.Kind == event.KindAlert {
		h, err := w.head(r)
		return message{seq: r.Seq, alert: true, topic: w.topicOf(r.Kind), key: h.DedupKey, value: r.Payload,
			headers: [6]header{{"spaniel-id", h.ID}, {"spaniel-schema", h.Schema}, {"spaniel-severity", h.Severity}, {"spaniel-sensor", h.Sensor}}}, err
	}
	var it event.Item
	if err := w.dec.Decode(r, &it); err != nil {
		return message{}, err
	}
	return w.flatMessage(r, &it), nil
}

// head reads what a message shows of an alert; the alert itself goes out as it
// was spooled, and need not be taken apart for that unless another version
// wrote it.
func (w *Writer) head(r *sinks.Record) (encode.Head, error) {
	if h, ok := encode.AlertHead(r.Payload); ok {
		return h, nil
	}
	var it event.Item
	if err := w.dec.Decode(r, &it); err != nil {
		return encode.Head{}, err
	}
	a := it.Alert
	return encode.Head{Schema: a.Schema, ID: a.ID.String(), DedupKey: a.DedupKey, Severity: a.Severity.String(), Sensor: a.Sensor.Name}, nil
}

// flatMessage is that of everything but an alert.
func (w *Writer) flatMessage(r *sinks.Record, it *event.Item) message {
	var id, sensor, key string
	switch {
	case it.Call != nil:
		id, sensor, key = it.Call.ID.String(), it.Call.SensorName, strconv.FormatUint(it.Call.FlowID, 10)
	case it.Flow != nil:
		key = strconv.FormatUint(it.Flow.FlowID, 10)
		id, sensor = key, it.Flow.SensorName
	case it.Observation != nil:
		o := it.Observation
		id, sensor, key = o.ID.String(), o.SensorName, o.Rule+"|"+o.By+"|"+o.Key
	case it.Note != nil:
		n := it.Note
		key, sensor = strconv.FormatUint(n.FlowID, 10), n.SensorName
		id = event.AlertID(it.Kind.String()+" "+n.Name, fmt.Sprint(sensor, int64(n.Time), n.Frame, n.FlowID, n.Direction, n.Bytes, n.Detail)).String()
	}
	return message{seq: r.Seq, topic: w.topicOf(it.Kind), key: key, value: w.rows.AppendObject(nil, it),
		headers: [6]header{{"spaniel-id", id}, {"spaniel-schema", schemaOf(it.Kind)}, {"spaniel-sensor", sensor}}}
}

// topicOf is where records of a kind go.
func (w *Writer) topicOf(k event.Kind) string {
	switch k {
	case event.KindAlert:
		return w.cfg.Topic
	case event.KindObservation:
		return w.cfg.ObservationsTopic
	}
	return w.cfg.CallsTopic
}

// schemaOf names the schema of a flat kind.
func schemaOf(k event.Kind) string { return "spaniel." + k.String() + "/1" }

func sizeOf(m *message) int {
	n := overhead + len(m.key) + len(m.value)
	for _, h := range m.headers {
		n += len(h.key) + len(h.value) + 4
	}
	return n
}
