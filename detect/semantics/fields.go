package semantics

import (
	"strings"

	"spaniel/event"
)

// What the name of a field says of its value.
type fieldKind uint8

const (
	fieldOther fieldKind = iota
	fieldUser
	fieldPassword
	fieldNew     // a password that is to be set, or is repeated
	fieldOld     // the password so far
	fieldCode    // a one-time code
	fieldRefresh // a refresh token
	fieldGrant   // OAuth's grant_type
	fieldProof   // what another service says of the user
	fieldTarget  // where a machine is, or what is sent: the credentials are not for this service
)

// maxField bounds a name that can mean something.
const maxField = 40

// fieldOf reads a field's name: its last part (user[email], ctl00$UserName),
// letters and digits alone. rank says how telling a user's name is.
func fieldOf(name string) (kind fieldKind, rank int) {
	name = lastPart(name)
	if len(name) > maxField {
		return fieldOther, 0
	}
	var buf [maxField]byte
	n := 0
	for i := 0; i < len(name); i++ {
		c := name[i]
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		if lower(c) || digit(c) || c >= 0x80 {
			buf[n] = c
			n++
		}
	}
	b := buf[:n]
	if rank := userRank(b); rank > 0 {
		return fieldUser, rank
	}
	return secretField(b), 0
}

// lastPart cuts what stands before the name proper.
func lastPart(name string) string {
	name = strings.TrimSuffix(name, "]")
	if i := strings.LastIndexAny(name, "[$.:"); i >= 0 && i+1 < len(name) {
		name = name[i+1:]
	}
	if len(name) > maxField { // _com_liferay_portlet_login
		if i := strings.LastIndexByte(name, '_'); i >= 0 {
			name = name[i+1:]
		}
	}
	return name
}

// userRank ranks names of fields that say who logs in.
func userRank(b []byte) int {
	switch string(b) {
	case "username", "login", "jusername", "userlogin", "loginname", "log", "osusername", "wpname", "loginid", "usernameoremail", "usernameoremailaddress", "emailorusername", "vbloginusername", "pmausername", "bugzillalogin", "usernamefld", "loginfmt", "sapuser",
		"benutzername", "kennung", "anmeldename", "benutzer", "usuario", "nomeusuario", "nombreusuario", "utilisateur", "nomutilisateur", "identifiant", "gebruikersnaam", "gebruiker", "nomeutente", "utente", "uzytkownik", "kullaniciadi", "kullanici", "anvandarnamn", "brugernavn", "brukernavn", "kayttajatunnus", "uzivatel", "korisnik", "felhasznalonev", "namapengguna", "jmeno", "uzivatelskejmeno", "kasutajanimi", "imyapolzovatelya", "tendangnhap", "kontonummer", "loginuser", "useraccount", "accountname", "logonid", "logonname", "signinname":
		return 5
	case "email", "mail", "emailaddress", "useremail", "emailid", "correo", "courriel", "eposta", "loginemail":
		return 4
	case "user", "uname", "account", "identifier", "identity", "principal", "userid", "usr", "uid", "usernm", "memberid", "konto", "cuenta", "compte", "customerid":
		return 3
	case "phone", "phonenumber", "mobile", "msisdn", "mobilephone", "tel", "telephone", "mobileno":
		return 2
	case "name", "number":
		return 1
	}
	if len(b) > len("username") && string(b[len(b)-len("username"):]) == "username" {
		return 4 // P9999_USERNAME
	}
	return 0
}

