package detect

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"spaniel/event"
)

// TestRegexpsPayBySize: a byte costs an expression with a large program more,
// on the machine and natively, and the rule with it is stopped by its budget;
// one too large is not asked of every leaf at nobody's expense.
func TestRegexpsPayBySize(t *testing.T) {
	heavy := "((a|b|ab)*){100}c"
	if n := programSize(heavy); n < 512 || n > maxRegexProg {
		t.Fatalf("the program has %d steps", n)
	}
	large := strings.Repeat("ab", 2000)
	for _, tc := range []struct {
		when    string
		stopped bool
	}{
		{`reads(req.query, "` + heavy + `")`, true},
		{`reads(req.query, "` + heavy + `") ? true : false`, true}, // the machine
		{`reads(req.query, "a+c")`, false},
		{`reads(req.query, "a+c") ? true : false`, false},
		{`in_list(req.query, "heavy")`, true},
		{`in_list(req.query, "light")`, false},
	} {
		set := loadFS(t, fstest.MapFS{"heavy.regex.list": {Data: []byte(heavy)}, "light.regex.list": {Data: []byte("a+c")}}, good+"when: '"+tc.when+"'\n")
		j := NewJudge(set, &Config{Limits: Limits{RuleSteps: 20_000}})
		var f Findings
		j.Call(newCall("GET /?"+large, 200, 1), &f)
		if got := j.Stats()[0].Errors == 1; got != tc.stopped {
			t.Errorf("%s: stopped %v, %d steps", tc.when, got, j.scope.steps)
		}
	}
	l := newLanguage()
	for src, want := range map[string]bool{`reads(leaves, "a+c")`: true, `reads(leaves, "((a|b|ab)*){200}c")`: false} {
		p, faults := l.compile(src, wantBool)
		if len(faults) > 0 || !p.native.set() {
			t.Fatalf("%s: %+v", src, faults)
		}
		n := 0
		for key := range l.filters {
			if strings.HasPrefix(key, "reads\x00") && strings.Contains(src, strings.Trim(key[len("reads\x00"):], `"`)) {
				n++
			}
		}
		if (n == 1) != want {
			t.Errorf("%s: %d tests of every leaf", src, n)
		}
	}
}

// TestTenThousandRules: so many load, and one call is judged by all of them.
func TestTenThousandRules(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: this loads 10,000 rules")
	}
	const n, perFile = 10_000, 500
	fsys := fstest.MapFS{}
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "id: rule-%d\ntitle: t\nseverity: low\ncategory: recon/probing\nwhen: req.path == \"/%d\"\n---\n", i, i)
		if (i+1)%perFile == 0 {
			fsys[fmt.Sprintf("r%d.yaml", i)] = &fstest.MapFile{Data: []byte(strings.TrimSuffix(b.String(), "---\n"))}
			b.Reset()
		}
	}
	set, err := Load([]Source{{FS: fsys}}, LoadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/0", "/9999", "/x"} {
		alerts := run(set, &Config{}, newCall("GET "+path, 200, 1))
		if want := path != "/x"; len(set.Rules()) != n || (len(alerts) == 1) != want || want && alerts[0].Rule.ID != "rule-"+path[1:] {
			t.Errorf("%s: %d alerts of %d rules", path, len(alerts), len(set.Rules()))
		}
	}
}

// FuzzRuleEval: whatever condition compiles gives the same on the same call
// twice, with the same evidence.
func FuzzRuleEval(f *testing.F) {
	for _, src := range append(shapes(), `in_list(leaves, "nets")`, `similar(req.path, req.host) > 0.5`, `pii(leaves, ["email"])`, `wildcard(req.path, "*a?")`, `country(client.ip) == "" && hour() < 24`, `any(leaves, in_list(#, "words") || iban(.value))`) {
		f.Add(src, "/a?b=1", "1' or '1'='1")
	}
	f.Fuzz(func(t *testing.T, src, target, value string) {
		if strings.ContainsAny(src, "\x00") || len(target) > 1<<12 || len(value) > 1<<12 {
			return
		}
		set, err := Load([]Source{{FS: someLists()}}, LoadOptions{})
		if err != nil {
			t.Fatal(err)
		}
		p, faults := set.lang.compile(src, wantBool)
		if len(faults) > 0 {
			for _, x := range faults {
				if x.message == "" || x.from < 0 {
					t.Fatalf("%+v", x)
				}
			}
			return
		}
		j := NewJudge(set, &Config{Limits: Limits{RuleSteps: 1 << 20}})
		c := newCall("GET "+target, 200, 1, leaf("query.b", value), event.Leaf{Place: "body.a", Key: "a", Kind: event.LeafJSON, Value: target})
		var first string
		for i := range 2 {
			j.scope.reset(c)
			j.scope.steps = 0
			yes, err := p.test(&j.vm, j.scope)
			got := fmt.Sprint(yes, err, j.scope.finds)
			if i == 0 {
				first = got
			} else if got != first {
				t.Fatalf("%s: %s, again %s", src, first, got)
			}
		}
	})
}
