package ruletest

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
)

// fill replaces the holes of a text in round n.
func fill(text string, n int) (string, error) {
	var b strings.Builder
	for k := 0; ; k++ {
		before, rest, ok := strings.Cut(text, "{{")
		b.WriteString(before)
		if !ok {
			return b.String(), nil
		}
		hole, after, ok := strings.Cut(rest, "}}")
		v, known := value(strings.TrimSpace(hole), n, k)
		switch {
		case ok && known:
			b.WriteString(v)
			text = after
		case ok && looksLikeHole(hole):
			return "", fmt.Errorf("unknown hole {{%s}}", hole)
		default:
			// Templates are what some attacks are made of: {{7*7}} stays.
			b.WriteString("{{")
			text = rest
		}
	}
}

// looksLikeHole tells a misspelt hole from a payload.
func looksLikeHole(hole string) bool {
	h := strings.TrimSpace(hole)
	return strings.HasPrefix(h, "rand") || len(h) > 1 && h[0] == 'n' && strings.ContainsRune("+-*/%", rune(h[1]))
}

// value computes a hole; k tells several random holes of one text apart.
func value(hole string, n, k int) (string, bool) {
	rng := rand.New(rand.NewPCG(uint64(n), uint64(k)+1))
	switch {
	case hole == "n":
		return strconv.Itoa(n), true
	case hole == "hex":
		return fmt.Sprintf("%016x", rng.Uint64()), true
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
