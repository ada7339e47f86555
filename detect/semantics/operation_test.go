package semantics

import (
	"net/url"
	"strings"
	"testing"

	"spaniel/event"
)

// leafs makes leaves from a query and a form or flat JSON body: enough of an
// expander for the shapes below.
type leafs struct{ asked bool }

func (x *leafs) Body(_ *event.Call, m *event.Message) []byte { return m.Raw }

func (x *leafs) Leaves(c *event.Call, dst []event.Leaf) []event.Leaf {
	x.asked = true
	add := func(kind event.LeafKind, raw string) {
		for pair := range strings.SplitSeq(raw, "&") {
			k, v, _ := strings.Cut(pair, "=")
			if u, err := url.QueryUnescape(v); err == nil {
				v = u
			}
			if k != "" {
				dst = append(dst, event.Leaf{Place: kind.String() + "." + k, Key: k, Kind: kind, Value: v})
			}
		}
	}
	add(event.LeafQuery, c.Req.Query)
	body := string(c.Req.Raw)
	if strings.HasPrefix(body, "{") {
		for pair := range strings.SplitSeq(strings.Trim(body, "{}"), ",") {
			k, v, _ := strings.Cut(pair, ":")
			dst = append(dst, event.Leaf{Place: "body." + strings.Trim(k, `"`), Key: strings.Trim(k, `"`), Kind: event.LeafJSON, Value: strings.Trim(v, `"`)})
		}
	} else {
		add(event.LeafForm, body)
	}
	return dst
}

// shape makes a call of "METHOD target [body]" and its answer "STATUS [body]".
func shape(req, resp string) (*event.Call, *leafs) {
	c, x := &event.Call{}, &leafs{}
	c.Reset(x)
	method, rest, _ := strings.Cut(req, " ")
	target, body, _ := strings.Cut(rest, " ")
	c.Req.Seen, c.Req.Method, c.Req.Target = true, method, target
	c.Req.Path, c.Req.Query, _ = strings.Cut(target, "?")
	c.Req.Raw = []byte(body)
	if strings.HasPrefix(body, "{") {
		c.Req.Headers = append(c.Req.Headers, event.Header{Name: "Content-Type", Value: "application/json"})
	}
	status, answer, _ := strings.Cut(resp, " ")
	for _, d := range status {
		c.Resp.Status = c.Resp.Status*10 + int(d-'0')
	}
	c.Resp.Seen = c.Resp.Status > 0
	if loc, is := strings.CutPrefix(answer, "Location="); is {
		c.Resp.Headers = append(c.Resp.Headers, event.Header{Name: "Location", Value: loc})
		answer = ""
	}
	c.Resp.Raw = []byte(answer)
	switch {
	case strings.HasPrefix(answer, "<"):
		c.Resp.Headers = append(c.Resp.Headers, event.Header{Name: "Content-Type", Value: "text/html; charset=utf-8"})
	case strings.HasPrefix(answer, "{"), strings.HasPrefix(answer, "["):
		c.Resp.Headers = append(c.Resp.Headers, event.Header{Name: "Content-Type", Value: "application/json"})
	}
	return c, x
}

func fakeHash(kind, secret string) string { return kind + "#" + secret }

