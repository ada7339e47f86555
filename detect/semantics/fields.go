package semantics

import "spaniel/event"

// fields are what the request's leaves say about an operation.
type fields struct {
	user     string
	rank     int    // how telling the name of the user's field is
	password bool   // a password
	code     bool   // a one-time code
	refresh  bool   // a refresh token
	grant    string // OAuth's grant_type
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
		}
	}
	return f
}

// userFields are names of fields that say who logs in, the more telling later.
func userRank(key string) int {
	switch {
	case oneOf(key, "username", "user_name", "login", "j_username", "userlogin", "user[login]", "loginname", "login_name", "log"):
		return 5
	case oneOf(key, "email", "e-mail", "mail", "email_address", "emailaddress", "user_email", "useremail"):
		return 4
	case oneOf(key, "user", "uname", "account", "identifier", "identity", "principal", "loginid", "login_id", "userid", "user_id", "usr"):
		return 3
	case oneOf(key, "phone", "phonenumber", "phone_number", "mobile", "msisdn", "number"):
		return 2
	case oneOf(key, "client_id", "name"):
		return 1
	}
	return 0
}

// passwordField reports the name of a field that holds a password.
func passwordField(key string) bool {
	return oneOf(key, "password", "passwd", "pass", "pwd", "passphrase", "passcode", "j_password", "user_password", "userpassword", "user_pass", "pw", "passwort", "contrasena", "motdepasse", "login_password", "new_password", "password1", "password_confirmation", "client_secret", "secret")
}

func (f *fields) leaf(l *event.Leaf) {
	key := l.Key
	switch {
	case passwordField(key):
		f.password = f.password || !oneOf(key, "client_secret", "secret")
	case oneOf(key, "grant_type", "granttype"):
		f.grant = value(l)
	case oneOf(key, "refresh_token", "refreshtoken", "refresh"):
		f.refresh = true
	case oneOf(key, "otp", "code", "mfa_code", "totp", "pin", "otp_code", "verification_code", "passcode", "one_time_code", "twofactorcode", "token_code", "otpcode"):
		f.code = true
	default:
		if r := userRank(key); r > f.rank {
			f.rank = r
			f.user = bound(value(l))
		}
	}
}

// value returns the leaf's last reading that is plain: percent decoded, not
// guessed further.
func value(l *event.Leaf) string {
	if l.Kind != event.LeafQuery && l.Kind != event.LeafForm {
		return l.Value
	}
	for _, r := range l.Readings() {
		if r.Chain == "percent" {
			return r.Text
		}
	}
	return l.Value
}
