package http1

import (
	"strings"

	"spaniel/event"
)

// facts are what a head's fields say about framing and routing.
type facts struct {
	length        uint64
	hasLength     bool
	badLength     bool
	hasTE         bool
	chunked       bool // the final coding is chunked
	oddTE         bool // not exactly a list of codings ending in chunked
	look          bool // the body must say whether it is chunked
	hosts         int
	host, upgrade string
	expect        bool   // Expect: 100-continue
	split         bool   // Content-Length occurs with different values
	last          uint64 // the last of several lengths, read without care
	hasLast       bool
	close         bool // Connection: close

	// Of a response: its status, and what its request was.
	status  int
	noBody  bool // answers HEAD
	connect bool // answers CONNECT
	orphan  bool // answers nobody we saw
}

// fieldReader takes header lines apart into dst, which is a message's Headers
// or Trailers, and gathers facts. Names and values are substrings of the head.
type fieldReader struct {
	call  *event.Call
	dst   []event.Header
	max   int
	facts facts
	// trailer says that framing fields are forbidden and without effect.
	trailer bool
	other   bool   // the head is read in the other way
	folds   bool   // the field before may be folded onto
	folded  []byte // its value so far, when it was
	hidden  bool   // the line stands behind a bare LF, and ends in CRLF itself
}

// lines reads every line of s, which begins after the first line.
func (r *fieldReader) lines(s string) {
	defer r.unfold()
	for bare := false; s != ""; {
		if name, value, n := ordinary(s); n > 0 && !r.other {
			r.hidden, bare = bare, false
			r.unfold()
			r.field(name, value)
			s = s[n:]
			continue
		}
		line, whole := s, s
		if i := strings.IndexByte(s, '\n'); i >= 0 {
			line, s = s[:i], s[i+1:]
			line = strings.TrimSuffix(line, "\r")
			r.hidden = bare && len(line) < i
			if bare = len(line) == i; bare {
				r.call.Mark(AnomalyBareLF)
				if r.other && line != "" {
					line, s, _ = strings.Cut(whole, "\r\n")
					line = strings.TrimRight(line, "\n")
				}
			}
		} else {
			s = ""
		}
		if line == "" {
			return
		}
		r.line(line)
	}
}

// line reads one line without its end.
func (r *fieldReader) line(line string) {
	if r.other {
		r.plainLine(line)
		return
	}
	if i := strings.IndexByte(line, '\r'); i >= 0 {
		r.call.Mark(AnomalyBareCR)
		defer r.behindCR(line[i+1:])
	}
	if strings.IndexByte(line, 0) >= 0 {
		r.call.Mark(AnomalyNUL)
	}
	if isBlank(line[0]) {
		r.fold(line)
		return
	}
	r.unfold()
	i := strings.IndexByte(line, ':')
	if i < 0 {
		r.call.Mark(AnomalyHeaderLine)
		r.keep(line, "")
		return
	}
	name := line[:i]
	if t := trim(name); len(t) != len(name) {
		r.call.Mark(AnomalySpaceColon)
		name = t
		r.hidden = true // from who takes it for another name
	}
	if !isToken(name) {
		r.call.Mark(AnomalyHeaderName)
	}
	value := trim(line[i+1:])
	if !cleanValue(value) {
		r.call.Mark(AnomalyHeaderValue)
	}
	r.field(name, value)
}

// field takes a field that was taken apart.
func (r *fieldReader) field(name, value string) {
	if r.hidden && !r.trailer && isFraming(name) {
		r.call.Mark(AnomalySmuggling)
	}
	r.note(name, value)
	r.keep(name, value)
}

// plainLine reads one line as it stands.
func (r *fieldReader) plainLine(line string) {
	line, _, _ = strings.Cut(line, "\x00")
	name, value, ok := strings.Cut(line, ":")
	if line != "" && isBlank(line[0]) {
		if name = trim(name); !ok || !isToken(name) {
			r.fold(line)
			return
		}
	}
	r.unfold()
	r.note(name, trim(value))
	r.keep(name, trim(value))
}

