package demo

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
)

// tokenKey signs the shop's tokens; not a secret worth guessing.
const tokenKey = "kF4zq9-RwT0v!xLm2#bYd7$Gh5@NsJc8"

// token returns a JWT for a user, valid from now for an hour.
func (s *shop) token(user string) string {
	now := s.b.Now() / 1e9
	enc := base64.RawURLEncoding
	text := enc.EncodeToString([]byte(`{"alg":"HS256","typ":"JWT"}`)) + "." +
		enc.EncodeToString(fmt.Appendf(nil, `{"sub":%q,"iss":"shop.example","iat":%d,"exp":%d}`, user, now, now+3600))
	mac := hmac.New(sha256.New, []byte(tokenKey))
	mac.Write([]byte(text))
	return text + "." + enc.EncodeToString(mac.Sum(nil))
}

// sessionID returns a cookie's value.
func (s *shop) sessionID() string {
	return fmt.Sprintf("%016x%016x", s.rng.Uint64(), s.rng.Uint64())
}
