package outcome

import "testing"

func TestReflected(t *testing.T) {
	const page = `<p>You searched for <script>alert(1)</script> and 5 > 4</p>`
	for value, want := range map[string]int{
		"<script>alert(1)</script>": 20,
		"&lt;script&gt;":            -1, // escaped: not as sent
		"searched":                  -1, // needs no escaping
		"> 4":                       -1, // too short to mean anything
		"<img src=x>":               -1,
	} {
		at, match, ok := Reflected(page, value)
		if ok != (want >= 0) || ok && (at != want || match != value) {
			t.Errorf("%q: %d %q %v", value, at, match, ok)
		}
	}
}
