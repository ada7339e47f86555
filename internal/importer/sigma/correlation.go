package sigma

import (
	"fmt"
	"strconv"

	"github.com/goccy/go-yaml"

	"spaniel/internal/importer"
)

// correlation translates a rule that counts or orders what others find.
func (t *translation) correlation(file string, m yaml.MapSlice) {
	r := t.head(file, m)
	defer func() { t.results = append(t.results, *r) }()
	c, ok := importer.Get(m, "correlation").(yaml.MapSlice)
	if !ok {
		r.Refuse("its correlation is no mapping")
		return
	}
	var whens []string
	for _, v := range importer.List(importer.Get(c, "rules")) {
		b := t.byName[importer.Text(v)]
		if b == nil {
			r.Refuse("it counts rule %q, which is not among those translated", importer.Text(v))
			return
		}
		for _, reason := range b.result.Reasons {
			r.Approx("%s", reason)
		}
		whens = append(whens, b.when)
	}
	if len(whens) == 0 {
		r.Refuse("it names no rules")
		return
	}
	over, err := span(importer.String(c, "timespan"))
	if err != nil {
		r.Refuse("%v", err)
		return
	}
	rule := &importer.Rule{ID: ruleID(r), Title: importer.Title(r.Title), Severity: severity(m), Category: "recon/imported-sigma", Refs: refs(m), When: importer.Or(whens...), Over: over}
	key, err := groupBy(importer.List(importer.Get(c, "group-by")))
	if err == nil {
		rule.By = key
		rule.Having, err = having(r, c, whens)
	}
	if err != nil {
		r.Refuse("%v", err)
		return
	}
	r.Rule = rule
}

// groupBy is one key made of all fields.
func groupBy(list []any) ([]string, error) {
	key := ""
	for i, v := range list {
		t, ok := fieldOf(importer.Text(v))
		if !ok {
			return nil, fmt.Errorf("field %q has no counterpart in a call", importer.Text(v))
		}
		if i > 0 {
			key += ", "
		}
		key += yamlKey(t.expr)
	}
	switch len(list) {
	case 0:
		return nil, nil
	case 1:
		return []string{key}, nil
	}
	return []string{"[" + key + "]"}, nil
}

// having is the condition on the window.
func having(r *importer.Result, c yaml.MapSlice, whens []string) (string, error) {
	switch kind := importer.String(c, "type"); kind {
	case "event_count":
		return compare(r, "count()", c)
	case "value_count":
		m, _ := importer.Get(c, "condition").(yaml.MapSlice)
		t, ok := fieldOf(importer.String(m, "field"))
		if !ok {
			return "", fmt.Errorf("field %q has no counterpart in a call", importer.String(m, "field"))
		}
		return compare(r, "distinct("+t.expr+")", c)
	case "temporal":
		var parts []string
		for _, w := range whens {
			parts = append(parts, "count_if("+w+") > 0")
		}
		return importer.And(parts...), nil
	case "temporal_ordered":
		s := "sequence("
		for i, w := range whens {
			if i > 0 {
				s += ", "
			}
			s += w
		}
		if len(whens) < 2 || len(whens) > 8 {
			return "", fmt.Errorf("an order of %d rules has no counterpart", len(whens))
		}
		return s + ")", nil
	default:
		return "", fmt.Errorf("a correlation of type %q has no counterpart", kind)
	}
}

// compare is the aggregate with the bounds of the condition.
func compare(r *importer.Result, what string, c yaml.MapSlice) (string, error) {
	m, ok := importer.Get(c, "condition").(yaml.MapSlice)
	if !ok {
		return "", fmt.Errorf("it has no condition on the count")
	}
	var parts []string
	for _, it := range m {
		op, known := map[string]string{"gte": ">=", "gt": ">", "eq": ">=", "lte": "<=", "lt": "<"}[fmt.Sprint(it.Key)]
		if it.Key == "field" {
			continue
		}
		n, err := strconv.Atoi(importer.Text(it.Value))
		if !known || err != nil {
			return "", fmt.Errorf("its condition %v: %v has no counterpart", it.Key, it.Value)
		}
		if it.Key == "eq" {
			r.Approx("an exact count is taken for that many or more")
		}
		parts = append(parts, fmt.Sprintf("%s %s %d", what, op, n))
	}
	if len(parts) == 0 {
		return "", fmt.Errorf("it has no condition on the count")
	}
	return importer.And(parts...), nil
}
