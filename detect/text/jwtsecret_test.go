package text

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"testing"
)

func signed(head, body, secret string) string {
	b := base64.RawURLEncoding.EncodeToString
	s := b([]byte(head)) + "." + b([]byte(body))
	m := hmac.New(sha256.New, []byte(secret))
	m.Write([]byte(s))
	return s + "." + b(m.Sum(nil))
}

func TestWeakSecret(t *testing.T) {
	const head, body = `{"alg":"HS256"}`, `{"sub":"ann"}`
	for secret, want := range map[string]bool{"secret": true, "your-256-bit-secret": true, "ooT4ahYeeb0ain": false, "Secret ": false} {
		if got := WeakSecret("Bearer " + signed(head, body, secret)); got != want {
			t.Errorf("WeakSecret, signed with %q = %v", secret, got)
		}
	}
	for _, tok := range []string{"", "a.b.c", signed(`{"alg":"RS256"}`, body, "secret"), signed(head, body, "secret") + "AA"} {
		if WeakSecret(tok) {
			t.Errorf("WeakSecret(%q)", tok)
		}
	}
}

func TestSignatureMisfit(t *testing.T) {
	const body = `{"sub":"ann"}`
	good := signed(`{"alg":"HS256"}`, body, "x")
	for tok, want := range map[string]bool{good: false, good[:len(good)-8]: true, good + "AAAA": true, signed(`{"alg":"HS512"}`, body, "x"): true, signed(`{"alg":"RS256"}`, body, "x"): true,
		signed(`{"alg":"none"}`, body, "x"): false, "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.": false, "no": false} {
		if got := SignatureMisfit(tok); got != want {
			t.Errorf("SignatureMisfit(%q) = %v", tok, got)
		}
	}
}

func TestURLHost(t *testing.T) {
	for s, want := range map[string]string{"http://2130706433:8080/x": "127.0.0.1", "https://User@Evil.Example:8443/a": "evil.example", "/a/b": "", "http:": "", "http://[::ffff:10.0.0.1]/": "10.0.0.1", "see http://a.example/": "", "//cdn.example/x": "cdn.example"} {
		if got := URLHost(s); got != want {
			t.Errorf("URLHost(%q) = %q, want %q", s, got, want)
		}
	}
}
