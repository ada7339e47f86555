package ruletest

import (
	"compress/gzip"
	"fmt"
	"io"
	"math/rand/v2"
	"strconv"
	"strings"
)

// fill replaces the holes of a text in round n, those within others first.
func fill(text string, n int) (string, error) {
	for from, k := 0, 0; ; k++ {
		end := strings.Index(text[from:], "}}")
		if end < 0 {
			return text, nil
		}
		end += from
		begin := strings.LastIndex(text[:end], "{{")
		if begin < 0 {
			from = end + 2
			continue
		}
		hole := text[begin+2 : end]
		v, known := value(strings.TrimSpace(hole), n, k)
		switch {
		case known:
			text = text[:begin] + v + text[end+2:]
			from = begin + len(v)
		case looksLikeHole(hole):
			return "", fmt.Errorf("unknown hole {{%s}}", hole)
		default:
			// Templates are what some attacks are made of: {{7*7}} stays.
			from = end + 2
		}
	}
}

// looksLikeHole tells a misspelt hole from a payload.
func looksLikeHole(hole string) bool {
	h := strings.TrimSpace(hole)
	return strings.HasPrefix(h, "rand") || strings.HasPrefix(h, "fill ") || strings.HasPrefix(h, "gzip ") || strings.HasPrefix(h, "jwt ") || len(h) > 1 && h[0] == 'n' && strings.ContainsRune("+-*/%", rune(h[1]))
}

// value computes a hole; k tells several random holes of one text apart.
func value(hole string, n, k int) (string, bool) {
	rng := rand.New(rand.NewPCG(uint64(n), uint64(k)+1))
	switch {
	case hole == "n":
		return strconv.Itoa(n), true
	case hole == "hex":
		return fmt.Sprintf("%016x", rng.Uint64()), true
	case strings.HasPrefix(hole, "fill "):
		m, err := strconv.Atoi(strings.TrimSpace(hole[5:]))
		if err != nil || m < 1 || m > maxFill {
			return "", false
		}
		return strings.Repeat("x", m), true
	case strings.HasPrefix(hole, "gzip "):
		m, err := strconv.Atoi(strings.TrimSpace(hole[5:]))
		if err != nil || m < 1 || m > maxFill {
			return "", false
		}
		return packed(m), true
	case strings.HasPrefix(hole, "jwt "):
		return token(strings.Fields(hole[4:]))
	case strings.HasPrefix(hole, "rand "):
		m, err := strconv.Atoi(strings.TrimSpace(hole[5:]))
		if err != nil || m < 1 {
			return "", false
		}
		return strconv.Itoa(rng.IntN(m)), true
	case len(hole) > 2 && hole[0] == 'n':
		m, err := strconv.Atoi(strings.TrimSpace(hole[2:]))
		if err != nil {
			return "", false
		}
		return arithmetic(n, hole[1], m)
	}
	return "", false
}

// maxFill bounds the bytes of a hole.
const maxFill = 4 << 20

// packed is n letters under gzip.
func packed(n int) string {
	var b strings.Builder
	w := gzip.NewWriter(&b)
	if _, err := io.WriteString(w, strings.Repeat("x", n)); err != nil {
		return "" // a strings.Builder takes everything
	}
	if err := w.Close(); err != nil {
		return ""
	}
	return b.String()
}

func arithmetic(n int, op byte, m int) (string, bool) {
	switch {
	case op == '+':
		return strconv.Itoa(n + m), true
	case op == '-':
		return strconv.Itoa(n - m), true
	case op == '*':
		return strconv.Itoa(n * m), true
	case op == '%' && m > 0:
		return strconv.Itoa(n % m), true
	case op == '/' && m > 0:
		return strconv.Itoa(n / m), true
	}
	return "", false
}
