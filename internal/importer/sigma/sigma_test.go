package sigma

import (
	"strings"
	"testing"

	"spaniel/internal/importer"
)

const head = "title: A sample of ours\nid: 00000000-1111-2222-3333-444444444444\nlevel: high\ntags: [attack.initial_access, attack.t1190, cve.2099-1234]\nlogsource: {category: webserver}\n"

func one(t *testing.T, text string) importer.Result {
	t.Helper()
	list := Translate([]importer.File{{Name: "s.yml", Text: []byte(text)}}, "")
	if len(list) != 1 {
		t.Fatalf("%d results of\n%s", len(list), text)
	}
	return list[0]
}

// TestDetections: what each way of writing becomes.
func TestDetections(t *testing.T) {
	for _, tc := range []struct{ detection, when, differs string }{
		{"s: {cs-method: POST}\n  condition: s", `in_list(req.method, ["POST"])`, ""},
		{"s: {cs-uri-stem|contains: [/a.php, /b.php], sc-status: [200, 302]}\n  condition: s", `contains_any(req.path, ["/a.php", "/b.php"]) && (resp.status == 200 || resp.status == 302)`, ""},
		{"s: {cs-uri-stem|contains|all: [Aa, b]}\n  condition: s", `lower(req.path) contains "aa" && lower(req.path) contains "b"`, ""},
		{"s: {cs-uri-stem|startswith: /Adm, cs-uri-stem|endswith: .bak}\n  condition: s", `lower(req.path) startsWith "/adm" && lower(req.path) endsWith ".bak"`, ""},
		{"s: {cs-uri-stem|startswith|cased: /Adm}\n  condition: s", `req.path startsWith "/Adm"`, ""},
		{"s: {c-useragent|re|i: '^zz[0-9]+'}\n  condition: s", `reads(req.user_agent, "(?i)^zz[0-9]+")`, ""},
		{"s: {c-ip|cidr: 198.51.100.0/24}\n  condition: s", `cidr(client.ip, "198.51.100.0/24")`, ""},
		{"s: {cs-user-agent: ['tool/*', curl]}\n  condition: s", `in_list(req.user_agent, ["curl"]) || reads(req.user_agent, "(?is)^tool/")`, ""},
		{"s: {cs-referer: null}\n  condition: s", `req.header("referer") == ""`, ""},
		{"s: {cs-uri-query|contains: 'id='}\n  condition: s", `contains_any(req.query, ["id="])`, ""},
		{"s: {cs-uri-query|contains: '/x'}\n  t: {cs-uri-query|contains: '..;/'}\n  condition: s and t", `contains_any(req.target, ["/x"]) && contains_any(req.target, ["..;/"])`, "whole target"},
		{"s: {cs-uri-query|contains: '/x'}\n  t: {cs-uri-query|startswith: 'id='}\n  condition: s or t", `contains_any(req.target, ["/x"]) || lower(req.query) startsWith "id="`, "whole target"},
		{"s: {cs-uri-query|re: 'x?y'}\n  condition: s", `reads(req.query, "x?y")`, ""},
		{"s: {cs-uri-query|contains: '/x?id='}\n  condition: s", `reads(req.target, "(?is)/x.id=")`, "whole target"},
		{"s: {cs-uri-query|base64: admin}\n  condition: s", `req.query == "YWRtaW4="`, ""},
		{"s: {cs-uri-query|base64offset|contains: secret}\n  condition: s", `req.query contains "c2VjcmV0" || req.query contains "NlY3Jld" || req.query contains "zZWNyZX"`, ""},
		{"a: {cs-method: GET}\n  b: {sc-status: 404}\n  condition: a and not b", `in_list(req.method, ["GET"]) && !(resp.status == 404)`, ""},
		{"a1: {cs-method: GET}\n  a2: {cs-method: PUT}\n  b: {sc-status|gte: 500}\n  condition: b and 1 of a*", `resp.status >= 500 && (in_list(req.method, ["GET"]) || in_list(req.method, ["PUT"]))`, ""},
		{"a1: {cs-method: GET}\n  a2: {sc-status: 404}\n  condition: all of them", `in_list(req.method, ["GET"]) && resp.status == 404`, ""},
		{"s:\n    - {cs-method: GET, sc-status: 404}\n    - {cs-method: PUT}\n  condition: s", `(in_list(req.method, ["GET"]) && resp.status == 404) || in_list(req.method, ["PUT"])`, ""},
		{"s: {sc-status: '5*'}\n  condition: s", `reads(string(resp.status), "(?is)^5")`, ""},
		{"s: [zzz]\n  condition: s", `contains_any((req.target + " " + req.user_agent + " " + req.header("referer")), ["zzz"])`, "words without a field"},
		{"s: {c-uri: [/a.php, /b.php]}\n  condition: s", `in_list(req.target, ["/a.php", "/b.php"])`, ""},
		{"s: {c-uri|startswith: 'https://x.'}\n  condition: s", `lower((req.target startsWith "/" ? "http://" + req.host + req.target : req.target)) startsWith "http://x."`, "whose scheme"},
		{"s: {c-uri|contains: zzz}\n  condition: s", `contains_any((req.host + req.target), ["zzz"])`, "without the scheme"},
	} {
		r := one(t, head+"detection:\n  "+tc.detection+"\n")
		if r.Rule == nil || r.Rule.When != tc.when {
			t.Errorf("%s: %v %v\ngives %+v\nwant  %s", tc.detection, r.Verdict, r.Reasons, r.Rule, tc.when)
			continue
		}
		if (r.Verdict == importer.Exact) != (tc.differs == "") || !strings.Contains(strings.Join(r.Reasons, ";"), tc.differs) {
			t.Errorf("%s: %v %v", tc.detection, r.Verdict, r.Reasons)
		}
		if r.Rule.ID != "sigma-a-sample-of-ours-00000000" || r.Rule.Severity != "high" || strings.Join(r.Rule.Refs, " ") != "attack:T1190 cve:2099-1234" {
			t.Errorf("%+v", r.Rule)
		}
	}
}

