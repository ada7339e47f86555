package body

import (
	"strings"
	"testing"

	"spaniel/event"
)

// insideCases hold a structure within a value: the value stays a leaf, and
// what it holds follows it.
var insideCases = []struct{ name, target, headers, body, want string }{
	{"json in a query", "?f=%7B%22a%22%3A%7B%22%24ne%22%3Anull%7D%7D", "", "",
		"query query.f \"%7B%22a%22%3A%7B%22%24ne%22%3Anull%7D%7D\"\nname query.f.a.$ne \"$ne\"\njson query.f.a.$ne null \"null\"\n"},
	{"json with plus signs in a form", "", "", "f={\"a\":+\"b+c\"}&g=1", "form body.f \"{\\\"a\\\":+\\\"b+c\\\"}\"\njson body.f.a string \"b c\"\nform body.g \"1\"\n"},
	{"json in a cookie keeps plus signs", "", "Cookie: p=%7B%22a%22:%22b+c%22%7D", "", "cookie cookie.p \"%7B%22a%22:%22b+c%22%7D\"\njson cookie.p.a string \"b+c\"\n"},
	{"json in a header", "", `X-Meta: {"a":["b"]}`, "", "header header.x-meta \"{\\\"a\\\":[\\\"b\\\"]}\"\njson header.x-meta.a.0 string \"b\"\n"},
	{"json in json, three deep", "", "", `{"a":"{\"b\":\"{\\\"c\\\":\\\"d\\\"}\"}"}`,
		"json body.a string \"{\\\"b\\\":\\\"{\\\\\\\"c\\\\\\\":\\\\\\\"d\\\\\\\"}\\\"}\"\njson body.a.b string \"{\\\"c\\\":\\\"d\\\"}\"\njson body.a.b.c string \"d\"\n"},
	{"json in a string in a form", "", "", `a="{\"b\":1}"`, "form body.a \"\\\"{\\\\\\\"b\\\\\\\":1}\\\"\"\njson body.a string \"{\\\"b\\\":1}\"\njson body.a.b number \"1\"\n"},
	{"cut off", "", "", `f={"a":"b`, "form body.f \"{\\\"a\\\":\\\"b\"\njson body.f.a string \"b\"\n"},
	{"templates and patterns are none", "?a={{7*7}}&b=[a-z]%2B&c={x}", "", "", "query query.a \"{{7*7}}\"\nquery query.b \"[a-z]%2B\"\nquery query.c \"{x}\"\n"},
}

func TestInside(t *testing.T) {
	for _, c := range insideCases {
		call := request(c.target, c.headers, c.body)
		if got := show(call.Leaves()); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.name, got, c.want)
		}
	}
}

// TestInsideIsReadOnce: what is leaves of its own is not read again from the
// whole; what is not, is.
func TestInsideIsReadOnce(t *testing.T) {
	long := `{"q":["' or 1=1"` + strings.Repeat(`,"1"`, maxInside) + `]}`
	for _, c := range []struct {
		value string
		again bool
	}{{`{"a":"' or 1=1"}`, false}, {`%7B%22a%22:%22' or 1=1%22%7D`, false}, {long, true}, {`{"a":"' or 1=1"} {"b":"' or 2=2"}`, true}} {
		call := request("?f="+c.value, "", "")
		leaf, again := &call.Leaves()[0], false
		for _, r := range leaf.Readings() {
			again = again || strings.Contains(r.Chain, "json")
		}
		if leaf.Place != "query.f" || again != c.again || call.Flags.Has(event.FlagCapped) {
			t.Errorf("%.40s: read again: %v, flags %v", c.value, again, call.Flags.Append(nil))
		}
	}
}
