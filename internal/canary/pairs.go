package canary

import (
	"fmt"
	"net/url"
	"strings"

	"spaniel/internal/wiretest"
)

// Pairs returns calls in which at least n secrets are planted, and how many
// they are. The calls come from some clients, and each round has attacks, so
// that alerts with evidence are raised on what holds secrets.
func Pairs(n int) (pairs []wiretest.Pair, planted int) {
	p := &planter{}
	for round := 0; p.n < n; round++ {
		client := fmt.Sprintf("203.0.113.%d", 1+round%40)
		for _, pair := range p.round() {
			pair.Client = client
			pairs = append(pairs, pair)
		}
	}
	return pairs, p.n
}

func (p *planter) round() []wiretest.Pair {
	var out []wiretest.Pair
	add := func(pairs ...wiretest.Pair) { out = append(out, pairs...) }
	add(p.headers()...)
	add(p.targets()...)
	add(p.bodies()...)
	add(p.forms()...)
	add(p.answers()...)
	return out
}

// headers: each that holds a secret by its name, and texts that name one.
func (p *planter) headers() (out []wiretest.Pair) {
	with := func(lines ...string) {
		out = append(out, wiretest.Pair{Request: "GET /orders/17?q=shoe\n" + strings.Join(lines, "\n")})
	}
	with("Authorization: Bearer "+p.text(), "Cookie: sid="+p.text()+"; theme="+p.text(), "X-Api-Key: "+p.text())
	with("Authorization: Basic "+p.basic(), "X-CSRF-Token: "+p.text())
	with("Authorization: Bearer "+p.jwt(), "X-Other: "+p.jwt())
	with("Proxy-Authorization: Basic "+p.basic(), "X-Auth-Token: "+p.text(), "X-Session: "+p.text())
	with(`Authorization: Digest username="u17", response="`+p.text()+`"`, "X-Amz-Security-Token: "+p.text(), "DPoP: "+p.jwt())
	with("Referer: https://u:"+p.text()+"@shop.example/?access_token="+p.text(), "User-Agent: curl/8 token="+p.text(), "X-Note: password: "+p.text())
	with("Sec-WebSocket-Protocol: graphql-ws, access_token, "+p.text(), "X-Hub-Signature-256: sha256="+p.text(), "Ocp-Apim-Subscription-Key: "+p.text())
	with("X-Data: card "+p.card()+" of "+p.iban(), "X-Key: "+p.aws(), "X-Git: "+p.key("ghp_", 36))
	return out
}

// targets: in paths, queries, fragments and what is nested in them, twice
// encoded, too.
func (p *planter) targets() (out []wiretest.Pair) {
	get := func(target string) { out = append(out, wiretest.Pair{Request: "GET " + target}) }
	for _, name := range []string{"password", "pass%77ord", "user[password]", "access_token", "api_key", "client_secret", "otp", "pin", "cvv", "sessionid", "signature", "jwt"} {
		get("/find?q=shoe&" + name + "=" + p.text() + "&n=1")
	}
	get("/login?user=bob&password=" + url.QueryEscape(p.hostile()))
	get("/a;jsessionid=" + p.text() + "/b")
	get("/reset/" + p.jwt())
	get("/cb#access_token=" + p.text())
	get("/go?next=" + url.QueryEscape("https://u:"+p.text()+"@h/?token="+p.text()))
	get("/go?next=" + url.QueryEscape(url.QueryEscape("https://h/?id_token="+p.text())))
	get("/pay?card=" + p.card() + "&to=" + p.iban() + "&q=" + p.key("sk_live_", 24))
	get("/items?id=1%27%20UNION%20SELECT%20password%20FROM%20users--%20&password=" + p.text())
	get("/items?id=1%27%20OR%20%27a%27%3D%27a%27--&card=" + p.card())
	return out
}

