package apispec

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// cases reads documents, each with lines behind it.
func cases(t testing.TB, file string) (list [][3]string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for i, part := range strings.Split("\n"+string(text), "\n== ") {
		if i == 0 {
			continue // the comment
		}
		name, rest, _ := strings.Cut(part, "\n")
		document, lines, ok := strings.Cut("\n"+rest, "\n--\n")
		if !ok {
			t.Fatalf("%s: %s has no --", file, name)
		}
		list = append(list, [3]string{name, strings.TrimPrefix(document, "\n"), strings.TrimSpace(lines)})
	}
	return list
}

// TestFind: what a document says of calls.
func TestFind(t *testing.T) {
	n := 0
	for _, c := range cases(t, "testdata/find.txt") {
		doc, faults := Read(c[1])
		if len(faults) > 0 {
			t.Errorf("%s: %+v", c[0], faults)
			continue
		}
		var hosts []string
		var base string
		var api *API
		for line := range strings.SplitSeq(c[2], "\n") {
			if where, ok := strings.CutPrefix(line, "@ "); ok {
				list, b, _ := strings.Cut(where, " ")
				hosts, base = strings.Split(list, ","), b
				continue
			}
			if api == nil {
				var fault *Fault
				if api, fault = doc.At(hosts, base); fault != nil {
					t.Fatalf("%s: %+v", c[0], fault)
				}
			}
			call, want, _ := strings.Cut(line, " ->")
			f := strings.Fields(call)
			status, operation := api.Find(f[1], f[0], f[2])
			if got := strings.TrimSpace(status.String() + " " + operation); got != strings.TrimSpace(want) {
				t.Errorf("%s: %s: %q, want %q", c[0], call, got, strings.TrimSpace(want))
			}
			n++
		}
	}
	if n < 50 {
		t.Errorf("%d calls", n)
	}
}

// TestFaults: each is told with its place and what to do.
func TestFaults(t *testing.T) {
	for _, c := range cases(t, "testdata/faults.txt") {
		doc, faults := Read(c[1])
		if len(faults) == 0 {
			if _, fault := doc.At(nil, ""); fault != nil {
				faults = append(faults, *fault)
			}
		}
		var got []string
		for _, f := range faults {
			line := fmt.Sprintf("%d:%d %s", f.Line, f.Col, f.Message)
			if f.Remedy != "" {
				line += " (" + f.Remedy + ")"
			}
			got = append(got, line)
		}
		if text := strings.Join(got, "\n"); text != c[2] {
			t.Errorf("%s:\n%s\nwant\n%s", c[0], text, c[2])
		}
	}
}

// TestJSONIsYAML: a document says the same in both.
func TestJSONIsYAML(t *testing.T) {
	asYAML, faults := Read("openapi: 3.1.0\ninfo: {title: \"T\"}\nservers: [{url: 'https://a.example/v1'}]\npaths:\n  /a/{b}: {get: {deprecated: true}, post: {}}\n")
	asJSON, more := Read("\ufeff{\"openapi\":\"3.1.0\",\"info\":{\"title\":\"T\"},\"x\":[{\"y\":[]}],\n\"servers\":[{\"url\":\"https:\\/\\/a.example\\/v1\"}],\"paths\":{\"\\/a\\/{b}\":{\"get\":{\"deprecated\":true},\"post\":{}}}}")
	if len(faults)+len(more) > 0 || fmt.Sprintf("%+v", asYAML) != fmt.Sprintf("%+v", asJSON) {
		t.Errorf("%v %v\n%+v\n%+v", faults, more, asYAML, asJSON)
	}
}

