package detect

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"spaniel/event"
)

// TestHostileSources: expressions that end a process, or run for ever, when
// handed to the compiler as they are. Each is refused with its place.
func TestHostileSources(t *testing.T) {
	l := newLanguage()
	many := func(s string, n int) string { return strings.Repeat(s, n) }
	for name, src := range map[string]string{
		"two million nots":        many("!", 2_000_000) + "true",
		"two million brackets":    many("(", 2_000_000) + "true",
		"8,000 nots":              many("!", 8_000) + "true",
		"4,000 brackets":          many("(", 4_000) + "true" + many(")", 4_000),
		"2,000 not words":         many("not ", 2_000) + "true",
		"arrays":                  many("[", 3_000) + many("]", 3_000),
		"ternaries":               many("true ? true : ", 500) + "true",
		"lets":                    many("let a = 1; ", 600) + "true",
		"powers":                  "2" + many("**2", 2_000) + " > 1",
		"minus":                   many("-", 8_000) + "1 > 0",
		"minus and space":         many("- ", 4_000) + "1 > 0",
		"members":                 "req" + many(".a", 4_000) + " == 1",
		"nested loops":            "any(1..1000, any(1..1000, any(1..1000, true)))",
		"map over split":          `len(map(leaves, split(req.body, ""))) > 1`,
		"repeat":                  `len(repeat("a", 1000000000)) > 1`,
		"reduce":                  `reduce(leaves, #acc + #acc, "a") == ""`,
		"the clock":               `now() > date("2026-01-01")`,
		"undefined variable":      "undefined_thing > 5",
		"not a bool":              `"true"`,
		"environment":             `$env["req"] == 1`,
		"get from environment":    `get($env, "req") == 1`,
		"calls with spread":       "sqli()",
		"too many arguments":      many("sqli(req.body, ", 30) + "1" + many(")", 30),
		"overloads in overloads":  many("trim(", 60) + `"a"` + many(`, "b")`, 60) + ` == ""`,
		"an aggregate's own name": "__0 > 1",
		"NUL":                     "req.path == \"\x00\" && \x00",
		"unclosed quote":          `req.path == "abc`,
		"only a comment":          "# nothing",
		"regexp of dots":          `req.path matches "` + many("(.{1000})", 113) + `"`,
	} {
		if _, faults := l.compile(src, wantBool); len(faults) == 0 {
			t.Errorf("%s is taken", name)
		}
		if _, faults := l.compileWindow(newPlan(), src, wantBool); len(faults) == 0 && name != "nested loops" {
			t.Errorf("%s is taken in a window", name)
		}
	}
	// Long but flat is fine.
	flat := "resp.status == 1" + many(" || resp.status == 2", 300)
	if _, faults := l.compile(flat, wantBool); len(faults) > 0 {
		t.Errorf("a flat condition is refused: %+v", faults)
	}
}

// TestHostileFiles: YAML that would fill memory or the stack.
func TestHostileFiles(t *testing.T) {
	many := strings.Repeat
	for name, text := range map[string]string{
		"a large file":    good + "when: resp.seen\n" + many("# x\n", 400_000),
		"row of dashes":   many("- ", 500_000) + "a",
		"brackets":        "a: " + many("[", 500_000),
		"braces":          many("{a: ", 250_000),
		"indentation":     many(" ", 100_000) + "a: b",
		"aliases":         "a: &a [x,x,x,x]\nb: &b [*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b]\nid: *c\n",
		"merge keys":      "x: &x {id: a-rule}\n<<: *x\n",
		"binary":          "\x7fELF\x02\x01\x01\x00\x00",
		"a tag":           "!!binary abc",
		"question marks":  many("? ", 1000) + "a",
		"colons":          many(": ", 1000) + "a",
		"quote":           "id: \"" + many("a", 100_000),
		"documents":       many("---\n", 50_000),
		"a long line":     "id: " + many("a", maxLine),
		"many lines":      good + many("#\n", maxLines),
		"many documents":  many("---\na: b\n", maxDocs+1),
		"a flow of pairs": "a: {" + many("b: c,\n ", 9000) + "}",
		"anchors":         many(many("&a ", 5000)+"\n", 17),
		"tags":            many(many("!a ", 5000)+"\n", 17),
		"unknown keys":    many("k", 1) + "x: 1\n" + many("? \n", 100),
		"tab indentation": "id: a\n\ttitle: b\n",
	} {
		_, err := Load([]Source{{FS: fstest.MapFS{"r.yaml": {Data: []byte(text)}}}}, LoadOptions{})
		var le *LoadError
		if err != nil && !errors.As(err, &le) {
			t.Errorf("%s: %T", name, err)
		}
		if err == nil && name != "documents" {
			t.Errorf("%s is taken", name)
		}
	}
}

