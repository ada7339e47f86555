package detect

import (
	"testing"

	"spaniel/event"
)

const findingRule = `id: finding
title: A page has no policy
severity: info
category: posture/probing
when: resp.status in [200, 201]
by: [req.path]
over: 10m
having: count_if(resp.status == 200) >= 1
suppress: 24h
closed: {when: 'count() >= 3 && count_if(resp.status == 200) == 0'}
message: "{count()} pages of {req.path}"
tests:
  - fires: GET / -> 200
  - silent: GET / -> 201
`

// TestClosed: an alert ends when its rule says so, once, with its own id, and
// what comes back is another.
func TestClosed(t *testing.T) {
	calls := []*event.Call{newCall("GET /a", 200, 0), newCall("GET /a", 201, 1), newCall("GET /b", 200, 2), newCall("GET /a", 201, 900), newCall("GET /a", 201, 901)}
	calls = append(calls, newCall("GET /a", 201, 902)) // the third good one within ten minutes, and no bad one
	calls = append(calls, newCall("GET /a", 201, 903), newCall("GET /a", 200, 904), newCall("GET /b", 201, 905))
	alerts, _ := stageOf(load(t, findingRule), &Config{}, 2e12, calls...)
	type told struct{ path, state, message string }
	var got []told
	ids := map[string]map[event.ID]bool{}
	for _, a := range alerts {
		got = append(got, told{a.Req.Target, a.State, a.Message})
		if ids[a.Req.Target+a.State] == nil {
			ids[a.Req.Target+a.State] = map[event.ID]bool{}
		}
		ids[a.Req.Target+a.State][a.ID] = true
	}
	want := []told{{"/a", "open", "1 pages of /a"}, {"/b", "open", "1 pages of /b"}, {"/a", "closed", "closed: 1 pages of /a"}, {"/a", "open", "5 pages of /a"}}
	if len(got) < len(want) {
		t.Fatalf("%+v", got)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("%d: %+v, want %+v", i, got[i], want[i])
		}
	}
	if len(ids["/aopen"]) != 2 || len(ids["/aclosed"]) != 1 {
		t.Errorf("%v", ids)
	}
	for id := range ids["/aclosed"] {
		if !ids["/aopen"][id] {
			t.Error("the closed alert is none that was told")
		}
	}
	if c := alerts[2].Count; c != 5 {
		t.Errorf("it was %d calls, not 5", c)
	}
}

// TestClosedIsChecked: what closed may say.
func TestClosedIsChecked(t *testing.T) {
	for _, bad := range []string{
		"id: f\ntitle: t\nseverity: low\ncategory: posture/x\nwhen: resp.seen\nclosed: {when: 'count() > 1'}\n",
		"id: fff\ntitle: t\nseverity: low\ncategory: posture/x\nwhen: resp.seen\nby: [client.ip, req.path]\nover: 1m\nhaving: count() > 1\nclosed: {when: 'count() > 1'}\n",
		"id: fff\ntitle: t\nseverity: low\ncategory: posture/x\nwhen: resp.seen\nby: [client.ip]\nover: 1m\nhaving: count() > 1\nclosed: {when: 'count() > 1', severity: high}\n",
	} {
		if _, err := Load([]Source{{Name: "test", FS: files(bad)}}, LoadOptions{}); err == nil {
			t.Errorf("loaded: %s", bad)
		}
	}
}
