package event

import "testing"

func TestFingerprint(t *testing.T) {
	call := func(names ...string) *Call {
		c := &Call{}
		c.Req.Seen = true
		for _, n := range names {
			c.Req.Headers = append(c.Req.Headers, Header{Name: n, Value: "v" + n})
		}
		return c
	}
	if call("Host", "Accept").Fingerprint() != call("host", "ACCEPT").Fingerprint() {
		t.Error("case of names must not count")
	}
	if call("Host", "Accept").Fingerprint() == call("Accept", "Host").Fingerprint() {
		t.Error("order of names must count")
	}
	if call("ab", "c").Fingerprint() == call("a", "bc").Fingerprint() {
		t.Error("names must be kept apart")
	}
	if (&Call{}).Fingerprint() != 0 {
		t.Error("no request, no fingerprint")
	}
}