// TestKeysAreBounded: a client that sends huge values fills neither windows
// nor alerts, and two long values stay apart.
func TestKeysAreBounded(t *testing.T) {
	set := load(t, strings.Replace(burstRule, "[client.ip, principal.id]", "[req.query]", 1))
	a, b := strings.Repeat("a", 60_000), strings.Repeat("a", 59_999)+"b"
	j := NewJudge(set, &Config{})
	var f Findings
	for i, q := range []string{a, b} {
		j.Call(newCall("GET /x?"+q, 200, float64(i)), &f)
	}
	if k := f.Observations; len(k[0].Keys[0]) > maxKey || k[0].Keys[0] == k[1].Keys[0] {
		t.Errorf("keys of %d bytes, equal: %v", len(k[0].Keys[0]), k[0].Keys[0] == k[1].Keys[0])
	}
	alerts := run(load(t, good+"when: reads(req.query, \"a+\")\nmessage: \"{req.query}{req.query}{req.query}\"\n"), &Config{}, newCall("GET /x?"+a, 200, 1))
	if al := alerts[0]; len(al.Message) > maxMessage || len(al.Evidence[0].Text) > maxText || len(al.Req.Target) > 1024 {
		t.Errorf("message %d, evidence %d, target %d bytes", len(al.Message), len(al.Evidence[0].Text), len(al.Req.Target))
	}
}

func TestWhere(t *testing.T) {
	w, err := CompileWhere(`resp.status >= 500 && req.path startsWith "/a"`, load(t, sqliRule))
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error)
	for range 4 {
		go func() { // calls come from several workers
			for i := range 200 {
				for path, want := range map[string]bool{"/a": true, "/b": false} {
					got, err := w.Match(newCall("GET "+path, 500, float64(i)))
					if err != nil || got != want {
						done <- fmt.Errorf("%s: %v, %v", path, got, err)
						return
					}
				}
			}
			done <- nil
		}()
	}
	for range 4 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	_, err = CompileWhere("resp.status >= 500 && req.pth == 1", load(t, sqliRule))
	want := "--where:1:23: unknown field \"req.pth\"  (did you mean \"req.path\"?)\n    1 | resp.status >= 500 && req.pth == 1\n      |                       ^^^^^^^"
	if err == nil || err.Error() != want {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
	w, err = CompileWhere("int(req.path) > 3", load(t, sqliRule))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Match(newCall("GET /a", 200, 1)); err == nil {
		t.Error("an error at run time is not told")
	}
}

// FuzzRuleCompile: whatever the file, loading ends with a set or with
// problems that have a place, and a set that loads judges without a panic.
func FuzzRuleCompile(f *testing.F) {
	for _, text := range []string{sqliRule, stuffingRule, burstRule, good + "when: |\n  req.method == \"GET\"\n", good + "when: any(req.leaves, .place matches '^a' && sqli(#))\n",
		good + "when: let a = req.headers[\"x\"]; a != '' ? true : \"y\" in resp.headers\n", "a: [\n", good + "when: '\"\\u00e9\" == req.path'\nmessage: \"{req.path}\"\n",
		good + "when: req?.method == nil ?? true\n", good + "when: -1 in 1..3 && leaves[0].value == req.path[1:2]\n"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		set, err := Load([]Source{{FS: fstest.MapFS{"r.yaml": {Data: []byte(text)}}}}, LoadOptions{})
		var le *LoadError
		switch {
		case errors.As(err, &le):
			for _, p := range le.Problems {
				if p.Line < 1 || p.Col < 1 || p.Message == "" || strings.Contains(p.Message, "goroutine ") {
					t.Fatalf("%+v", p)
				}
			}
			return
		case err != nil:
			t.Fatal(err)
		}
		run(set, &Config{}, newCall("GET /a?b=1'", 200, 1, leaf("query.b", "1'")), newCall("POST /login", 401, 2, leaf("body.password", "x")), &event.Call{})
	})
}
