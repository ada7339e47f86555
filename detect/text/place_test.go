package text

import (
	"math"
	"testing"
)

func TestPlaces(t *testing.T) {
	for _, c := range []struct {
		name, place, value string
		m                  func(place, value string) (int, string, bool)
		want               bool
	}{
		{"nosqli", "body.password.$ne", "", NoSQLiPlace, true},
		{"nosqli", "query.user[$ne]", "x", NoSQLiPlace, true},
		{"nosqli", "query.username[$regex]", ".*", NoSQLiPlace, true},
		{"nosqli", "body.filter.$where", "this.a==1", NoSQLiPlace, true},
		{"nosqli", "body.age.$gt", "", NoSQLiPlace, true},
		{"nosqli", "body.email.$in.0", "a@x.example", NoSQLiPlace, true},
		{"nosqli", "query.price[$gte]", "10", NoSQLiPlace, false},
		{"nosqli", "body.status.$in.0", "new", NoSQLiPlace, false},
		{"nosqli", "body.$schema", "http://json-schema.org/", NoSQLiPlace, false},
		{"nosqli", "body.paths.$ref", "#/a", NoSQLiPlace, false},
		{"nosqli", "query.$top", "10", NoSQLiPlace, false},
		{"nosqli", "body.name.$ne", "bob", NoSQLiPlace, false},
		{"ssrf", "query.url", "http://127.0.0.1:22/", SSRFPlace, true},
		{"ssrf", "body.webhook.url", "http://localhost/admin", SSRFPlace, true},
		{"ssrf", "body.images.0", "http://10.0.0.5/", SSRFPlace, false},
		{"ssrf", "body.url.0", "http://10.0.0.5/", SSRFPlace, true},
		{"ssrf", "query.target", "http://intranet.corp/", SSRFPlace, true},
		{"ssrf", "query.redirect_uri", "http://localhost:8080/cb", SSRFPlace, false},
		{"ssrf", "header.origin", "http://localhost:3000", SSRFPlace, false},
		{"ssrf", "query.url", "https://example.com/", SSRFPlace, false},
		{"ssrf", "query.url", "localhost", SSRFPlace, false},
		{"proto", "body.__proto__.admin", "true", ProtoPollutionPlace, true},
		{"proto", "query.constructor[prototype][a]", "1", ProtoPollutionPlace, true},
		{"proto", "body.constructor.name", "x", ProtoPollutionPlace, false},
		{"proto", "body.prototype", "x", ProtoPollutionPlace, false},
	} {
		if _, match, ok := c.m(c.place, c.value); ok != c.want {
			t.Errorf("%s(%q, %q) = %q, %v", c.name, c.place, c.value, match, ok)
		}
	}
}

func TestEntropy(t *testing.T) {
	for s, want := range map[string]float64{"": 0, "aaaa": 0, "aabb": 1, "abcd": 2, "abcdabcd": 2} {
		if got := Entropy(s); math.Abs(got-want) > 1e-9 {
			t.Errorf("Entropy(%q) = %v, want %v", s, got, want)
		}
	}
}

func TestLuhn(t *testing.T) {
	for s, want := range map[string]bool{"4111111111111111": true, "4111 1111 1111 1111": true, "5500-0000-0000-0004": true, "378282246310005": true,
		"4111111111111112": false, "": false, "0000000000000000": false, "79927398713": false, "4111a11111111111": false, "41111111111111111111": false} {
		if got := Luhn(s); got != want {
			t.Errorf("Luhn(%q) = %v", s, got)
		}
	}
}

func TestSQLErrorEngine(t *testing.T) {
	for s, want := range map[string]string{"You have an error in your SQL syntax": "mysql", "ORA-01756: quoted string not properly terminated": "oracle", "Unclosed quotation mark after the character string": "mssql",
		"unterminated quoted string at or near": "postgres", "SQLSTATE[42000]": "sql", "fine": "", "sqlite3.OperationalError: x": "sqlite"} {
		if got := SQLErrorEngine(s); got != want {
			t.Errorf("SQLErrorEngine(%q) = %q, want %q", s, got, want)
		}
	}
}

// TestInnocentValuesAllocateNothing: most values are such, and each is asked
// of every matcher.
func TestInnocentValuesAllocateNothing(t *testing.T) {
	for _, s := range []string{"42", "red shoes", "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0", "text/html,application/xml;q=0.9,*/*;q=0.8", "https://shop.example/a?b=c", "O'Brien & Sons, est. 1950"} {
		for _, c := range all()[:20] {
			if n := testing.AllocsPerRun(20, func() { c.m(s) }); n != 0 && c.name != "xss" && c.name != "ssrf" {
				t.Errorf("%s(%q): %v allocations", c.name, s, n)
			}
		}
	}
}

func BenchmarkInnocentValues(b *testing.B) {
	values := []string{"42", "red shoes", "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0", "text/html,application/xml;q=0.9,*/*;q=0.8", "https://shop.example/a?b=c", "O'Brien & Sons, est. 1950", "0f1e2d3c-aaaa-bbbb-cccc-0123456789ab"}
	for _, c := range all()[:17] {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				c.m(values[i%len(values)])
			}
		})
	}
}
