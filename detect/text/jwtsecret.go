package text

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"hash"
	"strings"
)

// weakSecrets are words that tokens of tutorials, templates and hurried services
// are signed with.
var weakSecrets = strings.Fields(`secret Secret SECRET secretkey secret_key secret-key secret123 SecretKey mysecret my_secret my-secret mysecretkey my-secret-key my_secret_key supersecret super-secret super_secret supersecretkey super-secret-key
 password Password passw0rd P@ssw0rd password123 changeme change-me changeit change_me your-256-bit-secret your-384-bit-secret your-512-bit-secret your_jwt_secret your-secret-key your_secret_key yoursecretkey jwt jwtsecret jwt_secret jwt-secret JWT_SECRET jwt-secret-key JWTSecret
 key private privatekey private_key token tokensecret test testing test123 dev development admin admin123 root 123456 12345678 123456789 1234567890 qwerty default example demo hello helloworld foobar abc123 letmein shhhhh shhhh keyboardcat somesecret ThisIsASecret thisisasecret thisisasecretkey
 aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa 00000000000000000000000000000000 crapi vampi random gcc-secret AllYourBase`)

// jwtParts cuts a compact token of three parts, with or without "Bearer " before it.
func jwtParts(s string) (signed, signature string, ok bool) {
	s = strings.TrimSpace(s)
	if prefixFold(s, "bearer ") {
		s = strings.TrimSpace(s[7:])
	}
	if len(s) > jwtMax || strings.Count(s, ".") != 2 {
		return "", "", false
	}
	i := strings.LastIndexByte(s, '.')
	return s[:i], s[i+1:], true
}

// WeakSecret reports a token whose signature is made with one of some 90 words that
// everybody tries first. It computes as many signatures: ask it of a token once.
//
// Example: WeakSecret of a token that HS256 and "secret" signed is true.
func WeakSecret(token string) bool {
	t, ok := ParseJWT(token)
	signed, signature, cut := jwtParts(token)
	if !ok || !cut {
		return false
	}
	var make func() hash.Hash
	switch t.Alg {
	case "HS256":
		make = sha256.New
	case "HS384":
		make = sha512.New384
	case "HS512":
		make = sha512.New
	default:
		return false
	}
	want, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(signature, "="))
	if err != nil || len(want) != make().Size() {
		return false
	}
	for _, secret := range weakSecrets {
		m := hmac.New(make, []byte(secret))
		m.Write([]byte(signed)) // never fails
		if hmac.Equal(m.Sum(nil), want) {
			return true
		}
	}
	return false
}

// SignatureMisfit reports a token whose signature has a length that its algorithm
// never gives: somebody cut it, or put something in its place.
//
// Example: SignatureMisfit of a token of HS256 with a signature of three bytes is true.
func SignatureMisfit(token string) bool {
	_, signature, cut := jwtParts(token)
	if !cut || signature == "" {
		return false
	}
	t, ok := ParseJWT(token)
	if !ok {
		return false
	}
	raw, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(signature, "="))
	if err != nil {
		return strings.ContainsAny(t.Alg, "HREP")
	}
	n := len(raw)
	switch t.Alg {
	case "HS256":
		return n != 32
	case "HS384":
		return n != 48
	case "HS512":
		return n != 64
	case "ES256", "EdDSA", "ES256K":
		return n != 64 && n != 114 && (n < 68 || n > 73) // some write it in DER
	case "ES384":
		return n != 96 && (n < 98 || n > 105)
	case "RS256", "RS384", "RS512", "PS256", "PS384", "PS512":
		return n < 128 || n%64 != 0
	}
	return false
}

// URLHost returns the host of a value that is a URL as a whole, in lower case and
// without its port; an address in its usual spelling, however it was written.
// It is empty of all else.
//
// Example: URLHost("http://2130706433:8080/x") = "127.0.0.1", URLHost("/a/b") = "".
func URLHost(s string) string {
	if len(s) > 2048 || !prefixFold(s, "http:") && !prefixFold(s, "https:") && !prefixFold(s, "ftp:") && !prefixFold(s, "gopher:") && !prefixFold(s, "//") {
		return ""
	}
	u, is := targetURL(s)
	if !is {
		return ""
	}
	if a, odd := oddAddr(u.host); odd {
		return a.Unmap().String()
	}
	return Lower(u.host)
}
