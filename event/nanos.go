package event

import "time"

// Nanos is a time in nanoseconds since 1970-01-01 UTC. Its text form is RFC
// 3339 with microseconds.
type Nanos int64

// nanosLayout has fixed width, so that text sorts as time does.
const nanosLayout = "2006-01-02T15:04:05.000000Z"

// Time returns n as a UTC time.
func (n Nanos) Time() time.Time { return time.Unix(0, int64(n)).UTC() }

func (n Nanos) String() string { return n.Time().Format(nanosLayout) }

// AppendText appends the text form.
func (n Nanos) AppendText(b []byte) ([]byte, error) {
	return n.Time().AppendFormat(b, nanosLayout), nil
}

// MarshalText writes the text form.
func (n Nanos) MarshalText() ([]byte, error) { return n.AppendText(nil) }

// UnmarshalText reads any RFC 3339 time.
func (n *Nanos) UnmarshalText(b []byte) error {
	t, err := time.Parse(time.RFC3339Nano, string(b))
	if err == nil {
		*n = Nanos(t.UnixNano())
	}
	return err
}