// TestRefusals: what has no counterpart is refused, with the reason.
func TestRefusals(t *testing.T) {
	for _, tc := range []struct{ text, why string }{
		{"title: t\nlogsource: {category: process_creation}\ndetection: {s: {Image: a}, condition: s}\n", "is not of HTTP calls"},
		{head + "detection: {s: {Image: a}, condition: s}\n", `field "Image" has no counterpart`},
		{head + "detection: {s: {cs-method|fieldref: a}, condition: s}\n", `modifier "fieldref"`},
		{head + "detection: {s: {cs-method|expand: '%methods%'}, condition: s}\n", `modifier "expand"`},
		{head + "detection: {s: {cs-uri-query|re: 'a(?=b)'}, condition: s}\n", "looks ahead or back"},
		{head + "detection: {s: {cs-method: GET}, condition: s and t}\n", `names "t"`},
		{head + "detection: {s: {cs-method: GET}, condition: (s}\n", "not closed"},
		{head + "detection: {s: {cs-method: GET}, condition: s s}\n", "goes on"},
		{head + "detection: {s: {cs-method: GET}}\n", "no condition"},
		{head + "detection: {s: {cs-method: GET}, condition: s | near t}\n", "aggregation"},
		{"a: [\n", "not valid YAML"},
	} {
		r := one(t, tc.text)
		if r.Verdict != importer.Refused || r.Rule != nil || !strings.Contains(strings.Join(r.Reasons, ";"), tc.why) {
			t.Errorf("%s: %v %v, want %s", tc.text, r.Verdict, r.Reasons, tc.why)
		}
	}
}

