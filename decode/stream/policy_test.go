package stream

import (
	"net/netip"
	"strings"
	"testing"
)

// TestOverlapPolicies puts a new segment of B in each possible place against
// a waiting one, AAAA at 3; what waits comes out when the bytes before it do.
func TestOverlapPolicies(t *testing.T) {
	policies := []Policy{Linux, BSD, Windows, Solaris, First, Last}
	for _, c := range []struct {
		name string
		at   uint32
		data string
		want string // by policy, in the order above
	}{
		{"same start, same end", 3, "BBBB", "AAAA AAAA AAAA BBBB AAAA BBBB"},
		{"same start, ends later", 3, "BBBBB", "BBBBB AAAAB AAAAB BBBBB AAAAB BBBBB"},
		{"same start, ends earlier", 3, "BB", "AAAA AAAA AAAA AAAA AAAA BBAA"},
		{"starts earlier, ends earlier", 1, "BBBB", "BBBBAA BBBBAA BBBBAA BBAAAA BBAAAA BBBBAA"},
		{"starts earlier, same end", 1, "BBBBBB", "BBBBBB BBBBBB BBBBBB BBBBBB BBAAAA BBBBBB"},
		{"starts earlier, ends later", 1, "BBBBBBB", "BBBBBBB BBBBBBB BBBBBBB BBBBBBB BBAAAAB BBBBBBB"},
		{"starts later, ends earlier", 4, "BB", "AAAA AAAA AAAA AAAA AAAA ABBA"},
		{"starts later, same end", 4, "BBB", "AAAA AAAA AAAA AAAA AAAA ABBB"},
		{"starts later, ends later", 4, "BBBB", "AAAAB AAAAB AAAAB ABBBB AAAAB ABBBB"},
		{"closes the hole, ends earlier", 0, "BBBBB", "BBBBBAA BBBBBAA BBBBBAA BBBAAAA BBBAAAA BBBBBAA"},
		{"closes the hole, ends later", 0, "BBBBBBBB", "BBBBBBBB BBBBBBBB BBBBBBBB BBBBBBBB BBBAAAAB BBBBBBBB"},
	} {
		want := strings.Fields(c.want)
		for i, p := range policies {
			t.Run(c.name+"/"+p.String(), func(t *testing.T) {
				r := newRig(t, func(c *Config) { c.Policy = p })
				r.open(99, 199)
				r.send(true, ".", 103, 200, "AAAA")
				r.send(true, ".", 100+c.at, 200, c.data)
				lead := "___"[:min(c.at, 3)]
				r.send(true, ".", 100, 200, lead)
				r.close()
				r.want(0, lead+want[i], "")
				r.wantNotes(noteOverlap)
			})
		}
	}
}

func TestPolicyNames(t *testing.T) {
	for p := range numPolicies {
		got, err := ParsePolicy(p.String())
		if got != p || err != nil {
			t.Errorf("%v: %v, %v", p, got, err)
		}
	}
	if _, err := ParsePolicy("beos"); err == nil || !strings.Contains(err.Error(), "windows") {
		t.Errorf("error %v", err)
	}
}

func TestPolicyByTarget(t *testing.T) {
	for hosts, want := range map[string]string{"10.0.0.2/32": "_BBBB", "10.0.0.0/24": "_BBBB", "10.0.0.1/32": "_AAAA", "::/0": "_AAAA"} {
		r := newRig(t, func(c *Config) {
			c.Targets = []Target{{netip.MustParsePrefix("192.0.2.0/24"), First}, {netip.MustParsePrefix(hosts), Last}}
		})
		r.open(99, 199)
		r.send(true, ".", 101, 200, "AAAA")
		r.send(true, ".", 101, 200, "BBBB")
		r.send(true, ".", 100, 200, "_")
		r.close()
		r.want(0, want, "")
	}
}
