package text

import (
	"fmt"
	"math/big"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"spaniel/internal/costtest"
)

func TestIBAN(t *testing.T) {
	for s, want := range map[string]bool{
		"GB82 WEST 1234 5698 7654 32": true, "gb82west12345698765432": true, "DE89370400440532013000": true, "NL91ABNA0417164300": true, "MT84MALT011000012345MTLCAST001S": true,
		"GB82 WEST 1234 5698 7654 33": false, "GB82WEST1234569876543": false, "XX82WEST12345698765432": false, "": false, "GB": false, "DE8937040044053201300ü": false, "DE893704004405320130001": false,
	} {
		if got := IBAN(s); got != want {
			t.Errorf("IBAN(%q) = %v", s, got)
		}
	}
}

// TestIBANOracle makes numbers with the check digits that big integers give.
func TestIBANOracle(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		i := 4 * rapid.IntRange(0, len(ibanLengths)/4-1).Draw(t, "country")
		country, n := ibanLengths[i:i+2], ibanLength(ibanLengths[i], ibanLengths[i+1])
		account := rapid.StringOfN(rapid.RuneFrom([]rune("0123456789ABCXYZ")), n-4, n-4, -1).Draw(t, "account")
		digits := func(s string) string {
			var b strings.Builder
			for _, r := range s {
				if r >= 'A' {
					fmt.Fprint(&b, r-'A'+10)
				} else {
					b.WriteRune(r)
				}
			}
			return b.String()
		}
		v, _ := new(big.Int).SetString(digits(account+country+"00"), 10)
		check := 98 - new(big.Int).Mod(v, big.NewInt(97)).Int64()
		iban := fmt.Sprintf("%s%02d%s", country, check, account)
		if !IBAN(iban) {
			t.Fatalf("%s is none", iban)
		}
		if off, n, kind := PII("to "+iban+".", map[string]bool{"iban": true}); off != 3 || n != len(iban) || kind != "iban" {
			t.Fatalf("%s: %d, %d, %q", iban, off, n, kind)
		}
		if wrong := fmt.Sprintf("%s%02d%s", country, (check+1)%100, account); IBAN(wrong) {
			t.Fatalf("%s is one", wrong)
		}
	})
}

func allPII() map[string]bool {
	all := map[string]bool{}
	for _, k := range PIIKinds() {
		all[k] = true
	}
	return all
}

func TestPII(t *testing.T) {
	for s, want := range map[string]string{
		`{"pan":"4111111111111111"}`: "card 4111111111111111", "no. 5555 5555 5555 4444, thanks": "card 5555 5555 5555 4444", "378282246310005": "card 378282246310005", "3782 822463 10005": "card 3782 822463 10005",
		"4111-1111-1111-1111": "card 4111-1111-1111-1111",
		"4111111111111112":    "", "9111111111111111": "", "141111111111111111": "", "id4111111111111111": "", "1.4111111111111111": "", "41111111 11111111": "", "4111111111111111a": "",
		"SSN 123-45-6789": "ssn 123-45-6789", "000-12-3456": "", "666-12-3456": "", "900-12-3456": "", "123-00-6789": "", "123-45-0000": "", "1123-45-6789": "", "123-45-67890": "", "123-45-6789-0": "",
		"CPF 529.982.247-25": "cpf 529.982.247-25", "529.982.247-26": "", "111.111.111-11": "",
		"to GB82 WEST 1234 5698 7654 32.": "iban GB82 WEST 1234 5698 7654 32", "XGB82WEST12345698765432": "", "GB82WEST12345698765432X": "",
		"mail ann.lee+x@shop.example, or": "email ann.lee+x@shop.example", "Write to ann@shop.example.": "email ann@shop.example", "a@b": "", "@shop.example": "", "ann@": "", "a@b.c": "", "x@1.2.3.4": "", "user@@shop.example": "",
		"": "", "@": "",
	} {
		off, n, kind := PII(s, allPII())
		got := ""
		if kind != "" {
			got = kind + " " + s[off:off+n]
		}
		if got != want {
			t.Errorf("PII(%q) = %q, want %q", s, got, want)
		}
		for _, k := range PIIKinds() {
			if _, _, kind := PII(s, map[string]bool{k: true}); kind != "" && kind != k {
				t.Errorf("PII(%q) of %s finds %s", s, k, kind)
			}
		}
		if _, _, kind := PII(s, nil); kind != "" {
			t.Errorf("PII(%q) of nothing finds %s", s, kind)
		}
	}
}

