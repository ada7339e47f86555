package detect

import (
	"io/fs"
	"net/netip"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"pgregory.net/rapid"

	"spaniel/event"
)

// someLists are lists as they stand among rules.
func someLists() fstest.MapFS {
	return fstest.MapFS{
		"lists/nets.cidr.list":      {Data: []byte("203.0.113.0/24 expires=2026-01-01 # the office that moved\n198.51.100.7\n")},
		"lists/tokens.exact.list":   {Data: []byte("letmein\n")},
		"lists/admins.word.list":    {Data: []byte("Root\n")},
		"lists/hosts.wildcard.list": {Data: []byte("*.evil.example\n*shop*\n")},
		"lists/words.regex.list":    {Data: []byte("(?i)union\\s+select\n^/a\n")},
	}
}

func loadFS(t testing.TB, fsys fstest.MapFS, rules ...string) *Set {
	t.Helper()
	for name, f := range files(rules...) {
		fsys[name] = f
	}
	set, err := Load([]Source{{Name: "test", FS: fsys}}, LoadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// TestInList: what is asked of each kind of list, by text, leaf and leaves,
// with the evidence that an alert then has.
func TestInList(t *testing.T) {
	for _, tc := range []struct{ when, evidence string }{
		{`in_list(client.ip, "nets")`, "list.nets 203.0.113.0/24"},
		{`in_list(req.query, "tokens")`, ""},
		{`in_list(req.host, "hosts")`, "header.host shop.example"},
		{`in_list(client.ip + "x", "words")`, ""},
		{`in_list(req.target, "words")`, "req.target /a"},
		{`any(req.leaves, .key == "a" && in_list(#, "words"))`, "query.a UNION  select"},
		{`in_list(req.leaves, "admins")`, "query.u rOOt"},
		{`in_list(leaves, "nets")`, "query.ip 198.51.100.7"},
		{`in_list(leaves, "tokens")`, "query.t letmein"},
		{`none(leaves, in_list(.value, "hosts"))`, " "},
		{`in_list("ROOT", "admins")`, "list.admins "},
	} {
		set := loadFS(t, someLists(), good+"when: '"+tc.when+"'\n")
		c := newCall("GET /a?x", 200, 1, leaf("query.a", "1 UNION  select"), leaf("query.u", "rOOt"), leaf("query.ip", "198.51.100.7"), leaf("query.t", "letmein"))
		got := ""
		for _, a := range run(set, &Config{}, c) {
			for _, e := range a.Evidence {
				got += e.Place + " " + e.Text + ";"
			}
			if len(a.Evidence) == 0 {
				got = " "
			}
		}
		if strings.TrimSuffix(got, ";") != tc.evidence {
			t.Errorf("%s: evidence %q, want %q", tc.when, got, tc.evidence)
		}
	}
}

// TestListsExpireByPacketTime: an entry holds by the clock of the call.
func TestListsExpireByPacketTime(t *testing.T) {
	set := loadFS(t, someLists(), good+"when: in_list(client.ip, \"nets\")\n")
	end := time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC)
	for _, tc := range []struct {
		at   time.Time
		want int
	}{{end.Add(-time.Second), 1}, {end, 0}, {end.Add(time.Hour), 0}} {
		if got := run(set, &Config{}, newCall("GET /", 200, float64(tc.at.Unix()))); len(got) != tc.want {
			t.Errorf("at %s: %d alerts", tc.at, len(got))
		}
	}
}

// TestListsHideWhatIsHidden: what the configuration hides does not come out as
// the evidence of a list.
func TestListsHideWhatIsHidden(t *testing.T) {
	lists := fstest.MapFS{"a.cidr.list": {Data: []byte("203.0.113.9\n")}, "u.exact.list": {Data: []byte("secret\n")}}
	set := loadFS(t, lists, good+"when: in_list(client.ip, \"a\") && in_list(req.header(\"x-api-key\"), \"u\") && in_list(principal.user, \"u\") && in_list(leaves, \"u\")\n")
	cfg := &Config{Redact: func(_, text string) string { return strings.ReplaceAll(text, "secret", "[hidden]") }}
	c := newCall("GET /", 200, 1, leaf("query.k", "secret"))
	c.Req.Headers = append(c.Req.Headers, event.Header{Name: "X-Api-Key", Value: "secret"}, event.Header{Name: "Authorization", Value: "Basic c2VjcmV0OnB3"})
	alerts := run(set, cfg, c)
	if len(alerts) != 1 || len(alerts[0].Evidence) == 0 {
		t.Fatalf("%d alerts", len(alerts))
	}
	for _, e := range alerts[0].Evidence {
		if strings.Contains(e.Text, "secret") || strings.Contains(e.Text, "203.0.113.9") {
			t.Errorf("%+v", e)
		}
	}
}

// TestListProblems: what is wrong is told with its place and what to do.
func TestListProblems(t *testing.T) {
	for _, tc := range []struct {
		name  string
		files map[string]string
		when  string
		want  string
	}{
		{"misspelt", map[string]string{"tor-exits.cidr.list": ""}, `in_list(client.ip, "tor-exit")`, `test/ra.yaml:5:27: there is no list "tor-exit"  (did you mean "tor-exits"?)`},
		{"none", nil, `in_list(client.ip, "x")`, `test/ra.yaml:5:27: there is no list "x"  (there are no lists: put NAME.KIND.list among your rules, or name files in rules.lists)`},
		{"others", map[string]string{"a.exact.list": "", "b.cidr.list": ""}, `in_list(client.ip, "completely-other")`, `test/ra.yaml:5:27: there is no list "completely-other"  (the lists are a, b)`},
		{"turned round", map[string]string{"a.cidr.list": ""}, `in_list("a", client.ip)`, `test/ra.yaml:5:16: the list's name comes second  (write in_list(value, "name"))`},
		{"computed", map[string]string{"a.cidr.list": ""}, `in_list(client.ip, req.path)`, `what in_list looks in must be a literal list of strings, or the name of a list`},
		{"no kind", map[string]string{"a.list": ""}, "true", `test/a.list:1:1: the file's name does not say what kind of list it is  (name it NAME.KIND.list, such as tor-exits.cidr.list)`},
		{"another kind", map[string]string{"a.cird.list": ""}, "true", `test/a.cird.list:1:1: there is no kind of list "cird"  (did you mean "cidr"?)`},
		{"bad name", map[string]string{"a b.cidr.list": ""}, "true", `test/a b.cidr.list:1:1: "a b" is no name of a list`},
		{"twice", map[string]string{"x/a.cidr.list": "", "y/a.word.list": ""}, "true", `test/y/a.word.list:1:1: the list "a" is already in test/x/a.cidr.list  (name one of them otherwise)`},
		{"bad line", map[string]string{"a.cidr.list": "# nets\n  10.0.0.0/33\n"}, "true", "test/a.cidr.list:2:3: \"10.0.0.0/33\" is no network  (write 203.0.113.0/24, 2001:db8::/32 or one address)\n    2 |   10.0.0.0/33\n      |   ^^^^^^^^^^^"},
		{"number", nil, `in_list(resp.status, ["200"])`, "in_list cannot be given this"},
	} {
		fsys := files(good + "when: '" + tc.when + "'\n")
		for name, text := range tc.files {
			fsys[name] = &fstest.MapFile{Data: []byte(text)}
		}
		_, err := Load([]Source{{Name: "test", FS: fsys}}, LoadOptions{})
		if err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: got\n%v\nwant\n%s", tc.name, err, tc.want)
		}
	}
}

