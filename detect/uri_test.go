package detect

import "testing"

// TestTargetAsAServerTakesIt: a rule about req.uri finds what the target hides,
// also through the prefilter, and shows what it found; the next call on the same
// memory is looked at anew.
func TestTargetAsAServerTakesIt(t *testing.T) {
	const hidden = "GET /static/..%2f..%5Cetc%2Fpasswd?x=%3Cscript%3e+1"
	for _, tc := range []struct {
		when, request, evidence string
	}{
		{`req.uri contains "/etc/passwd"`, hidden, ""},
		{`contains_any(req.uri, ["/ETC/passwd?x=<"])`, hidden, "req.uri"},
		{`reads(req.uri, "^/etc/.*<script> ?\\+")`, hidden, "req.uri"},
		{`req.uri == "/etc/passwd?x=<script>+1" && len(req.uri) == 24`, hidden, ""},
		{`req.uri in ["/a", "/b"]`, "GET /b", ""},
	} {
		set := load(t, good+"when: '"+tc.when+"'\n")
		alerts := run(set, &Config{}, newCall("GET /static/app.css", 200, 1), newCall(tc.request, 200, 2), newCall("GET /static/etc/passwords", 200, 3))
		if len(alerts) != 1 {
			t.Errorf("%s: %d alerts", tc.when, len(alerts))
			continue
		}
		if got := alerts[0].Evidence; tc.evidence != "" && (len(got) != 1 || got[0].Place != tc.evidence) {
			t.Errorf("%s: evidence %+v", tc.when, got)
		}
	}
}
