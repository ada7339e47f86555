package crowdsec

import (
	"strings"
	"testing"

	"spaniel/internal/importer"
)

func one(t *testing.T, text string) importer.Result {
	t.Helper()
	list := Translate([]importer.File{{Name: "s.yaml", Text: []byte(text)}}, "")
	if len(list) != 1 {
		t.Fatalf("%d results of\n%s", len(list), text)
	}
	return list[0]
}

const head = "name: us/a-sample\ndescription: A sample of ours.\nlabels: {classification: [attack.T1595, cve.CVE-2099-1234]}\n"

// TestFilters: what conditions on a log become on a call.
func TestFilters(t *testing.T) {
	const web = `evt.Meta.log_type in ["http_access-log", "http_error-log"]`
	for _, tc := range []struct{ filter, when, differs string }{
		{web, "true", ""},
		{web + ` && evt.Meta.http_status in ["404", "403"]`, "resp.status in [404, 403]", ""},
		{web + ` and Lower(evt.Meta.http_path) contains "/zzz.php"`, `lower(req.target) contains "/zzz.php"`, ""},
		{web + ` && Upper(evt.Meta.http_path) startsWith Upper("/zzz")`, `upper(req.target) startsWith "/ZZZ"`, ""},
		{web + ` && (evt.Parsed.verb == "POST" || evt.Parsed.http_args matches "a[0-9]+")`, `req.method == "POST" || reads(req.query, "a[0-9]+")`, ""},
		{web + ` && not (evt.Meta.http_status == "200")`, `!(resp.status in [200])`, ""},
		{web + ` && PathUnescape(evt.Meta.http_path) contains "../"`, `url_decode(req.target) contains "../"`, "PathUnescape leaves"},
		{web + ` && Upper(QueryUnescape(evt.Parsed.request)) contains "A B"`, `upper(url_decode(req.path)) contains "A B"`, ""},
		{`let p = Lower(evt.Meta.http_path); ` + web + ` && p endsWith ".zzz"`, `let p = lower(req.target); p endsWith ".zzz"`, ""},
		{`evt.Meta.service == "http" && evt.Parsed.static_ressource == "false"`, `!(reads(req.path, "(?i)[^/]\\.(jpg|css|js|jpeg|png|svg|map|ico|otf|gif|mp3|mp4|woff|woff2|ttf|eot|webp|wav|gz|brotli|bvr|ts|bmp|avif|mjs)$"))`, ""},
	} {
		r := one(t, head+"type: trigger\nfilter: '"+strings.ReplaceAll(tc.filter, "'", "''")+"'\n")
		if r.Rule == nil || r.Rule.When != tc.when || (r.Verdict == importer.Exact) != (tc.differs == "") || !strings.Contains(strings.Join(r.Reasons, ";"), tc.differs) {
			t.Errorf("%s: %v %v\ngives %+v\nwant  %s", tc.filter, r.Verdict, r.Reasons, r.Rule, tc.when)
		} else if r.Rule.ID != "crowdsec-a-sample" || r.Author != "us" || strings.Join(r.Rule.Refs, " ") != "attack:T1595 cve:2099-1234" {
			t.Errorf("%+v", r)
		}
	}
}

