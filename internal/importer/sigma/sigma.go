package sigma

import (
	"fmt"
	"strings"

	"github.com/goccy/go-yaml"

	"spaniel/internal/importer"
)

// Translate translates the rules of the files. Correlations may refer to rules
// of any of them. license is what rules are under that do not say it.
func Translate(files []importer.File, license string) []importer.Result {
	t := &translation{license: license, byName: map[string]*base{}}
	for _, f := range files {
		docs, err := importer.Docs(f.Text)
		if err != nil {
			r := importer.Result{File: f.Name, Line: 1}
			r.Refuse("%v", err)
			t.results = append(t.results, r)
			continue
		}
		for _, d := range docs {
			t.doc(f.Name, d)
		}
	}
	for _, c := range t.later {
		t.correlation(c.file, c.m)
	}
	return t.results
}

type translation struct {
	license string
	results []importer.Result
	byName  map[string]*base
	later   []pending
}

// base is a translated rule that correlations may refer to.
type base struct {
	when   string
	result *importer.Result
}

type pending struct {
	file string
	m    yaml.MapSlice
}

func (t *translation) doc(file string, d importer.Doc) {
	switch {
	case importer.Get(d.Map, "correlation") != nil:
		t.later = append(t.later, pending{file, d.Map})
	case importer.Get(d.Map, "detection") != nil:
		t.rule(file, d.Map)
	}
}

// head is what every rule begins with.
func (t *translation) head(file string, m yaml.MapSlice) *importer.Result {
	r := &importer.Result{File: file, Line: 1, ID: importer.String(m, "id"), Title: importer.String(m, "title"), Author: importer.String(m, "author"),
		License: importer.String(m, "license"), Verdict: importer.Exact}
	if r.License == "" {
		r.License = t.license
	}
	return r
}

// rule translates a rule with a detection.
func (t *translation) rule(file string, m yaml.MapSlice) {
	r := t.head(file, m)
	defer func() { t.results = append(t.results, *r) }()
	source, _ := importer.Get(m, "logsource").(yaml.MapSlice)
	if why := notWeb(source); why != "" {
		r.Refuse("%s", why)
		return
	}
	detection, ok := importer.Get(m, "detection").(yaml.MapSlice)
	if !ok {
		r.Refuse("its detection is no mapping")
		return
	}
	when, counted, err := (&detector{m: detection, r: r}).condition()
	if err != nil {
		r.Refuse("%v", err)
		return
	}
	r.Rule = &importer.Rule{ID: ruleID(r), Title: importer.Title(r.Title), Severity: severity(m), Category: "recon/imported-sigma", Refs: refs(m), When: when}
	if counted != nil {
		counted.into(r, importer.String(detection, "timeframe"))
	}
	for _, name := range []string{importer.String(m, "name"), r.ID} {
		if name != "" && r.Rule != nil {
			t.byName[name] = &base{when, r}
		}
	}
}

// notWeb says why a log source is none of HTTP calls.
func notWeb(m yaml.MapSlice) string {
	category := importer.String(m, "category")
	switch category {
	case "webserver", "proxy":
		return ""
	}
	if category == "" {
		category = strings.Trim(importer.String(m, "product")+"/"+importer.String(m, "service"), "/")
	}
	return fmt.Sprintf("its log source (%s) is not of HTTP calls", category)
}

func ruleID(r *importer.Result) string {
	id := "sigma-" + importer.Slug(r.Title, 45)
	if len(r.ID) >= 8 {
		id += "-" + importer.Slug(r.ID[:8], 8)
	}
	return strings.Trim(id, "-")
}

func severity(m yaml.MapSlice) string {
	switch l := importer.String(m, "level"); l {
	case "low", "medium", "high", "critical":
		return l
	case "informational":
		return "info"
	}
	return "medium"
}

// refs takes techniques and CVE numbers from the tags.
func refs(m yaml.MapSlice) (out []string) {
	for _, v := range importer.List(importer.Get(m, "tags")) {
		tag := strings.ToLower(importer.Text(v))
		if id, ok := strings.CutPrefix(tag, "attack.t"); ok && id != "" && id[0] >= '0' && id[0] <= '9' {
			out = append(out, "attack:T"+id)
		} else if id, ok := strings.CutPrefix(tag, "cve."); ok {
			out = append(out, "cve:"+strings.ReplaceAll(strings.TrimPrefix(id, "cve-"), ".", "-"))
		}
	}
	return out
}
