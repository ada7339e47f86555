package detect

import (
	"strconv"
	"testing"

	"spaniel/event"
)

// TestBehaviourFunctions: what rules about behaviour count.
func TestBehaviourFunctions(t *testing.T) {
	json := func(key, value string) event.Leaf {
		return event.Leaf{Place: "body." + key, Key: key, Kind: event.LeafJSON, Value: value}
	}
	header := event.Leaf{Place: "header.coupon", Key: "coupon", Kind: event.LeafHeader, Value: "H"}
	var alike []event.Leaf
	for i := range 64 {
		key := ""
		for bit := range 6 {
			key += []string{"Aa", "BB"}[i>>bit&1]
		}
		alike = append(alike, json(key, strconv.Itoa(i)))
	}
	for _, tc := range []struct {
		when   string
		path   string
		ctype  string
		body   string
		answer string
		leaves []event.Leaf
		want   bool
	}{
		{when: `value_of(["coupon", "voucher"]) == "SAVE"`, leaves: []event.Leaf{header, json("a", "1"), json("Coupon", "SAVE")}, want: true},
		{when: `value_of(["coupon"]) == ""`, leaves: []event.Leaf{header}, want: true},
		{when: `card_number() == "4000000000000127"`, leaves: []event.Leaf{json("a", "12"), json("n", "4000000000000127")}, want: true},
		{when: `card_number() == ""`, leaves: []event.Leaf{json("n", "4000000000000128")}, want: true},
		{when: `gist(req.body) != "" && gist("one two") == ""`, body: "one two three four five six seven", want: true},
		{when: `any(req.leaves, longest_run(.value) == 30)`, leaves: []event.Leaf{json("a", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!")}, want: true},
		{when: `collisions() == 64`, leaves: alike, want: true},
		{when: `collisions() == 0`, leaves: alike[:20], want: true},
		{when: `parameters() == 5`, ctype: "application/x-www-form-urlencoded", body: "a=1&b=2&c", want: true},
		{when: `parameters() == 2`, ctype: "text/plain", body: "a=1&b=2&c", want: true},
		{when: `graphql_depth() == 3 && graphql_aliases() == 2 && graphql_batch() == 2`, path: "/graphql", leaves: []event.Leaf{json("query", "{a: b{c{d}}}"), json("query", "{x: y}"), json("query", "word")}, want: true},
		{when: `graphql_depth() == 3`, path: "/graphql", leaves: []event.Leaf{json("query", "{a: b{c{d}}}")}, want: true},
		{when: `graphql_aliases() == 2`, path: "/graphql", leaves: []event.Leaf{json("query", "{a: b{c{d}}}"), json("query", "{x: y}")}, want: true},
		{when: `graphql_depth() == 1`, path: "/graphql", ctype: "application/graphql", body: "{me}", want: true},
		{when: `graphql_batch() == 0`, leaves: []event.Leaf{json("query", "{a: b{c{d}}}")}, want: true},
		{when: `seconds_until(["ends_at", "deadline"]) == 90`, answer: `{"ends_at":1800000500,"deadline":1800000091}`, want: true},
		{when: `seconds_until(["deadline"]) == -1`, answer: `{"deadline":1800000000}`, want: true},
		{when: `seconds_until(["ends_at"]) == -1`, answer: `{}`, want: true},
	} {
		set := loadAround(t, LoadOptions{}, good+"when: '"+tc.when+"'\n")
		c := newCall("POST "+tc.path+"?x=1&y=2", 200, 1, tc.leaves...)
		c.Time = 1800000001e9
		c.Req.Raw, c.Resp.Raw = []byte(tc.body), []byte(tc.answer)
		if tc.ctype != "" {
			c.Req.Headers = append(c.Req.Headers, event.Header{Name: "Content-Type", Value: tc.ctype})
		}
		if alerts := run(set, &Config{}, c); (len(alerts) == 1) != tc.want {
			t.Errorf("%s: %d alerts", tc.when, len(alerts))
		}
	}
}

// TestValuesOfLeaveRedacted: what value_of and card_number give may be shown.
func TestValuesOfLeaveRedacted(t *testing.T) {
	set := loadAround(t, LoadOptions{}, good+"when: 'card_number() != \"\"'\nmessage: '{card_number()} {value_of([\"cvv\"])}'\n")
	c := newCall("POST /pay", 200, 1, event.Leaf{Place: "body.card", Key: "card", Kind: event.LeafJSON, Value: "4000000000000127"}, event.Leaf{Place: "body.cvv", Key: "cvv", Kind: event.LeafJSON, Value: "123"})
	alerts := run(set, &Config{Redact: func(place, text string) string {
		if place == "body.card" || place == "body.cvv" {
			return "[" + place + "]"
		}
		return text
	}}, c)
	if len(alerts) != 1 || alerts[0].Message != "[body.card] [body.cvv]" {
		t.Errorf("%+v", alerts)
	}
}
