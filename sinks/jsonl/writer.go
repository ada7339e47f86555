package jsonl

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"spaniel/sinks"
)

// Config of a JSON lines sink.
type Config struct {
	// Path is the file to append to; "-" is standard output.
	Path string `yaml:"path"`
	// Sync flushes each batch to the disk before it counts as delivered.
	// Default false: the spool keeps nothing for a machine that loses power
	// after the file took it.
	Sync bool `yaml:"sync"`
}

// Validate says what is wrong with the configuration.
func (c *Config) Validate() error {
	if c.Path == "" {
		return errors.New("file: path is missing: name a file, or - for standard output")
	}
	return nil
}

// A Writer writes each record of a batch as one JSON line.
type Writer struct {
	cfg Config
	out io.Writer // standard output, when given
	f   *os.File
	dec *sinks.Decoder
	buf []byte
}

// New returns a Writer. The file is opened by the first Write; stdout is
// written to when the path is "-".
func New(cfg Config, stdout io.Writer) (*Writer, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	w := &Writer{cfg: cfg, dec: sinks.NewDecoder()}
	if cfg.Path == "-" {
		w.out = stdout
	}
	return w, nil
}

// Write writes the batch in one call. Nothing of it stays in a file when it
// fails.
func (w *Writer) Write(ctx context.Context, b *sinks.Batch) error {
	items, err := w.dec.DecodeBatch(b)
	if err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	w.buf = w.buf[:0]
	for i := range items {
		w.buf = AppendItem(w.buf, &items[i])
	}
	if w.out != nil {
		if _, err := w.out.Write(w.buf); err != nil {
			return fmt.Errorf("writing lines to standard output: %w", err)
		}
		return nil
	}
	return w.toFile()
}

func (w *Writer) toFile() error {
	if w.f == nil {
		f, err := os.OpenFile(w.cfg.Path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
		if err != nil {
			return fmt.Errorf("opening the lines file: %w", err)
		}
		w.f = f
	}
	n, err := w.f.Write(w.buf)
	if err == nil && w.cfg.Sync {
		err = w.f.Sync()
	}
	if err == nil {
		return nil
	}
	return errors.Join(fmt.Errorf("writing %s: %w", w.cfg.Path, err), w.takeBack(int64(n)))
}

// takeBack cuts off the n bytes of a batch that was not written whole, and
// lets go of the file, so that the retry opens it anew. What is not a regular
// file, a pipe say, cannot be cut.
func (w *Writer) takeBack(n int64) error {
	f := w.f
	w.f = nil
	var err error
	if st, serr := f.Stat(); serr == nil && st.Mode().IsRegular() && n > 0 {
		err = f.Truncate(st.Size() - n)
	}
	return errors.Join(err, f.Close())
}

// Close closes the file.
func (w *Writer) Close() error {
	if w.f == nil {
		return nil
	}
	f := w.f
	w.f = nil
	return f.Close()
}