// TestBuckets: what counts over time.
func TestBuckets(t *testing.T) {
	const filter = "filter: evt.Meta.service == 'http'\n"
	for _, tc := range []struct{ bucket, by, over, having, suppress, differs string }{
		{"type: leaky\ncapacity: 10\nleakspeed: 10s\ngroupby: evt.Meta.source_ip\nblackhole: 5m\n", "client.ip", "110s", `bucket("10s") > 10`, "5m", ""},
		{"type: leaky\ncapacity: 40\nleakspeed: 500ms\ngroupby: \"evt.Meta.source_ip + '/' + evt.Parsed.target_fqdn\"\nblackhole: 1m\n", "[client.ip, req.host]", "1m", `bucket("500ms") > 40`, "1m", ""},
		{"type: leaky\ncapacity: 5\nleakspeed: 1m\ngroupby: evt.Meta.source_ip\ndistinct: evt.Meta.http_path\nblackhole: 2m\n", "client.ip", "6m", `bucket(req.target, "1m") > 5`, "2m", ""},
		{"type: leaky\ncapacity: 64\nleakspeed: 1m\ngroupby: evt.Meta.source_ip\ndistinct: evt.Meta.http_path\nblackhole: 2m\n", "client.ip", "65m", "distinct(req.target) > 64", "2m", "different values"},
		{"type: leaky\ncapacity: 5\nleakspeed: 1m\n", "", "6m", `bucket("1m") > 5`, "", "without a blackhole"},
		{"type: trigger\ngroupby: evt.Meta.source_ip\nblackhole: 2m\n", "client.ip", "1m", "count() >= 1", "2m", ""},
	} {
		r := one(t, head+filter+tc.bucket)
		if r.Rule == nil || strings.Join(r.Rule.By, "|") != tc.by || r.Rule.Over != tc.over || r.Rule.Having != tc.having || r.Rule.Suppress != tc.suppress ||
			(r.Verdict == importer.Exact) != (tc.differs == "") || !strings.Contains(strings.Join(r.Reasons, ";"), tc.differs) {
			t.Errorf("%s: %v %v\n%+v", tc.bucket, r.Verdict, r.Reasons, r.Rule)
		}
	}
}

func TestRefusals(t *testing.T) {
	for _, tc := range []struct{ text, why string }{
		{"type: trigger\nfilter: evt.Meta.log_type == 'ssh_failed-auth'\n", "not of HTTP calls"},
		{"type: trigger\nfilter: evt.Meta.source_ip == '198.51.100.1'\n", "not of HTTP calls"},
		{"type: trigger\nfilter: \"evt.Meta.service == 'http' && any(File('a.txt'), {evt.Meta.http_path contains #})\"\n", "reads a file"},
		{"type: trigger\nfilter: evt.Meta.service == 'http' && evt.Parsed.zzz == 'a'\n", "evt.Parsed.zzz has no counterpart"},
		{"type: trigger\nfilter: evt.Meta.service == 'http' && (\n", "cannot be read"},
		{"type: bayesian\nfilter: evt.Meta.service == 'http'\n", `type "bayesian"`},
		{"type: leaky\ncapacity: -1\nleakspeed: 1s\nfilter: evt.Meta.service == 'http'\n", "capacity"},
		{"type: leaky\ncapacity: 1\nfilter: evt.Meta.service == 'http'\n", "leakspeed"},
		{"type: leaky\ncapacity: 1\nleakspeed: 1s\ncancel_on: evt.Meta.http_status == '200'\nfilter: evt.Meta.service == 'http'\n", "cancel_on"},
	} {
		r := one(t, head+tc.text)
		if r.Verdict != importer.Refused || r.Rule != nil || !strings.Contains(strings.Join(r.Reasons, ";"), tc.why) {
			t.Errorf("%s: %v %v, want %s", tc.text, r.Verdict, r.Reasons, tc.why)
		}
	}
}

// FuzzTranslate: no filter ends the program, and a verdict goes with a rule, or
// with reasons.
func FuzzTranslate(f *testing.F) {
	f.Add(`evt.Meta.service == "http" && !(Lower(evt.Meta.http_path) contains "a")`, "client")
	f.Add("any(File('a'), {# == 1}) ? a : b", "evt.Meta.source_ip + '/'")
	f.Fuzz(func(t *testing.T, filter, groupby string) {
		text := head + "type: leaky\ncapacity: 1\nleakspeed: 1s\nfilter: '" + strings.ReplaceAll(filter, "'", "''") + "'\ngroupby: '" + strings.ReplaceAll(groupby, "'", "''") + "'\n"
		for _, r := range Translate([]importer.File{{Name: "s.yaml", Text: []byte(text)}}, "") {
			if (r.Rule == nil) != (r.Verdict == importer.Refused) || r.Verdict != importer.Exact && len(r.Reasons) == 0 {
				t.Errorf("%+v", r)
			}
		}
	})
}
