package suricata

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"spaniel/internal/importer"
)

// when is the condition of all buffers.
func (s *signature) when() (string, error) {
	if len(s.loose) > 0 {
		return "", errors.New("it looks into the raw stream, not into a part of a call")
	}
	conds := s.conds
	for _, b := range s.buffers {
		list, err := b.when()
		if err != nil {
			return "", err
		}
		conds = append(conds, list...)
	}
	if len(conds) == 0 {
		return "", errors.New("it looks for nothing")
	}
	return importer.And(conds...), nil
}

// when are the conditions of one buffer. Patterns that stand relative to the
// one before become one regular expression with it.
func (b *buffer) when() ([]string, error) {
	out := append([]string(nil), b.conds...)
	if !b.lines && len(out) == 0 && !slices.ContainsFunc(b.pieces, func(p *piece) bool { return !p.not }) {
		out = append(out, b.expr+` != ""`) // a buffer that is not there is not looked at, also not for what must not be in it
	}
	if b.lines && b.byCase() {
		return nil, errors.New("it tells headers apart by the case of their names, which is not kept")
	}
	for i := 0; i < len(b.pieces); {
		n := i + 1
		for n < len(b.pieces) && b.pieces[n].follows() && !b.pieces[i].not { // places count from what was found
			n++
		}
		cond, err := b.chain(b.pieces[i:n])
		if err != nil {
			return nil, err
		}
		out = append(out, cond)
		i = n
	}
	return out, nil
}

// byCase reports a text that must be there in one case and not in another.
func (b *buffer) byCase() bool {
	for _, p := range b.pieces {
		for _, o := range b.pieces {
			if p.not && !o.not && p.text != "" && strings.EqualFold(p.text, o.text) {
				return true
			}
		}
	}
	return false
}

// follows reports whether the piece's place counts from the one before.
func (p *piece) follows() bool { return p.distance >= 0 || p.within >= 0 || p.relative }

func (b *buffer) chain(list []*piece) (string, error) {
	p := list[0]
	if p.follows() { // there is nothing before it: its place counts from the start
		if p.within >= 0 {
			p.depth, p.offset = p.within, max(p.distance, 0)
		} else if p.distance > 0 {
			p.offset = p.distance
		}
		p.distance, p.within, p.relative = -1, -1, false
	}
	if len(list) == 1 && p.plain() {
		return b.negated(p.not, b.simple(p)), nil
	}
	re := "(?s)"
	for i, p := range list {
		if p.not && len(list) > 1 {
			return "", errors.New("a content that must not follow another has no counterpart")
		}
		part, err := p.regex(i == 0, b.lines)
		if err != nil {
			return "", err
		}
		re += part
	}
	if why := importer.CheckRegex(re); why != "" {
		return "", errors.New(why)
	}
	return b.negated(p.not, b.reads(re)), nil
}

func (b *buffer) negated(not bool, cond string) string {
	if not {
		return importer.Not(cond)
	}
	return cond
}

// plain reports a content without a place.
func (p *piece) plain() bool { return p.re == "" && p.depth < 0 && p.offset < 0 }

// simple is the condition for a content without a place.
func (b *buffer) simple(p *piece) string {
	if b.lines {
		return b.header(p)
	}
	expr, text := b.expr, p.text
	if p.nocase {
		if !p.start && !p.end {
			return importer.ContainsAny(expr, []string{text})
		}
		expr, text = "lower("+expr+")", strings.ToLower(text)
	}
	op := "contains"
	switch {
	case p.start && p.end:
		op = "=="
	case p.start:
		op = "startsWith"
	case p.end:
		op = "endsWith"
	}
	return expr + " " + op + " " + importer.Quote(text)
}

// reads is a regular expression over the buffer, or over each line of it.
func (b *buffer) reads(re string) string {
	if b.lines {
		return "any(" + b.expr + ", " + readsLine(re) + ")"
	}
	return "reads(" + b.expr + ", " + importer.Quote(re) + ")"
}

