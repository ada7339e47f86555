package webhook

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"spaniel/event"
	"spaniel/sinks"
	"spaniel/sinks/format"
	"spaniel/sinks/post"
	"spaniel/sinks/tlsfiles"
)

// Config of a webhook.
type Config struct {
	// URL to post to.
	URL string `yaml:"url"`
	// SecretFile holds, on its first line, the key to sign with; no signature
	// without one.
	SecretFile string `yaml:"secret_file"`
	// Format of the records: json if empty, ecs, ocsf or eve.
	Format string `yaml:"format"`
	// TLS says whom to trust.
	TLS *tlsfiles.Config `yaml:"tls"`
}

// forms that are JSON.
func forms() []string { return []string{"json", "ecs", "ocsf", "eve"} }

// The secret itself is not sent, so http is allowed.
func (c *Config) target() post.Config { return post.Config{URL: c.URL, TLS: c.TLS} }

// Validate says what is wrong with the configuration.
func (c *Config) Validate() error {
	t := c.target()
	if err := t.Validate(); err != nil {
		return fmt.Errorf("webhook: %w", err)
	}
	if c.Format != "" && !slices.Contains(forms(), c.Format) {
		return fmt.Errorf("webhook: unknown format %q: use %s", c.Format, strings.Join(forms(), ", "))
	}
	return nil
}

// A Writer posts batches.
type Writer struct {
	sinks.Cuts

	client *post.Client
	secret *post.Secret // nil without
	form   *format.Format
	dec    *sinks.Decoder
	buf    []byte
}

// New returns a Writer. It reads the files the configuration names and does
// not dial.
func New(cfg Config) (*Writer, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	if cfg.Format == "" {
		cfg.Format = "json"
	}
	client, err := post.New(cfg.target())
	if err != nil {
		return nil, fmt.Errorf("webhook: %w", err)
	}
	w := &Writer{client: client, form: format.Named(cfg.Format), dec: sinks.NewDecoder()}
	if cfg.SecretFile != "" {
		if w.secret, err = post.NewSecret(cfg.SecretFile); err != nil {
			return nil, fmt.Errorf("webhook: %w", err)
		}
	}
	return w, nil
}

// Write posts the batch.
func (w *Writer) Write(ctx context.Context, b *sinks.Batch) error {
	items, err := w.dec.DecodeBatch(b)
	if err != nil || len(items) == 0 {
		return err
	}
	err = post.InHalves(items, func(part []event.Item) error { return w.send(ctx, part) })
	w.CountCuts(items)
	return err
}

func (w *Writer) send(ctx context.Context, items []event.Item) error {
	w.buf = append(w.buf[:0], `{"schema":"spaniel.webhook/1","records":[`...)
	for i := range items {
		if i > 0 {
			w.buf = append(w.buf, ',')
		}
		w.buf = w.form.Append(w.buf, &items[i])
	}
	w.buf = append(w.buf, "]}"...)
	header := http.Header{"Content-Type": {"application/json"}, "Idempotency-Key": {idempotencyKey(w.buf)}}
	if w.secret != nil {
		key, err := w.secret.Read()
		if err != nil {
			return fmt.Errorf("signing for the webhook: %w", err)
		}
		header.Set("X-Spaniel-Signature", signature([]byte(key), time.Now(), w.buf))
	}
	a, err := w.client.Post(ctx, "", header, w.buf)
	switch {
	case err != nil:
		return fmt.Errorf("posting to the webhook: %w", err)
	case a.OK():
		return nil
	case a.TooLarge():
		return post.ErrTooLarge
	case a.Status == http.StatusBadRequest, a.Status == http.StatusUnprocessableEntity:
		if len(items) > 1 {
			return post.ErrTooLarge // somewhere among them is what it does not take
		}
		return &sinks.Rejected{Index: 0, Err: a.Err()}
	}
	return fmt.Errorf("posting to the webhook: %w", a.Err())
}

// idempotencyKey is the same whenever the same is sent, and of no other body: not of
// another sensor's batch with the same numbers, nor of an alert that was cut after
// the whole was too large. A receiver that has the one must take the other.
func idempotencyKey(body []byte) string {
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:16])
}

// signature signs body at a moment.
func signature(key []byte, at time.Time, body []byte) string {
	seconds := strconv.FormatInt(at.Unix(), 10)
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(seconds + "."))
	mac.Write(body)
	return "t=" + seconds + ",v1=" + hex.EncodeToString(mac.Sum(nil))
}

// Close closes idle connections.
func (w *Writer) Close() error {
	w.client.Close()
	return nil
}
