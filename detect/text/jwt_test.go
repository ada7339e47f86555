package text

import (
	"encoding/base64"
	"testing"
)

func token(head, claims, sig string) string {
	e := base64.RawURLEncoding
	return e.EncodeToString([]byte(head)) + "." + e.EncodeToString([]byte(claims)) + "." + sig
}

func TestParseJWT(t *testing.T) {
	for _, c := range []struct {
		name, in string
		want     JWT
		ok       bool
	}{
		{"signed", "Bearer " + token(`{"alg":"HS256","typ":"JWT","kid":"k"}`, `{"sub":"7","email":"a@x.example","iss":"i","exp":1700000000,"iat":1600000000.5,"nbf":1}`, "c2ln"),
			JWT{Alg: "HS256", Typ: "JWT", Kid: "k", Sub: "7", User: "a@x.example", Iss: "i", Exp: 1700000000, Iat: 1600000000, Nbf: 1, Signed: true}, true},
		{"unsigned", token(`{"alg":"none"}`, `{"sub":"a"}`, ""), JWT{Alg: "none", Sub: "a", User: "a"}, true},
		{"scopes", token(`{"alg":"RS256"}`, `{"scope":["a","b"]}`, "x"), JWT{Alg: "RS256", Scope: "a b", Signed: true}, true},
		{"number as subject", token(`{"alg":"RS256"}`, `{"sub":7}`, "x"), JWT{Alg: "RS256", Sub: "7", Signed: true}, true},
		{"nonsense exp", token(`{"alg":"RS256"}`, `{"exp":"soon"}`, "x"), JWT{Alg: "RS256", Signed: true}, true},
		{"huge exp", token(`{"alg":"RS256"}`, `{"exp":1e300}`, "x"), JWT{Alg: "RS256", Signed: true}, true},
		{"no alg", token(`{"typ":"JWT"}`, `{}`, "x"), JWT{Typ: ""}, false},
		{"not json", "eyJhbGciOiJub25lIn0.eyJ.x", JWT{}, false},
		{"two parts", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0", JWT{}, false},
		{"word", "Bearer abc", JWT{}, false},
		{"empty", "", JWT{}, false},
	} {
		got, ok := ParseJWT(c.in)
		if ok != c.ok || ok && got != c.want {
			t.Errorf("%s: got %+v, %v; want %+v, %v", c.name, got, ok, c.want, c.ok)
		}
	}
}
