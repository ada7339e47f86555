package traffic

import (
	"bufio"
	"fmt"
	"io"
)

// A Call is what must be found of a call: on which connection, as the how
// manyth, what was asked and answered, and how long both bodies are on the
// wire.
type Call struct {
	Client              string // address and port
	Depth               int
	Method, Target      string
	Status              int
	ReqBytes, RespBytes int
}

// String is the call's line in a truth file.
func (c Call) String() string {
	return fmt.Sprintf("%s %d %s %s %d %d %d", c.Client, c.Depth, c.Method, c.Target, c.Status, c.ReqBytes, c.RespBytes)
}

// A Tally compares what was found with the truth.
type Tally struct {
	Calls, Right, Missed, Invented int
	// Example is a line that was missed, else one that was invented.
	Example string
}

// Exact reports whether what was found is the truth.
func (t *Tally) Exact() bool { return t.Missed == 0 && t.Invented == 0 }

// Compare counts the calls found against a truth file.
func Compare(truth io.Reader, found []Call) (Tally, error) {
	var t Tally
	left := make(map[string]int, len(found))
	for _, c := range found {
		left[c.String()]++
	}
	s := bufio.NewScanner(truth)
	s.Buffer(nil, 1<<20)
	for s.Scan() {
		t.Calls++
		if left[s.Text()] == 0 {
			t.Missed++
			t.Example = s.Text()
			continue
		}
		left[s.Text()]--
		t.Right++
	}
	for line, n := range left {
		t.Invented += n
		if n > 0 && t.Missed == 0 {
			t.Example = line
		}
	}
	return t, s.Err()
}
