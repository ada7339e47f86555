package capture

import (
	"encoding/binary"
	"fmt"
	"io"

	"spaniel/event"
)

// Numbers of the pcapng format that are written.
const (
	ngOptEnd     = 0
	ngOptComment = 1
	ngOptName    = 2
	ngOptTimes   = 9
	ngOptProgram = 4
	ngMaxOption  = 1<<16 - 4 // a length that needs no padding beyond 16 bits
)

// An NgWriter writes frames as a pcapng file with nanosecond times, little endian
// whatever the machine. Frames may be of several interfaces and link types. It does
// not buffer: each Write is one Write below it, or two for the first of an interface.
//
// gopacket's holds link types in a byte, so that LINUX_SLL2 is none of them.
type NgWriter struct {
	w      io.Writer
	names  []string
	ifaces []ngOrigin
	buf    []byte
}

// ngOrigin is what an interface is in the file.
type ngOrigin struct {
	iface int
	link  uint16
}

// NewNgWriter writes the section's header to w, which it does not own, with a
// comment if there is one; names are those of the interfaces by their index.
func NewNgWriter(w io.Writer, names []string, comment string) (*NgWriter, error) {
	n := &NgWriter{w: w, names: names}
	n.begin(blockSection)
	n.buf = binary.LittleEndian.AppendUint32(n.buf, byteOrderMagic)
	n.buf = binary.LittleEndian.AppendUint16(n.buf, 1) // version 1.0
	n.buf = binary.LittleEndian.AppendUint16(n.buf, 0)
	n.buf = binary.LittleEndian.AppendUint64(n.buf, ^uint64(0)) // of any length
	n.option(ngOptProgram, "Spaniel")
	n.option(ngOptComment, comment)
	n.option(ngOptEnd, "")
	if err := n.end(); err != nil {
		return nil, fmt.Errorf("writing a pcapng header: %w", err)
	}
	return n, nil
}

// Write writes f: its Time, Length, Data, and the interface it is of. It returns an
// error, and writes nothing of it, for a frame the file cannot hold: longer than
// MaxRecord, or of a time before 1970.
func (n *NgWriter) Write(f *event.Frame) error {
	switch {
	case len(f.Data) > MaxRecord:
		return fmt.Errorf("writing frame %d: %d bytes are more than %d", f.Number, len(f.Data), MaxRecord)
	case f.Time < 0:
		return fmt.Errorf("writing frame %d: pcapng cannot hold the time %d", f.Number, f.Time)
	}
	id, err := n.of(ngOrigin{f.Iface, f.Link})
	if err != nil {
		return fmt.Errorf("writing the interface of frame %d: %w", f.Number, err)
	}
	n.begin(blockEnhanced)
	for _, v := range [...]uint32{uint32(id), uint32(f.Time >> 32), uint32(f.Time), uint32(len(f.Data)), uint32(max(f.Length, len(f.Data)))} {
		n.buf = binary.LittleEndian.AppendUint32(n.buf, v)
	}
	n.buf = append(n.buf, f.Data...)
	if err := n.end(); err != nil {
		return fmt.Errorf("writing frame %d: %w", f.Number, err)
	}
	return nil
}

// of is the number of an interface in the file, which is told of when it is new.
func (n *NgWriter) of(o ngOrigin) (int, error) {
	for i := range n.ifaces {
		if n.ifaces[i] == o {
			return i, nil
		}
	}
	n.begin(blockInterface)
	n.buf = binary.LittleEndian.AppendUint32(n.buf, uint32(o.link))
	n.buf = binary.LittleEndian.AppendUint32(n.buf, 0) // frames of any length
	if o.iface >= 0 && o.iface < len(n.names) {
		n.option(ngOptName, n.names[o.iface])
	}
	n.option(ngOptTimes, "\x09")
	n.option(ngOptEnd, "")
	if err := n.end(); err != nil {
		return 0, err
	}
	n.ifaces = append(n.ifaces, o)
	return len(n.ifaces) - 1, nil
}

// begin begins a block; its length comes with its end.
func (n *NgWriter) begin(kind uint32) {
	n.buf = binary.LittleEndian.AppendUint32(n.buf[:0], kind)
	n.buf = append(n.buf, 0, 0, 0, 0)
}

// option appends an option; one without text is left out, but for the end.
func (n *NgWriter) option(code uint16, text string) {
	if text == "" && code != ngOptEnd {
		return
	}
	text = text[:min(len(text), ngMaxOption)]
	n.buf = binary.LittleEndian.AppendUint16(n.buf, code)
	n.buf = binary.LittleEndian.AppendUint16(n.buf, uint16(len(text)))
	n.buf = append(n.buf, text...)
	n.pad()
}

func (n *NgWriter) pad() {
	for len(n.buf)%4 != 0 {
		n.buf = append(n.buf, 0)
	}
}

// end writes the block.
func (n *NgWriter) end() error {
	n.pad()
	n.buf = binary.LittleEndian.AppendUint32(n.buf, uint32(len(n.buf)+4))
	copy(n.buf[4:8], n.buf[len(n.buf)-4:])
	_, err := n.w.Write(n.buf)
	return err
}
