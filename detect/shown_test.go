package detect

import (
	"strings"
	"testing"
)

// hide is a redactor of one word, and of all in a place called secret.
func hide(place, text string) string {
	if strings.HasSuffix(place, ".secret") {
		return "[redacted]"
	}
	return strings.ReplaceAll(text, "HIDDEN", "[redacted]")
}

func TestShownNeverShowsWhatIsHidden(t *testing.T) {
	s := &scope{outlet: outlet{cfg: &Config{Redact: hide}}}
	const whole = `{"a":"1 UNION SELECT","password":"x' OR HIDDEN tail"}`
	for _, tc := range []struct {
		f    find
		want string
	}{
		{find{place: "q", text: "UNION SELECT", offset: strings.Index(whole, "UNION"), whole: whole}, "UNION SELECT"},
		{find{place: "q", text: "OR HIDDEN tail", offset: strings.Index(whole, "OR"), whole: whole}, `OR [redacted] tail"}`},
		{find{place: "q", text: "tail", offset: strings.Index(whole, "tail"), whole: whole}, "tail"},
		{find{place: "q", text: "HIDDEN", offset: 3, whole: whole}, strings.ReplaceAll(whole, "HIDDEN", "[redacted]")},
		{find{place: "query.v", chain: "base64>json.user.secret", text: "abc", whole: "abc"}, "[redacted]"},
		{find{place: "query.v", text: "plain"}, "plain"},
	} {
		if got := s.shown(&tc.f); got != tc.want {
			t.Errorf("%+v: %q, want %q", tc.f, got, tc.want)
		}
	}
}
