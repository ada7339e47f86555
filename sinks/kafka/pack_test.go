package kafka

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/segmentio/kafka-go/protocol"
	"pgregory.net/rapid"
)

// What is packed is what the library packs, to the byte; compressed, what the
// library reads is what went in.
func TestPackedIsWhatTheLibraryMakes(t *testing.T) {
	packers := map[string]*packer{}
	for _, name := range []string{"none", "zstd", "lz4", "snappy", "gzip"} {
		c, err := codec(name)
		if err != nil {
			t.Fatal(err)
		}
		if packers[name], err = newPacker(c); err != nil {
			t.Fatal(err)
		}
	}
	text := rapid.StringN(0, 300, 400)
	rapid.Check(t, func(t *rapid.T) {
		msgs := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) *message {
			m := &message{key: text.Draw(t, "key"), value: []byte(text.Draw(t, "value"))}
			for i := range rapid.IntRange(0, 4).Draw(t, "headers") {
				m.headers[i] = header{"spaniel-" + text.Draw(t, "name"), text.Draw(t, "header")}
			}
			return m
		}), 1, 200).Draw(t, "messages")
		at := time.UnixMilli(rapid.Int64Range(1, 1<<42).Draw(t, "at"))
		for name, p := range packers {
			m, err := p.pack(msgs, at)
			if err != nil {
				t.Fatal(err)
			}
			if name == "none" {
				if want := libraryBatch(t, msgs, at); !bytes.Equal(m.batch, want) {
					t.Fatalf("got  %x\nwant %x", m.batch, want)
				}
			}
			if err := readBack(m.batch, msgs, at); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			p.give(m)
		}
	})
}

func libraryBatch(t *rapid.T, msgs []*message, at time.Time) []byte {
	var list []kafka.Record
	for _, m := range msgs {
		r := kafka.Record{Time: at, Key: kafka.NewBytes([]byte(m.key)), Value: kafka.NewBytes(m.value)}
		for _, h := range m.headers {
			if h.key != "" {
				r.Headers = append(r.Headers, kafka.Header{Key: h.key, Value: []byte(h.value)})
			}
		}
		list = append(list, r)
	}
	var b bytes.Buffer
	set := protocol.RecordSet{Version: 2, Records: kafka.NewRecordReader(list...)}
	if _, err := set.WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func readBack(batch []byte, msgs []*message, at time.Time) error {
	var set protocol.RecordSet
	if _, err := set.ReadFrom(bytes.NewReader(batch)); err != nil {
		return err
	}
	for i, m := range msgs {
		r, err := set.Records.ReadRecord()
		if err != nil {
			return err
		}
		key, kerr := protocol.ReadAll(r.Key)
		value, verr := protocol.ReadAll(r.Value)
		if err := errors.Join(kerr, verr); err != nil {
			return err
		}
		if string(key) != m.key || !bytes.Equal(value, m.value) || r.Offset != int64(i) || !r.Time.Equal(at) {
			return fmt.Errorf("message %d is %q, %q at %d, %s", i, key, value, r.Offset, r.Time)
		}
		for j, h := range r.Headers {
			if h.Key != m.headers[j].key || string(h.Value) != m.headers[j].value {
				return fmt.Errorf("header %d of message %d is %q, %q", j, i, h.Key, h.Value)
			}
		}
	}
	if _, err := set.Records.ReadRecord(); !errors.Is(err, io.EOF) {
		return fmt.Errorf("behind the last: %v", err)
	}
	return nil
}
