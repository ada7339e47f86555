package detect

import (
	"errors"
	"strings"
	"testing"

	"spaniel/event"
)

const anyKind = `id: kinds
title: A call of some kind
severity: info
category: recon/probing
when: call.kind != ""
message: "{call.kind} {principal.user} {call.failed}"
tests:
  - fires: GET /
  - silent: GET /
`

// said judges one call by a rule that tells what the call means.
func said(t *testing.T, list []Meaning, c *event.Call) string {
	t.Helper()
	set, err := Load([]Source{{Name: "test", FS: files(anyKind)}}, LoadOptions{Meanings: list})
	if err != nil {
		t.Fatal(err)
	}
	var f Findings
	NewJudge(set, &Config{}).Call(c, &f)
	if len(f.Alerts) == 0 {
		return ""
	}
	return f.Alerts[0].Message
}

func TestMeanings(t *testing.T) {
	door := func(status int) *event.Call {
		return newCall("POST /konto/tor", status, 1, leaf("body.kennung", "ann"), leaf("body.wort", "x"))
	}
	login := Meaning{Host: "shop.*", Method: "POST", Route: "/konto/*", Kind: "login", User: "body.kennung"}
	strange := login
	strange.Failed = "resp.status == 299"
	for _, tc := range []struct {
		name string
		list []Meaning
		call *event.Call
		want string
	}{
		{"without", nil, door(200), ""},
		{"named", []Meaning{login}, door(200), "login ann false"},
		{"by the status", []Meaning{login}, door(401), "login ann true"},
		{"by a condition", []Meaning{strange}, door(299), "login ann true"},
		{"a condition that does not hold outweighs the status", []Meaning{strange}, door(401), "login ann false"},
		{"another host", []Meaning{{Host: "bank.*", Kind: "login"}}, door(200), ""},
		{"another method", []Meaning{{Method: "PUT", Kind: "login"}}, door(200), ""},
		{"the first counts", []Meaning{{Route: "/konto/*", Kind: "none"}, login}, door(200), ""},
		{"none takes away", []Meaning{{Route: "/login", Kind: "none"}}, newCall("POST /login", 401, 1, leaf("body.username", "ann"), leaf("body.password", "x")), ""},
		{"a route", []Meaning{{Route: "/orders/{id}/pay-now", Kind: "payment"}}, newCall("POST /orders/17/pay-now", 402, 1), "payment  true"},
	} {
		if got := said(t, tc.list, tc.call); got != tc.want {
			t.Errorf("%s: %q, want %q", tc.name, got, tc.want)
		}
	}
}

func TestBadMeanings(t *testing.T) {
	for _, tc := range []struct {
		list []Meaning
		want string
	}{
		{[]Meaning{{Kind: "longin"}}, `semantics[0].kind:1:1: "longin" is no kind of call`},
		{[]Meaning{{Kind: "login"}, {Kind: "login", Failed: "resp.stats == 200"}}, `semantics[1].failed:1:1: unknown field "resp.stats"`},
		{[]Meaning{{Kind: "login", Failed: "resp.status"}}, "this must be true or false"},
		{make([]Meaning, maxMeanings+1), "at most 256 are allowed"},
	} {
		_, err := Load(nil, LoadOptions{Meanings: tc.list})
		var le *LoadError
		if !errors.As(err, &le) || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%v: %v, want %q", tc.list[0], err, tc.want)
		}
	}
}

// TestMeaningsAreOfTheSet: other meanings give another hash, none the old one.
func TestMeaningsAreOfTheSet(t *testing.T) {
	hash := func(list ...Meaning) string {
		set, err := Load([]Source{{Name: "test", FS: files(anyKind)}}, LoadOptions{Meanings: list})
		if err != nil {
			t.Fatal(err)
		}
		return set.Hash()
	}
	if hash() != load(t, anyKind).Hash() || hash() == hash(Meaning{Kind: "login"}) || hash(Meaning{Kind: "login"}) == hash(Meaning{Kind: "otp"}) {
		t.Error("the hash does not tell meanings apart")
	}
}
