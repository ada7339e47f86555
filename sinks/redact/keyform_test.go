package redact

import (
	"strings"
	"testing"
)

// TestKeysAreKnownByTheirForm: wherever they stand, and whatever the name
// before them.
func TestKeysAreKnownByTheirForm(t *testing.T) {
	r := redactor()
	tail := strings.Repeat("aB3dE5gH1j", 8)
	for _, f := range keyForms {
		key := f.prefix + tail[:f.more]
		for place, text := range map[string]string{
			"path.3": key, "path": "/a/" + key + "/b", "target": "/a/" + key + "?x=1", "header.x-any": key, "header.user-agent": "curl/8 (" + key + ")", "query.q": key,
			"query": "a=" + key + "&b=1", "body": `{"note":"` + key + `"}`, "body.note": "mine is " + key + ", keep it", "header.referer": "https://h/" + key + "/x",
		} {
			got := r.Text(place, text)
			if strings.Contains(got, key) || !strings.Contains(got, "[redacted:") {
				t.Errorf("%s: %q became %q", place, text, got)
			}
			if again := r.Text(place, got); again != got {
				t.Errorf("%s: %q is not stable: %q", place, got, again)
			}
		}
		for _, near := range []string{"x" + key, f.prefix, f.prefix + tail[:8], f.prefix + strings.Repeat("word-", 16)} {
			if near == f.prefix+tail[:8] && f.more <= 8 {
				continue
			}
			if got := r.Text("path.3", near); got != near && !strings.HasPrefix(near, "x") {
				t.Errorf("%q became %q", near, got)
			} else if got := r.Text("body", near+" "); strings.HasPrefix(near, "x") && strings.Contains(got, "[redacted:apikey") {
				t.Errorf("%q became %q", near, got)
			}
		}
	}
	for _, s := range []string{"/sk-SK/produkty/akcia-2026-november-zlava-vsetko-1", "/skills/list", "ghp_", "AKIAKIA", "SG.2026.11.27", "/npm_modules/x", "key-value-store-in-memory-with-persistence", "xoxo-2026-11"} {
		if got := r.Text("path", s); got != s {
			t.Errorf("%q became %q", s, got)
		}
	}
}

func TestPrivateKeysAreHidden(t *testing.T) {
	r := redactor()
	for _, kind := range []string{"", "RSA ", "EC ", "OPENSSH ", "ENCRYPTED "} {
		for _, end := range []string{"-----END " + kind + "PRIVATE KEY-----\n", ""} {
			s := "a\n-----BEGIN " + kind + "PRIVATE KEY-----\nMIICANARY\nCANARY\n" + end
			got := r.Text("body", s)
			if strings.Contains(got, "CANARY") || !strings.Contains(got, "[redacted:secret:") || !strings.HasSuffix(got, end) || r.Text("body", got) != got {
				t.Errorf("%q became %q", s, got)
			}
		}
	}
	for _, s := range []string{"-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----", "-----BEGIN CERTIFICATE-----\nMIIB", "----- BEGIN PRIVATE KEY"} {
		if got := r.Text("body", s); got != s {
			t.Errorf("%q became %q", s, got)
		}
	}
}
