package sigma

import (
	"errors"
	"fmt"
	"path"
	"regexp"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"

	"spaniel/internal/importer"
)

// detector translates one detection.
type detector struct {
	m      yaml.MapSlice
	r      *importer.Result
	tokens []string
	depth  int
	spent  int
	target *bool // what meansTarget found, once it was asked
}

// maxDepth bounds brackets and lists inside one another.
const maxDepth = 40

// maxParts bounds the parts of a detection that are translated: a condition may
// name the same one again and again.
const maxParts = 5000

// condition translates the condition, and the count behind its bar, if any.
func (d *detector) condition() (when string, counted *count, err error) {
	conds := importer.List(importer.Get(d.m, "condition"))
	if len(conds) == 0 {
		return "", nil, errors.New("it has no condition")
	}
	var parts []string
	for _, c := range conds {
		text, rest, aggregated := strings.Cut(importer.Text(c), "|")
		if aggregated {
			if counted, err = parseCount(rest); err != nil {
				return "", nil, err
			}
		}
		d.tokens = regexp.MustCompile(`\(|\)|[^\s()]+`).FindAllString(text, -1)
		p, err := d.or()
		if err != nil {
			return "", nil, err
		}
		if len(d.tokens) > 0 {
			return "", nil, fmt.Errorf("its condition goes on with %q", d.tokens[0])
		}
		parts = append(parts, p)
	}
	return importer.Or(parts...), counted, nil
}

func (d *detector) next() string {
	if len(d.tokens) == 0 {
		return ""
	}
	return d.tokens[0]
}

func (d *detector) take() string {
	t := d.next()
	if t != "" {
		d.tokens = d.tokens[1:]
	}
	return t
}

func (d *detector) or() (string, error) { return d.chain("or", d.and, importer.Or) }

func (d *detector) and() (string, error) { return d.chain("and", d.not, importer.And) }

func (d *detector) chain(word string, inner func() (string, error), join func(...string) string) (string, error) {
	var parts []string
	for {
		p, err := inner()
		if err != nil {
			return "", err
		}
		parts = append(parts, p)
		if strings.ToLower(d.next()) != word {
			return join(parts...), nil
		}
		d.take()
	}
}

func (d *detector) not() (string, error) {
	if d.depth++; d.depth > maxDepth {
		return "", errors.New("its condition nests too deep")
	}
	defer func() { d.depth-- }()
	switch t := d.take(); strings.ToLower(t) {
	case "":
		return "", errors.New("its condition ends too early")
	case "not":
		p, err := d.not()
		return importer.Not(p), err
	case "(":
		p, err := d.or()
		if err == nil && d.take() != ")" {
			err = errors.New("a bracket of its condition is not closed")
		}
		return "(" + p + ")", err
	case "1", "all", "any":
		return d.of(strings.ToLower(t))
	default:
		return d.named(t)
	}
}

// of is `1 of selection_*`, `all of them`.
func (d *detector) of(quantity string) (string, error) {
	if strings.ToLower(d.next()) != "of" {
		return d.named(quantity)
	}
	d.take()
	pattern := d.take()
	var parts []string
	for _, it := range d.m {
		name, ok := it.Key.(string)
		if !ok || name == "condition" || name == "timeframe" {
			continue
		}
		match := pattern == "them" && !strings.HasPrefix(name, "_")
		if pattern != "them" {
			match, _ = path.Match(pattern, name)
		}
		if !match {
			continue
		}
		p, err := d.named(name)
		if err != nil {
			return "", err
		}
		parts = append(parts, p)
	}
	if len(parts) == 0 {
		return "", fmt.Errorf("nothing is called %q", pattern)
	}
	if quantity == "all" {
		return importer.And(parts...), nil
	}
	return importer.Or(parts...), nil
}

// named is a selection by its name.
func (d *detector) named(name string) (string, error) {
	for _, it := range d.m {
		if it.Key == name {
			return d.selection(it.Value)
		}
	}
	return "", fmt.Errorf("its condition names %q, which there is not", name)
}

