package traffic

import (
	"bytes"
	"strings"
	"testing"
)

func small(k Kind) Config {
	return Config{Kind: k, Seed: 1, Packets: 2000, Live: 20, CallsPerConn: 10, Swapped: 5, Resent: 5, Attacks: 10}
}

func TestSameSeedSameBytes(t *testing.T) {
	for _, kind := range []Kind{KeepAlive, Short, Large} {
		var a, b, ca, cb bytes.Buffer
		ta, err := Write(&a, &ca, small(kind))
		if err != nil {
			t.Fatal(err)
		}
		tb, err := Write(&b, &cb, small(kind))
		if err != nil {
			t.Fatal(err)
		}
		if ta != tb || !bytes.Equal(a.Bytes(), b.Bytes()) || !bytes.Equal(ca.Bytes(), cb.Bytes()) {
			t.Errorf("%s: two runs differ: %+v, %+v", kind, ta, tb)
		}
		if ta.Calls == 0 || ta.Calls != strings.Count(ca.String(), "\n") || ta.Packets < 2000 || ta.Lost != 0 {
			t.Errorf("%s: truth %+v with %d lines", kind, ta, strings.Count(ca.String(), "\n"))
		}
	}
}

func TestCompareFindsEveryDifference(t *testing.T) {
	one := Call{Client: "10.0.0.1:1", Depth: 1, Method: "GET", Target: "/a", Status: 200}
	two, odd := one, one
	two.Depth, odd.Status = 2, 404
	truth := one.String() + "\n" + two.String() + "\n"
	for name, c := range map[string]struct {
		found            []Call
		missed, invented int
	}{
		"the truth":          {[]Call{two, one}, 0, 0},
		"one missed":         {[]Call{one}, 1, 0},
		"one twice":          {[]Call{one, two, two}, 0, 1},
		"another status":     {[]Call{odd, two}, 1, 1},
		"nothing":            {nil, 2, 0},
		"one more, one less": {[]Call{one, odd}, 1, 1},
	} {
		got, err := Compare(strings.NewReader(truth), c.found)
		if err != nil || got.Missed != c.missed || got.Invented != c.invented || got.Exact() != (c.missed+c.invented == 0) || got.Calls != 2 {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}
