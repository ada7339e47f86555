package suricata

import (
	"regexp"
	"strings"
	"testing"

	"spaniel/internal/importer"
)

func one(t *testing.T, text string) importer.Result {
	t.Helper()
	list := Translate([]importer.File{{Name: "s.rules", Text: []byte(text)}}, "")
	if len(list) != 1 {
		t.Fatalf("%d results of\n%s", len(list), text)
	}
	return list[0]
}

func http(options string) string {
	return `alert http any any -> any any (msg:"A sample; of ours"; flow:established,to_server; ` + options + ` classtype:web-application-attack; reference:cve,2099-1234; metadata:mitre_technique_id T1190; sid:9900001; rev:2;)`
}

// TestSignatures: what each way of looking becomes.
func TestSignatures(t *testing.T) {
	for _, tc := range []struct{ options, when, differs string }{
		{`http.method; content:"POST"; http.uri.raw; content:"/zzz.php"; fast_pattern;`, `req.method contains "POST" && req.target contains "/zzz.php"`, ""},
		{`http.uri; content:"/zzz"; nocase;`, `contains_any(req.uri, ["/zzz"])`, ""},
		{`content:"/a b"; http_uri; pcre:"/<x>/U";`, `req.uri contains "/a b" && reads(req.uri, "(?s)<x>")`, ""},
		{`http.uri.raw; content:"/a"; startswith; content:".zip"; endswith; nocase;`, `req.target startsWith "/a" && lower(req.target) endsWith ".zip"`, ""},
		{`http.request_body; content:"a|3d|b"; offset:2; depth:8;`, `reads(req.body, "(?s)^.{2,7}a=b")`, ""},
		{`http.request_body; content:"ab"; content:"cd"; distance:1; within:5; content:"ef"; nocase; distance:0;`, `reads(req.body, "(?s)ab.{1,4}cd.{0,}(?i:ef)")`, ""},
		{`http.user_agent; content:!"Mozilla"; content:"curl"; within:4;`, `!(req.user_agent contains "Mozilla") && reads(req.user_agent, "(?s)^.{0,0}curl")`, ""},
		{`content:"zzz"; http_user_agent; content:"x=1"; nocase; http_client_body;`, `req.user_agent contains "zzz" && contains_any(req.body, ["x=1"])`, ""},
		{`http.uri.raw; pcre:"/\/zz[0-9]{2}\.php/i";`, `reads(req.target, "(?s)(?i-s:/zz[0-9]{2}\\.php)")`, ""},
		{`pcre:"/^a+$/Pm";`, `reads(req.body, "(?s)(?m:^a+$)")`, ""},
		{`http.uri.raw; content:"id="; pcre:"/^[0-9]+'/R";`, `reads(req.target, "(?s)id=[0-9]+'")`, ""},
		{`http.header; content:"X-Zzz|3a 20|1";`, `any(req.headers, .name endsWith "x-zzz" && .value startsWith "1")`, "each header"},
		{`http.header; content:"zzz-";`, `any(req.headers, .value contains "zzz-" || .name contains "zzz-")`, "each header"},
		{`http.header; content:"Zz|3a 20|a|0d 0a|";`, `any(req.headers, .name endsWith "zz" && reads(.value + "\r\n", "(?s)^a\x0d\x0a"))`, "each header"},
		{`http.header; content:"A b"; pcre:"/^X\x3a[^\n]*$/R";`, `any(req.headers, reads("\r\n" + .name + ": " + .value + "\r\n", "(?s)A b(?i:X\\x3a[^\\n]*(?:\\n?\\z))"))`, "each header"},
		{`http.header; content:"Zz|3a 20|1|0d 0a|"; nocase;`, `any(req.headers, reads("\r\n" + .name + ": " + .value + "\r\n", "(?s)(?i:Zz: 1\x0d\x0a)"))`, "each header"},
		{`http.header; content:"Zz|3a 20|1"; content:"2b"; distance:0;`, `any(req.headers, .name endsWith "zz" && reads(.value, "(?s)^1.{0,}2b"))`, "each header"},
		{`http.request_body; pcre:"/a\s[\s\x41]b.$/";`, `reads(req.body, "(?s)(?-s:a[\\s\\x0b][\\s\\x0b\\x41]b.(?:\\n?\\z))")`, ""},
		{`http.request_body; content:"id="; pcre:"/\bFROM[\x00-\xff]{2}/R";`, `reads(req.body, "(?s)id=(?-s:(?:(?s:.)*?\\b|)FROM(?s:.){2})")`, ""},
		{`http.host; content:"zzz"; http.request_body; content:!"abc";`, `req.host contains "zzz" && req.body != "" && !(req.body contains "abc")`, ""},
		{`file_data; content:"zz|0d0a 3c|";`, `req.body contains "zz\x0d\x0a<"`, ""},
		{`http_content_type; content:"xml"; http_referer; content:"zzz";`, `req.header("content-type") contains "xml" && req.header("referer") contains "zzz"`, ""},
		{`http.host; bsize:3; content:"zzz";`, `len(req.host) == 3 && req.host contains "zzz"`, ""},
		{`http.method; content:"GET"; urilen:>100;`, `len(req.target) > 100 && req.method contains "GET"`, ""},
		{`http.method; content:"GET"; urilen:7,norm;`, `len(req.uri) == 7 && req.method contains "GET"`, ""},
	} {
		r := one(t, http(tc.options))
		if r.Rule == nil || r.Rule.When != tc.when || (r.Verdict == importer.Exact) != (tc.differs == "") || !strings.Contains(strings.Join(r.Reasons, ";"), tc.differs) {
			t.Errorf("%s: %v %v\ngives %+v\nwant  %s", tc.options, r.Verdict, r.Reasons, r.Rule, tc.when)
		} else if r.Title != "A sample; of ours" || r.Rule.ID != "suricata-a-sample-of-ours-9900001" || r.Rule.Severity != "high" || strings.Join(r.Rule.Refs, " ") != "cve:2099-1234 attack:T1190" {
			t.Errorf("%+v", r)
		}
	}
}

