package crowdsec

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml"

	"spaniel/internal/importer"
)

// Translate translates the scenarios of the files. license is what those are
// under that do not say it.
func Translate(files []importer.File, license string) []importer.Result {
	var out []importer.Result
	for _, f := range files {
		docs, err := importer.Docs(f.Text)
		if err != nil {
			r := importer.Result{File: f.Name, Line: 1}
			r.Refuse("%v", err)
			out = append(out, r)
			continue
		}
		for _, d := range docs {
			if importer.Get(d.Map, "filter") != nil || importer.Get(d.Map, "type") != nil {
				out = append(out, scenario(f.Name, d.Map, license))
			}
		}
	}
	return out
}

// scenario translates one.
func scenario(file string, m yaml.MapSlice, license string) importer.Result {
	r := importer.Result{File: file, Line: 1, ID: importer.String(m, "name"), Title: importer.String(m, "description"), License: importer.String(m, "license"), Verdict: importer.Exact}
	if r.License == "" {
		r.License = license
	}
	r.Author, _, _ = strings.Cut(r.ID, "/")
	f := &filter{r: &r}
	when, err := f.translate(importer.String(m, "filter"))
	switch {
	case err != nil:
		r.Refuse("%v", err)
		return r
	case !f.http:
		r.Refuse("its filter does not ask for HTTP logs: it is not of HTTP calls")
		return r
	}
	for _, key := range []string{"condition", "overflow_filter", "cancel_on", "bayesian_conditions"} {
		if importer.Get(m, key) != nil {
			r.Refuse("its %s has no counterpart", key)
			return r
		}
	}
	r.Rule = &importer.Rule{ID: "crowdsec-" + importer.Slug(strings.TrimPrefix(r.ID, r.Author+"/"), 50), Title: importer.Title(r.Title), Severity: "medium",
		Category: "recon/imported-crowdsec", Refs: refs(m), When: when}
	if err := bucket(&r, m); err != nil {
		r.Refuse("%v", err)
	}
	return r
}

// refs takes techniques and CVE numbers from the labels.
func refs(m yaml.MapSlice) (out []string) {
	labels, _ := importer.Get(m, "labels").(yaml.MapSlice)
	for _, v := range importer.List(importer.Get(labels, "classification")) {
		s := importer.Text(v)
		if id, ok := strings.CutPrefix(s, "attack.T"); ok {
			out = append(out, "attack:T"+id)
		} else if id, ok := strings.CutPrefix(strings.ToUpper(s), "CVE."); ok {
			out = append(out, "cve:"+strings.TrimPrefix(id, "CVE-"))
		}
	}
	return out
}

// maxDifferent is how many values a bucket of different ones remembers.
const maxDifferent = 64

// bucket translates what counts.
func bucket(r *importer.Result, m yaml.MapSlice) error {
	switch kind := importer.String(m, "type"); kind {
	case "trigger":
		return trigger(r, m)
	case "leaky":
	default:
		return fmt.Errorf("a bucket of type %q has no counterpart", kind)
	}
	capacity, err := strconv.Atoi(importer.String(m, "capacity"))
	if err != nil || capacity < 0 || capacity > 1_000_000 {
		return fmt.Errorf("its capacity %q has no counterpart", importer.String(m, "capacity"))
	}
	leak, err := time.ParseDuration(importer.String(m, "leakspeed"))
	if err != nil || leak <= 0 || leak > 24*time.Hour {
		return fmt.Errorf("its leakspeed %q has no counterpart", importer.String(m, "leakspeed"))
	}
	over := min(24*time.Hour, max(time.Minute, leak*time.Duration(min(capacity+1, 86_400))))
	r.Rule.Over = importer.Seconds(over.Seconds())
	if r.Rule.By, err = groupBy(r, importer.String(m, "groupby")); err != nil {
		return err
	}
	r.Rule.Having = fmt.Sprintf("bucket(%q) > %d", importer.Seconds(leak.Seconds()), capacity)
	if d := importer.String(m, "distinct"); d != "" {
		f := &filter{r: r}
		what, err := f.translate(d)
		if err != nil {
			return fmt.Errorf("distinct: %w", err)
		}
		r.Rule.Having = fmt.Sprintf("bucket(%s, %q) > %d", what, importer.Seconds(leak.Seconds()), capacity)
		if capacity >= maxDifferent {
			r.Rule.Having = fmt.Sprintf("distinct(%s) > %d", what, capacity)
			r.Approx("so many different values are counted in a window of %s instead of in a bucket that leaks", r.Rule.Over)
		}
	}
	if importer.String(m, "blackhole") == "" {
		r.Approx("without a blackhole it is quiet for the length of its window after an alert")
	}
	r.Rule.Suppress, err = quiet(m)
	return err
}

// trigger fires on each call, or where it is to be quiet for a while, on the
// first.
func trigger(r *importer.Result, m yaml.MapSlice) (err error) {
	if importer.String(m, "blackhole") == "" {
		return nil
	}
	if r.Rule.By, err = groupBy(r, importer.String(m, "groupby")); err != nil {
		return err
	}
	r.Rule.Over, r.Rule.Having = "1m", "count() >= 1"
	r.Rule.Suppress, err = quiet(m)
	return err
}

// quiet is how long the bucket says nothing after it has.
func quiet(m yaml.MapSlice) (string, error) {
	b := importer.String(m, "blackhole")
	if b == "" {
		return "", nil
	}
	d, err := time.ParseDuration(b)
	if err != nil || d <= 0 {
		return "", fmt.Errorf("its blackhole %q has no counterpart", b)
	}
	return importer.Seconds(d.Seconds()), nil
}

// groupBy is one key: a field, or several that are joined by a text.
func groupBy(r *importer.Result, src string) ([]string, error) {
	if src == "" {
		return nil, nil
	}
	f := &filter{r: r}
	var parts []string
	for _, p := range f.joined(src) {
		s, err := f.translate(p)
		if err != nil {
			return nil, fmt.Errorf("groupby: %w", err)
		}
		if strings.ContainsAny(s, `"(, `) {
			s = "'" + strings.ReplaceAll(s, "'", "''") + "'"
		}
		parts = append(parts, s)
	}
	if len(parts) == 1 {
		return parts, nil
	}
	return []string{"[" + strings.Join(parts, ", ") + "]"}, nil
}
