package redact

import "strings"

// A keyForm is how keys of one kind begin, and how many bytes of the alphabet
// at least follow.
type keyForm struct {
	prefix string
	more   int
}

// keyForms are keys that say by their first letters what they are, as their
// makers publish it, so that scanners like this one find them.
var keyForms = [...]keyForm{
	{"sk_live_", 16}, {"sk_test_", 16}, {"rk_live_", 16}, {"rk_test_", 16}, {"whsec_", 20}, // Stripe
	{"ghp_", 30}, {"gho_", 30}, {"ghu_", 30}, {"ghs_", 30}, {"ghr_", 30}, {"github_pat_", 30}, // GitHub
	{"glpat-", 18}, {"gldt-", 18}, {"glrt-", 18}, {"glcbt-", 18}, {"glptt-", 18}, {"gloas-", 18}, // GitLab
	{"xoxb-", 16}, {"xoxp-", 16}, {"xoxa-", 16}, {"xoxr-", 16}, {"xoxs-", 16}, {"xoxe-", 16}, {"xapp-", 16}, // Slack
	{"AKIA", 16}, {"ASIA", 16}, // AWS
	{"AIza", 32}, {"GOCSPX-", 20}, {"ya29.", 20}, // Google
	{"sk-ant-", 20}, {"sk-proj-", 20}, {"sk-", 32}, // language models
	{"npm_", 30}, {"pypi-", 50}, {"rubygems_", 40}, {"dckr_pat_", 20}, // registries
	{"shpat_", 28}, {"shpss_", 28}, {"shpca_", 28}, {"shppa_", 28}, // Shopify
	{"dop_v1_", 40}, {"doo_v1_", 40}, {"dor_v1_", 40}, {"hf_", 30}, {"hvs.", 20}, {"hvb.", 20}, {"lin_api_", 30}, {"PMAK-", 30},
	{"SG.", 40}, {"key-", 32}, {"sq0atp-", 20}, {"sq0csp-", 20}, {"EAAA", 40}, {"AGE-SECRET-KEY-1", 40},
}

// keysBy holds the forms by their first letter.
var keysBy = func() (t [256][]keyForm) {
	for _, f := range keyForms {
		t[f.prefix[0]] = append(t[f.prefix[0]], f)
	}
	return t
}()

// keySeconds holds, by the first letter of a form, a bit for each second one:
// most words are no keys by it.
var keySeconds = func() (t [256]uint32) {
	for _, f := range keyForms {
		t[f.prefix[0]] |= 1 << (f.prefix[1] & 31)
	}
	return t
}()

// keyLike reports whether s[i:] begins as a key does, where a word begins.
func keyLike(s string, i int) bool {
	if i+1 >= len(s) || keySeconds[s[i]]>>(s[i+1]&31)&1 == 0 {
		return false
	}
	for _, f := range keysBy[s[i]] {
		if strings.HasPrefix(s[i:], f.prefix) {
			return i == 0 || !alnum(s[i-1])
		}
	}
	return false
}

// keyAt returns the length of the key that begins at i, 0 if none does. Words
// that are no more than words have hardly a digit in them; barren is how many
// bytes no key begins in for want of them, as with jwtAt.
func keyAt(s string, i int) (n, barren int) {
	if !keyLike(s, i) {
		return 0, 0
	}
	for _, f := range keysBy[s[i]] {
		if !strings.HasPrefix(s[i:], f.prefix) {
			continue
		}
		digits := 0
		n = len(f.prefix)
		for ; i+n < len(s) && (alnum(s[i+n]) || s[i+n] == '-' || s[i+n] == '_' || s[i+n] == '.' && strings.IndexByte(f.prefix, '.') > 0); n++ {
			if '0' <= s[i+n] && s[i+n] <= '9' {
				digits++
			}
		}
		switch {
		case digits < 2:
			barren = n
		case n-len(f.prefix) >= f.more:
			return n, 0
		}
	}
	return 0, barren
}

// pemHead begins a private key as a file holds it.
const pemHead = "-----BEGIN "

// pemAt returns where the private key lies that begins at i: between the line
// that announces it and the one that ends it.
func pemAt(s string, i int) (start, end int) {
	if !strings.HasPrefix(s[i:], pemHead) {
		return 0, 0
	}
	head := s[i+len(pemHead):]
	line := strings.Index(head[:min(len(head), 64)], "PRIVATE KEY-----")
	if line < 0 {
		return 0, 0
	}
	start = i + len(pemHead) + line + len("PRIVATE KEY-----")
	end = strings.Index(s[start:], "-----END")
	if end < 0 {
		return start, len(s)
	}
	return start, start + end
}
