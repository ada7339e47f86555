package redact

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"spaniel/event"
	"spaniel/sinks"
)

func redactor() *Redactor { return New([]byte("0123456789abcdef0123456789abcdef"), Option{}) }

const jwt = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ1MTcifQ.Canary0Canary0Canary0Canary0Canary0Canary0"

// places holds texts with CANARY where a secret lies; each must go, and the
// rest must stay.
var places = []struct {
	place, text string
}{
	{"query.password", "CANARY"},
	{"body.user.newPassword", "CANARY"},
	{"body.secret.value", "CANARY"},
	{"cookie.sid", "CANARY"},
	{"header.authorization", "Bearer CANARY"},
	{"header.authorization", "Basic CANARY"},
	{"header.authorization", "CANARY"},
	{"header.authorization", "Weird CANARY"},
	{"header.Proxy-Authorization", `Digest username="u", response="CANARY"`},
	{"header.cookie", "a=CANARY; sid=CANARY"},
	{"header.cookie", "CANARY"},
	{"header.set-cookie", "sid=CANARY; Path=/; HttpOnly"},
	{"header.x-api-key", "CANARY"},
	{"header.X-Auth-Token", "CANARY"},
	{"header.Ocp-Apim-Subscription-Key", "CANARY"},
	{"header.x-amz-security-token", "CANARY"},
	{"header.x-csrf-token", "CANARY"},
	{"header.referer", "https://h/cb?access_token=CANARY&x=1#id_token=CANARY"},
	{"header.location", "https://user:CANARY@h/p"},
	{"header.location", "https://CANARYCANARYCANARY@h/p"},
	{"header.x-any", "see https://h/?api_key=CANARY now"},
	{"header.x-any", "https%3A%2F%2Fh%2F%3Ftoken%3DCANARY%26y%3D1"},
	{"query.next", "https%253A%252F%252Fh%252F%253Ftoken%253DCANARY"},
	{"target", "/login?user=bob&password=CANARY&x=1"},
	{"target", "/login?user=bob&pass%77ord=CANARY"},
	{"target", "/a;jsessionid=CANARY/b?q=1"},
	{"target", "http://u:CANARY@h/p?q=1"},
	{"target", "/?user[password]=CANARY"},
	{"query", "grant_type=password&client_secret=CANARY&refresh_token=CANARY"},
	{"body", `{"user":"bob","password":"CANARY","n":1}`},
	{"body", `{"password" : "with \"CANARY\" in"}`},
	{"body", `{\"password\":\"CANARY\",\"n\":1}`},
	{"body", `{"otp":1CANARY,"n":1}`},
	{"body", `{"tokens":["CANARY","CANARY"],"n":1}`},
	{"body", `{"credentials":{"value":"CANARY"},"n":1}`},
	{"body", "<password>CANARY</password><a>1</a>"},
	{"body", `<ns:Password Type="text">CANARY</ns:Password>`},
	{"body", "<password><![CDATA[CA<NARY CANARY]]></password>"},
	{"body", `<user password="CANARY" name="u"/>`},
	{"body", "username=bob&userPin=CANARY&cvv=CANARY"},
	{"body", "password: CANARY\nuser: bob"},
	{"body", `'password' => 'CANARY'`},
	{"body", "Authorization: Bearer CANARY"},
	{"body", "x " + strings.ReplaceAll(jwt, "Canary0", "CANARY") + " y"},
	{"body", "data=%7B%22password%22:%22a,%20CANARY%5C%22,CANARY%22%7D"},
	{"body.data", "%7B%22password%22:%22a,b%20CANARY%22,%22n%22:1%7D"},
	{"body.data", "%257B%2522password%2522:%2522a,b%2520CANARY%2522%257D"},
	{"query.key", "CANARY0aB1cD2eF3gH4iJ5kL6"},
	{"target", "/maps?key=CANARY0aB1cD2eF3gH4iJ5kL6&q=x"},
	{"query", "state=1&code=CANARY0/aB1cD2eF3gH4iJ5kL6"},
	{"query", "code=CANARY0%2FaB1cD2eF3gH4iJ5kL6&state=1"},
	{"body", "csrf=CANARY&x=1"},
	{"body.security_answer", "CANARY"},
	{"body", `{"securityAnswer":"CANARY","n":1}`},
	{"body", `{"cardNumber":"CANARY","n":1}`},
	{"query", strings.Repeat("long_", 40) + "password=CANARY&x=1"},
	{"query", "password_" + strings.Repeat("long_", 40) + "=CANARY&x=1"},
	{"header.X-Hub-Signature-256", "sha256=CANARY"},
	{"header.x-webhook-signature-v1", "CANARY"},
	{"header.DPoP", "CANARY"},
	{"header.authentication-info", `nextnonce="CANARY"`},
	{"header.sec-websocket-protocol", "graphql-ws, access_token, CANARY"},
	{"header.sec-websocket-protocol", "base64url.bearer.authorization.k8s.io.CANARY0aB1cD2eF3gH4iJ5kL6, v4.channel.k8s.io"},
	{"header.sec-websocket-protocol", "Bearer,CANARY"},
	{"path.2", strings.ReplaceAll(jwt, "Canary0", "CANARY")},
}