// behindCR reads the fields that stand behind bare CRs once more: to some
// readers a CR ends a line.
func (r *fieldReader) behindCR(rest string) {
	for more := true; more; {
		var part string
		part, rest, more = strings.Cut(rest, "\r")
		if name, value, ok := strings.Cut(part, ":"); ok && isToken(name) {
			if !r.trailer && isFraming(name) {
				r.call.Mark(AnomalySmuggling)
			}
			r.note(name, trim(value))
			r.keep(name, trim(value))
		}
	}
}

// keep stores a field below the cap.
func (r *fieldReader) keep(name, value string) {
	r.folds = len(r.dst) < r.max
	if !r.folds {
		r.call.Mark(AnomalyFieldCap)
		r.call.Flags |= event.FlagCapped
		return
	}
	r.dst = append(r.dst, event.Header{Name: name, Value: value})
}

// fold joins a continuation line to the field before it with one space.
func (r *fieldReader) fold(line string) {
	if len(r.dst) == 0 {
		r.call.Mark(AnomalyHeaderLine)
		r.keep("", trim(line))
		return
	}
	r.call.Mark(AnomalyObsFold)
	if !r.folds {
		return
	}
	if len(r.folded) == 0 {
		r.folded = append(r.folded, r.dst[len(r.dst)-1].Value...)
	}
	if len(r.folded) > 0 && !r.other {
		r.folded = append(r.folded, ' ')
	}
	r.folded = append(r.folded, trim(line)...)
}

// unfold gives the last field its folded value. It is joined only once, so
// that many short lines cost no more than a long one.
func (r *fieldReader) unfold() {
	if len(r.folded) == 0 {
		return
	}
	h := &r.dst[len(r.dst)-1]
	h.Value = string(r.folded)
	r.folded = r.folded[:0]
	switch {
	case r.trailer || r.other:
	case isFraming(h.Name):
		r.call.Mark(AnomalySmuggling)
		r.refold(h)
	case is(h.Name, "host"):
		r.call.Mark(AnomalyHost)
	}
}

// refold reads a framing field again after a fold changed its value.
func (r *fieldReader) refold(h *event.Header) {
	if is(h.Name, "content-length") {
		r.facts.hasLength = false
	} else {
		r.facts.hasTE, r.facts.chunked = false, false
	}
	r.note(h.Name, h.Value)
}

// isFraming reports whether name is a field that says where a body ends.
func isFraming(name string) bool {
	return is(name, "content-length") || is(name, "transfer-encoding")
}

// note gathers what a field says about framing and routing.
func (r *fieldReader) note(name, value string) {
	f := &r.facts
	if r.trailer {
		switch {
		case is(name, "content-length"), is(name, "transfer-encoding"), is(name, "host"), is(name, "authorization"), is(name, "cookie"):
			r.call.Mark(AnomalyTrailer)
		}
		return
	}
	switch len(name) {
	case 4:
		if is(name, "host") {
			if f.hosts == 0 || r.other {
				f.host = value
			}
			f.hosts++
		}
	case 6:
		f.expect = f.expect || is(name, "expect") && is(value, "100-continue")
	case 7:
		if is(name, "upgrade") {
			f.upgrade = value
		}
	case 10:
		f.close = f.close || is(name, "connection") && is(value, "close")
	case 14:
		if is(name, "content-length") {
			f.noteLength(value, r.call)
		} else if is(name, "content_length") { // the same to a program that sees HTTP_CONTENT_LENGTH
			r.call.Mark(AnomalySmuggling)
		}
	case 17:
		if is(name, "transfer-encoding") {
			f.noteEncoding(value, r.call)
		} else if is(name, "transfer_encoding") {
			r.call.Mark(AnomalySmuggling)
		}
	}
}
