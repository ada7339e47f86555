package event

// A Header is one header field as sent; order and repeats are kept.
type Header struct {
	Name, Value string
}

// A Message is a request or a response.
type Message struct {
	// Seen is false when nothing of the message was captured.
	Seen bool
	// Start and End are the times of its first and last byte, ns since 1970.
	Start, End int64
	// FirstFrame and LastFrame carried its first and last byte.
	FirstFrame, LastFrame uint64
	// Version is as sent: HTTP/1.1; HTTP/0.9 has none and says so here.
	Version string
	// Headers are in wire order; Trailers came after a chunked body.
	Headers, Trailers []Header
	// BodyBytes counts the body on the wire, framing (chunk sizes) excluded.
	BodyBytes uint64
	// Raw is the body as sent, content codings in place, cut at the cap.
	// Borrowed: valid until the call's receiver returns.
	Raw []byte
	// RawCut says that Raw was cut at the cap, RawGap that bytes in it are
	// missing, at which point Raw ends: nothing is glued across a hole.
	RawCut, RawGap bool
	// Complete says that the message's last byte was seen.
	Complete bool
}

// Get returns the first value of the named header, "" if there is none. Names
// compare without regard to ASCII case.
func (m *Message) Get(name string) string {
	for i := range m.Headers {
		if equalFold(m.Headers[i].Name, name) {
			return m.Headers[i].Value
		}
	}
	return ""
}

// equalFold is strings.EqualFold for ASCII, without its Unicode folding: a
// Kelvin sign must not turn into the k of a header's name.
func equalFold(a, b string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := 0; i < len(a); i++ {
		if x, y := a[i], b[i]; x != y && lower(x) != lower(y) {
			return false
		}
	}
	return true
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}
