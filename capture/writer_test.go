package capture

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/gopacket/pcapgo"

	"spaniel/event"
)

func TestWriterIsReadByPcapgo(t *testing.T) {
	var out bytes.Buffer
	w, err := NewWriter(&out, 113)
	if err != nil {
		t.Fatal(err)
	}
	frames := []event.Frame{
		{Number: 1, Time: 1_700_000_000_123_456_789, Length: 5, Link: 113, Data: []byte("hello")},
		{Number: 2, Time: 0, Length: 1500, Link: 113, Data: []byte("cut")},
		{Number: 3, Time: (1<<32)*1e9 - 1, Length: 0, Link: 113, Data: []byte("x")},
	}
	for i := range frames {
		if err := w.Write(&frames[i]); err != nil {
			t.Fatal(err)
		}
	}
	r, err := pcapgo.NewReader(&out)
	if err != nil {
		t.Fatal(err)
	}
	if r.LinkType() != 113 || r.Snaplen() != MaxRecord {
		t.Fatalf("link %d snaplen %d", r.LinkType(), r.Snaplen())
	}
	for i, f := range frames {
		data, ci, err := r.ReadPacketData()
		if err != nil {
			t.Fatal(err)
		}
		if ci.Timestamp.UnixNano() != f.Time || !bytes.Equal(data, f.Data) || ci.Length != max(f.Length, len(f.Data)) {
			t.Errorf("frame %d came back as %v %q", i, ci, data)
		}
	}
	if _, _, err := r.ReadPacketData(); err != io.EOF {
		t.Errorf("at the end: %v", err)
	}
}

func TestWriterRefusesWhatPcapCannotHold(t *testing.T) {
	var out bytes.Buffer
	w, err := NewWriter(&out, 1)
	if err != nil {
		t.Fatal(err)
	}
	size := out.Len()
	for want, f := range map[string]event.Frame{
		"link type is 0":           {Link: 0},
		"time -1":                  {Link: 1, Time: -1},
		"time 4294967296000000000": {Link: 1, Time: 1 << 32 * 1e9},
		"more than":                {Link: 1, Data: make([]byte, MaxRecord+1)},
	} {
		if err := w.Write(&f); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
	if out.Len() != size {
		t.Error("a refused frame was written")
	}
}

type brokenPipe struct{ left int }

var errBroken = errors.New("broken pipe")

func (b *brokenPipe) Write(p []byte) (int, error) {
	if b.left -= len(p); b.left < 0 {
		return 0, errBroken
	}
	return len(p), nil
}

func TestWriterPassesErrorsOn(t *testing.T) {
	if _, err := NewWriter(&brokenPipe{}, 1); !errors.Is(err, errBroken) {
		t.Errorf("header: %v", err)
	}
	w, err := NewWriter(&brokenPipe{left: pcapHeaderLen}, 1)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Write(&event.Frame{Link: 1}); !errors.Is(err, errBroken) {
		t.Errorf("frame: %v", err)
	}
}

func TestWriterAllocatesNothing(t *testing.T) {
	w, err := NewWriter(io.Discard, 1)
	if err != nil {
		t.Fatal(err)
	}
	f := event.Frame{Link: 1, Length: 1400, Data: make([]byte, 1400)}
	if n := testing.AllocsPerRun(100, func() {
		if err := w.Write(&f); err != nil {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Errorf("%v allocations a frame", n)
	}
}
