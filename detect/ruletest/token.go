package ruletest

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"strconv"
	"strings"
)

// token makes a JSON web token of words name=value: alg (HS256 without), typ,
// kid, jku and x5u are of its header, key is what signs it ("" without), sig
// its signature as it is to stand there; all others are claims. What is all
// digits is a number.
func token(words []string) (string, bool) {
	header, claims := map[string]any{"alg": "HS256"}, map[string]any{}
	key, sig, given := "", "", false
	for _, w := range words {
		name, text, ok := strings.Cut(w, "=")
		if !ok {
			return "", false
		}
		var v any = text
		if n, err := strconv.ParseInt(text, 10, 64); err == nil {
			v = n
		}
		switch name {
		case "alg", "typ", "kid", "jku", "x5u":
			header[name] = text
		case "key":
			key = text
		case "sig":
			sig, given = text, true
		default:
			claims[name] = v
		}
	}
	signed := part(header) + "." + part(claims)
	if !given {
		mac := hmac.New(sha256.New, []byte(key))
		mac.Write([]byte(signed))
		sig = base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
	}
	return signed + "." + sig, true
}

// part is one of a token's first two; the names of a map are sorted.
func part(m map[string]any) string {
	b, err := json.Marshal(m)
	if err != nil {
		return "" // texts and numbers always can
	}
	return base64.RawURLEncoding.EncodeToString(b)
}
