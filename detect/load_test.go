package detect

import (
	"errors"
	"strings"
	"testing"
	"testing/fstest"
)

// problems loads files and returns the problems, printed.
func problems(t *testing.T, texts ...string) string {
	t.Helper()
	_, err := Load([]Source{{Name: "r", FS: files(texts...)}}, LoadOptions{})
	if err == nil {
		return ""
	}
	var le *LoadError
	if !errors.As(err, &le) || len(le.Problems) == 0 {
		t.Fatalf("the error is %T: %v", err, err)
	}
	return err.Error()
}

// good is a rule to which a test adds what is wrong.
const good = "id: a-rule\ntitle: t\nseverity: low\ncategory: recon/probing\n"

func TestProblems(t *testing.T) {
	for _, tc := range []struct{ name, text, want string }{
		{"unknown field", good + `when: contains_any(req.heders["x-api-key"], ["test"])` + "\n", `
r/ra.yaml:5:20: unknown field "req.heders"  (did you mean "req.headers"?)
    5 | when: contains_any(req.heders["x-api-key"], ["test"])
      |                    ^^^^^^^^^^`},
		{"in a block scalar", good + "when: |\n  req.method == \"GET\" &&\n  req.pth == \"/\"\n", `
r/ra.yaml:7:3: unknown field "req.pth"  (did you mean "req.path"?)
    7 |   req.pth == "/"
      |   ^^^^^^^`},
		{"in a folded scalar", good + "when: >-\n  req.method == \"GET\"\n  && req.pth == \"/\"\n", `
r/ra.yaml:7:6: unknown field "req.pth"  (did you mean "req.path"?)
    7 |   && req.pth == "/"
      |      ^^^^^^^`},
		{"in a quoted scalar", good + `when: "req.method == \"GET\" && req.pth == \"/\""` + "\n", `
r/ra.yaml:5:33: unknown field "req.pth"  (did you mean "req.path"?)
    5 | when: "req.method == \"GET\" && req.pth == \"/\""
      |                                 ^^^^^^^`},
		{"in a flow mapping", good + "when: resp.seen\nsucceeded: {when: resp.stats == 200}\n", `
r/ra.yaml:6:19: unknown field "resp.stats"  (did you mean "resp.status"?)
    6 | succeeded: {when: resp.stats == 200}
      |                   ^^^^^^^^^^`},
		{"in a hole of the message", good + "when: resp.seen\nmessage: \"at {req.pth}\"\n", `
r/ra.yaml:6:15: unknown field "req.pth"  (did you mean "req.path"?)
    6 | message: "at {req.pth}"
      |               ^^^^^^^`},
		{"syntax", good + "when: resp.status == == 2\n", `
r/ra.yaml:5:22: unexpected token Operator("==")
    5 | when: resp.status == == 2
      |                      ^^`},
		{"unclosed", good + "when: (resp.status == 2\n", `
r/ra.yaml:5:23: unexpected token EOF
    5 | when: (resp.status == 2
      |                       ^`},
		{"wrong type", good + "when: resp.status\n", `
r/ra.yaml:5:7: this must be true or false, but it is a number
    5 | when: resp.status
      |       ^^^^^^^^^^^`},
		{"mismatched types", good + "when: resp.status == \"200\"\n", `
r/ra.yaml:5:19: invalid operation: == (mismatched types int and string)
    5 | when: resp.status == "200"
      |                   ^^`},
		{"unknown function", good + "when: any(req.leaves, sqlli(#))\n", `
r/ra.yaml:5:23: unknown function "sqlli"  (did you mean "sqli"?)
    5 | when: any(req.leaves, sqlli(#))
      |                       ^^^^^`},
		{"group", good + "when: req == 1\n", `
r/ra.yaml:5:7: "req" is a group of fields, not a value`},
		{"banned", good + "when: len(split(req.body, \"\")) > 1\n", `
r/ra.yaml:5:11: unknown function "split"  (rules may not use it: its cost or its result is not bounded)`},
		{"environment", good + "when: $env != nil\n", `
r/ra.yaml:5:7: unknown name "$env"`},
		{"let hides", good + "when: let ts = 1; ts == 1\n", `
r/ra.yaml:5:11: variable "ts" hides a field or function  (choose another name)`},
		{"dynamic regex", good + "when: req.path matches req.host\n", `
r/ra.yaml:5:24: the regular expression of matches must be a literal  (write it between quotes)`},
		{"bad regex", good + "when: req.path matches \"a(\"\n", `
r/ra.yaml:5:24: error parsing regexp: missing closing ): ` + "`a(`"},
		{"large regex", good + "when: 'req.path matches \"" + strings.Repeat("a{1000}", 9) + "\"'\n", `
r/ra.yaml:5:25: the regular expression compiles to 9002 steps, at most 2048 are allowed  (lower its repetition counts)`},
		{"bad network", good + "when: cidr(client.ip, \"10.0.0.0\")\n", `
r/ra.yaml:5:23: "10.0.0.0" is not a network  (write address/bits: "10.0.0.0/8")`},
		{"large range", good + "when: resp.status in 1..100000\n", `
r/ra.yaml:5:23: a range must be of two literals, with at most 1000 elements`},
		{"predicates", good + "when: any(leaves, any(leaves, any(leaves, sqli(#))))\n", `
r/ra.yaml:5:31: predicates nest deeper than 2  (split the rule)`},
		{"unknown key", good + "whn: true\nwhen: resp.seen\n", `
r/ra.yaml:5:1: unknown key "whn" in a rule  (did you mean "when"?)
    5 | whn: true
      | ^^^`},
		{"key twice", good + "when: resp.seen\nwhen: req.seen\n", `already`},
		{"no when", good, `
r/ra.yaml:1:3: the rule has no when  (add when: an expression on a call)`},
		{"severity", strings.Replace(good, "low", "hgih", 1) + "when: resp.seen\n", `
r/ra.yaml:3:11: unknown severity "hgih": use info, low, medium, high or critical  (did you mean "high"?)
    3 | severity: hgih
      |           ^^^^`},
		{"duration", good + "when: resp.seen\nhaving: count() > 3\nover: 10 minutes\n", `
r/ra.yaml:7:7: "10 minutes" is not a duration  (write 30s, 10m, 1h or 1d)`},
		{"having without over", good + "when: resp.seen\nhaving: count() > 3\n", `
r/ra.yaml:6:1: having needs over  (add over: 10m)`},
		{"over without having", good + "when: resp.seen\nover: 1m\n", `
r/ra.yaml:6:1: over needs having  (add having: an expression over the window)`},
		{"field outside an aggregate", good + "when: resp.seen\nover: 1m\nhaving: count() > 3 && resp.status == 200\n", `
r/ra.yaml:7:24: field "resp.status" stands outside an aggregate  (put it into an aggregate: last(resp.status))`},
		{"fault inside an aggregate", good + "when: resp.seen\nover: 1m\nhaving: count() > 3 && distinct(req.usr) > 2\n", `
r/ra.yaml:7:33: unknown field "req.usr"  (did you mean "req.user"?)
    7 | having: count() > 3 && distinct(req.usr) > 2
      |                                 ^^^^^^^`},
		{"aggregate of the wrong type", good + "when: resp.seen\nover: 1m\nhaving: ratio(req.user) > 0.5\n", `
r/ra.yaml:7:15: ratio needs true or false, but this is text`},
		{"count with a condition", good + "when: resp.seen\nover: 1m\nhaving: count(call.failed) > 2\n", `
r/ra.yaml:7:9: count has 1 arguments  (to count some calls write count_if(…))`},
		{"aggregate in when", good + "when: distinct(req.user) > 3\n", `
r/ra.yaml:5:7: unknown function "distinct"  (aggregates belong into having`},
		{"category", strings.Replace(good, "recon/probing", "injection/sql", 1) + "when: resp.seen\n", `
r/ra.yaml:4:11: unknown family sql  (did you mean "sqli"?)`},
		{"id", strings.Replace(good, "a-rule", "A rule", 1) + "when: resp.seen\n", `
r/ra.yaml:1:5: "A rule" is no id`},
		{"test of two kinds", good + "when: resp.seen\ntests:\n  - fires: GET /\n    silent: GET /\n", `
r/ra.yaml:8:5: a test is one of fires, silent and misses`},
		{"outcome of a test", good + "when: resp.seen\ntests:\n  - fires: GET /\n    outcome: succeeded\n", `
r/ra.yaml:8:14: unknown outcome "succeeded"`},
		{"no mapping", "- 1\n- 2\n", `a rule must be a mapping`},
		{"not YAML", good + "when: [\n", `not valid YAML`},
		{"not UTF-8", good + "when: \xff\n", `not valid UTF-8`},
		{"alias", good + "when: &a resp.seen\nmessage: *a\n", `must be text`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got := problems(t, tc.text)
			if !strings.Contains("\n"+got, tc.want) && !(tc.name == "key twice" && strings.Contains(got, "twice")) {
				t.Errorf("got\n%s\nwant%s", got, tc.want)
			}
		})
	}
}

