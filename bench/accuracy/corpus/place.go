package corpus

import (
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"strings"
)

// place is where a value may stand in a request.
type place struct {
	name string
	// needs says what of an encoding only this container can carry.
	jsonU, utf16 bool
	// put makes the request; nil if the value cannot stand there.
	put func(m *maker, w written) *message
}

// places are all of them, by name.
func places() []place {
	return []place{
		{name: "query", put: inQuery},
		{name: "form", put: inForm},
		{name: "json", jsonU: true, utf16: true, put: inJSON},
		{name: "path", put: inPath},
		{name: "header", put: inHeader},
		{name: "cookie", put: inCookie},
		{name: "query-key", put: inQueryKey},
		{name: "matrix", put: inMatrix},
		{name: "json-key", jsonU: true, put: inJSONKey},
		{name: "nested-json", jsonU: true, put: inNestedJSON},
		{name: "json-in-query", put: inJSONInQuery},
		{name: "json-in-form", put: inJSONInForm},
		{name: "xml", utf16: true, put: inXML},
		{name: "xml-attribute", utf16: true, put: inXMLAttribute},
		{name: "multipart", put: inMultipart},
		{name: "file-name", put: inFileName},
		{name: "graphql-variable", jsonU: true, put: inGraphQLVariable},
		{name: "graphql-literal", put: inGraphQLLiteral},
		{name: "basic", put: inBasic},
		{name: "jwt-claim", put: inJWT},
		{name: "ndjson", jsonU: true, put: inNDJSON},
		{name: "yaml", put: inYAML},
		{name: "undeclared", put: inUndeclared},
		{name: "text", put: inText},
	}
}

// name is the name of a parameter that such a value would have.
func (m *maker) name() string {
	if len(m.src.names) > 0 {
		return pick(m.rng, m.src.names)
	}
	return pick(m.rng, m.words["param"])
}

// word is an ordinary value beside it.
func (m *maker) word() string { return pick(m.rng, m.words["plainword"]) }

// pairWord is one as it stands in a query or path.
func (m *maker) pairWord() string { return percentAll(m.word()) }

// route is an ordinary path.
func (m *maker) route() string { return pick(m.rng, m.words["route"]) }

func pick(rng *rand.Rand, list []string) string { return list[rng.IntN(len(list))] }

// pairs puts a pair among others.
func (m *maker) pairs(pair string) string {
	all := []string{pair}
	for range m.rng.IntN(3) {
		p := pick(m.rng, m.words["param"]) + "=" + m.pairWord()
		if m.rng.IntN(2) == 0 {
			all = append(all, p)
		} else {
			all = append([]string{p}, all...)
		}
	}
	return strings.Join(all, "&")
}

// inQueryBytes are what a query's value cannot hold.
const inQueryBytes = "&#+"

func inQuery(m *maker, w written) *message {
	return start(m.rng, "GET", m.route()+"?"+m.pairs(m.name()+"="+w.percent(inQueryBytes)))
}

func inQueryKey(m *maker, w written) *message {
	return start(m.rng, "GET", m.route()+"?"+m.pairs(w.percent(inQueryBytes+"=")+"="+m.pairWord()))
}

func inForm(m *maker, w written) *message {
	r := start(m.rng, "POST", m.route())
	v := w.percent(inQueryBytes)
	if !w.asIs && m.rng.IntN(2) == 0 {
		v = strings.ReplaceAll(v, "%20", "+")
	}
	r.content("application/x-www-form-urlencoded", m.pairs(m.name()+"="+v))
	return r
}

// fields puts a JSON field among others.
func (m *maker) fields(field string) string {
	all := []string{field}
	for range m.rng.IntN(4) {
		f := fmt.Sprintf("%q:%q", pick(m.rng, m.words["param"])+"_x", m.word())
		if m.rng.IntN(3) == 0 {
			f = fmt.Sprintf("%q:%d", "n"+pick(m.rng, m.words["param"]), m.rng.IntN(900))
		}
		if m.rng.IntN(2) == 0 {
			all = append(all, f)
		} else {
			all = append([]string{f}, all...)
		}
	}
	return "{" + strings.Join(all, ",") + "}"
}

// object is a JSON document with the value somewhere in it.
func (m *maker) object(v string) string {
	switch m.rng.IntN(5) {
	case 0:
		return fmt.Sprintf(`{"data":{"attributes":%s,"type":"item"}}`, m.fields(fmt.Sprintf("%q:%s", m.name(), v)))
	case 1:
		return fmt.Sprintf(`{"items":[{"id":1},{"id":2,%q:%s}]}`, m.name(), v)
	case 2:
		return fmt.Sprintf(`{%q:["first",%s]}`, m.name(), v)
	}
	return m.fields(fmt.Sprintf("%q:%s", m.name(), v))
}

