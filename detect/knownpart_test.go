package detect

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestKnownPart(t *testing.T) {
	for _, tc := range []struct{ src, call, known string }{
		{`resp.status == 200`, `resp.status == 200`, ``},
		{`resp.status == 200 && new_ids() > 0`, `resp.status == 200`, `new_ids() > 0`},
		{`new_ids() > 0 && resp.status == 200`, `resp.status == 200`, `new_ids() > 0`},
		{`new_ids() > 0`, `true`, `new_ids() > 0`},
		{`a && foreign_ids() > 0 and b && (usual_auth() > 0.9 || new_caller())`, `a && b`, `foreign_ids() > 0 && (usual_auth() > 0.9 || new_caller())`},
		{`req.path == "new_ids() > 0 && x"`, `req.path == "new_ids() > 0 && x"`, ``},
		{`req.path == "a && b" && new_caller ()`, `req.path == "a && b"`, `new_caller ()`},
		{`(a && b || c) && new_caller()`, `(a && b || c)`, `new_caller()`},
		{`a || new_caller()`, `true`, `a || new_caller()`},
		{`a ? new_caller() : b`, `true`, `a ? new_caller() : b`},
		{`let x = new_ids(); x > 0 && x < 9`, `true`, `let x = new_ids(); x > 0 && x < 9`},
		{`x.new_ids() && a`, `x.new_ids() && a`, ``},
	} {
		call, known := knownPart(tc.src)
		words := func(s string) string { return strings.Join(strings.Fields(s), " ") }
		if words(call) != tc.call || words(known) != tc.known {
			t.Errorf("%s: %q and %q", tc.src, words(call), words(known))
		}
	}
}

// TestKnownPartLosesNothing: whatever is joined, each operand stands in one of
// the two texts, where it stood.
func TestKnownPartLosesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		operand := rapid.SampledFrom([]string{`a`, `b == 1`, `(a || b)`, `"x && y" in c`, "new_ids() > 0", "(new_caller() || usual_auth() > 0.5)", "!new_caller()", "any(l, {# && a})", "ü == 'é'"})
		list := rapid.SliceOfN(operand, 1, 6).Draw(t, "operands")
		joint := rapid.SampledFrom([]string{"&&", " && ", " and ", "\n&& "}).Draw(t, "joint")
		src := strings.Join(list, joint)
		call, known := knownPart(src)
		n, c, k := len([]rune(src)), []rune(call), []rune(known)
		if known == "" {
			if call != src || strings.Contains(src, "new_") {
				t.Fatalf("%q: %q", src, call)
			}
			return
		}
		if len(c) != n || len(k) != n {
			t.Fatalf("%q: %d and %d characters of %d", src, len(c), len(k), n)
		}
		at := 0
		for _, op := range list {
			in, end := c, at+len([]rune(op))
			if strings.Contains(op, "new_") {
				in = k
			}
			if string(in[at:end]) != op {
				t.Fatalf("%q: %q is not in %q", src, op, string(in))
			}
			at = end + len([]rune(joint))
		}
	})
}
