package rules

import (
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"spaniel/detect"
	"spaniel/detect/taxonomy"
)

func set(t *testing.T) *detect.Set {
	t.Helper()
	s, err := detect.Load([]detect.Source{{Name: "builtin", FS: FS}}, detect.LoadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestRulesAreComplete: a rule has what an analyst needs to trust it.
func TestRulesAreComplete(t *testing.T) {
	for _, r := range set(t).Rules() {
		fires, silent := 0, 0
		for _, c := range r.Tests {
			switch c.Kind {
			case "fires":
				fires++
			case "silent":
				silent++
			}
		}
		if fires < 2 || silent < 2 {
			t.Errorf("%s: %d tests fire and %d are silent: two of each are needed, one a near miss", r.ID, fires, silent)
		}
		if r.Advice == "" || r.FalsePositives == "" {
			t.Errorf("%s: it says not what to do, or not where it is wrong", r.ID)
		}
		if len(r.Refs) == 0 {
			t.Errorf("%s: no references", r.ID)
		}
		for _, f := range r.Refs {
			if msg, known := taxonomy.Check(f); msg != "" || !known && !strings.HasPrefix(f, "cve:") {
				t.Errorf("%s: reference %q is not in detect/taxonomy/ids.txt; %s", r.ID, f, msg)
			}
		}
		if !slices.Contains(categories(), r.Category) {
			t.Errorf("%s: category %q is not in the vocabulary", r.ID, r.Category)
		}
		if len(r.Title) < 8 || strings.HasSuffix(r.Title, ".") {
			t.Errorf("%s: title %q", r.ID, r.Title)
		}
	}
}

// TestFileIsNamedAfterItsRule: one rule a file, and every file embedded is one.
func TestFileIsNamedAfterItsRule(t *testing.T) {
	ids := map[string]bool{}
	for _, r := range set(t).Rules() {
		ids[r.ID] = true
	}
	files := 0
	err := fs.WalkDir(FS, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		files++
		if id := strings.TrimSuffix(path.Base(name), ".yaml"); !ids[id] {
			t.Errorf("%s holds no rule %q", name, id)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if files != len(ids) || files < 30 {
		t.Errorf("%d files, %d rules", files, len(ids))
	}
}

// categories is the closed list of docs/vocabulary.md, as far as shipped rules use it.
func categories() []string {
	var list []string
	for pack, kinds := range map[string]string{
		"injection": "sqli xss cmdi path-traversal code-inj ssti ssrf nosqli log4shell ldap crlf ssi xpath upload xxe leak session-fixation mail proto-pollution deser scanner-ua graphql",
		"auth":      "brute-force stuffing spraying otp-guessing reset-abuse credentials-in-clear session-in-url jwt-none jwt-expired jwt-key-abuse jwt-lifetime token-replay concurrent-sessions takeover session-fixation hijack mfa-bypass oauth jwt-signature jwt-secret",
		"access":    "missing-authentication object-level function-level property-level excessive-data csrf bypass",
		"dos":       "burst flood slow errors expensive bomb graphql retries connections",
		"bots":      "library crawler false-crawler false-browser enumeration scraping regular-arrival account-creation carding card-cracking token-cracking toll-fraud fingerprinting expediting scalping captcha cash-out sniping skewing spamming footprinting aggregation inventory",
		"recon":     "not-found-spread sensitive-file introspection admin debug-endpoint scan web-shell reported",
		"posture":   "clear-text headers cors debug errors default-page versions listing rate-limit secrets personal-data caching banner cookies methods inventory tls",
		"protocol":  "cache content-type field-type host malformed method proxy smuggling",
		"mitm":      "arp-spoofing injected-response downgrade certificate-changed",
	} {
		for k := range strings.FieldsSeq(kinds) {
			list = append(list, pack+"/"+k)
		}
	}
	return list
}

// TestNoRuleKnowsALoginByItsPath: what a call means is call.kind's to say; a
// rule that asks the path sees one application.
func TestNoRuleKnowsALoginByItsPath(t *testing.T) {
	path := regexp.MustCompile(`(?i)(req\.(path|route|target)|endpoint)[^\n]{0,40}(==|in \[|startsWith|endsWith|contains|matches|reads)[^\n]{0,40}(login|logon|sign-?_?in|logout|log-?_?out|sign-?_?up|register|password|forgot|otp|checkout|payment|token)`)
	if !path.MatchString(`when: req.path == "/login"`) || !path.MatchString(`req.route endsWith "/sign_in"`) {
		t.Fatal("the pattern finds nothing")
	}
	err := fs.WalkDir(FS, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := fs.ReadFile(FS, name)
		for line := range strings.SplitSeq(string(text), "\n") {
			if path.MatchString(line) {
				t.Errorf("%s: %s: ask call.kind", name, line)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