// FuzzPII: what is found lies in the text, is of a kind that was asked for, and
// is found again when it stands alone.
func FuzzPII(f *testing.F) {
	for _, s := range []string{"4111 1111 1111 1111", "a@b.example", "123-45-6789 529.982.247-25", "GB82 WEST 1234 5698 7654 32", "x@x@x.yy", "ann@shop.example..", "DE89370400440532013000"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		off, n, kind := PII(s, allPII())
		if kind == "" {
			return
		}
		if off < 0 || n <= 0 || off+n > len(s) {
			t.Fatalf("%d, %d of %d", off, n, len(s))
		}
		found := s[off : off+n]
		if o, m, k := PII(found, map[string]bool{kind: true}); o != 0 || m != n || k != kind {
			t.Fatalf("%q in %q is %s, alone %d, %d, %q", found, s, kind, o, m, k)
		}
	})
}

func TestSimilar(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want float64
	}{{"", "", 1}, {"a", "", 0}, {"abc", "ABC", 1}, {"kitten", "sitting", 1 - 3.0/7}, {"paypal.example", "paypa1.example", 1 - 1.0/14}, {"abc", "xyz", 0}, {"ab", "ba", 0}, {"flaw", "lawn", 0.5}} {
		if got := Similar(c.a, c.b); got != c.want {
			t.Errorf("Similar(%q, %q) = %v, want %v", c.a, c.b, got, c.want)
		}
	}
}

// edits is the distance by its definition.
func edits(a, b string) int {
	switch {
	case a == "":
		return len(b)
	case b == "":
		return len(a)
	case a[0] == b[0]:
		return edits(a[1:], b[1:])
	}
	return 1 + min(edits(a[1:], b), edits(a, b[1:]), edits(a[1:], b[1:]))
}

func TestSimilarIsItsDefinition(t *testing.T) {
	word := rapid.StringOfN(rapid.RuneFrom([]rune("ab")), 0, 7, -1)
	rapid.Check(t, func(t *rapid.T) {
		a, b := word.Draw(t, "a"), word.Draw(t, "b")
		want := 1.0
		if n := max(len(a), len(b)); n > 0 {
			want = 1 - float64(edits(a, b))/float64(n)
		}
		if got := Similar(a, b); got != want {
			t.Fatalf("Similar(%q, %q) = %v, want %v", a, b, got, want)
		}
	})
}

// FuzzSimilar: it is symmetric, between 0 and 1, and 1 for equals alone.
func FuzzSimilar(f *testing.F) {
	f.Add("abc", "abd")
	f.Add(strings.Repeat("a", 300), strings.Repeat("A", 400))
	f.Fuzz(func(t *testing.T, a, b string) {
		got := Similar(a, b)
		if got != Similar(b, a) || got < 0 || got > 1 || Similar(a, a) != 1 {
			t.Fatalf("Similar(%q, %q) = %v, turned round %v", a, b, got, Similar(b, a))
		}
		cut := func(s string) string { return Lower(s[:min(len(s), similarMax)]) }
		if (got == 1) != (cut(a) == cut(b)) {
			t.Fatalf("Similar(%q, %q) = %v", a, b, got)
		}
	})
}

func TestPersonalIsLinear(t *testing.T) {
	all := allPII()
	for _, piece := range []string{"@", "a@", "a@a.", "1", "1 ", "1-", "4111 ", "4111-1111-1111-1111-", "G", "GB82", "GB82 ", "123-45-", ".", "a.b@c.", "A1"} {
		for what, f := range map[string]func(string){"pii": func(s string) { PII(s, all) }, "iban": func(s string) { IBAN(s) }, "similar": func(s string) { Similar(s, s[1:]) }} {
			costtest.Linear(t, fmt.Sprintf("%s over %q", what, piece), 16<<10, 0, func(n int) func() {
				s := strings.Repeat(piece, n/len(piece))
				return func() { f(s) }
			})
		}
	}
}
