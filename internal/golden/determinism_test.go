package golden

import (
	"bytes"
	"context"
	"errors"
	"testing"

	"spaniel/capture"
	"spaniel/decode"
	"spaniel/detect"
	"spaniel/event"
	"spaniel/internal/sensor"
	"spaniel/sinks/encode"
	"spaniel/sinks/redact"
)

// lines runs a capture and returns every item found as a line.
func lines(t *testing.T, file string, set *detect.Set, workers, epoch int) (out []byte) {
	t.Helper()
	src, err := capture.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	rows := encode.NewRows()
	cfg := sensor.Config{Decode: decode.DefaultConfig(), Rules: set, Redactor: redact.New(make([]byte, 32), redact.Option{}),
		Workers: workers, EpochFrames: epoch, Portion: 1 + epoch/20}
	s, err := sensor.New(cfg, func(it *event.Item) event.CallFate {
		out = rows.AppendItem(out, it)
		return event.CallAcked
	})
	if err != nil {
		t.Fatal(err)
	}
	var fault *capture.Fault
	if err := s.Run(context.Background(), src); err != nil && !errors.As(err, &fault) {
		t.Fatal(err)
	}
	return out
}

// TestSameOutputOnEveryCapture: real captures give the same bytes for one
// worker and four, and for epochs cut at 512 and 7 frames.
func TestSameOutputOnEveryCapture(t *testing.T) {
	set := shippedRules(t)
	files, err := capture.List([]string{captures(t)})
	if err != nil {
		t.Fatal(err)
	}
	items := 0
	for _, file := range files {
		one, four := lines(t, file, set, 1, 512), lines(t, file, set, 4, 7)
		if !bytes.Equal(one, four) {
			t.Errorf("%s: the output depends on workers or epochs", file)
		}
		items += bytes.Count(one, []byte("\n"))
	}
	if items < 10000 {
		t.Errorf("only %d items in %d captures: this test shows little", items, len(files))
	}
}