func TestOperations(t *testing.T) {
	for _, c := range []struct {
		req, resp, kind, user string
		failed                bool
	}{
		{`POST /login {"username":"ann","password":"x"}`, `200 {"token":"t"}`, "login", "ann", false},
		{`POST /login {"username":"ann","password":"x"}`, `401 {"error":"no"}`, "login", "ann", true},
		{`POST /login {"username":"ann","password":"x"}`, `200 {"success":false}`, "login", "ann", true},
		{`POST /login {"username":"ann","password":"x"}`, `200 {"error":"Invalid credentials"}`, "login", "ann", true},
		{`POST /login {"username":"ann","password":"x"}`, `200 {"error":null,"token":"t"}`, "login", "ann", false},
		{`POST /login {"username":"ann","password":"x"}`, `200 {"status":"error","message":"x"}`, "login", "ann", true},
		{`POST /login {"username":"ann","password":"x"}`, `200 {"status":"ok"}`, "login", "ann", false},
		{`POST /login {"username":"ann","password":"x"}`, `422 {}`, "login", "ann", true},
		{`POST /login {"username":"ann","password":"x"}`, `400 {}`, "login", "ann", true},
		{`POST /login {"username":"ann","password":"x"}`, `403 {}`, "login", "ann", true},
		{`POST /login {"username":"ann","password":"x"}`, `429 {}`, "login", "ann", true},
		{`POST /login {"username":"ann","password":"x"}`, `500 {}`, "login", "ann", true},
		{`POST /login {"username":"ann","password":"x"}`, `0`, "login", "ann", false},
		{`POST /login {"username":"ann","password":"x"}`, `204`, "login", "ann", false},
		{`POST /login username=ann&password=x`, `302 Location=/home`, "login", "ann", false},
		{`POST /login username=ann&password=x`, `302 Location=/login?error=1`, "login", "ann", true},
		{`POST /login username=ann&password=x`, `302 Location=/login`, "login", "ann", true},
		{`POST /login username=ann&password=x`, `200 <form><input type="password"></form>`, "login", "ann", true},
		{`POST /login username=ann&password=x`, `200 <h1>Welcome</h1>`, "login", "ann", false},
		{`POST /api/v1/auth/login {"email":"a@x.example","password":"x"}`, `200 {"token":"t"}`, "login", "a@x.example", false},
		{`POST /api/auth/signin {"login":"ann","pwd":"x"}`, `200 {}`, "login", "ann", false},
		{`POST /users/sign_in email=a%40x.example&password=x`, `200 {}`, "login", "a@x.example", false},
		{`POST /wp-login.php log=admin&pwd=x`, `200 <input type="password">`, "login", "admin", true},
		{`POST /j_security_check j_username=ann&j_password=x`, `302 Location=/`, "login", "ann", false},
		{`POST /oauth/token grant_type=password&username=ann&password=x`, `200 {"access_token":"t"}`, "login", "ann", false},
		{`POST /oauth/token grant_type=password&username=ann&password=x`, `400 {"error":"invalid_grant"}`, "login", "ann", true},
		{`POST /oauth/token grant_type=refresh_token&refresh_token=r`, `200 {}`, "refresh", "", false},
		{`POST /oauth/token grant_type=client_credentials&client_id=svc&client_secret=s`, `200 {}`, "", "", false},
		{`POST /oauth/token grant_type=authorization_code&code=c&client_id=app`, `200 {}`, "", "", false},
		{`POST /sessions {"email":"a@x.example","password":"x"}`, `201 {}`, "login", "a@x.example", false},
		{`POST /sessions {"name":"standup"}`, `201 {}`, "", "", false},
		{`POST /auth {"username":"ann","password":"x"}`, `200 {}`, "login", "ann", false},
		{`POST /auth {"scope":"x"}`, `200 {}`, "", "", false},
		{`POST /api/auth/local {"identifier":"ann","password":"x"}`, `200 {}`, "login", "ann", false},
		{`GET /login`, `200 <form></form>`, "", "", false},
		{`GET /login?username=ann&password=x`, `200 {}`, "login", "ann", false},
		{`GET /login?next=/home`, `200 {}`, "", "", false},
		{`GET /blog/how-to-login`, `200 {}`, "", "", false},
		{`POST /blog/login-tips {"a":"b"}`, `200 {}`, "", "", false},
		{`DELETE /sessions`, `204`, "logout", "", false},
		{`POST /logout`, `200 {}`, "logout", "", false},
		{`GET /logout`, `302 Location=/login`, "logout", "", false},
		{`POST /auth/refresh {"refresh_token":"r"}`, `200 {}`, "refresh", "", false},
		{`POST /auth/token/refresh {"refresh":"r"}`, `401 {}`, "refresh", "", true},
		{`POST /signup {"email":"a@x.example","password":"x"}`, `201 {}`, "signup", "a@x.example", false},
		{`POST /register {"username":"ann","password":"x"}`, `409 {}`, "signup", "ann", true},
		{`POST /users {"email":"a@x.example","password":"x"}`, `201 {}`, "signup", "a@x.example", false},
		{`POST /users {"filter":"x"}`, `200 {}`, "", "", false},
		{`GET /users`, `200 []`, "", "", false},
		{`POST /devices/register {"id":"d"}`, `200 {}`, "", "", false},
		{`POST /forgot-password {"email":"a@x.example"}`, `200 {}`, "reset", "a@x.example", false},
		{`POST /password/reset {"email":"a@x.example"}`, `200 {}`, "reset", "a@x.example", false},
		{`POST /auth/otp {"email":"a@x.example","otp":"123456"}`, `200 {"success":false}`, "otp", "a@x.example", true},
		{`POST /mfa/verify {"code":"123456"}`, `200 {}`, "otp", "", false},
		{`POST /2fa {"code":"1"}`, `401 {}`, "otp", "", true},
		{`POST /users/verify {"token":"x"}`, `200 {}`, "", "", false},
		{`POST /payments {"amount":"5"}`, `201 {}`, "payment", "", false},
		{`POST /checkout {"cart":"5"}`, `402 {}`, "payment", "", true},
		{`GET /payments`, `200 []`, "", "", false},
		{`GET /orders/42`, `200 {}`, "", "", false},
		{`POST /orders {"sku":"a"}`, `201 {}`, "", "", false},
		{`PUT /profile {"password":"x"}`, `200 {}`, "", "", false},
		{`POST /search {"q":"login"}`, `200 {}`, "", "", false},
		{`HEAD /login`, `200`, "", "", false},
		{`OPTIONS /login`, `204`, "", "", false},
		{`POST /graphql {"query":"mutation { login(u) }"}`, `200 {"errors":[1]}`, "login", "", true},
		{`POST /graphql {"query":"query { me }"}`, `200 {}`, "", "", false},
		{`POST /login/ {"username":"ann","password":"x"}`, `200 {}`, "login", "ann", false},
		{`POST /LOGIN {"Username":"ann","Password":"x"}`, `200 {}`, "login", "ann", false},
		{`POST /login {"username":"ann","password":"x"}`, `200 {"message":"the password you gave is incorrect"}`, "login", "ann", true},
		{`POST /login {"username":"ann","password":"x"}`, `200 {"message":"Login failed"}`, "login", "ann", true},
	} {
		call, _ := shape(c.req, c.resp)
		Enrich(call, fakeHash, new(Memory))
		if call.Kind != c.kind || call.Failed != c.failed || call.Principal.User != c.user {
			t.Errorf("%s -> %s: kind %q user %q failed %v; want %q %q %v", c.req, c.resp, call.Kind, call.Principal.User, call.Failed, c.kind, c.user, c.failed)
		}
	}
}