func TestDuplicateID(t *testing.T) {
	rule := good + "when: resp.seen\n"
	got := problems(t, rule, rule)
	if !strings.Contains(got, `r/rb.yaml:1:1: rule "a-rule" is already in r/ra.yaml:1`) {
		t.Errorf("got %s", got)
	}
	set := Source{Name: "user", FS: fstest.MapFS{"x/y.yml": {Data: []byte(rule)}}}
	_, err := Load([]Source{{Name: "builtin", FS: files(rule)}, set}, LoadOptions{})
	if err == nil || !strings.Contains(err.Error(), `user/x/y.yml:1:1: rule "a-rule" is already in builtin/ra.yaml:1`) {
		t.Errorf("got %v", err)
	}
}

func TestAllProblemsAtOnce(t *testing.T) {
	got := problems(t, good+"when: req.pth == req.hst\nsucceeded: {when: resp.stats == 1}\n", strings.Replace(good, "low", "lw", 1))
	for _, want := range []string{"req.pth", "req.hst", "resp.stats", "lw", "no when"} {
		if !strings.Contains(got, want) {
			t.Errorf("%s is missing in\n%s", want, got)
		}
	}
}

func TestSetHash(t *testing.T) {
	rule := func(id string) string { return strings.Replace(good, "a-rule", id, 1) + "when: resp.seen\n" }
	one, two := load(t, rule("aaa"), rule("bbb")), load(t, rule("bbb")+"---\n"+rule("aaa"))
	if len(one.Hash()) != 12 || len(two.Rules()) != 2 {
		t.Fatalf("hash %q, %d rules", one.Hash(), len(two.Rules()))
	}
	crlf := load(t, strings.ReplaceAll(rule("aaa"), "\n", "\r\n"), rule("bbb"))
	if one.Hash() != crlf.Hash() {
		t.Error("line ends change the hash")
	}
	if one.Hash() == load(t, rule("aaa"), rule("bbc")).Hash() {
		t.Error("another rule, the same hash")
	}
}

func TestOptions(t *testing.T) {
	a, b := good+"when: resp.seen\n", strings.Replace(sqliRule, "sqli-in-input", "b-rule", 1)
	set, err := Load([]Source{{FS: files(a, b)}}, LoadOptions{Disable: []string{"a-rule"}})
	if err != nil || len(set.Rules()) != 1 || set.Rule("a-rule") != nil || set.Rule("b-rule") == nil {
		t.Errorf("disabled: %v", err)
	}
	set, err = Load([]Source{{FS: files(a, b)}}, LoadOptions{Packs: []string{"recon"}})
	if err != nil || len(set.Rules()) != 1 || set.Rule("a-rule") == nil {
		t.Errorf("packs: %v", err)
	}
	_, err = Load([]Source{{FS: files(a)}}, LoadOptions{Disable: []string{"b-rul"}, Packs: []string{"recn"}})
	if err == nil || !strings.Contains(err.Error(), `there is no rule "b-rul"`) || !strings.Contains(err.Error(), `did you mean "recon"?`) {
		t.Errorf("got %v", err)
	}
}