// regex is the piece as a part of a regular expression, with what may stand
// between it and the one before.
func (p *piece) regex(first, lines bool) (string, error) {
	body := p.re
	switch {
	case body == "" && lines && !p.nocase:
		body = lineText(p.text)
	case body == "":
		if body = regexp.QuoteMeta(p.text); p.nocase {
			body = "(?i:" + body + ")"
		}
	case lines && namesHeader(body):
		body = "(?i:" + body + ")"
	}
	size := len(p.text)
	gap := ""
	switch {
	case first && (p.depth >= 0 || p.offset >= 0):
		from := max(p.offset, 0)
		if p.depth < 0 {
			gap = fmt.Sprintf("^.{%d,}", from)
			break
		}
		if p.depth < size {
			return "", errors.New("a depth is shorter than its content")
		}
		gap = fmt.Sprintf("^.{%d,%d}", from, from+p.depth-size)
	case first && p.start:
		gap = "^"
	case first:
	case p.within >= 0:
		from := max(p.distance, 0)
		if p.within < size {
			return "", errors.New("a within is shorter than its content")
		}
		gap = fmt.Sprintf(".{%d,%d}", from, from+p.within-size)
	case p.distance >= 0:
		gap = fmt.Sprintf(".{%d,}", p.distance)
	case strings.HasPrefix(strings.TrimLeft(body, "(?-imsU:"), "^"):
		body = strings.Replace(body, "^", "", 1)
	case strings.HasPrefix(strings.TrimLeft(body, "(?-imsU:"), `\b`): // its text begins behind the one before
		body = strings.Replace(body, `\b`, `(?:(?s:.)*?\b|)`, 1)
	default:
		gap = ".*?"
	}
	if p.end {
		body += "$"
	}
	return gap + body, nil
}

// threshold is a count over time.
type threshold struct {
	kind, track string
	count       int
	seconds     int
}

func (s *signature) count(name, value string) error {
	t := &threshold{kind: "filter"}
	for _, part := range strings.Split(value, ",") {
		f := strings.Fields(part)
		if len(f) != 2 {
			return fmt.Errorf("%s:%s is not well written", name, value)
		}
		n, err := strconv.Atoi(f[1])
		switch f[0] {
		case "type":
			t.kind, err = f[1], nil
		case "track":
			t.track, err = f[1], nil
		case "count":
			t.count = n
		case "seconds":
			t.seconds = n
		default:
			return fmt.Errorf("%s %s has no counterpart", name, f[0])
		}
		if err != nil {
			return fmt.Errorf("%s:%s is not well written", name, value)
		}
	}
	if t.count < 1 || t.seconds < 1 || t.seconds > 86400 {
		return fmt.Errorf("%s:%s has no counterpart", name, value)
	}
	s.window = t
	return nil
}

// into makes the rule one that counts.
func (t *threshold) into(s *signature) {
	src, dst := "client.ip", "server.ip"
	if s.toClient {
		src, dst = dst, src
	}
	switch t.track {
	case "by_src":
		s.r.Rule.By = []string{src}
	case "by_dst":
		s.r.Rule.By = []string{dst}
	case "by_both":
		s.r.Rule.By = []string{"[client.ip, server.ip]"}
	case "by_rule":
	default:
		s.r.Refuse("track %q has no counterpart", t.track)
		return
	}
	rule := s.r.Rule
	rule.Over = importer.Seconds(float64(t.seconds))
	rule.Suppress = rule.Over
	switch t.kind {
	case "limit":
		rule.Having = "count() >= 1"
		if t.count > 1 {
			s.r.Approx("one alert in %s, not %d", rule.Over, t.count)
		}
	case "both":
		rule.Having = fmt.Sprintf("count() >= %d", t.count)
	case "threshold":
		rule.Having = fmt.Sprintf("count() >= %d", t.count)
		s.r.Approx("one alert for all calls beyond the threshold, not one for every %d", t.count)
	case "filter":
		rule.Having = fmt.Sprintf("count() > %d", t.count)
		s.r.Approx("one alert for all calls beyond the threshold, not one for each")
	default:
		s.r.Refuse("a threshold of type %q has no counterpart", t.kind)
	}
}
