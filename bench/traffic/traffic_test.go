package traffic

import (
	"bytes"
	"testing"
)

func TestSameSeedSameBytes(t *testing.T) {
	var a, b bytes.Buffer
	ta, err := Write(&a, Default(2000))
	if err != nil {
		t.Fatal(err)
	}
	tb, err := Write(&b, Default(2000))
	if err != nil {
		t.Fatal(err)
	}
	if ta != tb || !bytes.Equal(a.Bytes(), b.Bytes()) {
		t.Errorf("two runs differ: %+v, %+v", ta, tb)
	}
	if ta.Calls < 100 || ta.Packets < 2000 || ta.Lost != 0 {
		t.Errorf("truth %+v", ta)
	}
}