// TestOrdinaryCallStaysUnopened: leaves are made only for what may be a named
// operation.
func TestOrdinaryCallStaysUnopened(t *testing.T) {
	for _, req := range []string{`GET /orders/42`, `POST /orders {"sku":"a"}`, `GET /search?q=x`, `POST /logout`, `POST /payments {"a":"b"}`} {
		c, x := shape(req, "200")
		Enrich(c, fakeHash, new(Memory))
		if x.asked {
			t.Errorf("%s: leaves were made", req)
		}
	}
}

func TestPrincipal(t *testing.T) {
	token := "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI3IiwiaXNzIjoiaSIsImVtYWlsIjoiYUB4LmV4YW1wbGUifQ.c2ln"
	for _, c := range []struct {
		name, header, value string
		want                event.Principal
	}{
		{"none", "Accept", "*/*", event.Principal{Kind: "none"}},
		{"basic", "Authorization", "Basic YW5uOnNlY3JldA==", event.Principal{Kind: "basic", User: "ann", ID: "user#ann"}},
		{"basic of nonsense", "Authorization", "Basic !!", event.Principal{Kind: "basic", ID: "token#!!"}},
		{"bearer", "Authorization", "Bearer abc", event.Principal{Kind: "bearer", ID: "token#abc"}},
		{"jwt", "authorization", "Bearer " + token, event.Principal{Kind: "jwt", User: "a@x.example", ID: "user#i\x007", Session: "token#" + token}},
		{"jwt without scheme", "Authorization", token, event.Principal{Kind: "jwt", User: "a@x.example", ID: "user#i\x007", Session: "token#" + token}},
		{"api key", "X-API-Key", "k1", event.Principal{Kind: "apikey", ID: "apikey#k1"}},
		{"cookie", "Cookie", "theme=dark; PHPSESSID=0123456789", event.Principal{Kind: "cookie", ID: "session#0123456789", Session: "session#0123456789"}},
		{"cookie of a framework", "Cookie", "a=b; connect.sid=s%3Aabcdefgh", event.Principal{Kind: "cookie", ID: "session#s%3Aabcdefgh", Session: "session#s%3Aabcdefgh"}},
		{"no session", "Cookie", "theme=dark; _ga=GA1.2.3.4; session_count=12345678", event.Principal{Kind: "none"}},
		{"AWS signs anew, the key is one", "Authorization", "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=ab12", event.Principal{Kind: "apikey", ID: "apikey#AKIDEXAMPLE"}},
		{"Hawk", "Authorization", `Hawk id="dh37", ts="1", nonce="x", mac="y"`, event.Principal{Kind: "apikey", ID: "apikey#dh37"}},
		{"OAuth 1.0", "Authorization", `OAuth realm="x", oauth_consumer_key="ck", oauth_nonce="1"`, event.Principal{Kind: "apikey", ID: "apikey#ck"}},
		{"NTLM has another token each time", "Authorization", "NTLM TlRMTVNTUAAB", event.Principal{Kind: "bearer"}},
		{"digest", "Authorization", `Digest username="ann", realm="x"`, event.Principal{Kind: "basic", User: "ann", ID: "user#ann"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			call, _ := shape("GET /a", "200")
			call.Req.Headers = []event.Header{{Name: c.header, Value: c.value}}
			Enrich(call, fakeHash, new(Memory))
			if call.Principal != c.want {
				t.Errorf("got %+v, want %+v", call.Principal, c.want)
			}
		})
	}
}

