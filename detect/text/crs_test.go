package text

import (
	"bufio"
	"encoding/json"
	"encoding/xml"
	"net/url"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"
)

// crsCase is one restated regression test of the OWASP Core Rule Set.
type crsCase struct {
	RuleID  int    `json:"rule_id"`
	Family  string `json:"family"`
	Test    int    `json:"test"`
	PL      int    `json:"pl"`
	Request struct {
		Method  string
		URI     string      `json:"uri"`
		Headers [][2]string `json:"headers"`
		Data    string      `json:"data"`
	} `json:"request"`
	Expect struct {
		Match   []int `json:"match"`
		NoMatch []int `json:"no_match"`
	} `json:"expect"`
}

// crsFamilies says which matchers own a CRS family.
func crsFamilies() map[string][]matcher {
	return map[string][]matcher{
		"930-APPLICATION-ATTACK-LFI":     {Traversal},
		"931-APPLICATION-ATTACK-RFI":     {SSRF, Traversal, rfi},
		"932-APPLICATION-ATTACK-RCE":     {Cmdi, CodeI},
		"933-APPLICATION-ATTACK-PHP":     {CodeI, Traversal, Deser},
		"934-APPLICATION-ATTACK-GENERIC": {SSTI, SSRF, NoSQLi, ProtoPollution, CodeI, Deser},
		"941-APPLICATION-ATTACK-XSS":     {XSS, SSTI},
		"942-APPLICATION-ATTACK-SQLI":    {SQLi, NoSQLi},
		"944-APPLICATION-ATTACK-JAVA":    {Log4j, Deser, CodeI, SSTI},
	}
}

// rfi stands in for a rule of places: a URL where a file's name belongs.
func rfi(s string) (int, string, bool) { return SSRFPlace("query.file", s) }

// crsValues lists the client's values of a case.
func crsValues(c *crsCase) []string {
	var out []string
	path, query, _ := strings.Cut(c.Request.URI, "?")
	out = append(out, path)
	pairs := func(raw string) {
		for _, p := range strings.Split(raw, "&") {
			k, v, _ := strings.Cut(p, "=")
			out = append(out, k, v)
		}
	}
	pairs(query)
	for _, h := range c.Request.Headers {
		out = append(out, h[1])
		if strings.EqualFold(h[0], "Cookie") {
			for _, p := range strings.Split(h[1], ";") {
				_, v, _ := strings.Cut(p, "=")
				out = append(out, v)
			}
		}
	}
	var doc any
	if json.Unmarshal([]byte(c.Request.Data), &doc) == nil {
		out = jsonValues(out, doc)
	} else if strings.HasPrefix(c.Request.Data, "<") {
		d := xml.NewDecoder(strings.NewReader(c.Request.Data))
		d.Strict = false
		for tok, err := d.Token(); err == nil; tok, err = d.Token() {
			switch tok := tok.(type) {
			case xml.StartElement:
				for _, a := range tok.Attr {
					out = append(out, a.Value)
				}
			case xml.CharData:
				out = append(out, string(tok))
			}
		}
		out = append(out, c.Request.Data)
	} else {
		pairs(c.Request.Data)
		out = append(out, c.Request.Data)
	}
	return out
}

func jsonValues(out []string, v any) []string {
	switch v := v.(type) {
	case string:
		out = append(out, v)
	case []any:
		for _, e := range v {
			out = jsonValues(out, e)
		}
	case map[string]any:
		for k, e := range v {
			out = jsonValues(append(out, k), e)
		}
	}
	return out
}

func anyValue(ms []matcher, c *crsCase) bool {
	for _, v := range crsValues(c) {
		for _, r := range readings(v) {
			for _, m := range ms {
				if _, _, ok := m(r); ok {
					return true
				}
			}
		}
		if u, err := url.PathUnescape(v); err == nil {
			for _, m := range ms {
				if _, _, ok := m(u); ok {
					return true
				}
			}
		}
	}
	return false
}

// TestCoreRuleSetCases prints, by family, how many of the cases CRS wants
// matched match here by the right family, and how many of those it wants left
// alone match: an outside measure, not a list to imitate.
func TestCoreRuleSetCases(t *testing.T) {
	f, err := os.Open(filepath.Join(shared(t), "data", "crs", "crs_regression.jsonl"))
	if err != nil {
		t.Skipf("no regression cases: %v", err)
	}
	defer f.Close()
	type tally struct{ hit, want, wrong, leave int }
	sum := map[string]*tally{}
	at := func(k string) *tally {
		if sum[k] == nil {
			sum[k] = &tally{}
		}
		return sum[k]
	}
	show := os.Getenv("MISSES")
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 4<<20)
	for lines.Scan() {
		var c crsCase
		if json.Unmarshal(lines.Bytes(), &c) != nil {
			continue
		}
		name := strings.TrimPrefix(c.Family, "REQUEST-")
		ms := crsFamilies()[name]
		if ms == nil {
			continue
		}
		hit := anyValue(ms, &c)
		for _, k := range []string{name, "all"} {
			if len(c.Expect.Match) > 0 {
				at(k).want++
				at(k).hit += boolInt(hit)
			} else {
				at(k).leave++
				at(k).wrong += boolInt(hit)
			}
			if c.PL == 1 && len(c.Expect.Match) > 0 {
				at(k+" level 1").want++
				at(k + " level 1").hit += boolInt(hit)
			}
		}
		if show != "" && strings.HasPrefix(name, show) && hit != (len(c.Expect.Match) > 0) {
			t.Logf("%d-%d level %d want %v: %s %s", c.RuleID, c.Test, c.PL, len(c.Expect.Match) > 0, c.Request.URI, c.Request.Data)
		}
	}
	var names []string
	for k := range sum {
		names = append(names, k)
	}
	sort.Strings(names)
	for _, k := range names {
		s := sum[k]
		t.Logf("%-42s recall %4d/%4d = %5.1f %%   left alone wrongly %3d/%3d", k, s.hit, s.want, 100*float64(s.hit)/float64(max(1, s.want)), s.wrong, s.leave)
	}
}
