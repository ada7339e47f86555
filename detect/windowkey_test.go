package detect

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestPartsDoNotRunTogether: other parts make another key, whatever they hold.
func TestPartsDoNotRunTogether(t *testing.T) {
	join := func(parts []string) string {
		var key []byte
		for i, p := range parts {
			if i > 0 {
				key = append(key, '|')
			}
			key = appendPart(key, p)
		}
		return string(key)
	}
	if got := join([]string{"203.0.113.9", "GET /a b"}); got != "203.0.113.9|GET /a b" {
		t.Errorf("an ordinary key reads %s", got)
	}
	part := rapid.StringOfN(rapid.SampledFrom([]rune(`a|\`)), 0, 4, -1)
	rapid.Check(t, func(t *rapid.T) {
		parts := rapid.SliceOfN(part, 2, 2)
		a, b := parts.Draw(t, "a"), parts.Draw(t, "b")
		if join(a) == join(b) && (a[0] != b[0] || a[1] != b[1]) {
			t.Fatalf("%q and %q are both %q", a, b, join(a))
		}
	})
}

// TestPipesInValues: the window of ["a|b", "c"] is not that of ["a", "b|c"].
func TestPipesInValues(t *testing.T) {
	set := load(t, strings.NewReplacer("[client.ip, principal.id]", "[[req.path, req.query]]", "count() >= 3", "count() >= 2").Replace(burstRule))
	if alerts := run(set, &Config{}, newCall("GET /a|b?c", 200, 1), newCall("GET /a?b|c", 200, 2)); len(alerts) != 0 {
		t.Errorf("counted together: %s", alerts[0].DedupKey)
	}
	alerts := run(set, &Config{}, newCall("GET /a|b?c", 200, 1), newCall("GET /a|b?c", 200, 2))
	if len(alerts) != 1 || !strings.HasSuffix(alerts[0].DedupKey, `/a\|b|c`) {
		t.Errorf("%d alerts %+v", len(alerts), alerts)
	}
}
