package jsonl

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"spaniel/sinks"
	"spaniel/sinks/format"
)

// Config of a JSON lines sink.
type Config struct {
	// Path is the file to append to; "-" is standard output.
	Path string `yaml:"path"`
	// Format of the lines, a name of sinks/format; json if empty.
	Format string `yaml:"format"`
	// MaxSize in bytes from which on the file is set aside as PATH.1 and a new
	// one begun; 0 never. A file may be larger by one batch.
	MaxSize int64 `yaml:"max_size"`
	// Keep is how many files are kept that were set aside; default 5.
	Keep int `yaml:"keep"`
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
	if c.Format != "" && format.Named(c.Format) == nil {
		return fmt.Errorf("file: unknown format %q: use one of %s", c.Format, strings.Join(format.Names(), ", "))
	}
	if c.MaxSize < 0 || c.Keep < 0 || c.Keep > 1000 {
		return errors.New("file: max_size and keep are not negative, and keep is at most 1000")
	}
	if c.Path == "-" && c.MaxSize > 0 {
		return errors.New("file: standard output has no max_size: it is not a file that could be set aside")
	}
	return nil
}

// A Writer writes each record of a batch as one line.
type Writer struct {
	cfg  Config
	form *format.Format
	out  io.Writer // standard output, when given
	f    *os.File
	size int64 // of f, as far as we wrote or found it
	dec  *sinks.Decoder
	buf  []byte
}

// New returns a Writer. The file is opened by the first Write; stdout is
// written to when the path is "-".
func New(cfg Config, stdout io.Writer) (*Writer, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	if cfg.Format == "" {
		cfg.Format = "json"
	}
	if cfg.Keep == 0 {
		cfg.Keep = 5
	}
	w := &Writer{cfg: cfg, form: format.Named(cfg.Format), dec: sinks.NewDecoder()}
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
		w.buf = append(w.form.Append(w.buf, &items[i]), '\n')
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
	if err := w.open(); err != nil {
		return err
	}
	n, err := w.f.Write(w.buf)
	w.size += int64(n)
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