// secretField is the kind of a name that is not a user's.
func secretField(b []byte) fieldKind {
	s := string(b) // compared only: no copy is made
	switch s {
	case "granttype":
		return fieldGrant
	case "refreshtoken", "refresh":
		return fieldRefresh
	case "otp", "code", "mfacode", "totp", "otpcode", "verificationcode", "passcode", "onetimecode", "twofactorcode", "tokencode", "smscode", "authcode", "securitycode", "verifycode", "otpattempt", "authenticationcode", "twofacode", "2facode", "captchacode", "totpcode", "emailcode", "token", "otptoken", "challengeresponse":
		return fieldCode
	case "idtoken", "identitytoken", "credential", "assertion", "samlresponse", "firebasetoken", "authenticatordata", "clientdatajson", "providertoken":
		return fieldProof
	case "host", "hostname", "port", "url", "uri", "server", "database", "dbname", "ssid", "smtphost", "smtpport", "endpoint", "dsn", "driver", "broker", "message", "msg", "text", "to", "recipient", "subject", "sshport", "jdbcurl", "file", "url1", "datasource":
		return fieldTarget
	case "clientsecret", "secret", "passwordtext", "passwordresettoken":
		return fieldOther
	case "passw", "passwrd", "pin", "mpin", "userpin", "userident", "pass", "pw", "passwordfld", "mdp", "motdepasse", "clave", "secretphrase", "vbloginmd5password", "kennwort", "haslo", "sifre", "heslo", "losenord", "salasana", "adgangskode", "lozinka", "jelszo", "parola", "parol", "passord":
		return fieldPassword
	}
	for _, end := range [...]string{"password", "passwd", "passwort", "pwd", "userpass", "passphrase", "contrasena", "contrasenia", "contraseña", "senha", "katasandi", "matkhau", "wachtwoord", "password1", "passwordhash", "md5password", "userpw", "loginpass"} {
		before, ok := strings.CutSuffix(s, end)
		if !ok {
			continue
		}
		switch {
		case strings.HasSuffix(before, "new"), strings.HasSuffix(before, "confirm"), strings.HasSuffix(before, "repeat"), strings.HasSuffix(before, "retype"), strings.HasSuffix(before, "verify"):
			return fieldNew
		case strings.HasSuffix(before, "old"), strings.HasSuffix(before, "current"):
			return fieldOld
		case strings.HasPrefix(before, "smtp"), strings.HasPrefix(before, "db"), strings.HasPrefix(before, "proxy"), strings.HasPrefix(before, "ftp"), strings.HasPrefix(before, "wifi"):
			return fieldTarget
		}
		return fieldPassword
	}
	for _, part := range [...]string{"passwordconfirm", "confirmpass", "passwordrepeat", "password2", "passwordagain", "motdepasseconf", "newpassword", "passwordnew"} {
		if strings.Contains(s, part) {
			return fieldNew
		}
	}
	return fieldOther
}

// IsPassword reports whether a field of this name holds the password that is
// tried, in the languages and spellings of many forms; a password that is to
// be set is none.
func IsPassword(name string) bool {
	k, _ := fieldOf(name)
	return k == fieldPassword
}

// fields are what the request's leaves say about an operation.
type fields struct {
	user     string
	rank     int  // how telling the name of the user's field is
	password bool // a password
	confirm  bool // a password that is to be set or is repeated
	old      bool
	code     bool // a one-time code
	refresh  bool // a refresh token
	proof    bool // of another service
	target   bool
	opaque   bool // a long value without a meaning of its own
	grant    string
	ops      words  // of parameters that name a command, and of buttons
	n        int    // values in body and query
	first    string // the first text of XML-RPC
}

// readFields walks the leaves once.
func readFields(c *event.Call) fields {
	var f fields
	leaves := c.Leaves()
	for i := range leaves {
		l := &leaves[i]
		switch l.Kind {
		case event.LeafQuery, event.LeafForm, event.LeafJSON, event.LeafMultipart, event.LeafXML:
			f.leaf(l)
		case event.LeafBody:
			f.opaque = f.opaque || len(l.Value) >= opaqueMin
		}
	}
	return f
}

// passwordMax is how long a credential is that a person typed.
const passwordMax = 40

// opaqueMin is how long a value is that may hold encrypted credentials.
const opaqueMin = 16

