package stream

import (
	"bufio"
	"encoding/json"
	"os"
	"testing"

	"spaniel/event"
)

// recorded is a segment as recorded: position, payload, whether it bears FIN.
type recorded struct {
	pos  uint32
	data string
	fin  bool
}

// UnmarshalJSON reads the three as an array.
func (r *recorded) UnmarshalJSON(b []byte) error {
	return json.Unmarshal(b, &[]any{&r.pos, &r.data, &r.fin})
}

// TestReadsAsLinuxDoes compares with what a process read from a socket of
// Linux 6.18 when the same segments, contradicting each other, were put on a
// TUN device; '|' is the end of the stream.
func TestReadsAsLinuxDoes(t *testing.T) {
	f, err := os.Open("testdata/linux.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	n := 0
	for ; lines.Scan(); n++ {
		var c struct {
			ISN      uint32
			Segments []recorded
			Read     string
		}
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			t.Fatal(err)
		}
		r := newRig(t, nil)
		r.open(c.ISN-1, 777)
		for _, s := range c.Segments {
			fl := "."
			if s.fin {
				fl = "F."
			}
			r.send(true, fl, c.ISN+s.pos, 778, s.data)
		}
		if got := r.conns[0].got[event.ToServer].String(); got != c.Read {
			t.Errorf("%s\n got %q\nread %q", lines.Bytes(), got, c.Read)
		}
	}
	if err := lines.Err(); err != nil || n < 100 {
		t.Errorf("%d recordings, %v", n, err)
	}
}