// TestCorrelations: rules that count others, by id or name, in either order of
// files.
func TestCorrelations(t *testing.T) {
	bases := head + "name: login\ndetection: {s: {cs-uri-stem: /login, sc-status: 401}, condition: s}\n---\n" +
		strings.Replace(head, "0000-1111", "0001-1111", 1) + "name: in\ndetection: {s: {cs-uri-stem: /login, sc-status: 200}, condition: s}\n---\n"
	const failed, in = `in_list(req.path, ["/login"]) && resp.status == 401`, `in_list(req.path, ["/login"]) && resp.status == 200`
	for _, tc := range []struct{ correlation, when, by, having string }{
		{"{type: event_count, rules: [login], group-by: [c-ip], timespan: 5m, condition: {gte: 10}}", failed, "client.ip", "count() >= 10"},
		{"{type: value_count, rules: [login], group-by: [c-ip, cs-host], timespan: 1h, condition: {field: cs-username, gt: 5}}", failed, "[client.ip, req.host]", "distinct(principal.user) > 5"},
		{"{type: temporal, rules: [login, in], group-by: [cs-user-agent], timespan: 90s}", "(" + failed + ") || (" + in + ")", "req.user_agent", "count_if(" + failed + ") > 0 && count_if(" + in + ") > 0"},
		{"{type: temporal_ordered, rules: [login, in], timespan: 1d}", "(" + failed + ") || (" + in + ")", "", "sequence(" + failed + ", " + in + ")"},
	} {
		list := Translate([]importer.File{{Name: "s.yml", Text: []byte(bases + "title: Counts\ncorrelation: " + tc.correlation + "\n")}}, "CC0")
		r := list[len(list)-1]
		if len(list) != 3 || r.Rule == nil || r.Rule.When != tc.when || strings.Join(r.Rule.By, "|") != tc.by || r.Rule.Having != tc.having || r.License != "CC0" {
			t.Errorf("%s: %v %v %+v", tc.correlation, r.Verdict, r.Reasons, r.Rule)
		}
	}
	for _, bad := range []string{"{type: event_count, rules: [nobody], timespan: 5m, condition: {gte: 1}}", "{type: value_avg, rules: [login], timespan: 5m}", "{type: event_count, rules: [login], timespan: 7d, condition: {gte: 1}}"} {
		list := Translate([]importer.File{{Name: "s.yml", Text: []byte(bases + "title: Counts\ncorrelation: " + bad + "\n")}}, "")
		if r := list[len(list)-1]; r.Verdict != importer.Refused || len(r.Reasons) == 0 {
			t.Errorf("%s: %+v", bad, r)
		}
	}
	counted := one(t, head+"detection: {s: {sc-status: 404}, timeframe: 1m, condition: s | count(cs-uri-stem) by c-ip > 20}\n")
	if counted.Rule == nil || counted.Rule.Having != "distinct(req.path) > 20" || counted.Rule.Over != "1m" || counted.Rule.By[0] != "client.ip" {
		t.Errorf("%+v", counted)
	}
}

// FuzzTranslate: no file ends the program, and a verdict goes with a rule, or
// with reasons.
func FuzzTranslate(f *testing.F) {
	f.Add([]byte(head + "detection: {s: {cs-method|contains|all: [a, 'b*']}, condition: 1 of them and not (s)}\n"))
	f.Add([]byte("a: &x [*x]\n---\n- 1\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		if len(text) > 1<<14 {
			return
		}
		for _, r := range Translate([]importer.File{{Name: "s.yml", Text: text}}, "") {
			if (r.Rule == nil) != (r.Verdict == importer.Refused) || r.Verdict != importer.Exact && len(r.Reasons) == 0 {
				t.Errorf("%+v", r)
			}
			if r.Rule != nil && strings.Count(r.Rule.Text("Sigma rule", &r), "\nwhen: ") != 1 {
				t.Errorf("its text is not one rule: %s", r.Rule.Text("Sigma rule", &r))
			}
		}
	})
}
