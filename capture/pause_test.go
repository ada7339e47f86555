package capture

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"testing"

	"spaniel/event"
)

// pausing gives a few bytes at a time, and often says that there are none now.
type pausing struct {
	data  []byte
	draw  *rand.Rand
	opens bool // the header is read: there are no pauses yet
}

func (p *pausing) Read(b []byte) (int, error) {
	if len(p.data) == 0 {
		return 0, io.EOF
	}
	if !p.opens && p.draw.IntN(3) == 0 {
		return 0, ErrTimeout
	}
	n := copy(b, p.data[:min(len(p.data), 1+p.draw.IntN(40))])
	p.data = p.data[n:]
	return n, nil
}

// TestPausesChangeNothing: of an input that has nothing now and then, in the middle
// of headers, records and blocks that are passed over, the same frames are given.
func TestPausesChangeNothing(t *testing.T) {
	fixtures := allFixtures()
	large := good()
	large.block(0x0bad, func() { large.data = append(large.data, make([]byte, 3*maxBlock)...) })
	large.enhanced(event.Frame{Time: 2000, Length: 4, Data: []byte("last")}, 2)
	fixtures["a large block that is passed over"] = large
	for name, x := range fixtures {
		want, _, werr := readAll(bytes.NewReader(x.data))
		if len(want) == 0 {
			t.Fatalf("%s: no frames", name)
		}
		for seed := range uint64(3) {
			in := &pausing{x.data, rand.New(rand.NewPCG(seed, 1)), true}
			f, err := NewFile(name, in)
			if err != nil {
				t.Fatal(name, err)
			}
			in.opens = false
			var got []event.Frame
			for {
				var fr event.Frame
				if err = f.Next(&fr); err == ErrTimeout {
					continue
				}
				if err != nil {
					break
				}
				fr.Data = bytes.Clone(fr.Data)
				got = append(got, fr)
			}
			if d := differ(got, want); d != "" || errText(err) != errText(werr) {
				t.Fatalf("%s, seed %d: %s; it ends with %v, want %v", name, seed, d, err, werr)
			}
		}
	}
}

func errText(err error) string {
	if err == nil || errors.Is(err, io.EOF) {
		return ""
	}
	return err.Error()
}
