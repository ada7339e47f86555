package text

import (
	"os"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// all lists every matcher with its rows and, where it has one, its prefilter.
func all() []struct {
	name  string
	m     matcher
	needs func() string
} {
	return []struct {
		name  string
		m     matcher
		needs func() string
	}{
		{"sqli", SQLi, SQLiNeeds}, {"xss", XSS, XSSNeeds}, {"cmdi", Cmdi, CmdiNeeds}, {"traversal", Traversal, TraversalNeeds}, {"ssti", SSTI, SSTINeeds},
		{"log4j", Log4j, Log4jNeeds}, {"ldapi", LDAPi, LDAPiNeeds}, {"xpathi", XPathi, XPathiNeeds}, {"nosqli", NoSQLi, NoSQLiNeeds}, {"xxe", XXE, XXENeeds},
		{"crlf", CRLF, CRLFNeeds}, {"mail", MailHeader, MailHeaderNeeds}, {"ssrf", SSRF, SSRFNeeds}, {"deser", Deser, nil}, {"codei", CodeI, CodeINeeds}, {"ssi", SSI, SSINeeds},
		{"proto", ProtoPollution, ProtoPollutionNeeds}, {"scannerua", ScannerUA, nil}, {"toolua", ToolUA, nil}, {"knownbot", KnownBot, nil},
		{"onequote", OneQuote, func() string { return "'\"" }}, {"twoquotes", TwoQuotes, func() string { return "'\"" }}, {"crlffield", CRLFField, CRLFNeeds}, {"graphqlabuse", GraphQLAbuse, GraphQLAbuseNeeds}, {"hostfile", HostFile, HostFileNeeds},
		{"sqlihint", SQLiHint, SQLiHintNeeds}, {"xsshint", XSSHint, XSSNeeds}, {"cmdihint", CmdiHint, CmdiNeeds}, {"templatehint", TemplateHint, SSTINeeds}, {"traversalhint", TraversalHint, TraversalNeeds},
		{"log4jhint", Log4jHint, Log4jNeeds}, {"codeihint", CodeIHint, CodeINeeds},
		{"sqlerror", SQLError, nil}, {"stacktrace", StackTrace, nil}, {"leakfile", LeakFile, nil}, {"commandoutput", CommandOutput, nil},
	}
}

func TestRows(t *testing.T) {
	for _, c := range all() {
		t.Run(c.name, func(t *testing.T) { rows(t, c.name, c.m) })
	}
}

// pieces are what random values are made of: grammar rather than noise.
var pieces = []string{"'", "\"", "`", "(", ")", "{{", "}}", "${", "}", "<", ">", "/", "..", "\\", ";", "|", "&&", "$(", "--", "#", "/*", "*/", "=", " ", "\n", "\r\n", "\x00", "\xff", "or", "and", "union", "select", "1", "7*7", "jndi:", "lower:", ":-", "::-j",
	"script", "onload", "javascript:", "http://", "127.0.0.1", "@", "cat", "id", "/etc/passwd", "$IFS", "$ne", "[", "]", ":", ",", "O:4:\"", "{", "<!ENTITY", "SYSTEM", "%", "%2f", "a", "é", "x", "Set-Cookie:", "sleep(5)", "0x", "*)(", "count(//", "<!--#", "__proto__", "\\"}

func value(t *rapid.T) string {
	return strings.Join(rapid.SliceOfN(rapid.OneOf(rapid.SampledFrom(pieces), rapid.StringN(0, 6, 12)), 0, 14).Draw(t, "pieces"), "")
}

// TestMatchersHoldTheirContract: on any value a match lies in the value, is
// bounded, and holds where the prefilter's bytes are; the same value gives the
// same answer.
func TestMatchersHoldTheirContract(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := value(t)
		for _, c := range all() {
			off, match, ok := c.m(s)
			if !ok {
				continue
			}
			if off < 0 || off+len(match) > len(s) || s[off:off+len(match)] != match || len(match) > matchMax {
				t.Fatalf("%s(%q): match %q at %d", c.name, s, match, off)
			}
			if c.needs != nil && !strings.ContainsAny(s, c.needs()) && !holdsByte(s, c.needs()) {
				t.Fatalf("%s(%q) matches without any of %q", c.name, s, c.needs())
			}
			if o, m, k := c.m(s); !k || o != off || m != match {
				t.Fatalf("%s(%q) answers differently the second time", c.name, s)
			}
		}
		NoSQLiPlace(s, s)
		SSRFPlace(s, s)
		ProtoPollutionPlace(s, s)
		ParseJWT(s)
	})
}

func holdsByte(s, set string) bool {
	for i := 0; i < len(s); i++ {
		if strings.IndexByte(set, s[i]) >= 0 {
			return true
		}
	}
	return false
}

func FuzzMatchers(f *testing.F) {
	for _, p := range pieces {
		f.Add(p + "1" + p)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, c := range all() {
			off, match, ok := c.m(s)
			if ok && (off < 0 || off+len(match) > len(s) || s[off:off+len(match)] != match) {
				t.Fatalf("%s(%q): match %q at %d", c.name, s, match, off)
			}
		}
		NoSQLiPlace(s, s)
		SSRFPlace(s, s)
		ParseJWT(s)
	})
}

// TestOrdinaryValues: none of the matchers for values speaks on what APIs are
// sent every day.
func TestOrdinaryValues(t *testing.T) {
	raw, err := os.ReadFile("testdata/ordinary.txt")
	if err != nil {
		t.Fatal(err)
	}
	for n, line := range strings.Split(string(raw), "\n") {
		if line == "" || strings.HasPrefix(line, "# ") {
			continue
		}
		for _, c := range all()[:17] {
			if off, match, ok := c.m(line); ok {
				t.Errorf("ordinary.txt:%d: %s says %q at %d of %q", n+1, c.name, match, off, line)
			}
		}
	}
}

// TestAttacksByFamily: each attack is named by its own family's matcher. Rows
// that begin with ~ are known to be missed; one that is found says so.
func TestAttacksByFamily(t *testing.T) {
	raw, err := os.ReadFile("testdata/attacks.txt")
	if err != nil {
		t.Fatal(err)
	}
	by := map[string]matcher{}
	for _, c := range all() {
		by[c.name] = c.m
	}
	for n, line := range strings.Split(string(raw), "\n") {
		family, value, ok := strings.Cut(line, "\t")
		if !ok || strings.HasPrefix(line, "# ") {
			continue
		}
		missed := strings.HasPrefix(family, "~")
		family = strings.TrimPrefix(family, "~")
		if strings.HasPrefix(value, "%q") {
			if value, err = strconv.Unquote(value[2:]); err != nil {
				t.Fatalf("attacks.txt:%d: %v", n+1, err)
			}
		}
		if hit := anyReading(by[family], value); hit == missed {
			t.Errorf("attacks.txt:%d: %s on %q is %v", n+1, family, value, hit)
		}
	}
}
