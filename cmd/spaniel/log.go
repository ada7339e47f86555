package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"unicode"
	"unicode/utf16"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"golang.org/x/term"

	"spaniel/internal/config"
	"spaniel/internal/render"
)

// newLog makes the sensor's own log on standard error: JSON unless it is a
// terminal, nothing sampled.
func newLog(w io.Writer, cfg config.Log) (*zap.Logger, zap.AtomicLevel, error) {
	level, err := zap.ParseAtomicLevel(cfg.Level)
	if err != nil {
		return nil, level, usage("log.level: "+err.Error(), "")
	}
	f, isFile := w.(*os.File)
	console := cfg.Format == "console" || cfg.Format == "auto" && isFile && term.IsTerminal(int(f.Fd()))
	enc := zap.NewProductionEncoderConfig()
	enc.EncodeTime = zapcore.ISO8601TimeEncoder
	if console {
		core := zapcore.NewCore(zapcore.NewConsoleEncoder(enc), zapcore.Lock(zapcore.AddSync(safeWriter{w})), level)
		return zap.New(core), level, nil
	}
	core := zapcore.NewCore(zapcore.NewJSONEncoder(enc), zapcore.Lock(zapcore.AddSync(jsonWriter{w})), level)
	return zap.New(core), level, nil
}

// safeWriter keeps the console log from steering the terminal: what is logged
// may quote a stranger. Each Write is one line.
type safeWriter struct{ w io.Writer }

func (s safeWriter) Write(p []byte) (int, error) {
	line := strings.TrimSuffix(string(p), "\n")
	fields := strings.Split(line, "\t") // the encoder's own separators
	for i := range fields {
		fields[i] = render.Safe(fields[i])
	}
	if _, err := io.WriteString(s.w, strings.Join(fields, "\t")+"\n"); err != nil {
		return 0, err
	}
	return len(p), nil
}

// jsonWriter does the same to JSON, which by itself escapes only the first 32
// control characters.
type jsonWriter struct{ w io.Writer }

func (j jsonWriter) Write(p []byte) (int, error) {
	var b strings.Builder
	for _, r := range strings.TrimSuffix(string(p), "\n") {
		switch {
		case unicode.IsPrint(r):
			b.WriteRune(r)
		case r <= 0xffff:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			hi, lo := utf16.EncodeRune(r)
			fmt.Fprintf(&b, `\u%04x\u%04x`, hi, lo)
		}
	}
	if _, err := io.WriteString(j.w, b.String()+"\n"); err != nil {
		return 0, err
	}
	return len(p), nil
}
