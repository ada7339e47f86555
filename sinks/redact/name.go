package redact

import "strings"

// normal appends name in the form names are compared in: ASCII letters in
// lower case and digits, nothing else.
func normal(b []byte, name string) []byte {
	for i := 0; i < len(name); i++ {
		switch c := name[i]; {
		case 'a' <= c && c <= 'z', '0' <= c && c <= '9':
			b = append(b, c)
		case 'A' <= c && c <= 'Z':
			b = append(b, c+'a'-'A')
		}
	}
	return b
}

// longName is how much of a name is looked at, half at either end: enough for
// any name that a program gives, and a bound on the work per name.
const longName = 1024

// nameKind returns the kind of secret that a parameter, member or header of
// this name holds, "" if none. It judges by the words in the name, so that
// user[password], newPassword and X-Auth-Token are found.
func (r *Redactor) nameKind(name string) string {
	return r.mem.recall(useName, "", name, func() string { return r.judgeName(name) })
}

func (r *Redactor) judgeName(name string) string {
	if len(name) > longName {
		name = name[:longName/2] + name[len(name)-longName/2:]
	}
	var buf [64]byte
	n := normal(buf[:0], name)
	if len(n) < 2 {
		return ""
	}
	if len(r.keys) > 0 && r.keys[string(n)] {
		return "secret"
	}
	if k := lastWordKind(name); k != "" {
		return k
	}
	return insideKind(n)
}

// insideKind finds the words that are long enough to mean a secret wherever
// in a name they stand, or at its end.
func insideKind(n []byte) string {
	for i := range n {
		rest := n[i:]
		switch n[i] {
		case 'a':
			if begins(rest, "apikey") || begins(rest, "accesskey") || begins(rest, "authkey") {
				return "apikey"
			}
			if begins(rest, "authorization") || begins(rest, "authcode") || begins(rest, "authtoken") || begins(rest, "accesstoken") {
				return "token"
			}
		case 'c':
			if begins(rest, "csrf") {
				return "token"
			}
			if begins(rest, "cardnumber") {
				return "card"
			}
			if begins(rest, "credential") || begins(rest, "clientassertion") || begins(rest, "codeverifier") {
				return "secret"
			}
		case 'p':
			if begins(rest, "passw") || begins(rest, "passphrase") || begins(rest, "passcode") {
				return "password"
			}
			if begins(rest, "privatekey") {
				return "secret"
			}
		case 'r':
			if begins(rest, "refreshtoken") {
				return "token"
			}
			if begins(rest, "recoverycode") {
				return "otp"
			}
		case 'x':
			if begins(rest, "xsrf") {
				return "token"
			}
		case 's':
			if begins(rest, "securityanswer") || begins(rest, "securitycode") {
				return "secret"
			}
			if begins(rest, "secret") || string(rest) == "subscriptionkey" || string(rest) == "sharedkey" {
				return "secret"
			}
			if begins(rest, "sessionid") || begins(rest, "sessid") || begins(rest, "sessionkey") || string(rest) == "session" {
				return "session"
			}
			if string(rest) == "samlresponse" || string(rest) == "samlassertion" {
				return "token"
			}
		case 't':
			if string(rest) == "token" || string(rest) == "tokens" && i == 0 {
				return "token"
			}
		}
	}
	return ""
}

func begins(b []byte, word string) bool { return len(b) >= len(word) && string(b[:len(word)]) == word }

// lastWordKind judges the last word of a name, where words end at anything
// but a letter or digit and at a change from small to capital: userPin,
// card_cvv, j_pwd. Such words are too short to be looked for inside others.
// A number or the name of a hash behind them is passed over: x-signature-256.
func lastWordKind(name string) string {
	start, end := lastWord(name, len(name))
	if start > 0 && digit(name[end-1]) && ofHash(name[start:end]) {
		start, end = lastWord(name, start)
	}
	if end-start > 16 {
		return ""
	}
	var buf [16]byte
	switch string(normal(buf[:0], name[start:end])) {
	case "pwd", "pw", "pass", "passwd", "psw", "passwort", "senha", "contrasena":
		return "password"
	case "otp", "totp", "mfa", "2fa", "otpcode", "mfacode", "totpcode":
		return "otp"
	case "pin":
		return "pin"
	case "cvv", "cvc", "cvv2", "cvc2", "csc":
		return "cvv"
	case "sid", "jsessionid", "phpsessid", "sess", "session", "sessionid":
		return "session"
	case "jwt", "token", "bearer", "auth", "assertion", "ticket":
		return "token"
	case "sig", "signature", "hmac":
		return "signature"
	}
	return ""
}

// lastWord returns where the last word of name[:end] lies.
func lastWord(name string, before int) (start, end int) {
	end = before
	for end > 0 && !alnum(name[end-1]) {
		end--
	}
	start = end
	for start > 0 && alnum(name[start-1]) {
		start--
		if start > 0 && upper(name[start]) && !upper(name[start-1]) {
			break
		}
	}
	return start, end
}

// ofHash reports whether a word says which hash a signature is of, or its number.
func ofHash(word string) bool {
	return digitsOnly(word) || fold(word, "sha1") || fold(word, "sha256") || fold(word, "sha512") || fold(word, "ed25519") || fold(word, "v1") || fold(word, "v2")
}

func alnum(c byte) bool { return upper(c) || 'a' <= c && c <= 'z' || '0' <= c && c <= '9' }
func upper(c byte) bool { return 'A' <= c && c <= 'Z' }

// decodedKind is nameKind of a name as it stands in a query or form, where
// percent signs may hide it.
func (r *Redactor) decodedKind(name string) string {
	for range maxDecodings {
		if strings.IndexByte(name, '%') < 0 {
			break
		}
		d := unescape(name)
		if d == name {
			break
		}
		name = d
	}
	// The kind in a marker is our own word and names nothing.
	if i := strings.LastIndex(name, markerHead); i >= 0 {
		name = name[i+markerAt(name[i:]):]
	}
	return r.nameKind(name)
}
