package detect

import (
	"testing"

	"spaniel/event"
)

// twoReadings is a call whose first and second reading have these leaves.
func twoReadings(first, second event.Leaf) *event.Call {
	c := newCall("GET /items?id=x", 200, 1, first)
	c.Alt = newCall("GET /items?id=x", 200, 1, second)
	c.Alt.Why = "overlap_diff"
	c.ShareWithAlt()
	return c
}

func TestSecondReadingIsJudged(t *testing.T) {
	const attack = "1' UNION SELECT password FROM users--"
	set := load(t, sqliRule)
	for _, tc := range []struct {
		name          string
		first, second event.Leaf
		alt           string
		alerts        int
	}{
		{"in the first alone", leaf("query.id", attack), leaf("query.id", "1"), "", 1},
		{"in the second alone", leaf("query.id", "1"), leaf("query.x", attack), "overlap_diff", 1},
		{"in both: once, as first read", leaf("query.id", attack), leaf("query.id", attack), "", 1},
		{"in neither", leaf("query.id", "1"), leaf("query.id", "2"), "", 0},
	} {
		c := twoReadings(tc.first, tc.second)
		alerts := run(set, &Config{}, c)
		if len(alerts) != tc.alerts {
			t.Errorf("%s: %d alerts", tc.name, len(alerts))
			continue
		}
		for _, a := range alerts {
			if len(a.Evidence) == 0 || a.Evidence[0].Alt != tc.alt || a.ID != event.AlertID("sqli-in-input", c.ID.String()) {
				t.Errorf("%s: id %s, evidence %+v", tc.name, a.ID, a.Evidence)
			}
		}
	}
}

// The request that the second reading finds behind its own end is judged, and
// an alert shows the call that its id names.
func TestRequestBehindTheSecondReading(t *testing.T) {
	c := twoReadings(leaf("query.id", "1"), leaf("query.id", "2"))
	behind := newCall("GET /admin", 0, 1)
	behind.Why, behind.Resp = c.Alt.Why, event.Response{}
	behind.Req.Host = "inner.example"
	c.Alt.Alt = behind
	c.ShareWithAlt()
	set := load(t, good+"when: 'req.path == \"/admin\" && resp.status == 200 && call.alt == \"overlap_diff\"'\n")
	alerts := run(set, &Config{}, c)
	if len(alerts) != 1 {
		t.Fatalf("%d alerts", len(alerts))
	}
	a := alerts[0]
	if a.Req.Target != "/items?id=x" || a.Req.Host != "shop.example" || a.Calls[0] != c.ID {
		t.Errorf("the alert shows %+v", a.Req)
	}
	if len(a.Evidence) != 1 || a.Evidence[0] != (event.Evidence{Place: "call.alt", Alt: "overlap_diff"}) {
		t.Errorf("evidence %+v", a.Evidence)
	}
}

// Windows count a call once, as it was first read.
func TestWindowsSeeTheFirstReading(t *testing.T) {
	set := load(t, good+"when: 'req.path == \"/login\"'\nby: [client.ip]\nover: 1m\nhaving: 'count() >= 1'\n")
	c := twoReadings(leaf("query.id", "1"), leaf("query.id", "2"))
	c.Alt.Req.Path = "/login"
	if alerts := run(set, &Config{}, c); len(alerts) != 0 {
		t.Errorf("%d alerts for a second reading", len(alerts))
	}
	c = twoReadings(leaf("query.id", "1"), leaf("query.id", "2"))
	c.Req.Path, c.Alt.Req.Path = "/login", "/login"
	if alerts := run(set, &Config{}, c); len(alerts) != 1 || alerts[0].Count != 1 {
		t.Errorf("%d alerts for a call of two readings", len(alerts))
	}
}
