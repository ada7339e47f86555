package detect

import (
	"slices"
	"strings"
	"testing"
	"time"

	"spaniel/event"
)

// TestFieldsAndColumns: one vocabulary. Every column is a field of the same
// words, every field that names a column is that column, and what only one
// side has is known.
func TestFieldsAndColumns(t *testing.T) {
	columns := map[string]bool{}
	for _, c := range event.CallColumns() {
		columns[c.Name] = true
	}
	seen := map[string]bool{}
	for _, f := range Fields() {
		if seen[f.Name] {
			t.Errorf("%s is there twice", f.Name)
		}
		seen[f.Name] = true
		if f.Meaning == "" {
			t.Errorf("%s has no meaning", f.Name)
		}
		if f.Column == "" {
			if columns[strings.ReplaceAll(f.Name, ".", "_")] {
				t.Errorf("%s is a column and does not say so", f.Name)
			}
			continue
		}
		if f.Column != strings.ReplaceAll(f.Name, ".", "_") || !columns[f.Column] {
			t.Errorf("%s: column %q", f.Name, f.Column)
		}
		delete(columns, f.Column)
	}
	for _, name := range storedOnly() {
		if !columns[name] {
			t.Errorf("%s is no column without a field", name)
		}
		delete(columns, name)
	}
	for name := range columns {
		t.Errorf("the column %s has no field", name)
	}
}

// TestFieldTypes: each getter gives the type its field says, for a whole call,
// an empty one, and one of which only the response was seen.
func TestFieldTypes(t *testing.T) {
	set := load(t, sqliRule)
	half := &event.Call{}
	half.Resp.Seen = true
	for _, c := range []*event.Call{newCall("GET /a?b=c", 200, 1, leaf("query.b", "c")), {}, half} {
		s := newScope(set.lang, &Config{}, set.hash)
		s.reset(c)
		for i := range s.lang.fields {
			f := &s.lang.fields[i]
			v := s.field(i)
			ok := false
			switch f.Type {
			case "string":
				_, ok = v.(string)
			case "int":
				_, ok = v.(int)
			case "bool":
				_, ok = v.(bool)
			case "time":
				_, ok = v.(time.Time)
			case "strings":
				_, ok = v.([]string)
			case "leaves":
				_, ok = v.([]*Leaf)
			case "headers":
				_, ok = v.([]*HeaderField)
			}
			if !ok {
				t.Errorf("%s is %T, not %s", f.Name, v, f.Type)
			}
		}
	}
}

// TestExpressions: what expressions say of one call.
func TestExpressions(t *testing.T) {
	c := newCall("POST /v1/orders/17?id=1%27&q=Shoe", 404, 1767607200,
		leaf("query.id", "1'"), leaf("query.q", "Shoe"), leaf("body.user", "u17"), leaf("body.password", "secret"),
		leaf("cookie.sid", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIiwiZXhwIjoxfQ."))
	c.Kind, c.Failed = "login", true
	c.Req.Headers = append(c.Req.Headers, event.Header{Name: "X-Api-Key", Value: ""}, event.Header{Name: "Content-Type", Value: "Application/JSON; charset=utf-8"})
	c.Resp.Headers = []event.Header{{Name: "Content-Type", Value: "text/html"}}
	c.Resp.Raw = []byte("Traceback (most recent call last):\n  File \"a.py\", line 1, in <module>")
	c.Resp.BodyBytes = 60
	for src, want := range map[string]bool{
		`req.method == "POST" && resp.status in [400, 404]`:                                       true,
		`req.header("x-api-key") == "" && "X-API-KEY" in req.headers`:                             true,
		`"x-other" in req.headers`:                                                                false,
		`req.headers["content-type"] startsWith "Application"`:                                    true,
		`req.content_type == "application/json" && resp.content_type == "text/html"`:              true,
		`any(req.headers, .name == "x-api-key")`:                                                  true,
		`len(req.headers) == 4 && len(req.leaves) == 5 && len(leaves) == 5`:                       true,
		`any(req.leaves, #.place == "query.id" && .value contains "'")`:                           true,
		`any(req.leaves, .kind == "json" && .key == "user")`:                                      true,
		`contains_any(req.leaves, ["nothing", "SHOE"])`:                                           true,
		`contains_any(req.path, ["/ORDERS/"])`:                                                    true,
		`reads(req.leaves, "^[0-9]+'$")`:                                                          true,
		`any(leaves, reads(#, "(?i)^shoe$"))`:                                                     true,
		`in_list(req.method, ["post"])`:                                                           true,
		`cidr(client.ip, "10.0.0.0/8", "203.0.113.0/24")`:                                         true,
		`cidr(client.ip, "2001:db8::/32")`:                                                        false,
		`subnet(client.ip, 24) == "203.0.113.0/24"`:                                               true,
		`tool_agent(req.user_agent) == "curl" && scanner_agent(req.user_agent) == ""`:             true,
		`client.agent_family == "curl" && client.bot == ""`:                                       true,
		`stack_trace(resp) && stack_trace(resp.body) && !sql_error(resp)`:                         true,
		`any(jwts(), .alg == "none" && .expired && !.signed)`:                                     true,
		`jwt("nonsense").ok`:                                                                      false,
		`req.user == "u17" && req.password_place == "body.password"`:                              true,
		`req.password_hash == "H(password,secret)"`:                                               true,
		`endpoint == "POST shop.example" + req.route`:                                             true,
		`call.failed && call.kind == "login" && !call.incomplete`:                                 true,
		`entropy("aaaa") == 0 && luhn("4111 1111 1111 1111")`:                                     true,
		`ts.Hour() == 10 && ts.Year() == 2026`:                                                    true,
		`ts > date("2026-01-01T00:00:00Z") && ts - date("2026-01-05T00:00:00Z") > duration("1h")`: true,
		`call.ttfb_us == 1000 && call.duration_us == 2000`:                                        true,
		`let n = len(req.path); n > 3 && n < 100`:                                                 true,
		`resp.status == 404 ? req.seen : false`:                                                   true,
		`count(req.leaves, .kind == "json") == 2`:                                                 true,
		`client.fingerprint != "" && principal.kind == ""`:                                        true,
	} {
		set := load(t, good+"when: 'resp.seen'\n")
		p, faults := set.lang.compile(src, wantBool)
		if len(faults) > 0 {
			t.Errorf("%s: %+v", src, faults)
			continue
		}
		j := NewJudge(set, &Config{Hash: func(kind, secret string) string { return "H(" + kind + "," + secret + ")" }})
		j.scope.reset(c)
		if got, err := p.test(&j.vm, j.scope); err != nil || got != want {
			t.Errorf("%s is %v, %v", src, got, err)
		}
	}
}

// TestEveryExampleCompiles: what `spaniel fields` shows as an example works.
func TestEveryExampleCompiles(t *testing.T) {
	l := newLanguage()
	for _, f := range functionTable() {
		if _, faults := l.compile(f.example, wantText); len(faults) > 0 && !strings.Contains(faults[0].message, "token") {
			t.Errorf("%s: %s: %+v", f.name, f.example, faults)
		}
	}
	if !slices.IsSorted(l.names()) {
		t.Error("names are not sorted")
	}
}
