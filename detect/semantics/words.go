package semantics

import "strings"

// words is the set of meanings that the words of a name have: of a segment of
// a path, of a GraphQL field, of a SOAP operation.
type words uint32

const (
	wLogin   words = 1 << iota // logs in by itself: login, anmelden, connexion
	wAuth                      // may log in: auth, token, session
	wToken                     // of wAuth: token, jwt, credentials
	wSession                   // of wAuth: session
	wLogout
	wSignup
	wDevice   // what registers beside people: devices, services
	wUsers    // people as a collection
	wCreate   // create, new
	wPassword // the word for a password
	wForgot   // forgot, recover
	wReset
	wChange // change, update
	wOTP
	wVerify
	wCode
	wRefresh
	wPay
	wCommit // confirm, capture: what a payment's second step is called
	wFailed // error, failed
	wPage   // what makes of a name something that is only about it: history, settings, js
	wFiller // says nothing: index, v1, a number
	wOther  // any other word
)

// has reports whether w has one of the meanings.
func (w words) has(m words) bool { return w&m != 0 }

// maxWord bounds a word that can mean something.
const maxWord = 20

// wordsOf reads the words of a name: split where letters end and where small
// letters are followed by capitals.
func wordsOf(s string) words {
	if len(s) > 16 && s[1] == '_' && s[0]|0x20 == 'j' && foldEqual(s[len(s)-14:], "security_check") || foldEqual(s, "j_security_check") {
		return wLogin // of servlet containers
	}
	var all words
	var buf [maxWord]byte
	n, prev, pending := 0, byte(0), words(0)
	flush := func() {
		if n == 0 {
			return
		}
		w := words(wOther)
		if n <= maxWord {
			var next words
			w, next = joined(pending, buf[:n])
			pending = next
		} else {
			pending = 0
		}
		all |= w
		n = 0
	}
	for i := 0; i < len(s); i++ {
		c := s[i]
		upper := 'A' <= c && c <= 'Z'
		switch {
		case upper:
			if lower(prev) || i+1 < len(s) && lower(s[i+1]) && 'A' <= prev && prev <= 'Z' {
				flush()
			}
			c += 'a' - 'A'
		case !lower(c) && !digit(c):
			flush()
			prev = c
			continue
		}
		if n < maxWord {
			buf[n] = c
		}
		n++
		prev = s[i]
	}
	flush()
	return all
}

func lower(c byte) bool { return 'a' <= c && c <= 'z' }

// Halves of words that are written apart; they never leave this file.
const (
	hSign words = 1 << (iota + 24)
	hTwo
	hStart // iniciar
	hEnd   // cerrar, end
)

// joined is what a word means after the half word before, and the half that
// it is itself.
func joined(before words, w []byte) (means, half words) {
	switch {
	case before.has(hSign):
		switch string(w) {
		case "in", "on", "ind", "inn":
			return wLogin, 0
		case "out", "off":
			return wLogout, 0
		case "up":
			return wSignup, 0
		}
	case before.has(hTwo) && (string(w) == "factor" || string(w) == "time" || string(w) == "step"):
		return wOTP, 0
	case before.has(hStart) && string(w) == "sesion":
		return wLogin, 0
	case before.has(hEnd) && (string(w) == "sesion" || string(w) == "session"):
		return wLogout, 0
	}
	switch string(w) {
	case "sign", "log", "logga", "uit":
		return 0, hSign
	case "two", "second", "one", "multi":
		return 0, hTwo
	case "iniciar":
		return 0, hStart
	case "cerrar", "end":
		return 0, hEnd
	}
	return meaning(w), 0
}

