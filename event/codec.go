package event

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"net/netip"
	"slices"
	"unsafe"
)

// Codec turns records into the compact tagged binary of docs/formats/spool.md
// and back. A column at its zero value takes no space; a tag that a reader
// does not know is skipped. A Codec is immutable and safe for any goroutine.
type Codec[T any] struct {
	cols  []Column[T]
	byTag [256]*Column[T]
}

// NewCodec returns a codec for the given columns.
func NewCodec[T any](cols []Column[T]) *Codec[T] {
	c := &Codec[T]{cols: cols}
	for i := range c.cols {
		c.byTag[c.cols[i].Tag] = &c.cols[i]
	}
	return c
}

// errRecord is any record whose lengths do not fit.
var errRecord = errors.New("malformed record")

// Append appends the binary form of r: for each column not at zero its tag,
// the length of its value as a uvarint, and the value.
func (c *Codec[T]) Append(b []byte, r *T) []byte {
	for i := range c.cols {
		start := len(b)
		b = append(b, c.cols[i].Tag, 0) // one byte of length, widened when it must
		body := len(b)
		b = appendField(b, c.cols[i].Field(r))
		n := len(b) - body
		switch {
		case n == 0:
			b = b[:start]
		case n < 0x80:
			b[body-1] = byte(n)
		default:
			var v [binary.MaxVarintLen64]byte
			w := binary.PutUvarint(v[:], uint64(n))
			b = append(b, v[:w-1]...) // room
			copy(b[body-1+w:], b[body:body+n])
			copy(b[body-1:], v[:w])
		}
	}
	return b
}

func appendField(b []byte, p any) []byte {
	switch p := p.(type) {
	case *string:
		return append(b, *p...)
	case *Nanos:
		return appendUint(b, uint64(*p))
	case *ID:
		if p.IsZero() {
			return b
		}
		return append(b, p[:]...)
	case *netip.Addr:
		if !p.IsValid() {
			return b
		}
		a := p.As16()
		if p.Is4() {
			return append(b, a[12:]...)
		}
		return append(b, a[:]...)
	case *uint16:
		return appendUint(b, uint64(*p))
	case *uint32:
		return appendUint(b, uint64(*p))
	case *uint64:
		return appendUint(b, *p)
	case *float32:
		return appendUint(b, uint64(math.Float32bits(*p)))
	case *[]string:
		for _, s := range *p {
			b = appendText(b, s)
		}
		return b
	case *HeaderMap:
		return appendPairs(b, *p)
	case *ValueMap:
		return appendPairs(b, *p)
	}
	panic(fmt.Sprintf("event: column of type %T", p))
}

func appendUint(b []byte, v uint64) []byte {
	if v == 0 {
		return b
	}
	return binary.AppendUvarint(b, v)
}

func appendText(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

func appendPairs(b []byte, h []Header) []byte {
	for i := range h {
		b = appendText(appendText(b, h[i].Name), h[i].Value)
	}
	return b
}

// Decode fills r, which must be at its zero value, from b. The record owns its
// strings.
func (c *Codec[T]) Decode(b []byte, r *T) error {
	return c.decode(string(b), r) // the record's one allocation of text
}

// View is Decode into a record that may hold anything, and whose text then lies
// in b: it is good for as long as b is, and does not change.
func (c *Codec[T]) View(b []byte, r *T) error {
	var zero T
	*r = zero
	return c.decode(unsafe.String(unsafe.SliceData(b), len(b)), r)
}

func (c *Codec[T]) decode(s string, r *T) error {
	for len(s) > 0 {
		tag := s[0]
		val, rest, ok := cutText(s[1:])
		if !ok {
			return fmt.Errorf("%w: tag %d runs past the end", errRecord, tag)
		}
		s = rest
		if col := c.byTag[tag]; col != nil {
			if !decodeField(val, col.Field(r)) {
				return fmt.Errorf("%w: column %s", errRecord, col.Name)
			}
		}
	}
	return nil
}

func decodeField(s string, p any) bool {
	switch p := p.(type) {
	case *string:
		*p = s
		return true
	case *Nanos:
		v, ok := decodeUint(s, math.MaxUint64)
		*p = Nanos(v)
		return ok
	case *ID:
		return copy(p[:], s) == len(p) && len(s) == len(p)
	case *netip.Addr:
		switch len(s) {
		case 4:
			*p = netip.AddrFrom4([4]byte([]byte(s)))
		case 16:
			*p = netip.AddrFrom16([16]byte([]byte(s)))
		}
		return len(s) == 4 || len(s) == 16
	case *uint16:
		v, ok := decodeUint(s, math.MaxUint16)
		*p = uint16(v)
		return ok
	case *uint32:
		v, ok := decodeUint(s, math.MaxUint32)
		*p = uint32(v)
		return ok
	case *uint64:
		v, ok := decodeUint(s, math.MaxUint64)
		*p = v
		return ok
	case *float32:
		v, ok := decodeUint(s, math.MaxUint32)
		*p = math.Float32frombits(uint32(v))
		return ok
	case *[]string:
		if n := countTexts(s); n > 0 {
			*p = slices.Grow(*p, n)
		}
		for len(s) > 0 {
			v, rest, ok := cutText(s)
			if !ok {
				return false
			}
			*p, s = append(*p, v), rest
		}
		return true
	case *HeaderMap:
		return decodePairs(s, (*[]Header)(p))
	case *ValueMap:
		return decodePairs(s, (*[]Header)(p))
	}
	return false
}

// decodeUint reads a number that fills s; beyond the limit it is none.
func decodeUint(s string, limit uint64) (uint64, bool) {
	v, rest, ok := cutUvarint(s)
	if !ok || rest != "" || v > limit {
		return 0, false
	}
	return v, true
}

func decodePairs(s string, dst *[]Header) bool {
	if n := countTexts(s) / 2; n > 0 {
		*dst = slices.Grow(*dst, n)
	}
	for len(s) > 0 {
		name, rest, ok := cutText(s)
		if !ok {
			return false
		}
		value, rest, ok := cutText(rest)
		if !ok {
			return false
		}
		*dst, s = append(*dst, Header{name, value}), rest
	}
	return true
}

// countTexts counts the texts that s begins with.
func countTexts(s string) (n int) {
	for len(s) > 0 {
		_, rest, ok := cutText(s)
		if !ok {
			break
		}
		n, s = n+1, rest
	}
	return n
}

func cutText(s string) (text, rest string, ok bool) {
	n, rest, ok := cutUvarint(s)
	if !ok || n > uint64(len(rest)) {
		return "", "", false
	}
	return rest[:n], rest[n:], true
}

func cutUvarint(s string) (v uint64, rest string, ok bool) {
	if len(s) > 0 && s[0] < 0x80 {
		return uint64(s[0]), s[1:], true
	}
	for i := 0; i < len(s) && i < binary.MaxVarintLen64; i++ {
		c := s[i]
		if i == binary.MaxVarintLen64-1 && c > 1 {
			return 0, "", false
		}
		v |= uint64(c&0x7f) << (7 * i)
		if c < 0x80 {
			return v, s[i+1:], true
		}
	}
	return 0, "", false
}
