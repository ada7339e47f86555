package semantics

import (
	"encoding/base64"
	"fmt"
	"testing"

	"spaniel/event"
)

// TestRememberedTokensSayTheSame: whatever was sent before, and however many
// tokens take one another's place.
func TestRememberedTokensSayTheSame(t *testing.T) {
	enc := base64.RawURLEncoding.EncodeToString
	var sent []string
	for i := range 3 * maxTokens {
		head, body := `{"alg":"HS256"}`, fmt.Sprintf(`{"sub":"u%d","iss":"i%d","scope":"s%d"}`, i, i%3, i%7)
		switch i % 5 {
		case 1:
			body = fmt.Sprintf(`{"email":"u%d@x.example"}`, i)
		case 2:
			body = `{"exp":1}`
		case 3:
			head = "no JSON at all"
		}
		sent = append(sent, enc([]byte(head))+"."+enc([]byte(body))+".c2ln", fmt.Sprintf("opaque-token-%d", i), fmt.Sprintf("eyes-%011d", i))
	}
	var known Memory
	who := func(m *Memory, i int) event.Principal {
		var c event.Call
		name, value := "Authorization", "Bearer "+sent[i]
		switch i % 4 {
		case 1:
			name, value = "X-Api-Key", sent[i]
		case 2:
			name, value = "Cookie", "sid="+sent[i]
		case 3:
			name, value = "X-Api-Key", " bearer "+sent[i]
		}
		c.Req.Headers = append(c.Req.Headers, event.Header{Name: name, Value: value})
		Enrich(&c, fakeHash, m)
		return c.Principal
	}
	kinds := map[string]int{}
	for round := range 3 {
		for i := range sent {
			i = i * 7 % len(sent)
			if round == 1 {
				i /= 2
			}
			got, want := who(&known, i), who(new(Memory), i)
			if got != want {
				t.Fatalf("%q: %+v, want %+v", sent[i], got, want)
			}
			kinds[got.Kind]++
		}
	}
	if kinds["jwt"] == 0 || kinds["bearer"] == 0 || kinds["apikey"] == 0 || kinds["cookie"] == 0 {
		t.Errorf("%v", kinds)
	}
}

// BenchmarkEnrichToken is what a call with a JWT pays that came before.
func BenchmarkEnrichToken(b *testing.B) {
	var c event.Call
	c.Req.Method, c.Req.Path = "GET", "/api/v1/orders"
	c.Req.Headers = append(c.Req.Headers, event.Header{Name: "Authorization", Value: "Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI3IiwiaXNzIjoiaSIsImVtYWlsIjoiYUB4LmV4YW1wbGUifQ.c2ln"})
	for name, m := range map[string]*Memory{"known": {}, "new": nil} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if m == nil {
					var p event.Principal
					jwtPrincipal(&p, c.Req.Headers[0].Value, fakeHash)
					continue
				}
				Enrich(&c, fakeHash, m)
			}
		})
	}
}
