package semantics

import "strings"

// refusal reports a sentence with which applications refuse a login: a word
// that says no, near one for what was tried. "Your last failed login was on
// 3 March" refuses nobody.
func refusal(text string) bool {
	t := strings.ToLower(text)
	for _, no := range refusing() {
		for from := 0; ; {
			i := strings.Index(t[from:], no)
			if i < 0 {
				break
			}
			i += from
			from = i + len(no)
			if strings.HasSuffix(t[max(0, i-6):i], "last ") {
				continue
			}
			if near := t[max(0, i-refusalNear):min(len(t), from+refusalNear)]; triedIn(near) {
				return true
			}
		}
	}
	for _, whole := range [...]string{"access denied", "unauthorized", "too many attempts", "invalid_grant", "m_forbidden", "login_failed"} {
		if strings.Contains(t, whole) {
			return true
		}
	}
	return false
}

// refusalNear is how many bytes two words of one sentence may be apart.
const refusalNear = 72

func refusing() []string {
	return []string{"invalid", "incorrect", "wrong", "fail", "denied", "not match", "n't match", "mismatch", "unknown", "not found", "not exist", "unrecogni", "not recogni", "not valid", "not active", "no active", "not successful",
		"unable to log", "bad cred", "errone", "try again", "is locked", "locked out", "disabled", "expired", "no match", "error",
		"falsch", "ungültig", "nicht korrekt", "inválid", "erróne", "invalide", "errat", "onjuist", "ongeldig", "verkeerd", "nieprawid", "błędn", "неверн", "неправильн", "ошиб", "hatalı", "yanlış", "geçersiz", "felaktig", "forkert",
		"错误", "不正确", "失败", "不存在", "不匹配", "錯誤", "違い", "正しく", "無効", "잘못", "일치하지"}
}

func triedIn(t string) bool {
	for _, w := range [...]string{"password", "passwort", "kennwort", "credential", "username", "user name", "user ", "login", "log in", "log-in", "email", "e-mail", "account", "authenticat", "otp", "code", "token", "sign in", "sign-in", "pin",
		"contraseña", "usuario", "senha", "mot de passe", "identifiant", "wachtwoord", "hasło", "парол", "логин", "şifre", "lösenord", "adgangskode", "密码", "密碼", "用户", "账号", "帐号", "パスワード", "비밀번호", "아이디"} {
		if strings.Contains(t, w) {
			return true
		}
	}
	return false
}
