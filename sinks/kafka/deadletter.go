package kafka

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/segmentio/kafka-go"

	"spaniel/sinks"
	"spaniel/sinks/encode"
)

// A letter is the message of a record that can never be delivered, by the
// schema spaniel.deadletter/1.
type letter struct {
	of     message // the record's own, empty if that cannot be decoded
	reason string  // a word of reasons
	d      *sinks.DeadLetter
}

// The words of spaniel-reason.
const (
	tooLarge    = "too_large"   // for max_message, or for the topic
	undecodable = "undecodable" // its bytes in the spool are no record
	refused     = "refused"     // by the broker, for what is in it
)

// DeadLetter sends the record to the dead-letter topic, whole or, where it is
// too large for that topic too, its beginning. What the brokers answer in any
// other way than with yes is final, so that this topic never holds up the
// others; without an answer, as when the leader moves, it is to be asked again.
func (w *Writer) DeadLetter(ctx context.Context, d *sinks.DeadLetter) error {
	if w.cfg.DeadLetterTopic == noTopic {
		return &sinks.Rejected{Err: sinks.ErrNoPlace}
	}
	l := w.letter(d)
	m := l.message(w.cfg.DeadLetterTopic, w.cfg.MaxMessage)
	err := w.post(ctx, m)
	if ofRecords(err) && m.size > shortLetter {
		err = w.post(ctx, l.message(w.cfg.DeadLetterTopic, shortLetter))
	}
	if err != nil {
		w.transport.CloseIdleConnections()
	}
	var missing *missingTopic
	var answer kafka.Error
	if errors.As(err, &missing) || errors.As(err, &answer) && !moved(answer) {
		return &sinks.Rejected{Err: err}
	}
	return err
}

// moved reports whether the broker says that others have the partition now.
func moved(answer kafka.Error) bool {
	return answer == kafka.NotLeaderForPartition || answer == kafka.UnknownTopicOrPartition || answer == kafka.RequestTimedOut
}

// shortLetter is a size that a topic takes if it takes anything of ours.
const shortLetter = 4096

func (w *Writer) post(ctx context.Context, m *message) error {
	n, err := w.partitions(ctx, m.topic)
	if err != nil {
		return err
	}
	_, err = w.request(ctx, &part{topic: m.topic, partition: partitionOf(m.key, n)}, []*message{m})
	if err != nil {
		return fmt.Errorf("producing to %s: %w", m.topic, err)
	}
	return nil
}

func (w *Writer) letter(d *sinks.DeadLetter) *letter {
	l := &letter{d: d, reason: refused}
	var err error
	if l.of, err = w.message(d.Record); err != nil || !json.Valid(l.of.value) || !utf8.Valid(l.of.value) {
		l.of, l.reason = message{}, undecodable
	} else if errors.Is(d.Reason, errTooLarge) || errors.Is(d.Reason, kafka.MessageSizeTooLarge) || errors.Is(d.Reason, kafka.RecordListTooLarge) {
		l.reason = tooLarge
	}
	return l
}

// message makes the letter's message, of at most limit bytes.
func (l *letter) message(topic string, limit int) *message {
	m := &message{topic: topic, key: l.of.key}
	m.headers = [6]header{{"spaniel-id", l.header("spaniel-id")}, {"spaniel-schema", DeadLetterSchema}, {"spaniel-reason", l.reason}, {"spaniel-topic", l.of.topic}}
	for i, key := range []string{"spaniel-severity", "spaniel-sensor"} {
		if v := l.header(key); v != "" {
			m.headers[4+i] = header{key, v}
		}
	}
	m.value = l.value(func(o *encode.Object) {
		if l.of.value != nil {
			o.Key("record")
			o.B = append(o.B, l.of.value...)
		} else {
			o.Str("payload", base64.StdEncoding.EncodeToString(l.d.Record.Payload))
		}
	})
	if m.size = sizeOf(m); m.size <= limit {
		return m
	}
	m.value = l.value(func(*encode.Object) {})
	bare := m.value
	for n := min(limit-sizeOf(m), len(l.of.value)); n > 0; n /= 2 {
		m.value = l.value(func(o *encode.Object) { o.Str("record_begins", string(l.of.value[:n])) })
		if m.size = sizeOf(m); m.size <= limit {
			return m
		}
	}
	m.value = bare
	m.size = sizeOf(m)
	return m
}

// maxReason bounds the words of a reason: a broker may say anything.
const maxReason = 500

func (l *letter) value(record func(*encode.Object)) []byte {
	o := encode.Begin(nil)
	o.Str("schema", DeadLetterSchema)
	o.Str("id", l.header("spaniel-id"))
	o.Str("reason", l.reason)
	why := l.d.Reason.Error()
	o.Str("detail", why[:min(len(why), maxReason)])
	o.Str("sink", l.d.Sink)
	o.Str("log", l.d.Log)
	o.Num("seq", l.d.Record.Seq)
	o.Str("topic", l.of.topic)
	o.Str("kind", l.d.Record.Kind.String())
	o.Str("record_schema", l.header("spaniel-schema"))
	o.Num("record_bytes", uint64(max(len(l.of.value), len(l.d.Record.Payload))))
	record(&o)
	o.Close()
	return o.B
}

// header is one of the record's own.
func (l *letter) header(key string) string {
	for _, h := range l.of.headers {
		if h.key == key {
			return h.value
		}
	}
	return ""
}

// DeadLetterSchema names the schema of letters.
const DeadLetterSchema = "spaniel.deadletter/1"

var _ sinks.DeadLetterer = (*Writer)(nil)
