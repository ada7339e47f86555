package semantics

import (
	"strings"

	"spaniel/event"
)

// hint is what the path alone says the call may be.
type hint struct {
	kind string
	// sure says that the path and method are enough; else a field decides.
	sure bool
}

// operation names the call's operation and, for those that carry one, the
// user it is for.
func operation(c *event.Call, h *headers) (kind, user string) {
	hn := pathHint(c.Req.Method, c.Req.Path)
	if hn.kind == "" && c.Style == "graphql" && c.Req.Method == "POST" {
		return graphqlOperation(c)
	}
	if hn.kind == "" {
		return "", ""
	}
	if hn.kind == "logout" || hn.kind == "payment" {
		return hn.kind, ""
	}
	f := readFields(c)
	switch hn.kind {
	case "login":
		switch {
		case f.grant == "refresh_token" || f.refresh && !f.password:
			return "refresh", f.user
		case f.code && !f.password && !hn.sure:
			return "", ""
		case c.Req.Method == "GET" && !f.password:
			return "", "" // the login page
		case f.password || hn.sure || f.grant == "password":
			return "login", f.user
		}
		return "", ""
	case "signup":
		if hn.sure || f.password {
			return "signup", f.user
		}
		return "", ""
	case "otp":
		if hn.sure || f.code {
			return "otp", f.user
		}
		return "", ""
	case "reset":
		return "reset", f.user
	}
	return hn.kind, f.user
}

// pathHint reads the path's last segments.
func pathHint(method, path string) hint {
	write := method == "POST" || method == "PUT" || method == "PATCH"
	if !write && method != "GET" && method != "DELETE" {
		return hint{}
	}
	last, before := lastSegments(path)
	if len(last) > 48 {
		return hint{}
	}
	if hn := wordHint(last, before, write, method); hn.kind != "" {
		return hn
	}
	if write && oneOf(before, "auth", "account", "accounts", "user", "users", "otp", "mfa", "2fa", "password", "passwords", "login") {
		return pairHint(before, last)
	}
	return hint{}
}

// wordHint judges the last segment; an extension (.php, .do) is dropped.
func wordHint(last, before string, write bool, method string) hint {
	if dot := strings.LastIndexByte(last, '.'); dot > 0 {
		last = last[:dot]
	}
	switch {
	case oneOf(last, "login", "signin", "sign-in", "sign_in", "log-in", "log_in", "logon", "authenticate", "wp-login", "j_security_check", "j_spring_security_check", "dologin", "userlogin", "auth_login", "login_check", "weblogin", "logincheck"):
		if method == "DELETE" {
			return hint{}
		}
		return hint{"login", write}
	case oneOf(last, "logout", "signout", "sign-out", "sign_out", "log-out", "logoff", "end_session", "endsession"):
		return hint{"logout", true}
	case method == "DELETE" && oneOf(last, "session", "sessions"):
		return hint{"logout", true}
	case !write:
		return hint{}
	case oneOf(last, "token", "tokens", "auth", "session", "sessions", "oauth2", "authentication", "authorize", "jwt", "access_token", "access-token", "xmlrpc", "credentials"):
		return hint{"login", false}
	case oneOf(last, "refresh", "refresh-token", "refresh_token", "refreshtoken", "renew"):
		return hint{"refresh", true}
	case oneOf(last, "signup", "sign-up", "sign_up", "register", "registration", "create-account", "create_account", "createaccount", "registrations", "enroll"):
		return hint{"signup", !oneOf(before, "devices", "device", "webhooks", "events", "push")}
	case oneOf(last, "users", "accounts", "customers", "members"):
		return hint{"signup", false}
	case oneOf(last, "forgot", "forgot-password", "forgot_password", "forgotpassword", "reset-password", "reset_password", "resetpassword", "password-reset", "password_reset", "lost-password", "lostpassword", "recover", "recovery", "check-otp-reset"):
		return hint{"reset", true}
	case oneOf(last, "otp", "mfa", "2fa", "totp", "verify-otp", "verify_otp", "verifyotp", "otp-verify", "verify-code", "verify_code", "verifycode", "validate-otp", "check-otp", "two-factor", "twofactor", "second-factor", "sms-code", "passcode"):
		return hint{"otp", true}
	case oneOf(last, "payment", "payments", "pay", "charge", "charges", "checkout", "transfer", "transfers", "payment_intents", "purchase", "refund", "refunds", "payout", "payouts", "withdraw"):
		return hint{"payment", true}
	}
	return hint{}
}

// pairHint judges the last two segments together.
func pairHint(before, last string) hint {
	switch {
	case oneOf(before, "password", "passwords") && oneOf(last, "reset", "forgot", "recover", "new", "email"):
		return hint{"reset", true}
	case oneOf(before, "otp", "mfa", "2fa", "login") && oneOf(last, "verify", "validate", "check", "confirm", "challenge", "challenges"):
		return hint{"otp", true}
	case oneOf(before, "auth", "account", "accounts", "user", "users") && oneOf(last, "verify", "confirm", "challenge"):
		return hint{"otp", false}
	case oneOf(before, "auth") && oneOf(last, "local", "password", "basic", "callback", "email", "credentials"):
		return hint{"login", false}
	case oneOf(before, "auth", "account", "accounts") && oneOf(last, "create", "new"):
		return hint{"signup", false}
	}
	return hint{}
}

// lastSegments returns the last and the one before of the path's segments.
func lastSegments(path string) (last, before string) {
	end := len(path)
	for end > 0 && path[end-1] == '/' {
		end--
	}
	i := strings.LastIndexByte(path[:end], '/')
	last = path[i+1 : end]
	if s := strings.IndexByte(last, ';'); s >= 0 {
		last = last[:s]
	}
	if i <= 0 {
		return last, ""
	}
	j := strings.LastIndexByte(path[:i], '/')
	return last, path[j+1 : i]
}

// graphqlOperation names a mutation that logs in, signs up or the like, by the
// first bytes of the document.
func graphqlOperation(c *event.Call) (kind, user string) {
	body := c.ReqBody()
	head := string(body[:min(len(body), 2048)])
	i := strings.Index(head, "mutation")
	if i < 0 {
		return "", ""
	}
	m := head[i:]
	for _, w := range []struct{ word, kind string }{{"login", "login"}, {"signin", "login"}, {"tokenauth", "login"}, {"authenticate", "login"}, {"tokencreate", "login"}, {"logout", "logout"}, {"signup", "signup"}, {"register", "signup"},
		{"createuser", "signup"}, {"refreshtoken", "refresh"}, {"resetpassword", "reset"}, {"forgotpassword", "reset"}, {"requestpasswordreset", "reset"}, {"verifyotp", "otp"}, {"checkoutcomplete", "payment"}} {
		if foldContains(m, w.word) {
			return w.kind, readFields(c).user
		}
	}
	return "", ""
}