func (f *fields) leaf(l *event.Leaf) {
	f.n++
	name, operated := fieldName(l)
	kind, rank := fieldOf(name)
	if strings.Contains(l.Place, ".Security.UsernameToken.") || strings.Contains(l.Place, "wsse:UsernameToken") {
		return // WS-Security: who calls, whatever is called
	}
	switch kind {
	case fieldUser:
		if !operated {
			f.named(l, rank)
		}
		return
	case fieldPassword:
		f.password = f.password || l.Value != "" || f.user != "" || operated
	case fieldNew:
		f.confirm = true
	case fieldOld:
		f.old = true
	case fieldCode:
		f.code = f.code || codeLike(l)
	case fieldRefresh:
		f.refresh = true
	case fieldProof:
		if foldEqual(l.Key, "credential") && len(l.Value) < passwordMax {
			f.password = true
			return
		}
		f.proof = true
	case fieldTarget:
		f.target = f.target || len(l.Value) > 2
	case fieldGrant:
		f.grant = value(l)
	case fieldOther:
		f.other(l)
	}
}

// fieldName is the name that tells what the leaf is. An operator of a document
// database in the place of a value ({"password":{"$ne":null}}, password[$ne]=)
// is an attack on the field that it stands in.
func fieldName(l *event.Leaf) (name string, operated bool) {
	if l.Kind == event.LeafJSON && strings.HasPrefix(l.Key, "$") {
		parent := strings.TrimSuffix(l.Place, "."+l.Key)
		return parent[strings.LastIndexByte(parent, '.')+1:], true
	}
	if i := strings.Index(l.Key, "[$"); i > 0 {
		return l.Key[:i], true
	}
	return l.Key, false
}

// named takes a user's name; the value of a button called login is none.
func (f *fields) named(l *event.Leaf, rank int) {
	v := value(l)
	if w := wordsOf(v); len(v) <= 16 && w == wLogin && foldEqual(l.Key, "login") {
		f.ops |= w
		return
	}
	if v != "" && (l.Type == "" || l.Type == "string" || l.Type == "number") && rank > f.rank {
		f.rank, f.user = rank, bound(v)
	}
}

func (f *fields) other(l *event.Leaf) {
	if f.first == "" && l.Kind == event.LeafXML && foldEqual(lastPart(l.Key), "string") {
		f.first = bound(l.Value)
	}
	if len(l.Value) > 0 && len(l.Value) <= 64 && (commandName(lastPart(l.Key)) || l.Key == "params" || digits(l.Key)) {
		f.ops |= wordsOf(value(l))
		return
	}
	if w := wordsOf(l.Key); len(l.Key) <= 32 && w.has(wLogin) && !w.has(wPage) {
		f.ops |= wLogin // a button
		return
	}
	f.opaque = f.opaque || len(l.Value) >= opaqueMin && strings.IndexByte(l.Value, ' ') < 0
}

func hasDigit(s string) bool {
	for i := range len(s) {
		if digit(s[i]) {
			return true
		}
	}
	return false
}

func digits(s string) bool {
	for i := range len(s) {
		if !digit(s[i]) {
			return false
		}
	}
	return s != ""
}

// codeLike reports a value that a person could have typed as a code: a "token"
// or "code" of OAuth is longer.
func codeLike(l *event.Leaf) bool {
	v := value(l)
	if foldEqual(l.Key, "token") || foldEqual(l.Key, "code") {
		return len(v) <= 8 && strings.Trim(v, "0123456789") == ""
	}
	return len(v) <= 64
}

// value returns the leaf's last reading that is plain: percent decoded, not
// guessed further.
func value(l *event.Leaf) string {
	if l.Kind != event.LeafQuery && l.Kind != event.LeafForm {
		return l.Value
	}
	if strings.IndexByte(l.Value, '%') < 0 && strings.IndexByte(l.Value, '+') < 0 {
		return l.Value
	}
	for _, r := range l.Readings() {
		if r.Chain == "percent" {
			return r.Text
		}
	}
	return l.Value
}
