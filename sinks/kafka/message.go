package kafka

import (
	"fmt"
	"strconv"

	"spaniel/event"
	"spaniel/sinks"
	"spaniel/sinks/encode"
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

// messages makes the messages of a batch. A record that cannot be decoded, or
// is larger than a topic takes, is rejected before anything is sent.
func (w *Writer) messages(b *sinks.Batch) ([]message, error) {
	items, err := w.dec.DecodeBatch(b)
	if err != nil {
		return nil, err
	}
	out := make([]message, len(items))
	for i := range items {
		m := makeMessage(w.rows, &w.cfg, &b.Records[i], &items[i])
		m.index = i
		if m.size > w.cfg.MaxMessage {
			return nil, &sinks.Rejected{Index: i, Err: fmt.Errorf("message of %d bytes is over max_message, %d", m.size, w.cfg.MaxMessage)}
		}
		out[i] = m
	}
	return out, nil
}

func makeMessage(rows *encode.Rows, cfg *Config, r *sinks.Record, it *event.Item) message {
	m := message{seq: r.Seq, topic: cfg.CallsTopic}
	var id, sensor, flow string
	switch {
	case it.Alert != nil:
		m.topic, m.key, m.value = cfg.Topic, []byte(it.Alert.DedupKey), r.Payload
		m.headers = []header{{"spaniel-id", it.Alert.ID.String()}, {"spaniel-schema", it.Alert.Schema},
			{"spaniel-severity", it.Alert.Severity.String()}, {"spaniel-sensor", it.Alert.Sensor.Name}}
		m.size = sizeOf(&m)
		return m
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
	m.key, m.value = []byte(flow), rows.AppendObject(nil, it)
	m.headers = []header{{"spaniel-id", id}, {"spaniel-schema", "spaniel." + it.Kind.String() + "/1"}, {"spaniel-sensor", sensor}}
	m.size = sizeOf(&m)
	return m
}

func sizeOf(m *message) int {
	n := overhead + len(m.key) + len(m.value)
	for _, h := range m.headers {
		n += len(h.key) + len(h.value) + 4
	}
	return n
}