// bodies: in every form of body that is taken apart, and in one that is not.
func (p *planter) bodies() (out []wiretest.Pair) {
	post := func(kind, body string) {
		out = append(out, wiretest.Pair{Request: "POST /login\nContent-Type: " + kind + "\n\n" + body, Status: 401})
	}
	post("application/json", fmt.Sprintf(`{"user":"bob","password":%q,"card":{"number":%q,"cvv":%q},"iban":%q}`, p.text(), p.card(), p.text(), p.iban()))
	post("application/json", fmt.Sprintf(`{"user":"bob","newPassword":%q,"note":"token=%s"}`, p.hostile(), p.text()))
	post("application/json", fmt.Sprintf(`{"credentials":{"value":%q},"tokens":[%q,%q],"secret":{"inner":%q}}`, p.text(), p.text(), p.text(), p.text()))
	post("application/json", fmt.Sprintf(`[{"name":"user","value":"bob"},{"name":"password","value":%q}]`, p.hostile()))
	post("application/json", fmt.Sprintf(`{"inner":"{\"password\":\"%s\"}"}`, p.text()))
	post("application/json", fmt.Sprintf(`{"query":%q}`, fmt.Sprintf(`mutation{login(user:"bob",password:%q){id}}`, p.text())))
	post("text/xml", fmt.Sprintf(`<f><password>%s</password><p name="password">%s</p><u pin="%s"/></f>`, p.text(), p.text(), p.text()))
	post("application/yaml", fmt.Sprintf("user: bob\npassword: %q\n", p.text()))
	post("text/plain", fmt.Sprintf(`{"user":"bob","password":%q}`, p.hostile()))
	post("text/plain", "Authorization: Bearer "+p.text()+"\nsecret: "+p.text())
	post("text/plain", "-----BEGIN PRIVATE KEY-----\n"+p.text()+p.text()+p.text()+"\n-----END PRIVATE KEY-----\n")
	post("application/json", fmt.Sprintf(`{"id":"1' OR 'a'='a'--","session":%q,"mfa_code":%q}`, p.text(), p.text()))
	return out
}

func (p *planter) forms() (out []wiretest.Pair) {
	post := func(kind, body string) {
		out = append(out, wiretest.Pair{Request: "POST /account\nContent-Type: " + kind + "\n\n" + body})
	}
	const urlencoded = "application/x-www-form-urlencoded"
	post(urlencoded, "grant_type=password&username=bob&password="+p.text()+"&client_secret="+p.text()+"&refresh_token="+p.text())
	post(urlencoded, "user=bob&password="+url.QueryEscape(p.hostile()))
	post(urlencoded, "data="+url.QueryEscape(fmt.Sprintf(`{"password":%q}`, p.text())))
	post(urlencoded, "cardNumber="+p.card()+"&iban="+p.iban()+"&securityAnswer="+p.text())
	post("multipart/form-data; boundary=B", strings.ReplaceAll("--B\nContent-Disposition: form-data; name=password\n\n"+p.text()+"\n--B\nContent-Disposition: form-data; name=otp\n\n"+p.text()+"\n--B--\n", "\n", "\r\n"))
	post(urlencoded, "id=1%27%20UNION%20SELECT%201--&token="+p.text())
	return out
}

// answers: what servers hand out, some of it by mistake.
func (p *planter) answers() []wiretest.Pair {
	return []wiretest.Pair{
		{Request: "POST /login {\"user\":\"bob\",\"password\":\"" + p.text() + "\"}", Headers: []string{"Set-Cookie: sid=" + p.text() + "; Path=/", "Location: /cb?code_verifier=" + p.text()},
			Body: fmt.Sprintf(`{"access_token":%q,"refresh_token":%q,"id_token":%q}`, p.text(), p.text(), p.jwt())},
		{Request: "GET /debug", Status: 500, Body: fmt.Sprintf(`{"error":"cannot connect: password=%s","aws":%q,"git":%q}`, p.text(), p.aws(), p.key("ghp_", 36))},
		{Request: "GET /me", Body: fmt.Sprintf(`{"card":%q,"iban":%q,"password":%q}`, p.card(), p.iban(), p.text())},
		{Request: "GET /items?id=1%27%20UNION%20SELECT%20password%20FROM%20users--", Status: 500, Body: "You have an error in your SQL syntax near 'password=" + p.text() + "'"},
	}
}