// meaning is what one word means by itself, in the languages of many forms.
func meaning(w []byte) words {
	for len(w) > 3 && digit(w[len(w)-1]) {
		w = w[:len(w)-1] // login2
	}
	if digit(w[0]) || w[0] == 'v' && len(w) <= 3 && digit(w[len(w)-1]) {
		if string(w) == "2fa" {
			return wOTP
		}
		return wFiller
	}
	switch string(w) {
	case "login", "signin", "logon", "authenticate", "anmelden", "anmeldung", "einloggen", "connexion", "acceso", "acceder", "ingresar", "ingreso", "entrar", "accedi",
		"inloggen", "aanmelden", "zaloguj", "logowanie", "giris", "kirjaudu", "logind", "masuk", "dangnhap", "denglu", "prihlaseni", "prijava", "loginuser", "loginform", "loginservlet", "loginaction", "logincheck", "autenticar", "autenticacao", "autenticacion", "autenticarse", "belepes", "bejelentkezes", "authentifier", "authentification", "anmelde", "identifizieren", "autentifica", "conectare", "conectar", "sisselogimine", "prisijungti", "vhod", "avtorizaciya", "voiti", "loggain":
		return wLogin
	case "auth", "oauth", "oauth2", "authn", "authentication", "authorize", "sso", "saml", "saml2", "oidc", "idp", "identity", "ldapmain", "userpass", "verif":
		return wAuth
	case "token", "tokens", "jwt", "credentials", "ticket", "tickets", "tokenauth":
		return wAuth | wToken
	case "session", "sessions", "sesion":
		return wAuth | wSession
	case "logout", "signout", "logoff", "endsession", "deconnexion", "abmelden", "abmeldung", "ausloggen", "salir", "sair", "uitloggen", "wyloguj", "cikis":
		return wLogout
	case "signup", "register", "registration", "registrations", "registrieren", "registrierung", "inscription", "registro", "registrar", "cadastro", "registreren", "rejestracja", "enroll", "createuser", "createaccount":
		return wSignup
	case "device", "devices", "webhook", "webhooks", "event", "events", "push", "service", "services", "agent", "node", "nodes", "client", "clients", "instance", "plugin", "apps":
		return wDevice
	case "user", "users", "account", "accounts", "customer", "customers", "member", "members", "konto", "usuario", "usuarios", "utilisateur", "compte", "cuenta", "conta", "me", "profile":
		return wUsers
	case "create", "new", "add":
		return wCreate
	case "password", "passwords", "passwd", "passwort", "kennwort", "pwd", "passe", "contrasena", "senha", "clave", "wachtwoord":
		return wPassword
	case "forgot", "forgotten", "forgotpassword", "recover", "recovery", "lostpassword", "vergessen", "olvide", "oublie", "oubli", "esqueci", "recuperar", "vergeten", "forgetpassword", "lost":
		return wForgot
	case "reset", "zuruecksetzen", "resetpassword", "passwordreset", "resetpwd":
		if len(w) > 8 && string(w) != "zuruecksetzen" || string(w) == "resetpwd" {
			return wReset | wPassword
		}
		return wReset
	case "change", "update", "edit", "modify", "changepassword", "updatepassword", "set":
		return wChange
	case "otp", "totp", "mfa", "tfa", "twofa", "twofactor", "passcode", "onetime", "smscode", "verifyotp", "otpverify", "verifycode", "checkotp", "validateotp":
		return wOTP
	case "verify", "validate", "check", "challenge", "challenges", "verification":
		return wVerify
	case "confirm":
		return wVerify | wCommit
	case "capture", "execute", "complete", "approve":
		return wCommit
	case "code", "codes", "sms", "phone":
		return wCode
	case "refresh", "renew", "refreshtoken", "tokenrefresh":
		return wRefresh
	case "payment", "payments", "pay", "charge", "charges", "checkout", "transfer", "transfers", "purchase", "refund", "refunds", "payout", "payouts", "withdraw", "withdrawal", "zahlung", "bezahlen", "paiement", "pago", "pagar", "pagamento", "betaling":
		return wPay
	case "error", "errors", "failed", "failure", "fail", "denied", "invalid", "loginerror", "loginfailed":
		return wFailed
	case "history", "config", "settings", "status", "methods", "providers", "options", "page", "attempts", "activity", "logs", "audit", "analytics", "theme", "js", "css", "png", "svg", "jpg", "gif", "ico", "banner", "list", "count", "stats", "types", "tips", "articles":
		return wPage
	case "index", "submit", "process", "do", "php", "jsp", "aspx", "asp", "action", "html", "cgi", "json", "xml", "jsf", "xhtml", "api", "web", "by", "with", "and", "local", "email", "using", "post", "owa", "ajax", "the", "wp", "j", "php3", "user_name", "spring", "security", "acegi", "access", "name":
		return wFiller
	}
	switch t := string(w); {
	case len(w) > 5 && strings.HasSuffix(t, "login"), len(w) > 5 && strings.HasPrefix(t, "login") && t != "logins":
		return wLogin // userlogin, ajaxlogin, loginbypwd
	case len(w) > 6 && strings.HasSuffix(t, "signin"), len(w) > 6 && strings.HasPrefix(t, "signin"):
		return wLogin
	}
	return wOther
}
