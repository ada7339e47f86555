package siem

import (
	"fmt"
	"strconv"
	"unicode/utf8"

	"spaniel/event"
	"spaniel/sinks/encode"
	"spaniel/sinks/format"
)

// facility is 13, log audit.
const facility = 13

// priorities of syslog by our severities.
func priority(s event.Severity) int {
	switch {
	case s >= event.Critical:
		return facility*8 + 2 // critical
	case s >= event.High:
		return facility*8 + 3 // error
	case s >= event.Medium:
		return facility*8 + 4 // warning
	case s >= event.Low:
		return facility*8 + 5 // notice
	}
	return facility*8 + 6 // informational
}

// A formatter writes items as syslog messages. It is immutable.
type formatter struct {
	sd   string         // "spaniel@PEN"
	form *format.Format // nil for a sentence
	rows *encode.Rows
}

func newFormatter(cfg *Config) *formatter {
	return &formatter{sd: "spaniel@" + strconv.FormatUint(uint64(cfg.EnterpriseID), 10), form: format.Named(cfg.Format), rows: encode.NewRows()}
}

// append appends one message, without framing.
func (f *formatter) append(b []byte, it *event.Item) []byte {
	if it.Alert != nil {
		return f.alert(b, it)
	}
	sensor, at, id := facts(it)
	b = head(b, priority(event.Info), at, sensor, it.Kind.String())
	b = param(f.open(b), "kind", it.Kind.String())
	if id != "" {
		b = param(b, "id", id)
	}
	b = append(b, "] "...)
	if f.form == nil || f.form.Name == "json" {
		return f.rows.AppendObject(b, it)
	}
	return f.form.Append(b, it)
}

func facts(it *event.Item) (sensor string, at event.Nanos, id string) {
	switch {
	case it.Call != nil:
		return it.Call.SensorName, it.Call.Time, it.Call.ID.String()
	case it.Flow != nil:
		return it.Flow.SensorName, it.Flow.Time, strconv.FormatUint(it.Flow.FlowID, 10)
	case it.Note != nil:
		return it.Note.SensorName, it.Note.Time, ""
	}
	return "", 0, ""
}

func (f *formatter) alert(b []byte, it *event.Item) []byte {
	a := it.Alert
	b = head(b, priority(a.Severity), a.Time, a.Sensor.Name, a.Rule.ID)
	b = f.open(b)
	for _, p := range [...][2]string{{"kind", "alert"}, {"id", a.ID.String()}, {"rule", a.Rule.ID}, {"sev", a.Severity.String()},
		{"outcome", string(a.Outcome)}, {"client", a.Client.IP}, {"dedup", a.DedupKey}} {
		b = param(b, p[0], p[1])
	}
	b = append(b, ']', ' ')
	switch {
	case f.form == nil:
	case f.form.Name == "json":
		// JSON forbids a byte order mark before it (RFC 8259), so it has none.
		return encode.AppendAlert(b, a)
	default:
		return f.form.Append(b, it)
	}
	b = append(b, "\xef\xbb\xbf"...)
	return oneLine(b, a.Severity.String()+" "+string(a.Outcome)+" "+a.Rule.ID+": "+a.Message)
}

func (f *formatter) open(b []byte) []byte { return append(append(b, '['), f.sd...) }

// head appends everything before the structured data.
func head(b []byte, pri int, at event.Nanos, host, msgid string) []byte {
	b = append(strconv.AppendInt(append(b, '<'), int64(pri), 10), ">1 "...)
	b = at.Time().AppendFormat(b, "2006-01-02T15:04:05.000000Z07:00")
	b = name(append(b, ' '), host, 255)
	b = append(b, " spaniel - "...)
	return append(name(b, msgid, 32), ' ')
}

// name appends a header field: printable ASCII without spaces, at most n
// bytes, and - for nothing.
func name(b []byte, s string, n int) []byte {
	if s == "" {
		return append(b, '-')
	}
	for i := 0; i < len(s) && i < n; i++ {
		c := s[i]
		if c <= ' ' || c >= 0x7f {
			c = '_'
		}
		b = append(b, c)
	}
	return b
}

// param appends one parameter of structured data. Backslash, quote and
// bracket are escaped as RFC 5424 asks; controls are made visible.
func param(b []byte, key, value string) []byte {
	b = append(append(append(b, ' '), key...), '=', '"')
	for len(value) > 0 {
		r, n := utf8.DecodeRuneInString(value)
		if r == '"' || r == '\\' || r == ']' {
			b = append(b, '\\')
		}
		b = visible(b, r)
		value = value[n:]
	}
	return append(b, '"')
}

// oneLine appends text, its controls made visible.
func oneLine(b []byte, s string) []byte {
	for _, r := range s {
		b = visible(b, r)
	}
	return b
}

// visible appends r, a control character as <U+000A>.
func visible(b []byte, r rune) []byte {
	if encode.Deceives(r) {
		return fmt.Appendf(b, "<%U>", r)
	}
	return utf8.AppendRune(b, r)
}
