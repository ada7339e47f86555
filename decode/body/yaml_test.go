package body

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
	"pgregory.net/rapid"

	"spaniel/event"
)

var yamlCases = []struct{ name, media, body, want string }{
	{"maps and lists", "application/yaml", "a: b\nc:\n  - 1\n  - d: true\n    e: ~\nf: \"g\\n\"\nh: |\n  i\n  j\n",
		"json body.a string \"b\"\njson body.c.0 number \"1\"\njson body.c.1.d bool \"true\"\njson body.c.1.e null \"~\"\njson body.f string \"g\\n\"\njson body.h string \"i\\nj\\n\"\n"},
	{"flow style", "text/yaml", "{a: [b, 'c', {d: e}]}", "json body.a.0 string \"b\"\njson body.a.1 string \"c\"\njson body.a.2.d string \"e\"\n"},
	{"documents nobody declared", "text/plain", "---\na: 1\n---\na: 2\n", "json body.a number \"1\"\njson body.a number \"2\"\n"},
	{"with a directive", "", "%YAML 1.2\n---\na: b\n", "body body \"%YAML 1.2\"\njson body.a string \"b\"\n"},
	{"aliases are not followed", "application/x-yaml", "a: &x [\"' or 1=1\"]\nb: [*x, *x]\n<<: *x\n", "json body.a.0 string \"' or 1=1\"\nname body.<< \"<<\"\n"},
	{"a type of somebody's program", "application/yaml", "a: !!python/object/apply:os.system [\"id\"]\n", "name body.a \"!!python/object/apply:os.system\"\njson body.a.0 string \"id\"\n"},
	{"odd keys, keys that are lists", "application/yaml", "$ne: 1\n? [x]\n: y\n", "name body.$ne \"$ne\"\njson body.$ne number \"1\"\njson body.0 string \"x\"\njson body string \"y\"\n"},
	{"comments", "application/yaml", "# ' or 1=1\na: b # c\n", "json body.a \"# ' or 1=1\"\njson body.a \"# c\"\njson body.a string \"b\"\n"},
	{"cut off", "application/yaml", "a: b\nc: d\ne: \"f", "json body.a string \"b\"\njson body.c string \"d\"\nbody body \"e: \\\"f\"\n"},
	{"breaks in the middle", "application/yaml", "a: b\n\t- oops\nc: d\n", "json body.a string \"b\"\nbody body \"- oops\\nc: d\"\n"},
	{"breaks at once", "application/yaml", "a: [\nb: 'c\nd: e\n}\n]: {", "body body \"a: [\\nb: 'c\\nd: e\\n}\\n]: {\"\n"},
	{"json in it", "application/yaml", "a: '{\"b\": \"c\"}'\n", "json body.a string \"{\\\"b\\\": \\\"c\\\"}\"\njson body.a.b string \"c\"\n"},
	{"json called yaml", "application/yaml", `{"a": "b"}`, "json body.a string \"b\"\n"},
	{"a line of dashes is none", "text/plain", "---------\nhello", "body body \"---------\\nhello\"\n"},
}

func TestYAML(t *testing.T) {
	for _, c := range yamlCases {
		got := show(request("", "", c.body).Leaves())
		if c.media != "" {
			_, got, _ = strings.Cut(show(request("", "Content-Type: "+c.media, c.body).Leaves()), "\n")
		}
		if got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.name, got, c.want)
		}
	}
}

// TestYAMLBombs: aliases of aliases, and depth, make a bounded number of
// leaves, and say so.
func TestYAMLBombs(t *testing.T) {
	laughs := "a0: &a0 [x]\n"
	for i := 1; i < 30; i++ {
		a, b := string(rune('a'+i-1)), string(rune('a'+i))
		laughs += b + ": &" + b + " [" + strings.Repeat("*"+a+",", 9) + "]\n"
	}
	for name, body := range map[string]string{
		"laughs": laughs, "deep": strings.Repeat("[", 60_000), "deep and closed": strings.Repeat("[", 3000) + "evil" + strings.Repeat("]", 3000),
		"items": strings.Repeat("- a\n", 15_000), "documents": strings.Repeat("--- a\n", 10_000), "long": "a: b\n" + strings.Repeat("#x\n", 30_000) + "evil",
	} {
		call := request("", "Content-Type: application/yaml", body)
		leaves := call.Leaves()
		size := 0
		for _, l := range leaves {
			size += len(l.Value)
		}
		if len(leaves) > 1000 || size > 2*len(body)+100 {
			t.Errorf("%s: %d leaves, %d bytes of %d", name, len(leaves), size, len(body))
		}
		if strings.Contains(body, "evil") && !strings.Contains(show(leaves), "evil") {
			t.Errorf("%s: what lies deepest, or last, is no leaf", name)
		}
		if name != "laughs" && !strings.HasPrefix(name, "deep") && !call.Flags.Has(event.FlagCapped) {
			t.Errorf("%s: no mark", name)
		}
	}
}

// TestYAMLOracle draws values, writes them with the library's encoder, and
// expects each string among the leaves.
func TestYAMLOracle(t *testing.T) {
	text := rapid.StringMatching(`([!-~\x{e9}\x{1f600}][ -~\n\x{e9}\x{1f600}]{0,20})?`) // no space first: the encoder writes some of those wrongly
	rapid.Check(t, func(t *rapid.T) {
		want := rapid.MapOf(rapid.StringMatching(`[a-z]{1,6}`), rapid.SliceOfN(text, 1, 4)).Draw(t, "doc")
		out, err := yaml.Marshal(want)
		if err != nil {
			t.Fatal(err)
		}
		if len(want) == 0 {
			return
		}
		got := valuesOf(request("", "Content-Type: application/yaml", "---\n"+string(out)).Leaves(), event.LeafJSON)
		for _, list := range want {
			for _, s := range list {
				if !slices.Contains(got, s) {
					t.Fatalf("%q of %q is among no leaves: %q", s, out, got)
				}
			}
		}
	})
}

// FuzzYAML: whatever comes, a bounded number of leaves, and a word that stands at
// its end is in one of them.
func FuzzYAML(f *testing.F) {
	for _, c := range yamlCases {
		f.Add(c.body)
	}
	f.Fuzz(func(t *testing.T, body string) {
		leaves := request("", "Content-Type: application/yaml", body).Leaves()
		if len(leaves) > 1000 {
			t.Fatalf("%d leaves", len(leaves))
		}
		if all := show(request("", "Content-Type: application/yaml", body+"\n- eViL").Leaves()); len(body) < 500 && utf8.ValidString(body) && strings.IndexByte(body, 0) < 0 && !strings.Contains(all, "eViL") {
			t.Fatalf("%q: what follows is no leaf:\n%s", body, all)
		}
	})
}
