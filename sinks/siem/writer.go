package siem

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"strconv"
	"time"

	"spaniel/event"
	"spaniel/sinks"
	"spaniel/sinks/tlsfiles"
)

// Writer sends batches to a syslog receiver.
type Writer struct {
	sinks.Cuts

	cfg  Config
	tls  *tls.Config
	fmt  *formatter
	dec  *sinks.Decoder
	conn net.Conn
	buf  []byte
	ends []int // where each message of buf ends
}

// New returns a Writer. It reads the files the configuration names and does
// not dial.
func New(cfg Config) (*Writer, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	cfg = cfg.complete()
	w := &Writer{cfg: cfg, fmt: newFormatter(&cfg), dec: sinks.NewDecoder()}
	if cfg.Transport == "tls" {
		files := cfg.TLS
		if files == nil {
			files = new(tlsfiles.Config)
		}
		var err error
		if w.tls, err = files.Load(); err != nil {
			return nil, fmt.Errorf("syslog: %w", err)
		}
	}
	return w, nil
}

// Write sends the batch over one connection, which it opens if it must.
func (w *Writer) Write(ctx context.Context, b *sinks.Batch) error {
	if err := w.format(b); err != nil || len(w.ends) == 0 {
		return err
	}
	err := w.send(ctx)
	if err != nil {
		err = fmt.Errorf("sending to syslog at %s: %w", w.cfg.Address, errors.Join(err, w.drop()))
	}
	return err
}

// format fills buf with the framed messages.
func (w *Writer) format(b *sinks.Batch) error {
	items, err := w.dec.DecodeBatch(b)
	if err != nil {
		return err
	}
	w.buf, w.ends = w.buf[:0], w.ends[:0]
	var one []byte
	for i := range items {
		one = w.fmt.append(one[:0], &items[i])
		if len(one) > w.cfg.MaxMessage {
			one = w.shorten(one, &items[i])
		}
		if len(one) > w.cfg.MaxMessage {
			return &sinks.Rejected{Index: i, Err: fmt.Errorf("message of %d bytes is over max_message, %d", len(one), w.cfg.MaxMessage)}
		}
		if w.cfg.Transport != "udp" { // RFC 6587: the length frames the message, whatever is in it
			w.buf = append(strconv.AppendInt(w.buf, int64(len(one)), 10), ' ')
		}
		w.buf = append(w.buf, one...)
		w.ends = append(w.ends, len(w.buf))
	}
	w.CountCuts(items)
	return nil
}

// shorten cuts an alert until its message fits, if that can be.
func (w *Writer) shorten(one []byte, it *event.Item) []byte {
	if it.Alert == nil {
		return one
	}
	try := event.Item{Kind: event.KindAlert}
	var buf []byte
	short, ok := sinks.Shorten(it.Alert, func(a *event.Alert) bool {
		try.Alert = a
		buf = w.fmt.append(buf[:0], &try)
		return len(buf) <= w.cfg.MaxMessage
	})
	if !ok {
		return one
	}
	it.Alert = short
	return buf
}

func (w *Writer) send(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if w.conn != nil && w.hungUp() {
		if err := w.drop(); err != nil {
			return err
		}
	}
	if w.conn == nil {
		if err := w.dial(ctx); err != nil {
			return err
		}
	}
	// The end of ctx ends a write that hangs.
	conn := w.conn
	defer context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })()
	if w.cfg.Transport != "udp" {
		if _, err := conn.Write(w.buf); err != nil {
			return err
		}
		return drained(ctx, conn)
	}
	start := 0
	for _, end := range w.ends {
		if _, err := conn.Write(w.buf[start:end]); err != nil {
			return err
		}
		start = end
	}
	return nil
}

func (w *Writer) dial(ctx context.Context) (err error) {
	if w.cfg.Transport == "tls" {
		w.conn, err = (&tls.Dialer{Config: w.tls}).DialContext(ctx, "tcp", w.cfg.Address)
	} else {
		w.conn, err = (&net.Dialer{}).DialContext(ctx, w.cfg.Transport, w.cfg.Address)
	}
	return err
}

// hungUp reports whether the peer has closed the connection since: a receiver
// sends nothing, so whatever can be read is its end.
func (w *Writer) hungUp() bool {
	if w.cfg.Transport == "udp" {
		return false
	}
	if w.conn.SetReadDeadline(time.Now().Add(time.Millisecond)) != nil {
		return true
	}
	var one [1]byte
	_, err := w.conn.Read(one[:])
	var ne net.Error
	alive := errors.As(err, &ne) && ne.Timeout()
	return !alive || w.conn.SetReadDeadline(time.Time{}) != nil
}

func (w *Writer) drop() error {
	if w.conn == nil {
		return nil
	}
	conn := w.conn
	w.conn = nil
	return conn.Close()
}

// Blind reports that nothing says whether what was sent arrived.
func (w *Writer) Blind() bool { return w.cfg.Transport == "udp" }

// Close closes the connection, over TLS with its notice.
func (w *Writer) Close() error { return w.drop() }