// TestListsAreInTheHash: a set with another list is another set; comments of a
// list are not.
func TestListsAreInTheHash(t *testing.T) {
	rule := good + "when: in_list(client.ip, \"a\")\n"
	hash := func(text string) string {
		return loadFS(t, fstest.MapFS{"a.cidr.list": {Data: []byte(text)}}, rule).Hash()
	}
	if hash("10.0.0.0/8") == hash("10.0.0.0/9") || hash("10.0.0.0/8") != hash("# x\n10.0.0.0/8 # y\n") {
		t.Error("the hash does not tell what the list holds")
	}
	if hash("") == load(t, good+"when: in_list(client.ip, [\"a\"])\n").Hash() {
		t.Error("two sets, one hash")
	}
}

// TestTestsHaveTheirLists: a test that says what a list holds is run so.
func TestTestsHaveTheirLists(t *testing.T) {
	rule := good + "when: in_list(client.ip, \"nets\")\ntests:\n  - fires: GET /\n    lists: {nets: [10.9.0.0/16, \"10.8.0.1 expires=2026-01-01\"], admins: x}\n  - silent: GET /\n"
	set := loadFS(t, someLists(), rule)
	r := set.Rule("a-rule")
	c := newCall("GET /", 200, 1)
	for _, tc := range []struct {
		client string
		set    *Set
		want   int
	}{{"203.0.113.9:1", set, 1}, {"203.0.113.9:1", set.For(&r.Tests[0]), 0}, {"10.9.1.1:1", set.For(&r.Tests[0]), 1}, {"10.8.0.1:1", set.For(&r.Tests[0]), 1}, {"203.0.113.9:1", set.For(&r.Tests[1]), 1}} {
		c.Flow.Client = netip.MustParseAddrPort(tc.client)
		if got := run(tc.set, &Config{}, c); len(got) != tc.want {
			t.Errorf("%s: %d alerts, want %d", tc.client, len(got), tc.want)
		}
	}
	_, err := Load([]Source{{FS: merge(someLists(), files(strings.Replace(rule, "10.9.0.0/16", "10.9.0.0/99", 1)))}}, LoadOptions{})
	if err == nil || !strings.Contains(err.Error(), `ra.yaml:8:20: "10.9.0.0/99" is no network`) {
		t.Errorf("got %v", err)
	}
	_, err = Load([]Source{{FS: merge(someLists(), files(strings.Replace(rule, "{nets:", "{net:", 1)))}}, LoadOptions{})
	if err == nil || !strings.Contains(err.Error(), `unknown key "net" in lists`) {
		t.Errorf("got %v", err)
	}
}

