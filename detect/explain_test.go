package detect

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"spaniel/event"
)

// TestStepsAreTheCondition: for any condition, what the steps say of the whole
// is what evaluating it gives, a part that was not needed has no value, and a
// false condition names a part that is false.
func TestStepsAreTheCondition(t *testing.T) {
	set := load(t, good+"when: resp.seen\n")
	seen := map[string]int{}
	rapid.Check(t, func(t *rapid.T) {
		src := condition(3).Draw(t, "condition")
		p, faults := set.lang.compile(src, wantBool)
		if len(faults) > 0 {
			t.Fatalf("%s: %+v", src, faults)
		}
		j := NewJudge(set, &Config{}) // by what the language knows now
		j.scope.reset(anyCall(t))
		want, err := p.test(&j.vm, j.scope)
		if err != nil {
			t.Fatalf("%s: %v", src, err)
		}
		st := &stepper{language: set.lang, scope: j.scope}
		got, why := st.explain(p)
		if got != want {
			t.Fatalf("%s is %v, the steps say %v", src, want, got)
		}
		states := map[string][]string{} // of each text: it may stand twice, at times within a predicate
		for _, s := range st.steps {
			seen[s.State]++
			if s.State == StepFailed {
				t.Fatalf("%s: %s: %s", src, s.Text, s.Note)
			}
			if s.State != StepNotNeeded {
				states[s.Text] = append(states[s.Text], s.State)
			}
		}
		part, _, _ := strings.Cut(why, " is false")
		if !got && !slices.Contains(states[part], StepFalse) {
			t.Fatalf("%s fails by %q, which is %q", src, part, states[part])
		}
	})
	if !testing.Short() && (seen[StepNotNeeded] < 10 || seen[StepFalse] < 10) {
		t.Errorf("the property was not tried: %v", seen)
	}
}

// TestStepsHideSecrets: whatever an expression makes of texts that hold a
// secret, no step shows it, nor what it is in small letters or cut up.
func TestStepsHideSecrets(t *testing.T) {
	const secret = "S3CR3T"
	set := load(t, good+"when: resp.seen\n")
	cfg := &Config{Redact: func(_, text string) string { return strings.ReplaceAll(text, secret, "[redacted]") }}
	for _, src := range []string{
		`req.path == "x"`, `lower(req.path) == "x"`, `req.path + "x" == "x"`, `lower(trimPrefix(req.path, "/")) startsWith "s"`, `req.path[1:4] == "S3C"`,
		`req.header("x-key") == "x"`, `lower(req.header("x-key")) == "x"`, `req.headers["x-key"] == "x"`, `lower(req.headers["x-key"]) == "x"`,
		`lower(req.body) == "x"`, `let b = lower(req.body); b == "x"`, `let b = req.body; let c = lower(b); c[0:5] == "s3cr3"`,
		`len(filter(req.leaves, .value != "")) > 0 && find(req.leaves, .value != "").value == "x"`, `lower(filter(req.leaves, .value != "")[0].value) == "x"`,
		`any(req.leaves, .value contains "S")`, `reads(req.leaves, "S3")`, `(req.seen ? lower(req.path) : "") == "x"`, `lower(req.target) in ["x"]`,
		`jwt(req.header("x-key")).sub == "x"`, `any(jwts(), .sub != "")`, `lower(req.user_agent) == "x"`, `min(len(req.path), 3) > 1`, `lower(find(req.headers, .name == "x-key").value) == "x"`,
	} {
		p, faults := set.lang.compile(src, wantBool)
		if len(faults) > 0 {
			t.Fatalf("%s: %+v", src, faults)
		}
		c := newCall("GET /"+secret, 200, 1, leaf("query.a", secret))
		c.Req.Headers = append(c.Req.Headers, event.Header{Name: "X-Key", Value: secret})
		c.Req.Raw = []byte("key=" + secret)
		s := newScope(set.lang, cfg, "")
		s.reset(c)
		st := &stepper{language: set.lang, scope: s}
		st.explain(p)
		for _, step := range st.steps {
			shown := strings.ToLower(step.Value + step.Note)
			if strings.Contains(shown, "s3c") || strings.Contains(shown, "3cr3") {
				t.Errorf("%s: %+v", src, step)
			}
		}
		if len(st.steps) < 2 {
			t.Errorf("%s has %d steps", src, len(st.steps))
		}
	}
}

// TestExplainerOfACounter: a rule that counts another's alerts is explained
// with them.
func TestExplainerOfACounter(t *testing.T) {
	set := load(t, good+"when: resp.status == 404\n", strings.Replace(good, "a-rule", "c-rule", 1)+"when: req.seen\nby: [client.ip]\nover: 1m\nhaving: alerts(\"a-rule\") >= 2 && count() > 2\n",
		strings.Replace(good, "a-rule", "d-rule", 1)+"when: req.seen\n")
	calls := []*event.Call{newCall("GET /1", 404, 1), newCall("GET /2", 404, 2), newCall("GET /3", 200, 3)}
	x := NewExplainer(set, "c-rule", calls[2].ID, &Config{})
	if n := len(x.judge.set.rules); n != 2 {
		t.Errorf("%d rules are at work", n)
	}
	for _, c := range calls {
		x.Judge(c)
		x.Turn(c.ID, c.Order)
	}
	out := x.End()
	if out == nil || !out.Fired || len(out.Windows) != 1 || out.Windows[0].Calls != 3 {
		t.Fatalf("%+v", out)
	}
	b, err := json.Marshal(out)
	if err != nil || !strings.Contains(string(b), `"text":"alerts(\"a-rule\")","state":"value","value":"2"`) {
		t.Errorf("%s, %v", b, err)
	}
}
