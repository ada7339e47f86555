package body

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"spaniel/event"
)

func TestLeafCaps(t *testing.T) {
	for _, c := range []struct{ name, target, headers, body, lastOf, value string }{
		{"query", "?" + strings.Repeat("a=1&", 2000) + "b=evil", "", "c=2", "query", "b=evil"},
		{"query does not crowd the body out", "?" + strings.Repeat("a=1&", 2000), "", "c=2", "body.c", "2"},
		{"path", strings.Repeat("/a", 2000) + "/evil", "", "", "path", "/evil"},
		{"form", "", "", strings.Repeat("a=1&", 2000) + "b=evil", "body", "b=evil"},
		{"json items", "", "", "[" + strings.Repeat("1,", 5000) + "\"evil\"]", "body", `"evil"]`},
		{"json depth", "", "", strings.Repeat("[", 100_000) + "\"evil\"", "body", `"evil"`},
		{"json objects", "", "", strings.Repeat(`{"a":`, 100_000) + "\"evil\"", "body", `"evil"`},
		{"xml", "", "", "<?xml ?>" + strings.Repeat("<a>b</a>", 2000) + "evil", "body", "evil"},
		{"xml depth", "", "", "<?xml ?>" + strings.Repeat("<a>", 20_000) + "evil", "body." + strings.Repeat("a.", 63) + "a", "evil"},
		{"multipart", "", "Content-Type: multipart/form-data; boundary=b", strings.Repeat("--b\r\n\r\n1\r\n", 2000) + "--b\r\n\r\nevil", "body", "evil"},
		{"cookies", "", "Cookie: " + strings.Repeat("a=1; ", 2000) + "b=evil", "", "cookie", "b=evil"},
	} {
		call := request(c.target, c.headers, c.body)
		leaves := call.Leaves()
		found := false
		for _, l := range leaves {
			found = found || l.Place == c.lastOf && strings.HasSuffix(l.Value, c.value)
		}
		if len(leaves) > 1000 || !found || !call.Flags.Has(event.FlagCapped) {
			t.Errorf("%s: %d leaves, flags %v, rest found: %v", c.name, len(leaves), call.Flags.Append(nil), found)
		}
	}
}

// TestJSONOracle draws JSON values and compares with encoding/json, which
// reads the same scalars in the same order.
func TestJSONOracle(t *testing.T) {
	var draw func(t *rapid.T, depth int) any
	draw = func(t *rapid.T, depth int) any {
		switch k := rapid.IntRange(0, 6).Draw(t, "kind"); {
		case k == 0:
			return rapid.Bool().Draw(t, "bool")
		case k == 1:
			return nil
		case k == 2:
			return rapid.Float64().Draw(t, "number")
		case k == 3 && depth > 0:
			list := []any{}
			for range rapid.IntRange(0, 4).Draw(t, "items") {
				list = append(list, draw(t, depth-1))
			}
			return list
		case k == 4 && depth > 0:
			m := map[string]any{}
			for range rapid.IntRange(0, 4).Draw(t, "keys") {
				m[rapid.String().Draw(t, "key")] = draw(t, depth-1)
			}
			return m
		}
		// what is JSON in a text has leaves of its own
		return rapid.String().Filter(func(s string) bool { return !jsonInside(s) }).Draw(t, "string")
	}
	rapid.Check(t, func(t *rapid.T) {
		doc := map[string]any{"k": draw(t, 4)}
		text, err := json.Marshal(doc)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		leaves := request("", "Content-Type: application/json", string(text)).Leaves()
		for _, l := range leaves {
			if l.Kind == event.LeafJSON {
				got = append(got, l.Type+" "+l.Value)
			}
		}
		if want := scalars(t, string(text)); strings.Join(got, "\n") != strings.Join(want, "\n") {
			t.Fatalf("%s:\n got %q\nwant %q", text, got, want)
		}
	})
}

