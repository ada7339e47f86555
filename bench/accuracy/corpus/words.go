package corpus

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"
)

// words are the lists that holes are filled from.
type words map[string][]string

// readWords reads lines `name: word | word`.
func readWords(fsys fs.FS, file string) (words, error) {
	raw, err := fs.ReadFile(fsys, file)
	if err != nil {
		return nil, fmt.Errorf("reading a corpus: %w", err)
	}
	w := words{}
	for l := range strings.SplitSeq(string(raw), "\n") {
		if name, rest, ok := strings.Cut(l, ": "); ok && !strings.HasPrefix(l, ";;") {
			w[name] = append(w[name], strings.Split(rest, " | ")...)
		}
	}
	return w, nil
}

const open, shut = "⟦", "⟧"

// fill replaces the holes of a text; escape is asked with where the hole stands.
func (w words) fill(rng *rand.Rand, text string, escape func(at int, v string) string) (string, error) {
	var b strings.Builder
	rest := text
	for {
		before, after, ok := strings.Cut(rest, open)
		b.WriteString(before)
		if !ok {
			return b.String(), nil
		}
		at := len(text) - len(rest) + len(before)
		hole, behind, ok := strings.Cut(after, shut)
		if !ok {
			return "", fmt.Errorf("a hole that does not end: %s", after)
		}
		name, raw := strings.CutPrefix(hole, "raw ")
		v, err := w.value(rng, name)
		if err != nil {
			return "", err
		}
		if !raw {
			v = escape(at, v)
		}
		b.WriteString(v)
		rest = behind
	}
}

// value makes what stands in a hole.
func (w words) value(rng *rand.Rand, hole string) (string, error) {
	name, arg, _ := strings.Cut(hole, " ")
	number := func() int {
		n, err := strconv.Atoi(arg)
		if err != nil || n < 1 {
			return 1
		}
		return n
	}
	day := time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(rng.Int64N(int64(400*24*time.Hour))) / time.Second * time.Second)
	switch name {
	case "opt":
		list := strings.Split(arg, "|")
		return list[rng.IntN(len(list))], nil
	case "int":
		var lo, hi int
		if _, err := fmt.Sscan(arg, &lo, &hi); err != nil || hi < lo {
			return "", fmt.Errorf("hole %q: write two numbers", hole)
		}
		return strconv.Itoa(lo + rng.IntN(hi-lo+1)), nil
	case "hex":
		return digits(rng, "0123456789abcdef", number()), nil
	case "b64":
		return base64.StdEncoding.EncodeToString(noise(rng, number())), nil
	case "b64url":
		return base64.RawURLEncoding.EncodeToString(noise(rng, number())), nil
	case "uuid":
		h := digits(rng, "0123456789abcdef", 32)
		return h[:8] + "-" + h[8:12] + "-4" + h[13:16] + "-a" + h[17:20] + "-" + h[20:], nil
	case "date":
		return day.Format(time.DateOnly), nil
	case "time":
		return day.Format(time.RFC3339), nil
	case "epoch":
		return strconv.FormatInt(day.Unix(), 10), nil
	case "ip":
		return fmt.Sprintf("%d.%d.%d.%d", 11+rng.IntN(80), rng.IntN(256), rng.IntN(256), 1+rng.IntN(254)), nil
	case "money":
		return fmt.Sprintf("%d.%02d", rng.IntN(900), rng.IntN(100)), nil
	case "jwt":
		return token(rng, map[string]any{"sub": digits(rng, "0123456789", 9), "iat": day.Unix(), "exp": day.Unix() + 3600, "scope": "read write", "iss": "https://id.example/"}), nil
	}
	list := w[hole]
	if len(list) == 0 {
		return "", fmt.Errorf("no list of words is called %q", hole)
	}
	return list[rng.IntN(len(list))], nil
}

func digits(rng *rand.Rand, alphabet string, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = alphabet[rng.IntN(len(alphabet))]
	}
	return string(b)
}

func noise(rng *rand.Rand, n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(rng.Uint32())
	}
	return b
}

// token is a JWT with these claims and a signature of noise.
func token(rng *rand.Rand, claims map[string]any) string {
	b, err := json.Marshal(claims)
	if err != nil {
		panic(err) // of strings and numbers only
	}
	enc := base64.RawURLEncoding.EncodeToString
	return enc([]byte(`{"alg":"RS256","typ":"JWT","kid":"k-2025"}`)) + "." + enc(b) + "." + enc(noise(rng, 64))
}