// TestKeyInQuery: a key in the query is a principal where nothing else is one.
func TestKeyInQuery(t *testing.T) {
	for _, c := range []struct {
		target, cookie string
		want           event.Principal
	}{
		{"/a?api_key=0123456789", "", event.Principal{Kind: "apikey", ID: "apikey#0123456789"}},
		{"/a?x=1&access_token=abcdefghij", "", event.Principal{Kind: "apikey", ID: "apikey#abcdefghij"}},
		{"/a?key=AIzaSyA-0123456789abcdef", "", event.Principal{Kind: "apikey", ID: "apikey#AIzaSyA-0123456789abcdef"}},
		{"/a?key=name", "", event.Principal{Kind: "none"}},
		{"/a?api_key=", "", event.Principal{Kind: "none"}},
		{"/a?api_key=0123456789", "sid=abcdefghij", event.Principal{Kind: "cookie", ID: "session#abcdefghij", Session: "session#abcdefghij"}},
	} {
		call, _ := shape("GET "+c.target, "200")
		if c.cookie != "" {
			call.Req.Headers = []event.Header{{Name: "Cookie", Value: c.cookie}}
		}
		Enrich(call, fakeHash, new(Memory))
		if call.Principal != c.want {
			t.Errorf("%s: got %+v, want %+v", c.target, call.Principal, c.want)
		}
	}
}