// scalars lists what encoding/json reads of a text.
func scalars(t *rapid.T, text string) []string {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	var out []string
	var walk func()
	walk = func() {
		token, err := d.Token()
		if err != nil {
			t.Fatal(err)
		}
		switch v := token.(type) {
		case json.Delim:
			if !d.More() {
				out = append(out, map[json.Delim]string{'{': "object {}", '[': "array []"}[v])
			}
			for d.More() {
				if v == '{' {
					if _, err := d.Token(); err != nil {
						t.Fatal(err)
					}
				}
				walk()
			}
			if _, err := d.Token(); err != nil {
				t.Fatal(err)
			}
		case json.Number:
			out = append(out, "number "+string(v))
		case bool:
			out = append(out, fmt.Sprint("bool ", v))
		case nil:
			out = append(out, "null null")
		case string:
			out = append(out, "string "+v)
		}
	}
	walk()
	return out
}

// TestPlainReadings holds the promise that an ordinary value costs nothing but
// a share of a slab.
func TestPlainReadings(t *testing.T) {
	e := New(Config{})
	for _, v := range []string{"17", "shoe", "text/html", "Mozilla/5.0 (X11; Linux x86_64)", "550e8400-e29b-41d4-a716-446655440000", "username", "application/json", "2026-11-22T20:00:00Z"} {
		l := event.Leaf{Kind: event.LeafQuery, Value: v}
		if got := testing.AllocsPerRun(200, func() { e.readings(&l, false) }); got >= 1 {
			t.Errorf("%q: %v allocations", v, got)
		}
	}
}

func BenchmarkLeaves(b *testing.B) {
	c := request("/api/v1/orders/17?page=2&sort=name", "Host: shop.example\nUser-Agent: curl/8.5.0\nAccept: */*\nContent-Type: application/json\nCookie: sid=abcdef; theme=dark",
		`{"sku":"a-17","quantity":1,"address":{"street":"Main 1","city":"Delft"},"notes":["one","two"]}`)
	e := New(Config{})
	b.ReportAllocs()
	var leaves []event.Leaf
	for b.Loop() {
		leaves = e.Leaves(c, leaves[:0])
		for i := range leaves {
			leaves[i].Readings()
		}
	}
}

func BenchmarkReadings(b *testing.B) {
	e := New(Config{})
	l := event.Leaf{Kind: event.LeafQuery, Value: "%2527%2520or%25201%253D1--+"}
	b.ReportAllocs()
	for b.Loop() {
		e.readings(&l, false)
	}
}

func BenchmarkBomb(b *testing.B) {
	e := New(Config{})
	raw := pack(b, "br", make([]byte, 256<<20))
	b.ReportAllocs()
	for b.Loop() {
		unpack(e, "br", raw, true)
	}
}

// TestOddSizes: what is longer or deeper than anybody writes is read all the
// same, or is a leaf as a whole.
func TestOddSizes(t *testing.T) {
	nested := "evil"
	for i := range 100 {
		b := fmt.Sprint("B", i, "x")
		nested = "Content-Type: multipart/mixed; boundary=" + b + "\r\n\r\n--" + b + "\r\n" + nested + "\r\n--" + b + "--\r\n"
	}
	digits, long := strings.Repeat("7", 1_000_000), strings.Repeat("b", 200)
	for _, c := range []struct{ name, media, body, want string }{
		{"a million digits", "application/json", `{"n":` + digits + `}`, digits},
		{"a boundary of 200", "multipart/form-data; boundary=" + long, "--" + long + "\r\n\r\nevil\r\n--" + long + "--", "evil"},
		{"multipart a hundred deep", "multipart/mixed; boundary=Z", "--Z\r\n" + nested + "\r\n--Z--", "evil"},
		{"one boundary begins the other", "multipart/form-data; boundary=B", "--BB\r\n\r\n1\r\n--B\r\n\r\nevil\r\n--B--", "evil"},
		{"lines end in lf", "multipart/form-data; boundary=B", "--B\n\nevil\n--B--", "evil"},
		{"no last boundary", "multipart/form-data; boundary=B", "--B\r\n\r\nevil", "evil"},
		{"bad utf-8", "application/json", "{\"a\":\"evil\xff\xc0\"}", "evil\xff\xc0"},
		{"half a pair", "application/json", `{"a":"\ud83devil"}`, "\ufffdevil"},
	} {
		leaves := request("", "Content-Type: "+c.media, c.body).Leaves()
		found := false
		for _, l := range leaves {
			found = found || strings.HasSuffix(l.Value, c.want) || c.want == "evil" && strings.Contains(l.Value, c.want)
		}
		if !found {
			t.Errorf("%s: not found in %.500s", c.name, show(leaves))
		}
	}
}
