package kafka

import (
	"encoding/json"
	"fmt"
	"strconv"

	"spaniel/event"
	"spaniel/sinks"
)

// A message is a record on its way into a partition.
type message struct {
	index   int // in the batch
	seq     uint64
	topic   string
	key     []byte
	value   []byte
	headers []header
	size    int
}

type header struct{ key, value string }

// An envelope is what a message shows of an alert; the alert itself goes out
// as it was spooled, and need not be taken apart for that.
type envelope struct {
	Schema   string         `json:"schema"`
	ID       event.ID       `json:"id"`
	DedupKey string         `json:"dedup_key"`
	Severity event.Severity `json:"severity"`
	Sensor   struct {
		Name string `json:"name"`
	} `json:"sensor"`
}

// messages makes the messages of a batch. A record that cannot be decoded, or
// is larger than a topic takes, is rejected before anything is sent.
func (w *Writer) messages(b *sinks.Batch) ([]message, error) {
	out := make([]message, len(b.Records))
	for i := range b.Records {
		m, err := w.message(&b.Records[i])
		if err != nil {
			return nil, &sinks.Rejected{Index: i, Err: err}
		}
		m.index, m.size = i, sizeOf(&m)
		if m.size > w.cfg.MaxMessage {
			return nil, &sinks.Rejected{Index: i, Err: fmt.Errorf("message of %d bytes is over max_message, %d", m.size, w.cfg.MaxMessage)}
		}
		out[i] = m
	}
	return out, nil
}

func (w *Writer) message(r *sinks.Record) (message, error) {
	if r.Kind == event.KindAlert {
		var a envelope
		if err := json.Unmarshal(r.Payload, &a); err != nil {
			return message{}, fmt.Errorf("decoding record %d, an alert: %w", r.Seq, err)
		}
		return message{seq: r.Seq, topic: w.cfg.Topic, key: []byte(a.DedupKey), value: r.Payload, headers: []header{{"spaniel-id", a.ID.String()}, {"spaniel-schema", a.Schema},
			{"spaniel-severity", a.Severity.String()}, {"spaniel-sensor", a.Sensor.Name}}}, nil
	}
	var it event.Item
	if err := w.dec.Decode(r, &it); err != nil {
		return message{}, err
	}
	return w.flatMessage(r, &it), nil
}

// flatMessage is that of everything but an alert.
func (w *Writer) flatMessage(r *sinks.Record, it *event.Item) message {
	var id, sensor, flow string
	switch {
	case it.Call != nil:
		id, sensor, flow = it.Call.ID.String(), it.Call.SensorName, strconv.FormatUint(it.Call.FlowID, 10)
	case it.Flow != nil:
		flow = strconv.FormatUint(it.Flow.FlowID, 10)
		id, sensor = flow, it.Flow.SensorName
	case it.Note != nil:
		n := it.Note
		flow, sensor = strconv.FormatUint(n.FlowID, 10), n.SensorName
		id = event.AlertID(it.Kind.String()+" "+n.Name, fmt.Sprint(sensor, int64(n.Time), n.Frame, n.FlowID, n.Direction, n.Bytes, n.Detail)).String()
	}
	return message{seq: r.Seq, topic: w.cfg.CallsTopic, key: []byte(flow), value: w.rows.AppendObject(nil, it),
		headers: []header{{"spaniel-id", id}, {"spaniel-schema", "spaniel." + it.Kind.String() + "/1"}, {"spaniel-sensor", sensor}}}
}

func sizeOf(m *message) int {
	n := overhead + len(m.key) + len(m.value)
	for _, h := range m.headers {
		n += len(h.key) + len(h.value) + 4
	}
	return n
}