func TestStyle(t *testing.T) {
	for _, c := range []struct{ req, header, value, want string }{
		{"GET /a", "Accept", "*/*", "rest"},
		{"POST /graphql {}", "Accept", "*/*", "graphql"},
		{"POST /a <soap:Envelope/>", "Content-Type", "text/xml", "soap"},
		{"POST /a <x/>", "SOAPAction", `"urn:x"`, "soap"},
		{"POST /a <x/>", "Content-Type", "text/xml", "rest"},
		{`POST /rpc {"jsonrpc":"2.0","method":"m"}`, "Accept", "*/*", "jsonrpc"},
		{`POST /api {"query":"query { me }"}`, "Accept", "*/*", "graphql"},
		{`POST /search {"query":"shoes"}`, "Accept", "*/*", "rest"},
		{"POST /p.S/M x", "Content-Type", "application/grpc", "grpc"},
	} {
		call, _ := shape(c.req, "200")
		call.Req.Headers = append(call.Req.Headers, event.Header{Name: c.header, Value: c.value})
		Enrich(call, fakeHash, new(Memory))
		if call.Style != c.want {
			t.Errorf("%s with %s: %s: style %q, want %q", c.req, c.header, c.value, call.Style, c.want)
		}
	}
}

func FuzzEnrich(f *testing.F) {
	f.Add("POST /login a=b&password=c", "200 {\"error\":1}", "Cookie", "sid=abcdefghij")
	f.Fuzz(func(t *testing.T, req, resp, header, value string) {
		if len(resp) > 0 && (resp[0] < '0' || resp[0] > '9') {
			return
		}
		c, _ := shape(req, "200 "+resp)
		c.Req.Headers = append(c.Req.Headers, event.Header{Name: header, Value: value})
		Enrich(c, fakeHash, new(Memory))
		if c.Failed && c.Kind == "" {
			t.Fatal("failed without a kind")
		}
		if len(c.Principal.User) > userMax || c.Route == "" {
			t.Fatalf("user of %d bytes, route %q", len(c.Principal.User), c.Route)
		}
	})
}

func TestOrdinaryCallAllocatesNothing(t *testing.T) {
	c, _ := shape("GET /api/v1/products/red-shoes?page=2", "200")
	c.Req.Headers = []event.Header{{Name: "Host", Value: "shop.example"}, {Name: "User-Agent", Value: "x"}, {Name: "Cookie", Value: "theme=dark; lang=en"}}
	var known Memory
	for _, path := range []string{c.Req.Path, "/api/v1/orders/17"} {
		c.Req.Path = path
		if n := testing.AllocsPerRun(100, func() { Enrich(c, fakeHash, &known) }); n != 0 {
			t.Errorf("%s: %v allocations", path, n)
		}
	}
}

// TestOperatorsStandForTheirField: what attacks a login's field is a login.
func TestOperatorsStandForTheirField(t *testing.T) {
	for _, tc := range []struct {
		leaf event.Leaf
		want string
		op   bool
	}{
		{event.Leaf{Kind: event.LeafJSON, Place: "body.user.password.$ne", Key: "$ne"}, "password", true},
		{event.Leaf{Kind: event.LeafForm, Place: "body.password[$regex]", Key: "password[$regex]"}, "password", true},
		{event.Leaf{Kind: event.LeafJSON, Place: "body.password", Key: "password"}, "password", false},
		{event.Leaf{Kind: event.LeafJSON, Place: "$ne", Key: "$ne"}, "$ne", true},
		{event.Leaf{Kind: event.LeafForm, Place: "body.[$ne]", Key: "[$ne]"}, "[$ne]", false},
	} {
		if got, op := fieldName(&tc.leaf); got != tc.want || op != tc.op {
			t.Errorf("%+v: %q %v", tc.leaf, got, op)
		}
	}
	var f fields
	f.leaf(&event.Leaf{Kind: event.LeafJSON, Place: "body.username.$regex", Key: "$regex", Value: "^adm", Type: "string"})
	f.leaf(&event.Leaf{Kind: event.LeafJSON, Place: "body.password.$ne", Key: "$ne", Type: "null"})
	if f.user != "" || !f.password {
		t.Errorf("user %q, password %v", f.user, f.password)
	}
}
