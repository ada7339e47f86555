package body

import (
	"fmt"
	"strings"
	"testing"

	"spaniel/event"
)

// outlined is what an outline shows.
type outlined struct {
	leaves []string
	plain  []bool
	names  map[string]bool
	// headers are by how many leaves were shown of each.
	headers map[string]int
	header  string
	again   bool
	skipped int
}

func (o *outlined) Leaf(l *event.Leaf, plain bool) {
	o.leaves, o.plain = append(o.leaves, line(l)), append(o.plain, plain)
	if !plain {
		l.Readings() // as who looks for something does
	}
}

func (o *outlined) Header(name, value string) int {
	o.header = name + ": " + value
	if o.again {
		o.skipped += o.headers[o.header]
		return o.headers[o.header]
	}
	return 0
}

func (o *outlined) Shown(leaves int) { o.headers[o.header] = leaves }

func (o *outlined) Name(name string) { o.names[name] = true }

// lowered folds ASCII alone, as places of headers are.
func lowered(s string) string {
	b := []byte(s)
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] += 'a' - 'A'
		}
	}
	return string(b)
}

func line(l *event.Leaf) string { return fmt.Sprintf("%s %q %q %q", l.Kind, l.Key, l.Type, l.Value) }

// sameOutline holds that an outline that is whole shows the leaves and all their
// names, that what it calls plain has one reading, and that it changes nothing.
func sameOutline(t *testing.T, c, again *event.Call) (whole bool) {
	t.Helper()
	o := &outlined{names: map[string]bool{}, headers: map[string]int{}}
	if !c.Outline(o) {
		return false
	}
	known := &outlined{names: map[string]bool{}, headers: o.headers, again: true}
	if c.Outline(known) && len(known.leaves)+known.skipped != len(o.leaves) {
		t.Fatalf("%d leaves shown and %d known, of %d", len(known.leaves), known.skipped, len(o.leaves))
	}
	if c.Expanded() || len(c.Anomalies) > 0 || c.Flags != 0 {
		t.Fatalf("the outline left %v %v", c.Anomalies, c.Flags)
	}
	leaves := again.Leaves()
	if len(leaves) != len(o.leaves) {
		t.Fatalf("%d leaves shown, there are\n%s", len(o.leaves), show(leaves))
	}
	for i := range leaves {
		l := &leaves[i]
		if line(l) != o.leaves[i] {
			t.Fatalf("leaf %d shown as %s, it is %s", i, o.leaves[i], line(l))
		}
		if n := len(l.Readings()); o.plain[i] && n != 1 {
			t.Fatalf("%s is plain and has %d readings", line(l), n)
		}
		_, rest, _ := strings.Cut(l.Place, ".")
		for _, name := range strings.Split(rest, ".") {
			if strings.Trim(name, "0123456789") == "" {
				continue
			}
			known := false
			for n := range o.names {
				known = known || strings.Contains(lowered(n), lowered(name))
			}
			if !known {
				t.Fatalf("%s: the name %q was not shown", l.Place, name)
			}
		}
	}
	if len(again.Anomalies) > 0 || again.Flags != 0 {
		t.Fatalf("the leaves leave %v %v, the outline was whole", again.Anomalies, again.Flags)
	}
	return true
}

// FuzzOutline is sameOutline of any request.
func FuzzOutline(f *testing.F) {
	for _, c := range leafCases {
		f.Add(c.target, c.headers, c.body)
	}
	for _, c := range insideCases {
		f.Add(c.target, c.headers, c.body)
	}
	f.Add("/a;b=c/d?e=f&g", "Cookie: h=i; j=\nX-K: l%20m", `{"n":["o",{"p":1.5}],"q":"r\n","s":{},"t":[]}`)
	f.Add("/a", "Content-Type: application/json", strings.Repeat("[", 9)+"1"+strings.Repeat("]", 9))
	f.Add("/a", "Content-Type: application/json; charset=utf-16", "{\"a\":1}")
	f.Add("/a?b=%252525252541", "X: "+strings.Repeat("%25", 40)+"41", "a=b&c=d+e")
	f.Fuzz(func(t *testing.T, target, headers, body string) {
		sameOutline(t, request(target, headers, body), request(target, headers, body))
	})
}

// TestOutlineOfOrdinaryRequests: what most requests are made of is shown whole.
func TestOutlineOfOrdinaryRequests(t *testing.T) {
	for _, r := range []struct{ target, headers, body string }{
		{"/api/v1/items/17?fields=a,b&page=2", "User-Agent: app/1.0 (x)\nCookie: sid=abc; lang=de", ""},
		{"/items", "Content-Type: application/json", `{"items":[{"id":1,"name":"a b","tags":["x","y"],"price":1.50}],"next":null,"note":"a \"b\""}`},
		{"/login", "Content-Type: application/x-www-form-urlencoded", "user=ann&password=x%26y"},
		{"/", "Content-Type: text/plain", "hello"},
	} {
		if !sameOutline(t, request(r.target, r.headers, r.body), request(r.target, r.headers, r.body)) {
			t.Errorf("%s %q is not shown whole", r.target, r.body)
		}
	}
}