func merge(a, b fstest.MapFS) fstest.MapFS {
	for name, f := range b {
		a[name] = f
	}
	return a
}

// TestConfiguredLists: files under names of others.
func TestConfiguredLists(t *testing.T) {
	other := Source{Name: "/var/lib", FS: fstest.MapFS{"tor.txt": {Data: []byte("203.0.113.9\n")}}}
	rules := []Source{{Name: "test", FS: files(good + "when: in_list(client.ip, \"tor\")\n")}}
	set, err := Load(rules, LoadOptions{Lists: []ListFile{{Name: "tor", Kind: "cidr", Source: other, Path: "tor.txt"}}})
	if err != nil {
		t.Fatal(err)
	}
	if got := run(set, &Config{}, newCall("GET /", 200, 1)); len(got) != 1 {
		t.Errorf("%d alerts", len(got))
	}
	_, err = Load(rules, LoadOptions{Lists: []ListFile{{Name: "tor", Kind: "cidr", Source: other, Path: "other.txt"}}})
	if err == nil || !strings.Contains(err.Error(), "/var/lib/other.txt:1:1: the list cannot be read: file does not exist") {
		t.Errorf("got %v", err)
	}
}

// TestListsNatively: a native in_list gives and notes what the machine does.
func TestListsNatively(t *testing.T) {
	set := loadFS(t, someLists(), good+"when: resp.seen\n")
	var list []*program
	for _, src := range []string{`in_list(client.ip, "nets")`, `in_list(req.path, "words")`, `in_list(leaves, "admins")`, `any(leaves, in_list(#, "words"))`, `any(leaves, in_list(#, "hosts") && sqli(#))`,
		`any(leaves, in_list(.value, "tokens"))`, `all(req.headers, in_list(.value, "hosts"))`, `any(leaves, in_list(#, "words") || .key == "b")`, `any(leaves, .key == "a" && in_list(#, "words"))`} {
		p, faults := set.lang.compile(src, wantBool)
		if len(faults) > 0 || !p.native.set() {
			t.Fatalf("%s: %+v, native %v", src, faults, p != nil && p.native.set())
		}
		list = append(list, p)
	}
	rapid.Check(t, func(t *rapid.T) {
		c := anyCall(t)
		j := NewJudge(set, &Config{})
		for _, p := range list {
			sameAsMachine(t, j.scope, c, p)
		}
	})
}

// pipes is a file system in which a rule file is a pipe, or ends while it is read.
type pipes struct {
	fstest.MapFS
	changing string
}

func (p pipes) Stat(name string) (fs.FileInfo, error) {
	if name == p.changing {
		st, err := fs.Stat(p.MapFS, name)
		return larger{st}, err
	}
	return fs.Stat(p.MapFS, name)
}

type larger struct{ fs.FileInfo }

func (l larger) Size() int64 { return l.FileInfo.Size() + 1 }

// TestFilesThatAreNone: what is no regular file, or is being written, is
// refused; hidden files are not in force.
func TestFilesThatAreNone(t *testing.T) {
	rule := &fstest.MapFile{Data: []byte(good + "when: resp.seen\n")}
	for name, tc := range map[string]struct {
		fs   fs.FS
		want string
	}{
		"pipe":      {fstest.MapFS{"a.yaml": {Mode: fs.ModeNamedPipe}}, "a.yaml:1:1: this is no regular file"},
		"device":    {fstest.MapFS{"a.exact.list": {Mode: fs.ModeDevice}}, "a.exact.list:1:1: this is no regular file"},
		"changing":  {pipes{fstest.MapFS{"a.yaml": rule}, "a.yaml"}, "a.yaml:1:1: the file cannot be read: it changed while it was read; load again"},
		"changing2": {pipes{fstest.MapFS{"l.exact.list": rule}, "l.exact.list"}, "l.exact.list:1:1: the list cannot be read: it changed while it was read"},
		"no folder": {missing{}, "the rules cannot be read: file does not exist"},
	} {
		_, err := Load([]Source{{FS: tc.fs}}, LoadOptions{})
		if err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	set, err := Load([]Source{{FS: fstest.MapFS{"a.yaml": rule, ".b.yaml": rule, "..2026_01/a.yaml": rule, ".git/x.yaml": {Data: []byte("{")}}}}, LoadOptions{})
	if err != nil || len(set.Rules()) != 1 {
		t.Errorf("%v", err)
	}
}

type missing struct{}

func (missing) Open(name string) (fs.File, error) {
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}
