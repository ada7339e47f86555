// Package canary makes traffic full of secrets that can be known again, for
// tests that nothing which leaves the sensor shows one of them. Every kind of
// secret that is hidden is planted in every kind of place. It hides nothing
// itself and imports no stage.
package canary

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"math/big"
	"strings"
)

// The marks by which a planted secret is known again, in lower case: text has
// its own at both ends, so that a part of it is found, too; the numbers of cards
// and accounts have digits in common, and so has what is encoded.
const (
	word    = "Cnry7Q"
	card    = "4929123456"
	account = "3704004471"
)

// A planter numbers the secrets it hands out.
type planter struct{ n int }

// text returns a secret of 20 letters and digits that no other has.
func (p *planter) text() string {
	p.n++
	return fmt.Sprintf("%s%07dx%s", word, p.n, word)
}

// hostile is a secret that is an attack, so that an alert would show it.
func (p *planter) hostile() string { return "x' UNION SELECT 1,2 FROM t-- " + p.text() }

// key is one that says by its first letters what it is.
func (p *planter) key(prefix string, n int) string {
	s := prefix + p.text() + p.text()
	p.n--
	return s[:min(len(s), len(prefix)+max(n, 20))]
}

// aws is a key of capital letters and digits, 16 behind the prefix.
func (p *planter) aws() string {
	p.n++
	return fmt.Sprintf("AKIA%s%010d", strings.ToUpper(word), p.n)
}

// jwt is a web token whose claims and signature are secret.
func (p *planter) jwt() string {
	enc := base64.RawURLEncoding.EncodeToString
	return enc([]byte(`{"alg":"HS256","typ":"JWT"}`)) + "." + enc(fmt.Appendf(nil, `{"sub":"u17","n":%d}`, p.n)) + "." + p.text() + "aB3dE5gH7jK9mN1pQ3sT5vW7yZ"
}

// basic is what stands behind the word Basic.
func (p *planter) basic() string {
	return base64.StdEncoding.EncodeToString([]byte("u17:" + p.text()))
}

// card is a number of 16 digits with its check digit.
func (p *planter) card() string {
	p.n++
	s := fmt.Sprintf("%s%05d", card, p.n)
	sum := 0
	for i, c := range s {
		d := int(c - '0')
		if i%2 == 0 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return s + fmt.Sprint((10-sum%10)%10)
}

// iban is a German one with its check digits.
func (p *planter) iban() string {
	p.n++
	bban := fmt.Sprintf("%s%08d", account, p.n)
	v, _ := new(big.Int).SetString(bban+"131400", 10) // digits alone: always a number
	return fmt.Sprintf("DE%02d%s", 98-new(big.Int).Mod(v, big.NewInt(97)).Int64(), bban)
}

// marks are what Find looks for, in lower case.
func marks() []string {
	basic := base64.StdEncoding.EncodeToString([]byte("u17:" + word))
	token := base64.RawURLEncoding.EncodeToString([]byte(`{"sub":"u17","n":`))
	return []string{strings.ToLower(word), card, account, strings.ToLower(basic[:len(basic)-4]), strings.ToLower(token[:len(token)-2])}
}

// window is how much Find looks at once; it is copied to make it lower case.
const window = 1 << 20

// Find reports the first planted secret that shows in b, in whatever case, with
// what stands around it; "" if there is none.
func Find(b []byte) string {
	for at := 0; at < len(b); at += window {
		low := bytes.ToLower(b[at:min(len(b), at+window+100)]) // and what lies across the edge
		for _, m := range marks() {
			if i := bytes.Index(low, []byte(m)); i >= 0 {
				i += at
				return fmt.Sprintf("…%q…", b[max(0, i-100):min(len(b), i+len(m)+20)])
			}
		}
	}
	return ""
}
