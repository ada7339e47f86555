package kafka

import (
	"encoding/json"

	"spaniel/event"
	"spaniel/sinks"
	"spaniel/sinks/encode"
)

// shorten cuts an alert until its message has at most limit bytes, if that can
// be, and remembers it until the next batch.
func (w *Writer) shorten(m *message, limit int) bool {
	if !m.alert {
		return false
	}
	var a event.Alert
	if err := json.Unmarshal(m.value, &a); err != nil {
		return false // a dead letter says what is wrong with it
	}
	beside := sizeOf(m) - len(m.value)
	var buf []byte
	_, ok := sinks.Shorten(&a, func(short *event.Alert) bool {
		buf = encode.AppendAlert(buf[:0], short)
		return beside+len(buf) <= limit
	})
	if !ok {
		return false
	}
	m.value, m.size = buf, beside+len(buf)
	w.cutting.Lock()
	w.short[m.seq] = true
	w.cutting.Unlock()
	return true
}

// forget: it was cut, and refused all the same.
func (w *Writer) forget(m *message) {
	w.cutting.Lock()
	defer w.cutting.Unlock()
	delete(w.short, m.seq)
}

// Shortened returns how many alerts of the batch written last were cut.
func (w *Writer) Shortened() int { return len(w.short) }

var _ sinks.Shortener = (*Writer)(nil)