func (m *maker) sendJSON(w written, body string) *message {
	r := start(m.rng, pick(m.rng, []string{"POST", "POST", "PUT", "PATCH"}), m.route())
	if w.utf16 {
		r.content("application/json; charset=utf-16", utf16LE(body))
		return r
	}
	r.content(pick(m.rng, []string{"application/json", "application/json; charset=utf-8", "application/vnd.api+json"}), body)
	return r
}

func inJSON(m *maker, w written) *message {
	return m.sendJSON(w, m.object(`"`+w.json()+`"`))
}

func inJSONKey(m *maker, w written) *message {
	return m.sendJSON(w, m.fields(fmt.Sprintf(`"%s":%q`, w.json(), m.word())))
}

func inNestedJSON(m *maker, w written) *message {
	inner := m.fields(fmt.Sprintf(`%q:"%s"`, m.name(), w.json()))
	return m.sendJSON(w, m.object(`"`+jsonText(inner)+`"`))
}

// inner is JSON for a place that decodes percent signs.
func (m *maker) inner(w written) string {
	return percentAll(m.fields(fmt.Sprintf(`%q:"%s"`, m.name(), w.json())))
}

func inJSONInQuery(m *maker, w written) *message {
	return start(m.rng, "GET", m.route()+"?"+m.pairs(pick(m.rng, []string{"filter", "q", "where", "params", "data"})+"="+m.inner(w)))
}

func inJSONInForm(m *maker, w written) *message {
	r := start(m.rng, "POST", m.route())
	r.content("application/x-www-form-urlencoded", m.pairs(pick(m.rng, []string{"payload", "json", "data", "body"})+"="+m.inner(w)))
	return r
}

func inPath(m *maker, w written) *message {
	cannot := "?#/"
	if m.src.label == "path-traversal" {
		cannot = "?#"
	}
	v := w.percent(cannot)
	if v == "" {
		return nil
	}
	r := start(m.rng, "GET", m.route()+"/"+v)
	if m.rng.IntN(2) == 0 {
		r.target += "/" + pick(m.rng, []string{"details", "history", "edit", "items"})
	}
	return r
}

func inMatrix(m *maker, w written) *message {
	return start(m.rng, "GET", m.route()+";"+m.name()+"="+w.percent("?#/;")+"/"+m.pairWord())
}

// line is a value that fits a header's line, or "".
func (w written) line() string {
	s := w.raw()
	if strings.ContainsAny(s, "\r\n\x00") || strings.TrimSpace(s) != s {
		return ""
	}
	return s
}

func inHeader(m *maker, w written) *message {
	v := w.line()
	if v == "" {
		return nil
	}
	r := start(m.rng, "GET", m.route())
	r.set(pick(m.rng, []string{"X-Forwarded-For", "Referer", "User-Agent", "X-Api-Version", "X-Request-Id", "Accept-Language", "X-Forwarded-Host", "X-Tenant", "X-Client-Id", "X-Correlation-Id", "Origin", "X-Custom-Filter", "From", "X-Original-URL"}), v)
	return r
}

func inCookie(m *maker, w written) *message {
	v := w.percent(";, \"")
	r := start(m.rng, "GET", m.route())
	r.set("Cookie", "lang=en; "+pick(m.rng, []string{"prefs", "TrackingId", "cart", "theme", "user", "last_seen", "ab"})+"="+v)
	return r
}

// document is XML around a value that is already escaped.
func (m *maker) document(w written, attribute, text string) *message {
	n := strings.Map(func(r rune) rune {
		if r < 0x80 && alnum(byte(r)) {
			return r
		}
		return -1
	}, m.name())
	body := fmt.Sprintf(`<order%s><%s>%s</%s><qty>2</qty></order>`, attribute, n, text, n)
	if m.rng.IntN(3) == 0 {
		body = `<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>` + body + `</soap:Body></soap:Envelope>`
	}
	r := start(m.rng, "POST", m.route())
	if w.utf16 {
		r.content("application/xml; charset=utf-16", utf16LE(`<?xml version="1.0" encoding="UTF-16"?>`+body))
		return r
	}
	r.content(pick(m.rng, []string{"application/xml", "text/xml; charset=utf-8"}), `<?xml version="1.0"?>`+body)
	return r
}

func inXML(m *maker, w written) *message {
	s := w.raw()
	if m.rng.IntN(4) == 0 && !strings.Contains(s, "]]>") {
		return m.document(w, "", "<![CDATA["+s+"]]>")
	}
	return m.document(w, "", xmlText(s))
}

func inXMLAttribute(m *maker, w written) *message {
	return m.document(w, ` ref="`+xmlText(w.raw())+`"`, m.word())
}

// part is one part of a multipart body.
type part struct{ disposition, ctype, body string }