// TestByCase: what would never find anything is refused.
func TestByCase(t *testing.T) {
	if r := one(t, http(`http.header; content:"ZzzExec|3a 20|"; nocase; content:!"ZzzExec|3a 20|";`)); r.Verdict != importer.Refused || !strings.Contains(strings.Join(r.Reasons, ";"), "case") {
		t.Errorf("%v %v", r.Verdict, r.Reasons)
	}
}

// TestPlaces holds the regular expressions of places against what the words
// mean, on texts that are just inside and just outside.
func TestPlaces(t *testing.T) {
	for _, tc := range []struct{ options, inside, outside string }{
		{`content:"ab"; depth:3;`, "xab", "xxab"},
		{`content:"ab"; offset:2;`, "xxab", "xab"},
		{`content:"ab"; offset:1; depth:3;`, "xxab", "xxxab"},
		{`content:"ab"; content:"cd"; distance:2;`, "abxxcd", "abxcd"},
		{`content:"ab"; content:"cd"; within:3;`, "abxcd", "abxxcd"},
		{`content:"ab"; content:"cd"; distance:1; within:3;`, "abxxcd", "abxxxcd"},
	} {
		r := one(t, http("http.request_body; "+tc.options))
		if r.Rule == nil {
			t.Errorf("%s: %v", tc.options, r.Reasons)
			continue
		}
		quoted := strings.TrimSuffix(strings.TrimPrefix(r.Rule.When, `reads(req.body, "`), `")`)
		re := regexp.MustCompile(strings.ReplaceAll(quoted, `\\`, `\`))
		if !re.MatchString(tc.inside) || re.MatchString(tc.outside) {
			t.Errorf("%s: %s on %q: %v, on %q: %v", tc.options, re, tc.inside, re.MatchString(tc.inside), tc.outside, re.MatchString(tc.outside))
		}
	}
}

func TestThresholds(t *testing.T) {
	for _, tc := range []struct{ options, by, having, over, differs string }{
		{`threshold:type both, track by_src, count 5, seconds 60;`, "client.ip", "count() >= 5", "1m", ""},
		{`threshold:type limit, track by_dst, count 1, seconds 30;`, "server.ip", "count() >= 1", "30s", ""},
		{`threshold: type threshold, track by_both, count 5, seconds 60;`, "[client.ip, server.ip]", "count() >= 5", "1m", "beyond the threshold"},
		{`detection_filter:track by_src, count 30, seconds 10;`, "client.ip", "count() > 30", "10s", "beyond the threshold"},
	} {
		r := one(t, http(`http.method; content:"PUT"; `+tc.options))
		if r.Rule == nil || strings.Join(r.Rule.By, "|") != tc.by || r.Rule.Having != tc.having || r.Rule.Over != tc.over || (r.Verdict == importer.Exact) != (tc.differs == "") {
			t.Errorf("%s: %v %v %+v", tc.options, r.Verdict, r.Reasons, r.Rule)
		}
	}
}

func TestRefusals(t *testing.T) {
	for _, tc := range []struct{ text, why string }{
		{"alert tls any any -> any any (msg:\"t\"; sid:1;)", "is not of HTTP calls"},
		{"nonsense", "no signature"},
		{http(`content:"raw";`), "raw stream"},
		{http(`http.uri; content:"a"; byte_test:4,>,1,0;`), `"byte_test"`},
		{http(`http.uri; content:"|ff|";`), "no ASCII"},
		{http(`http.uri; content:"a"; flowbits:isset,x;`), "joins several"},
		{http(`http.uri; content:"a"; content:"b"; distance:-3;`), "distance:-3"},
		{http(`http.uri; pcre:"/a(?=b)/";`), "looks ahead"},
		{http(`flow:established;`), "looks for nothing"},
	} {
		r := one(t, tc.text)
		if r.Verdict != importer.Refused || r.Rule != nil || !strings.Contains(strings.Join(r.Reasons, ";"), tc.why) {
			t.Errorf("%s: %v %v, want %s", tc.text, r.Verdict, r.Reasons, tc.why)
		}
	}
}

// FuzzTranslate: no signature ends the program, and a verdict goes with a rule,
// or with reasons.
func FuzzTranslate(f *testing.F) {
	f.Add(http(`http.uri; content:"a|3a|b"; nocase; offset:1; depth:9; content:!"c"; distance:0; within:4;`))
	f.Add(http(`pcre:"/^x/UR"; content:"\;"; http_header; detection_filter:track by_src, count 1, seconds 1;`))
	f.Fuzz(func(t *testing.T, text string) {
		for _, r := range Translate([]importer.File{{Name: "s.rules", Text: []byte(text)}}, "") {
			if (r.Rule == nil) != (r.Verdict == importer.Refused) || r.Verdict != importer.Exact && len(r.Reasons) == 0 {
				t.Errorf("%+v", r)
			}
		}
	})
}