func TestTextHidesSecretsByPlaceAndForm(t *testing.T) {
	r := redactor()
	for _, c := range places {
		got := r.Text(c.place, c.text)
		if strings.Contains(got, "CANARY") || !strings.Contains(got, markerHead) {
			t.Errorf("%s: %q became %q", c.place, c.text, got)
		}
		if again := r.Text(c.place, got); again != got {
			t.Errorf("%s: %q is not stable: %q", c.place, got, again)
		}
	}
}

func TestWhatIsNoSecretStays(t *testing.T) {
	r := redactor()
	for place, text := range map[string]string{
		"query.q":                       "1' UNION SELECT password FROM users--",
		"query.x":                       "a=b:c > d",
		"target":                        "/orders/17?q=shoe&page_size=10&max_tokens=5&sort=asc",
		"header.user-agent":             "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36",
		"header.accept":                 "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8",
		"header.www-authenticate":       `Bearer realm="shop", error="invalid"`,
		"header.location":               "https://h/p?q=1",
		"body":                          `{"passenger":"bob","keyboard":"de","spin":3,"author":"x","monkey":"y"}`,
		"body.passenger":                "bob",
		"query.key":                     "user_profile_settings_page_2",
		"query.code":                    "SAVE20-SUMMER",
		"body.code":                     "550e8400-e29b-41d4-a716-446655440000",
		"body.zipcode":                  "904101",
		"query":                         "code=404&key=name&codec=h264&keyword=shoe&monkey=1",
		"body.items.0.pinned":           "true",
		"header.x-hub":                  "sha256=1",
		"header.signature-input":        `sig1=("@method")`,
		"header.sec-websocket-protocol": "graphql-transport-ws, v4.channel.k8s.io, mqtt",
		"header.if-none-match":          `"abc"`,
		"header.sec-websocket-key":      "dGhlIHNhbXBsZSBub25jZQ==",
		"path":                          "/token/refresh",
		"cookie.sid":                    "",
		"query.token":                   "[redacted:token:0123abcd]",
	} {
		if got := r.Text(place, text); got != text {
			t.Errorf("%s: %q became %q", place, text, got)
		}
	}
}

func TestMarkersSayKindAndHash(t *testing.T) {
	r := redactor()
	tok := r.Hash("token", "abc")
	if len(tok) != 8+1+32 || tok[:8] != r.KeyID() {
		t.Fatalf("hash %q", tok)
	}
	want := "Bearer [redacted:token:" + tok[9:17] + "]"
	if got := r.Text("header.authorization", "Bearer abc"); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := r.Text("target", "/x?token=%61bc&y=1"); got != "/x?token="+want[7:]+"&y=1" {
		t.Errorf("a token has another hash in a query: %q", got)
	}
	if r.Hash("password", "abc") == tok || New([]byte("other"), Option{}).Hash("token", "abc") == tok {
		t.Error("kind or key does not count")
	}
	if got := r.Text("query.next", "https%3A%2F%2Fh%2F%3Ftoken%3Dabc%26y%3D1"); got != "https://h/%3Ftoken%3D[redacted:token:"+tok[9:17]+"]%26y%3D1" {
		t.Errorf("nested: %q", got)
	}
}

// canary makes a call with secrets in every place a call has.
func canary(s string) *event.Call {
	c := &event.Call{Flow: &event.Flow{FlowKey: event.FlowKey{Client: netip.MustParseAddrPort("203.0.113.9:51514"), Server: netip.MustParseAddrPort("10.0.0.5:80")}}}
	c.Reset(leaves(s))
	c.Flow = &event.Flow{FlowKey: event.FlowKey{Client: netip.MustParseAddrPort("203.0.113.9:51514"), Server: netip.MustParseAddrPort("10.0.0.5:80")}}
	token := "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ1MTcifQ." + s
	c.Req = event.Request{Method: "POST", Host: "u:" + s + "@shop.example", Path: "/a;jsessionid=" + s + "/" + token, Query: "password=" + s + "&n=1",
		Target: "/a;jsessionid=" + s + "/" + token + "?password=" + s + "&n=1#access_token=" + s}
	c.Req.Seen, c.Resp.Seen, c.Resp.Status = true, true, 200
	c.Req.Headers = []event.Header{{Name: "Authorization", Value: "Bearer " + s}, {Name: "Proxy-Authorization", Value: "Basic " + s},
		{Name: "Cookie", Value: "sid=" + s + ";b=" + s}, {Name: "X-Api-Key", Value: s}, {Name: "X-Session", Value: s},
		{Name: "Referer", Value: "https://u:" + s + "@h/?secret=" + s}, {Name: "User-Agent", Value: "curl/8 token=" + s},
		{Name: "Content-Type", Value: "application/json; token=" + s}, {Name: "X-Other", Value: token}}
	c.Req.Trailers = []event.Header{{Name: "X-Auth-Token", Value: s}}
	c.Resp.Headers = []event.Header{{Name: "Set-Cookie", Value: "sid=" + s + "; Path=/"}, {Name: "Location", Value: "/cb?code_verifier=" + s}}
	c.Route, c.Principal.User = "/a;jsessionid="+s, "bob token="+s
	return c
}