func (m *maker) multipart(path string, parts ...part) *message {
	boundary := "----form" + digits(m.rng, "0123456789abcdef", 16)
	var b strings.Builder
	for _, p := range parts {
		fmt.Fprintf(&b, "--%s\r\nContent-Disposition: form-data; %s\r\n", boundary, p.disposition)
		if p.ctype != "" {
			fmt.Fprintf(&b, "Content-Type: %s\r\n", p.ctype)
		}
		fmt.Fprintf(&b, "\r\n%s\r\n", p.body)
	}
	fmt.Fprintf(&b, "--%s--\r\n", boundary)
	r := start(m.rng, "POST", path)
	r.content("multipart/form-data; boundary="+boundary, b.String())
	return r
}

func inMultipart(m *maker, w written) *message {
	return m.multipart(m.route(), part{`name="title"`, "", m.word()}, part{fmt.Sprintf("name=%q", m.name()), "", w.raw()})
}

func inFileName(m *maker, w written) *message {
	v := w.line()
	if v == "" {
		return nil
	}
	v = strings.ReplaceAll(v, `"`, "%22") // as browsers write it
	return m.multipart(m.route(), part{`name="file"; filename="` + v + `"`, "application/octet-stream", string(noise(m.rng, 40))})
}

func inGraphQLVariable(m *maker, w written) *message {
	r := start(m.rng, "POST", "/graphql")
	n := "term"
	r.content("application/json", fmt.Sprintf(`{"operationName":"Find","query":"query Find($%s: String!) { search(%s: $%s) { id title } }","variables":{%q:"%s"}}`, n, n, n, n, w.json()))
	return r
}

func inGraphQLLiteral(m *maker, w written) *message {
	// A literal's own escapes are those of JSON.
	doc := fmt.Sprintf(`{ search(term: "%s", first: 10) { id title } }`, jsonText(w.raw()))
	if m.rng.IntN(4) == 0 {
		return start(m.rng, "GET", "/graphql?query="+percentAll(doc))
	}
	r := start(m.rng, "POST", "/graphql")
	r.content("application/json", `{"query":"`+jsonText(doc)+`"}`)
	return r
}

func inBasic(m *maker, w written) *message {
	r := start(m.rng, "GET", m.route())
	pair := w.raw() + ":hunter"
	if m.rng.IntN(3) == 0 {
		pair = "ann:" + w.raw()
	}
	r.set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(pair)))
	return r
}

func inJWT(m *maker, w written) *message {
	r := start(m.rng, "GET", m.route())
	enc := base64.RawURLEncoding.EncodeToString
	head, claims := `{"alg":"HS256","typ":"JWT"}`, fmt.Sprintf(`{"sub":"%s","iat":1764000000}`, w.json())
	if m.rng.IntN(2) == 0 {
		head, claims = fmt.Sprintf(`{"alg":"HS256","kid":"%s"}`, w.json()), `{"sub":"17","iat":1764000000}`
	}
	r.set("Authorization", "Bearer "+enc([]byte(head))+"."+enc([]byte(claims))+"."+enc(noise(m.rng, 32)))
	return r
}

func inNDJSON(m *maker, w written) *message {
	r := start(m.rng, "POST", m.route())
	r.content("application/x-ndjson", fmt.Sprintf("{\"index\":{\"_id\":\"1\"}}\n%s\n{\"index\":{\"_id\":\"2\"}}\n{\"title\":%q}\n", m.fields(fmt.Sprintf(`%q:"%s"`, m.name(), w.json())), m.word()))
	return r
}

func inYAML(m *maker, w written) *message {
	r := start(m.rng, "PUT", m.route())
	r.content("application/yaml", fmt.Sprintf("kind: item\nmeta:\n  owner: ann\n  %s: \"%s\"\n", m.name(), jsonText(w.raw())))
	return r
}

// inUndeclared sends a structure under a type that does not say so.
func inUndeclared(m *maker, w written) *message {
	r := start(m.rng, "POST", m.route())
	ctype := pick(m.rng, []string{"text/plain", "application/octet-stream", ""})
	switch m.rng.IntN(3) {
	case 0:
		r.content(ctype, m.pairs(m.name()+"="+w.percent(inQueryBytes)))
	case 1:
		b := "frontier" + digits(m.rng, "0123456789", 8)
		r.content(ctype, fmt.Sprintf("--%s\r\nContent-Disposition: form-data; name=%q\r\n\r\n%s\r\n--%s--\r\n", b, m.name(), w.raw(), b))
	default:
		r.content(ctype, m.object(`"`+w.json()+`"`))
	}
	return r
}

func inText(m *maker, w written) *message {
	r := start(m.rng, "POST", m.route())
	r.content("text/plain; charset=utf-8", w.raw())
	return r
}
