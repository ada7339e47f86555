package hec

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"spaniel/event"
	"spaniel/sinks"
	"spaniel/sinks/encode"
	"spaniel/sinks/post"
	"spaniel/sinks/tlsfiles"
)

// Config of an HTTP Event Collector.
type Config struct {
	// URL of the collector, https://host:8088.
	URL string `yaml:"url"`
	// TokenFile holds the token on its first line.
	TokenFile string `yaml:"token_file"`
	// Index of the events; the token's own if empty.
	Index string `yaml:"index"`
	// Source of the events; spaniel if empty.
	Source string `yaml:"source"`
	// Ack waits until the indexer has each batch; the token must allow it.
	Ack bool `yaml:"ack"`
	// TLS says whom to trust.
	TLS *tlsfiles.Config `yaml:"tls"`
}

func (c *Config) target() post.Config {
	return post.Config{URL: c.URL, TLS: c.TLS, Secret: true, Gzip: true}
}

// Validate says what is wrong with the configuration.
func (c *Config) Validate() error {
	t := c.target()
	if err := t.Validate(); err != nil {
		return fmt.Errorf("hec: %w", err)
	}
	if c.TokenFile == "" {
		return errors.New("hec: token_file is missing: name the file that holds the token")
	}
	return nil
}

// A Writer sends batches to a collector.
type Writer struct {
	sinks.Cuts

	cfg     Config
	client  *post.Client
	dec     *sinks.Decoder
	rows    *encode.Rows
	token   *post.Secret
	header  http.Header
	channel string
	buf     []byte
}

// New returns a Writer. It reads the files the configuration names and does
// not dial.
func New(cfg Config) (*Writer, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	if cfg.Source == "" {
		cfg.Source = "spaniel"
	}
	client, err := post.New(cfg.target())
	if err != nil {
		return nil, fmt.Errorf("hec: %w", err)
	}
	token, err := post.NewSecret(cfg.TokenFile)
	if err != nil {
		return nil, fmt.Errorf("hec: %w", err)
	}
	w := &Writer{cfg: cfg, client: client, dec: sinks.NewDecoder(), rows: encode.NewRows(), token: token, channel: channel(),
		header: http.Header{"Content-Type": {"application/json"}}}
	if cfg.Ack {
		w.header.Set("X-Splunk-Request-Channel", w.channel)
	}
	return w, nil
}

// channel is a random UUID, as acknowledgement asks for.
func channel() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	h := hex.EncodeToString(b[:])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

// Write sends the batch and, with ack, waits until it is indexed.
func (w *Writer) Write(ctx context.Context, b *sinks.Batch) error {
	items, err := w.dec.DecodeBatch(b)
	if err != nil || len(items) == 0 {
		return err
	}
	token, err := w.token.Read()
	if err != nil {
		return fmt.Errorf("sending to the event collector: %w", err)
	}
	w.header.Set("Authorization", "Splunk "+token)
	err = post.InHalves(items, func(items []event.Item) error { return w.send(ctx, items) })
	w.CountCuts(items)
	return err
}

// reply is what the collector says.
type reply struct {
	Text    string `json:"text"`
	Code    int    `json:"code"`
	Invalid *int   `json:"invalid-event-number"`
	Ack     *int64 `json:"ackId"`
}

func (w *Writer) send(ctx context.Context, items []event.Item) error {
	w.buf = w.buf[:0]
	for i := range items {
		w.buf = w.append(w.buf, &items[i])
	}
	a, err := w.client.Post(ctx, "/services/collector/event", w.header, w.buf)
	if err != nil {
		return fmt.Errorf("sending to the event collector: %w", err)
	}
	if a.TooLarge() {
		return post.ErrTooLarge
	}
	var r reply
	if err := json.Unmarshal(a.Body, &r); err != nil {
		r.Code = -1
	}
	switch {
	case a.OK() && r.Code == 0:
		return w.acknowledged(ctx, r.Ack)
	case a.Status == http.StatusBadRequest && r.Invalid != nil && *r.Invalid >= 0 && *r.Invalid < len(items):
		return &sinks.Rejected{Index: *r.Invalid, Err: fmt.Errorf("the event collector refuses it: %q", r.Text)}
	}
	return fmt.Errorf("sending to the event collector: %w", a.Err())
}

// append appends one event with its envelope.
func (w *Writer) append(b []byte, it *event.Item) []byte {
	sensor, at, id := facts(it)
	o := encode.Begin(b)
	o.Key("time")
	o.B = strconv.AppendInt(o.B, int64(at)/1e9, 10)
	o.B = fmt.Appendf(o.B, ".%03d", int64(at)/1e6%1000)
	o.Some("host", sensor)
	o.Str("source", w.cfg.Source)
	o.Str("sourcetype", "spaniel:"+it.Kind.String())
	o.Some("index", w.cfg.Index)
	o.Key("event")
	o.B = w.rows.AppendObject(o.B, it)
	if id != "" {
		o.Open("fields")
		o.Str("spaniel_id", id)
		o.Close()
	}
	o.Close()
	return o.B
}

func facts(it *event.Item) (sensor string, at event.Nanos, id string) {
	switch {
	case it.Alert != nil:
		return it.Alert.Sensor.Name, it.Alert.Time, it.Alert.ID.String()
	case it.Call != nil:
		return it.Call.SensorName, it.Call.Time, it.Call.ID.String()
	case it.Flow != nil:
		return it.Flow.SensorName, it.Flow.Time, strconv.FormatUint(it.Flow.FlowID, 10)
	case it.Note != nil:
		return it.Note.SensorName, it.Note.Time, ""
	}
	return "", 0, ""
}

// acknowledged asks until the indexer has the batch, or ctx ends.
func (w *Writer) acknowledged(ctx context.Context, id *int64) error {
	if !w.cfg.Ack {
		return nil
	}
	if id == nil {
		return errors.New("the event collector gives no ackId: allow indexer acknowledgement for the token, or leave out ack")
	}
	body := fmt.Appendf(nil, `{"acks":[%d]}`, *id)
	for wait := 50 * time.Millisecond; ; wait = min(2*wait, 2*time.Second) {
		a, err := w.client.Post(ctx, "/services/collector/ack?channel="+w.channel, w.header, body)
		if err != nil {
			return fmt.Errorf("asking for the acknowledgement: %w", err)
		}
		if !a.OK() {
			return fmt.Errorf("asking for the acknowledgement: %w", a.Err())
		}
		var r struct {
			Acks map[string]bool `json:"acks"`
		}
		if err := json.Unmarshal(a.Body, &r); err != nil {
			return fmt.Errorf("asking for the acknowledgement: %w", err)
		}
		if r.Acks[strconv.FormatInt(*id, 10)] {
			return nil
		}
		if err := pause(ctx, wait); err != nil {
			return fmt.Errorf("waiting for the acknowledgement: %w", err)
		}
	}
}

func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Close closes idle connections.
func (w *Writer) Close() error {
	w.client.Close()
	return nil
}
