package canary

import (
	"strings"
	"testing"

	"spaniel/internal/wiretest"
)

// Each secret is found as it was planted, so that a test which finds none
// says something.
func TestEachSecretIsFound(t *testing.T) {
	p := &planter{}
	for _, s := range []string{p.text(), p.hostile(), p.key("ghp_", 36), p.aws(), p.jwt(), p.basic(), p.card(), p.iban(), strings.ToUpper(p.text())} {
		if Find([]byte("before "+s+" behind")) == "" {
			t.Errorf("%q is not found", s)
		}
	}
	far := append(make([]byte, window-10), p.text()...)
	if Find(far) == "" {
		t.Error("across the edge of a window none is found")
	}
	if got := Find([]byte("no secret here: 4929 1234")); got != "" {
		t.Errorf("found %s", got)
	}
	for _, c := range []struct{ got, want string }{{new(planter).card(), "4929123456000017"}, {new(planter).iban()[4:], "370400447100000001"}} {
		if c.got != c.want {
			t.Errorf("got %s, want %s", c.got, c.want)
		}
	}
}

func TestPairsHoldWhatTheySay(t *testing.T) {
	pairs, planted := Pairs(1000)
	if planted < 1000 {
		t.Fatalf("%d planted", planted)
	}
	bare := 0
	for _, p := range pairs {
		if Find(wiretest.Request(p.Request)) == "" && Find(wiretest.Response(p.Status, p.Body, p.Headers...)) == "" {
			bare++
		}
	}
	if bare > 0 {
		t.Errorf("%d of %d calls hold no secret", bare, len(pairs))
	}
}
