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
		for seed := range uint64(3) {
			if n := comparePauses(t, x.data, seed); n == 0 {
				t.Fatalf("%s: no frames", name)
			}
		}
	}
}

// FuzzPauses: likewise, whatever the input.
func FuzzPauses(f *testing.F) {
	for _, x := range allFixtures() {
		f.Add(x.data, uint64(1))
	}
	f.Fuzz(func(t *testing.T, data []byte, seed uint64) {
		if !isPacked(data) { // a decompressor cannot be told that there is nothing yet
			comparePauses(t, data, seed)
		}
	})
}

// comparePauses reads data with pauses and without, and returns how many frames it
// has.
func comparePauses(t *testing.T, data []byte, seed uint64) int {
	t.Helper()
	want, _, werr := readAll(bytes.NewReader(data))
	in := &pausing{data, rand.New(rand.NewPCG(seed, 1)), true}
	f, err := NewFile("test", in)
	if err != nil {
		if werr == nil || werr.Error() != err.Error() {
			t.Fatalf("opening says %v, want %v", err, werr)
		}
		return 0
	}
	in.opens = false
	var got []event.Frame
	for pauses := 0; ; {
		var fr event.Frame
		if err = f.Next(&fr); err == ErrTimeout {
			if pauses++; pauses > 100+10*len(data) {
				t.Fatalf("after %d pauses the input of %d bytes is not read", pauses, len(data))
			}
			continue
		}
		if err != nil {
			break
		}
		fr.Data = bytes.Clone(fr.Data)
		got = append(got, fr)
	}
	if d := differ(got, want); d != "" || errText(err) != errText(werr) {
		t.Fatalf("seed %d: %s; it ends with %v, want %v", seed, d, err, werr)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return len(want)
}

func errText(err error) string {
	if err == nil || errors.Is(err, io.EOF) {
		return ""
	}
	return err.Error()
}