// selection is a mapping whose fields must all match, a list of which one
// must, or a list of words that stand anywhere.
func (d *detector) selection(v any) (string, error) {
	d.depth, d.spent = d.depth+1, d.spent+1
	if d.depth > maxDepth || d.spent > maxParts {
		return "", errors.New("its detection nests too deep, or has too many parts")
	}
	defer func() { d.depth-- }()
	if m, ok := v.(yaml.MapSlice); ok {
		var parts []string
		for _, it := range m {
			key, ok := it.Key.(string)
			if !ok {
				return "", errors.New("the name of a field is no text")
			}
			p, err := d.fieldOrWords(key, it.Value)
			if err != nil {
				return "", err
			}
			parts = append(parts, p)
		}
		return importer.And(parts...), nil
	}
	var words []any
	var parts []string
	for _, e := range importer.List(v) {
		if _, isMap := e.(yaml.MapSlice); !isMap {
			words = append(words, e)
			continue
		}
		p, err := d.selection(e)
		if err != nil {
			return "", err
		}
		parts = append(parts, p)
	}
	if len(words) > 0 {
		p, err := d.keywords(words, false)
		if err != nil {
			return "", err
		}
		parts = append(parts, p)
	}
	return importer.Or(parts...), nil
}

func (d *detector) fieldOrWords(key string, value any) (string, error) {
	if key == "" || strings.HasPrefix(key, "|") {
		return d.keywords(importer.List(value), strings.Contains(key, "|all"))
	}
	return d.field(key, value)
}

// keywords are looked for in all of a line of the log, which is more than any
// one field of a call.
func (d *detector) keywords(words []any, all bool) (string, error) {
	d.r.Approx("words without a field are looked for in the target, the user agent and the referrer")
	var parts []string
	for _, w := range words {
		text := "(req.target + \" \" + req.user_agent + \" \" + req.header(\"referer\"))"
		m := &match{d: d, t: target{expr: text}, kind: "contains", values: []any{w}}
		p, err := m.expr()
		if err != nil {
			return "", err
		}
		parts = append(parts, p)
	}
	if all {
		return importer.And(parts...), nil
	}
	return importer.Or(parts...), nil
}

// count is the old form of an aggregation: | count(field) by group > 5.
type count struct {
	field, by, op string
	n             int
}

func parseCount(s string) (*count, error) {
	m := regexp.MustCompile(`^\s*count\(([^)]*)\)\s*(?:by\s+(\S+)\s*)?(>=|>|==|=|<=|<)\s*(\d+)\s*$`).FindStringSubmatch(s)
	if m == nil {
		return nil, fmt.Errorf("its aggregation %q has no counterpart", strings.TrimSpace(s))
	}
	n, err := strconv.Atoi(m[4])
	if err != nil || strings.HasPrefix(m[3], "<") {
		return nil, errors.New("its aggregation asks for few calls, which a window cannot tell from none")
	}
	return &count{strings.TrimSpace(m[1]), m[2], strings.Replace(m[3], "==", ">=", 1), n}, nil
}

// into makes the rule one that counts.
func (c *count) into(r *importer.Result, timeframe string) {
	over, err := span(timeframe)
	if err != nil {
		r.Refuse("%v", err)
		return
	}
	if c.op == "=" {
		c.op = ">="
		r.Approx("an exact count is taken for that many or more")
	}
	what := "count()"
	if c.field != "" {
		t, ok := fieldOf(c.field)
		if !ok {
			r.Refuse("field %q has no counterpart in a call", c.field)
			return
		}
		what = "distinct(" + t.expr + ")"
	}
	if c.by != "" {
		t, ok := fieldOf(c.by)
		if !ok {
			r.Refuse("field %q has no counterpart in a call", c.by)
			return
		}
		r.Rule.By = []string{yamlKey(t.expr)}
	}
	r.Rule.Over, r.Rule.Having = over, fmt.Sprintf("%s %s %d", what, c.op, c.n)
}

// yamlKey is a key of a window as YAML in a flow list has it.
func yamlKey(expr string) string {
	if strings.ContainsAny(expr, `"(, `) {
		return "'" + expr + "'"
	}
	return expr
}

// span reads 30s, 5m, 1h, 1d.
func span(s string) (string, error) {
	m := regexp.MustCompile(`^(\d+)([smhdM])$`).FindStringSubmatch(s)
	if m == nil {
		return "", fmt.Errorf("%q is no span of time", s)
	}
	n, err := strconv.Atoi(m[1])
	seconds := float64(n) * map[string]float64{"s": 1, "m": 60, "h": 3600, "d": 86400, "M": 30 * 86400}[m[2]]
	if err != nil || seconds <= 0 || seconds > 86400 {
		return "", fmt.Errorf("its span of time, %s, is longer than the longest window, 24h", s)
	}
	return importer.Seconds(seconds), nil
}
