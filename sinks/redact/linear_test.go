package redact

import (
	"fmt"
	"strings"
	"testing"

	"spaniel/internal/costtest"
)

// TestTextIsLinear measures what hostile texts cost.
func TestTextIsLinear(t *testing.T) {
	r := redactor()
	for _, piece := range []string{"eyJ.", "eyJ", "eyJeyJeyJ.", "eyJ-", "a=", "a =", "token=", "token= ", "://", "//", "://a", "<", "<a>", "</", "token>", "<token>", "<![CDATA[", "%", "%25", "=", ":", " ", "a ", "bearer ", "basic ", "'", "\"", "\\", "[", "{", "[redacted:", "token:[", "token:{", "token=\"", "@", "://a@", "sk-", "sk-1", "ghp_", "4", "4-", "4111 ", "4111+", "4111-1111-1111-1111-", "DE89", "DE89 3704 ", "-----BEGIN PRIVATE KEY-----", "-", "key=", "code=", "name=", "name:\"token\"", "value=", "value:\"a\",name:", "<a name=", "<a b=>", "mysql -p", "curl -u ", "-u ", "by '", "''", "password=''", "--a "} {
		costtest.Linear(t, fmt.Sprintf("%q", piece), 16<<10, 0, func(n int) func() {
			s := strings.Repeat(piece, n/len(piece))
			return func() { r.text(s) }
		})
	}
}

// TestTokensAfterRejectedRuns: what the scanner skips holds no token, and what
// follows is still found.
func TestTokensAfterRejectedRuns(t *testing.T) {
	const token = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0."
	for _, before := range []string{"eyJ.", "eyJ.eyJ.", "eyJ-aaaaaaaa.b ", "eyJeyJeyJeyJ ", "eyJeyJeyJeyJ.a/", "eyJa.eyJa."} {
		if got := redactor().text(before + token); strings.Contains(got, "eyJhbGci") || !strings.HasPrefix(got, before[:3]) {
			t.Errorf("%q + token: %s", before, got)
		}
	}
}
