package detect

import (
	"errors"
	"strings"
	"testing"
	"testing/fstest"

	"spaniel/event"
)

// specified loads rules beside a specification of shop.example.
func specified(t testing.TB, spec string, rules ...string) *Set {
	t.Helper()
	fs := fstest.MapFS{"api.yaml": &fstest.MapFile{Data: []byte(spec)}}
	return loadAround(t, LoadOptions{Specs: []SpecFile{{Source: Source{Name: "etc", FS: fs}, Path: "api.yaml", Hosts: []string{"shop.example"}}}}, rules...)
}

const shopSpec = `openapi: 3.0.3
info: {title: Shop}
paths:
  /orders/{id}: {get: {}, delete: {deprecated: true}}
`

const undocumented = `id: undocumented
title: What no specification has
severity: low
category: posture/inventory
when: spec_status() != "" && resp.status == 200
by: [endpoint]
over: 1h
having: 'last(spec_status()) == "undocumented"'
suppress: 24h
closed: {when: 'last(spec_status()) == "documented"'}
message: '{req.path}: {last(spec_operation())}'
`

// TestSpecFunctions: what a specification says of a call reaches expressions, by
// whatever runs them.
func TestSpecFunctions(t *testing.T) {
	for _, tc := range []struct {
		call, expr string
		want       bool
	}{
		{"GET /orders/17?a=b", `spec_status() == "documented" && spec_operation() == "GET /orders/{id}"`, true},
		{"DELETE /orders/17", `spec_status() == "deprecated" && spec_operation() == "DELETE /orders/{id}"`, true},
		{"PUT /orders/17", `spec_status() == "other-method" && spec_operation() == ""`, true},
		{"GET /admin", `spec_status() in ["undocumented"] && spec_operation() == ""`, true},
		{"GET /admin", `len(trim(spec_status())) == 12`, true}, // by the machine
		{"GET /orders/17", `trim(spec_operation()) == "GET /orders/{id}" && one_in(1)`, true},
	} {
		set := specified(t, shopSpec, "id: asks\ntitle: Asks\nseverity: low\ncategory: recon/probing\nwhen: '"+tc.expr+"'\n")
		var f Findings
		NewJudge(set, &Config{}).Call(newCall(tc.call, 200, 1), &f)
		if (len(f.Alerts) == 1) != tc.want {
			t.Errorf("%s: %s: %d alerts", tc.call, tc.expr, len(f.Alerts))
		}
	}
	set := load(t, "id: asks\ntitle: Asks\nseverity: low\ncategory: recon/probing\nwhen: spec_status() == \"\" && spec_operation() == \"\"\n")
	var f Findings
	NewJudge(set, &Config{}).Call(newCall("GET /admin", 200, 1), &f)
	if len(f.Alerts) != 1 {
		t.Error("without a specification something is said of a call")
	}
}

// TestOneIn: about so many calls, and always the same.
func TestOneIn(t *testing.T) {
	set := load(t, "id: some\ntitle: Some\nseverity: low\ncategory: recon/probing\nwhen: one_in(16)\n")
	count := func() (n int) {
		j := NewJudge(set, &Config{})
		for i := range 4000 {
			var f Findings
			j.Call(newCall("GET /a", 200, float64(i)), &f)
			n += len(f.Alerts)
		}
		return n
	}
	if a, b := count(), count(); a != b || a < 200 || a > 300 {
		t.Errorf("%d, then %d of 4000 calls", a, b)
	}
}

// TestSpecificationCloses: what the next specification has is a finding no more,
// and the rule's windows go on.
func TestSpecificationCloses(t *testing.T) {
	var told []string
	set := specified(t, shopSpec, undocumented)
	st := NewStage(set, &Config{}, func(a *event.Alert) { told = append(told, a.State+" "+a.Message) })
	play := func(set *Set, calls ...*event.Call) {
		j := NewJudge(set, &Config{})
		for _, c := range calls {
			var f Findings
			j.Call(c, &f)
			for i := range f.Observations {
				st.Observe(&f.Observations[i])
			}
		}
	}
	play(set, at("GET /orders/17 200 0", "GET /admin 200 1", "GET /admin 200 2")...)
	next := specified(t, shopSpec+"  /admin: {get: {}}\n", undocumented)
	if next.Hash() == set.Hash() {
		t.Error("another specification, and the set has the same name")
	}
	st.Swap(next)
	play(next, at("GET /orders/17 200 3", "GET /admin 200 4", "GET /admin 200 5")...)
	want := "open /admin: |closed closed: /admin: |open /admin: "
	st.Swap(set)
	play(set, at("GET /admin 200 6")...)
	if got := strings.Join(told, "|"); got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// TestSpecificationFaults: each has the file's name, a place and a line.
func TestSpecificationFaults(t *testing.T) {
	fs := fstest.MapFS{
		"broken.yaml": &fstest.MapFile{Data: []byte("openapi: 3.1.0\npaths:\n  orders: {get: {}}\n")},
		"hosts.yaml":  &fstest.MapFile{Data: []byte(shopSpec)},
	}
	of := func(path string) SpecFile { return SpecFile{Source: Source{Name: "etc", FS: fs}, Path: path} }
	for _, tc := range []struct {
		files []SpecFile
		want  string
	}{
		{[]SpecFile{of("broken.yaml")}, "etc/broken.yaml:3:3: the path \"orders\" does not begin with a slash  (write /orders)\n    3 |   orders: {get: {}}\n      |   ^^^^^^"},
		{[]SpecFile{of("hosts.yaml")}, "etc/hosts.yaml:1:1: its servers name no host  (say which in the configuration"},
		{[]SpecFile{of("none.yaml")}, "etc/none.yaml:1:1: the specification cannot be read: file does not exist"},
		{make([]SpecFile, maxSpecs+1), "specifications:1:1: 65 files, at most 64 are read"},
	} {
		_, err := Load(nil, LoadOptions{Specs: tc.files})
		var le *LoadError
		if !errors.As(err, &le) || !strings.HasPrefix(err.Error(), tc.want) {
			t.Errorf("%v\nwant\n%s", err, tc.want)
		}
	}
}

// TestSpecificationOfATest: a test brings its own, and what the user has does not
// reach it.
func TestSpecificationOfATest(t *testing.T) {
	const rule = "id: asks\ntitle: Asks\nseverity: low\ncategory: recon/probing\nwhen: spec_status() == \"undocumented\"\ntests:\n  - fires: GET /admin\n    specification: '{\"openapi\":\"3.1.0\",\"paths\":{\"/a\":{\"get\":{}}}}'\n  - silent: GET /admin\n"
	set := specified(t, shopSpec, rule)
	tests := set.Rule("asks").Tests
	for i, want := range []int{1, 0} {
		var f Findings
		NewJudge(set.For(&tests[i]), &Config{}).Call(newCall("GET /admin", 200, 1), &f)
		if len(f.Alerts) != want {
			t.Errorf("test %d: %d alerts", i+1, len(f.Alerts))
		}
	}
	_, err := LoadText("rule.yaml", strings.Replace(rule, "\"/a\"", "\"a\"", 1))
	if err == nil || !strings.Contains(err.Error(), "line 1 of the specification: the path \"a\" does not begin with a slash") {
		t.Error(err)
	}
}
