package forward

import (
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"spaniel/event"
	"spaniel/sinks"
	"spaniel/sinks/encode"
	"spaniel/sinks/spool"
)

// deadLetters is the file of the records one sink can never take: one JSON
// line each, with the reason. Its name is made of the sink's name alone.
type deadLetters struct {
	path string
	max  int64
	rows *encode.Rows
	f    *os.File
	size int64
}

func newDeadLetters(cfg Config, sink string, w spool.Which) *deadLetters {
	name := fmt.Sprintf("%s-%s.ndjson", sink, w)
	return &deadLetters{path: filepath.Join(cfg.DeadLetters, name), max: cfg.DeadLetterMax, rows: encode.NewRows()}
}

// keep appends the record with the reason; kept is false when the file is at
// its cap.
func (d *deadLetters) keep(dec *sinks.Decoder, r *sinks.Record, reason error) (kept bool, err error) {
	if d.f == nil {
		if err := d.open(); err != nil {
			return false, err
		}
	}
	line := d.line(dec, r, reason)
	if d.size+int64(len(line)) > d.max {
		return false, nil
	}
	n, err := d.f.Write(line)
	d.size += int64(n)
	if err == nil {
		err = d.f.Sync()
	}
	return err == nil, err
}

func (d *deadLetters) open() error {
	f, err := os.OpenFile(d.path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	st, err := f.Stat()
	if err != nil {
		return errors.Join(err, f.Close())
	}
	d.f, d.size = f, st.Size()
	return nil
}

func (d *deadLetters) line(dec *sinks.Decoder, r *sinks.Record, reason error) []byte {
	b := strconv.AppendUint([]byte(`{"seq":`), r.Seq, 10)
	b = encode.AppendString(append(b, `,"reason":`...), reason.Error())
	var it event.Item
	if err := dec.Decode(r, &it); err != nil {
		b = append(b, `,"payload":"`...)
		b = base64.StdEncoding.AppendEncode(b, r.Payload)
		return append(b, "\"}\n"...)
	}
	b = encode.AppendString(append(b, `,"kind":`...), r.Kind.String())
	b = d.rows.AppendObject(append(b, `,"record":`...), &it)
	return append(b, "}\n"...)
}

func (d *deadLetters) close() error {
	if d.f == nil {
		return nil
	}
	f := d.f
	d.f = nil
	return f.Close()
}