// TestBounds: what is too large or too deep is told, and costs little.
func TestBounds(t *testing.T) {
	var laughs strings.Builder
	laughs.WriteString("openapi: 3.1.0\na0: &a0 {get: {}}\n")
	for i := 1; i < 40; i++ {
		fmt.Fprintf(&laughs, "a%d: &a%d {%s}\n", i, i, strings.Repeat(fmt.Sprintf("b: *a%d, ", i-1), 30))
	}
	laughs.WriteString("paths:\n")
	for i := range 10_000 {
		fmt.Fprintf(&laughs, "  /p%d: *a39\n", i)
	}
	var many strings.Builder
	many.WriteString("openapi: 3.1.0\npaths:\n")
	for i := range maxOperations + 1 {
		fmt.Fprintf(&many, "  /p%d: {get: {}}\n", i)
	}
	for _, tc := range []struct{ name, text, want string }{
		{"size", strings.Repeat(" ", MaxFile+1), "more than 16 MiB"},
		{"size of YAML", strings.Repeat("#\n", maxYAML/2+1), "write it as JSON"},
		{"aliases", laughs.String(), "aliases make it many times as large"},
		{"operations", many.String(), "more than 20000 operations"},
		{"depth", "{\"paths\":" + strings.Repeat("[", 100_000), "nests deeper than 500 levels"},
		{"depth of what is passed over", "{\"x\":" + strings.Repeat("[", 100_000), "nests deeper than 500 levels"},
		{"path", "{\"openapi\":\"3.1.0\",\"paths\":{\"/" + strings.Repeat("a/", maxPath) + "\":{\"get\":{}}}}", "at most 1024"},
		{"UTF-8", "openapi: \xff", "not valid UTF-8"},
	} {
		_, faults := Read(tc.text)
		if len(faults) == 0 || !strings.Contains(faults[0].Message+faults[0].Remedy, tc.want) {
			t.Errorf("%s: %+v", tc.name, faults)
		}
	}
	var servers strings.Builder
	servers.WriteString("openapi: 3.1.0\npaths:\n")
	for i := range maxMounts + 1 {
		fmt.Fprintf(&servers, "  /p: {get: {servers: [{url: https://h%d.example}]}}\n", i)
	}
	doc, faults := Read(servers.String())
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	if _, fault := doc.At(nil, ""); fault == nil || !strings.Contains(fault.Message, "more than 256 servers") {
		t.Errorf("%+v", fault)
	}
}

// TestFindAllocatesNothing: it is asked for each call.
func TestFindAllocatesNothing(t *testing.T) {
	doc, faults := Read("openapi: 3.1.0\npaths:\n  /orders/{id}/items: {get: {}}\n  /users/{name}: {get: {}}\n")
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	api, fault := doc.At([]string{"*.example"}, "/v1")
	if fault != nil {
		t.Fatal(fault)
	}
	if n := testing.AllocsPerRun(100, func() {
		api.Find("api.example:8080", "GET", "/v1/orders/17/items")
		api.Find("api.example", "POST", "/v1/nothing/there")
	}); n > 0 {
		t.Errorf("%v allocations", n)
	}
}

// FuzzSpecification: a document or faults with places, and each operation is found by
// its own path.
func FuzzSpecification(f *testing.F) {
	for _, file := range []string{"testdata/find.txt", "testdata/faults.txt"} {
		for _, c := range cases(f, file) {
			f.Add(c[1], "api.example", "/v1/orders/17")
		}
	}
	f.Fuzz(func(t *testing.T, text, host, path string) {
		doc, faults := Read(text)
		if (doc == nil) != (len(faults) > 0) {
			t.Fatalf("a document %v, and faults %v", doc != nil, faults)
		}
		for _, x := range faults {
			if x.Line < 1 || x.Col < 1 || x.Width < 1 || x.Message == "" {
				t.Errorf("%+v", x)
			}
		}
		if doc == nil {
			return
		}
		api, fault := doc.At([]string{"*"}, "")
		if fault != nil {
			return
		}
		api.Find(host, "GET", path)
		// Each operation is found by its own path, parameters as they are written.
		for _, o := range doc.Operations {
			if o.servers != nil || len(doc.servers) != 1 || strings.ContainsAny(o.Path+doc.servers[0].base, ";?#%") {
				continue
			}
			if status, _ := api.Find(host, o.Method, doc.servers[0].base+o.Path); status < Deprecated {
				t.Errorf("%s %q: %s", o.Method, o.Path, status)
			}
		}
	})
}
