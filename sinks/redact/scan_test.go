package redact

import (
	"testing"

	"pgregory.net/rapid"
)

// TestMayHoldMissesNothing: what is passed over has nothing to hide.
func TestMayHoldMissesNothing(t *testing.T) {
	r := New(make([]byte, 32), Option{})
	part := rapid.SampledFrom([]string{"e", "ey", "eyJ", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.", "=", ":", " ", "<", ">", "password", "bearer", "Basic", "YW5uOnNlY3JldA==", "//u:p@h/", "[redacted:", "a", "\n", "\"", "token", "</", "AKIA0123456789ABCDEF", "ghp_0123456789abcdef0123456789abcdef0123", "sk-", "4111111111111111", "4111", "-", "+", "1111", "DE89370400440532013000", "-----BEGIN PRIVATE KEY-----"})
	rapid.Check(t, func(t *rapid.T) {
		s := ""
		for _, p := range rapid.SliceOfN(part, 0, 24).Draw(t, "parts") {
			s += p
		}
		if got := r.pass(s); got != s && !mayHold(s) {
			t.Fatalf("%q holds a secret and is passed over", s)
		}
		if got, want := mayHold(s), holds(s); got != want {
			t.Fatalf("%q: %t at a glance, %t", s, got, want)
		}
	})
}
