package corpus

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"spaniel/detect/ruletest"
)

// errNoPlace says that an entry cannot stand where chance put it.
var errNoPlace = errors.New("the value cannot stand there")

// maker makes one variant of an entry.
type maker struct {
	src   *source
	words words
	n     int        // the variant
	rng   *rand.Rand // this variant's
	deck  *rand.Rand // the same for all variants of the entry
}

func (m *maker) make(c *Case, text string) error {
	if m.src.mode == "request" {
		return m.request(c, text)
	}
	if !m.src.attack {
		filled, err := m.words.fill(m.rng, text, func(_ int, v string) string { return v })
		if err != nil {
			return err
		}
		text = filled
	}
	c.Text = text
	r, err := m.structure(c, text)
	if err != nil {
		return err
	}
	if r == nil {
		return errNoPlace
	}
	c.Request = r.bytes()
	if c.Response == nil {
		c.Response = answer(m.rng)
	}
	return nil
}

// structure makes the request of an entry that is none by itself.
func (m *maker) structure(c *Case, text string) (*message, error) {
	switch m.src.mode {
	case "value":
		return m.value(c, text)
	case "json":
		return m.fragment(c, text), nil
	case "pairs":
		return m.rawPairs(c, text), nil
	case "xml":
		return m.xml(c, text), nil
	case "upload":
		return m.upload(c, text)
	case "agent":
		c.Place, c.Encoding = "header", "plain"
		r := start(m.rng, pick(m.rng, []string{"GET", "GET", "HEAD", "OPTIONS"}), m.route())
		r.set("User-Agent", text)
		return r, nil
	case "response":
		return m.leak(c, text)
	case "graphql":
		return m.graphql(c, text), nil
	}
	return nil, fmt.Errorf("unknown mode %q", m.src.mode)
}

// value places and encodes a value. The first two variants are the everyday
// ones; the others are dealt from two shuffled decks, so that few meet twice.
func (m *maker) value(c *Case, text string) (*message, error) {
	var ps []place
	for _, p := range places() {
		if m.src.places == nil || slices.Contains(m.src.places, p.name) {
			ps = append(ps, p)
		}
	}
	var es []encoding
	for _, e := range encodings() {
		if m.src.encodings == nil || slices.Contains(m.src.encodings, e.name) {
			es = append(es, e)
		}
	}
	if len(ps) == 0 || len(es) == 0 {
		return nil, fmt.Errorf("no place or encoding is left")
	}
	if m.n < 2 && m.n < len(ps) {
		return m.put(c, ps[m.n], es[0], text), nil
	}
	m.deck.Shuffle(len(ps), func(i, j int) { ps[i], ps[j] = ps[j], ps[i] })
	m.deck.Shuffle(len(es), func(i, j int) { es[i], es[j] = es[j], es[i] })
	// What one container cannot carry another can: go on to the next.
	for i := range len(ps) {
		p, e := ps[(m.n+i)%len(ps)], es[m.n%len(es)]
		w := e.write(rand.New(rand.NewPCG(1, 2)), text)
		if w.jsonU && !p.jsonU || w.utf16 && !p.utf16 {
			continue
		}
		if r := m.put(c, p, e, text); r != nil {
			return r, nil
		}
	}
	return nil, nil
}

func (m *maker) put(c *Case, p place, e encoding, text string) *message {
	c.Place, c.Encoding = p.name, e.name
	return p.put(m, e.write(m.rng, text))
}

// request reads a whole request and fills its holes.
func (m *maker) request(c *Case, text string) error {
	c.Place, c.Encoding = "request", "plain"
	body := bodyEscape(text)
	filled, err := m.words.fill(m.rng, text, func(at int, v string) string { return escapeAt(text, body, at, v) })
	if err != nil {
		return err
	}
	c.Request, c.Response, err = ruletest.Exchange(filled)
	return err
}

// bodyEscape is how a value is escaped in the body of a request's text.
func bodyEscape(text string) func(string) string {
	start, body := bodyOf(text)
	trimmed := strings.TrimSpace(body)
	low := strings.ToLower(start)
	switch {
	case strings.HasPrefix(trimmed, "{") || strings.HasPrefix(trimmed, "["):
		return jsonText
	case strings.HasPrefix(trimmed, "<"):
		return xmlText
	case strings.Contains(low, "content-type: ") && !strings.Contains(low, "form-urlencoded"):
		return func(v string) string { return v }
	}
	return percentAll
}

// bodyOf splits a request's text at its body.
func bodyOf(text string) (head, body string) {
	if head, body, ok := strings.Cut(text, "\n\n"); ok {
		return head, body
	}
	line, _, _ := strings.Cut(text, "\n")
	parts := strings.SplitN(line, " ", 3)
	if len(parts) < 3 {
		return text, ""
	}
	return text[:len(parts[0])+len(parts[1])+2], text[len(parts[0])+len(parts[1])+2:]
}

// escapeAt escapes a value for its place in a request's text.
func escapeAt(text string, body func(string) string, at int, v string) string {
	line, _, _ := strings.Cut(text, "\n")
	parts := strings.SplitN(line, " ", 3)
	if len(parts) > 1 && at <= len(parts[0])+1+len(parts[1]) {
		return percentAll(v)
	}
	head, _ := bodyOf(text)
	if at >= len(head) {
		return body(v)
	}
	return v
}
