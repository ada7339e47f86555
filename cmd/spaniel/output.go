package main

import (
	"bufio"
	"encoding/json"
	"io"
	"net/netip"

	"spaniel/event"
	"spaniel/sinks/jsonl"
)

// An output shows what a reading finds: item for each record of the kinds
// chosen, borrowed until it returns, then finish once.
type output interface {
	item(*event.Item) error
	finish(*summary) error
}

func newOutput(a *app, opt *readOptions, sum *summary) output {
	if opt.format == "ndjson" {
		return &lineOutput{w: a.out}
	}
	w := bufio.NewWriterSize(a.out, 64<<10)
	switch {
	case opt.format == "json":
		return &arrayOutput{w: w}
	case opt.format == "csv":
		return &csvOutput{w: w, kinds: opt.kinds}
	case len(opt.kinds) == 1 && opt.kinds[event.KindAlert]:
		return newAlertList(a, w, opt, sum.alerts)
	case len(opt.kinds) == 1:
		return newListOutput(a, w, opt)
	}
	sum.hosts = map[netip.Addr]bool{}
	return newReport(a, w, opt, sum.alerts)
}

// lineOutput is ndjson: an object a line, the summary last. Lines are gathered
// where they are made.
type lineOutput struct {
	w   io.Writer
	buf []byte
}

// lineBatch is how many bytes of lines are written at a time.
const lineBatch = 64 << 10

func (o *lineOutput) item(it *event.Item) error {
	if o.buf = jsonl.AppendItem(o.buf, it); len(o.buf) < lineBatch {
		return nil
	}
	return o.flush()
}

func (o *lineOutput) flush() error {
	_, err := o.w.Write(o.buf)
	o.buf = o.buf[:0]
	return err
}

func (o *lineOutput) finish(s *summary) error {
	b, err := json.Marshal(s)
	if err != nil {
		return err
	}
	o.buf = append(append(o.buf, b...), '\n')
	return o.flush()
}

// arrayOutput is one JSON array of the same objects.
type arrayOutput struct {
	w    *bufio.Writer
	buf  []byte
	some bool
}

func (o *arrayOutput) item(it *event.Item) error {
	b := jsonl.AppendItem(o.buf[:0], it)
	o.buf = b
	return o.element(b[:len(b)-1])
}

func (o *arrayOutput) element(b []byte) error {
	lead := ",\n"
	if !o.some {
		lead = "[\n"
	}
	o.some = true
	if _, err := o.w.WriteString(lead); err != nil {
		return err
	}
	_, err := o.w.Write(b)
	return err
}

func (o *arrayOutput) finish(s *summary) error {
	b, err := json.Marshal(s)
	if err != nil {
		return err
	}
	if err := o.element(b); err != nil {
		return err
	}
	if _, err := io.WriteString(o.w, "\n]\n"); err != nil {
		return err
	}
	return o.w.Flush()
}

// csvOutput is the table of one kind.
type csvOutput struct {
	w     *bufio.Writer
	kinds map[event.Kind]bool
	buf   []byte
	begun bool
}

func (o *csvOutput) begin() error {
	if o.begun {
		return nil
	}
	o.begun = true
	for k := range o.kinds { // exactly one
		o.buf = jsonl.AppendCSVHeader(o.buf[:0], k)
	}
	_, err := o.w.Write(o.buf)
	return err
}

func (o *csvOutput) item(it *event.Item) error {
	if err := o.begin(); err != nil {
		return err
	}
	b, err := jsonl.AppendCSV(o.buf[:0], it)
	if err != nil {
		return err
	}
	o.buf = b
	_, err = o.w.Write(b)
	return err
}

func (o *csvOutput) finish(*summary) error {
	if err := o.begin(); err != nil {
		return err
	}
	return o.w.Flush()
}
