package capture

import (
	"encoding/binary"
	"fmt"
	"io"

	"spaniel/event"
)

// Sizes and numbers of the classic pcap format.
const (
	pcapHeaderLen = 24
	recordLen     = 16
	magicMicros   = 0xa1b2c3d4
	magicNanos    = 0xa1b23c4d
)

// A Writer writes frames as a classic pcap file with nanosecond times, little
// endian whatever the machine, so that equal frames are equal bytes. It does
// not buffer: each Write is one Write below it.
type Writer struct {
	w    io.Writer
	link uint16
	buf  []byte
}

// NewWriter writes the file header to w; link is the LINKTYPE_ value of every
// frame to come. It does not own w.
func NewWriter(w io.Writer, link uint16) (*Writer, error) {
	b := binary.LittleEndian.AppendUint32(make([]byte, 0, 2048), magicNanos)
	b = binary.LittleEndian.AppendUint16(b, 2) // format version 2.4
	b = binary.LittleEndian.AppendUint16(b, 4)
	b = append(b, 0, 0, 0, 0, 0, 0, 0, 0) // time zone and accuracy: unused
	b = binary.LittleEndian.AppendUint32(b, MaxRecord)
	b = binary.LittleEndian.AppendUint32(b, uint32(link))
	if _, err := w.Write(b); err != nil {
		return nil, fmt.Errorf("writing pcap header: %w", err)
	}
	return &Writer{w: w, link: link, buf: b}, nil
}

// Write writes f: its Time, Length and Data. It returns an error, and writes
// nothing, for a frame the file cannot hold: of another link type, longer than
// MaxRecord, or of a time outside 1970 to 2106.
func (w *Writer) Write(f *event.Frame) error {
	sec, nano := f.Time/1e9, f.Time%1e9
	switch {
	case f.Link != w.link:
		return fmt.Errorf("writing frame %d: its link type is %d, the file's is %d", f.Number, f.Link, w.link)
	case len(f.Data) > MaxRecord:
		return fmt.Errorf("writing frame %d: %d bytes are more than %d", f.Number, len(f.Data), MaxRecord)
	case f.Time < 0 || sec > 1<<32-1:
		return fmt.Errorf("writing frame %d: pcap cannot hold the time %d", f.Number, f.Time)
	}
	b := binary.LittleEndian.AppendUint32(w.buf[:0], uint32(sec))
	b = binary.LittleEndian.AppendUint32(b, uint32(nano))
	b = binary.LittleEndian.AppendUint32(b, uint32(len(f.Data)))
	b = binary.LittleEndian.AppendUint32(b, uint32(max(f.Length, len(f.Data))))
	w.buf = append(b, f.Data...)
	if _, err := w.w.Write(w.buf); err != nil {
		return fmt.Errorf("writing frame %d: %w", f.Number, err)
	}
	return nil
}