type leaves string

func (s leaves) Body(*event.Call, *event.Message) []byte { return nil }

func (s leaves) Leaves(_ *event.Call, dst []event.Leaf) []event.Leaf {
	v := string(s)
	return append(dst, event.Leaf{Place: "query.password", Key: "password", Kind: event.LeafQuery, Value: v},
		event.Leaf{Place: "cookie.sid", Key: "sid", Kind: event.LeafCookie, Value: v},
		event.Leaf{Place: "header.x-api-key", Key: "x-api-key", Kind: event.LeafHeader, Value: v},
		event.Leaf{Place: "body.user.pin", Key: "pin", Kind: event.LeafJSON, Type: "number", Value: v},
		event.Leaf{Place: "body.secret.0", Key: "0", Kind: event.LeafJSON, Type: "string", Value: v},
		event.Leaf{Place: "body.client_secret", Key: "client_secret", Kind: event.LeafForm, Value: v},
		event.Leaf{Place: "body.otp", Key: "otp", Kind: event.LeafMultipart, Value: v},
		event.Leaf{Place: "body.note", Key: "note", Kind: event.LeafXML, Value: "token=" + v},
		event.Leaf{Place: "body", Kind: event.LeafBody, Value: `{"password":"` + v + `"`},
		event.Leaf{Place: "query.next", Key: "next", Kind: event.LeafQuery, Value: "https%3A%2F%2Fh%2F%3Ftoken%3D" + v})
}

func record(c *event.Call) (event.Record, []byte) {
	c.KeepLeaves = true
	var rec event.Record
	redactor().Call(c, &rec)
	return rec, sinks.NewEncoder().Append(nil, &event.Item{Kind: event.KindCall, Call: &rec})
}

func TestNoCanaryReachesTheRecord(t *testing.T) {
	for i := range 200 {
		s := fmt.Sprintf("CaNaRy%08dXyZ", i*7919)
		rec, b := record(canary(s))
		if at := strings.Index(string(b), s); at >= 0 {
			t.Fatalf("%s is still in the record: …%q", s, b[max(0, at-40):min(len(b), at+40)])
		}
		if len(rec.Leaves) != 10 || rec.Leaves[9].Value == "" || rec.ReqHeaders[0].Value[:7] != "Bearer " {
			t.Fatalf("got %+v", rec)
		}
	}
}

// FuzzText: a secret in a telling place is gone whatever surrounds it, and
// hiding twice is hiding once.
func FuzzText(f *testing.F) {
	for _, c := range places {
		f.Add(c.place, c.text, "x")
	}
	for _, s := range besides {
		f.Add("body", s, "'")
	}
	for _, c := range append(cards, ibans...) {
		f.Add("body", c+" "+c, " 4")
	}
	f.Add("target", "/?a=%25%33%44[redacted:token:00000000]", "{")
	f.Add("target", "#://:0@=0", "0")
	r := redactor()
	f.Fuzz(func(t *testing.T, place, text, before string) {
		once := r.Text(place, text)
		if twice := r.Text(place, once); twice != once {
			t.Fatalf("%s: %q became %q and then %q", place, text, once, twice)
		}
		const secret = "S3cr3tCanary"
		for _, c := range []struct{ place, text string }{
			{"query.password", before + secret}, {"header.authorization", before + secret}, {"cookie.x", before + secret},
			{"body." + strings.ReplaceAll(before, ".", "") + ".token", secret}, {"body", before + `"password":"` + secret + `"`},
			{"body", before + " token=" + secret + "&"}, {"target", "/" + strings.NewReplacer("?", "", "#", "").Replace(before) + "?password=" + secret},
		} {
			if got := r.Text(c.place, c.text); strings.Contains(got, secret) && !strings.Contains(before, "Canary") {
				t.Fatalf("%s: %q became %q", c.place, c.text, got)
			}
		}
	})
}

func TestUserinfoOfAuthoritiesIsHidden(t *testing.T) {
	r := redactor()
	for _, s := range []string{r.header("Host", "bob:CANARY1@shop.example"), r.target("bob:CANARY1@h.example:443")} {
		if strings.Contains(s, "CANARY1") || !strings.Contains(s, "example") {
			t.Errorf("got %q", s)
		}
	}
}
