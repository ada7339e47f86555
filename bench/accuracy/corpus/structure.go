package corpus

import (
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
)

// fragment puts JSON where a value is expected.
func (m *maker) fragment(c *Case, text string) *message {
	ways := []string{"json", "json", "nested-json", "json-in-query", "json-in-form", "graphql-variable", "undeclared", "json", "json"}
	c.Place, c.Encoding = ways[m.n%len(ways)], "plain"
	whole := text
	if !strings.HasPrefix(text, `{"`+"whole") {
		whole = m.fields(fmt.Sprintf("%q:%s", m.name(), text))
	}
	switch m.n % len(ways) {
	case 1:
		return m.sendJSON(written{}, m.object(text))
	case 2:
		return m.sendJSON(written{}, m.object(`"`+jsonText(whole)+`"`))
	case 3:
		c.Encoding = "url"
		return start(m.rng, "GET", m.route()+"?"+m.pairs("filter="+percentAll(whole)))
	case 4:
		c.Encoding = "url"
		r := start(m.rng, "POST", m.route())
		r.content("application/x-www-form-urlencoded", m.pairs("data="+percentAll(whole)))
		return r
	case 5:
		r := start(m.rng, "POST", "/graphql")
		r.content("application/json", fmt.Sprintf(`{"query":"mutation Do($in: Input!) { apply(in: $in) { id } }","variables":{"in":%s}}`, whole))
		return r
	case 6:
		r := start(m.rng, "POST", m.route())
		r.content("text/plain", whole)
		return r
	case 7:
		c.Encoding = "utf-16"
		return m.sendJSON(written{utf16: true}, whole)
	case 8:
		c.Encoding = "json-u"
		return m.sendJSON(written{}, escapedNames(whole))
	}
	return m.sendJSON(written{}, whole)
}

// escapedNames writes what JSON strings hold of $ and _ as \u0024.
func escapedNames(s string) string {
	return strings.NewReplacer("$", `\u0024`, "__", `\u005f\u005f`).Replace(s)
}

// rawPairs sends a query as it is, in one of the places for one.
func (m *maker) rawPairs(c *Case, text string) *message {
	pairs := m.pairs(text)
	switch m.n % 5 {
	case 1:
		c.Place, c.Encoding = "form", "plain"
		r := start(m.rng, "POST", m.route())
		r.content("application/x-www-form-urlencoded", pairs)
		return r
	case 2:
		c.Place, c.Encoding = "query", "url"
		pairs = strings.NewReplacer("[", "%5B", "]", "%5D", "$", "%24", "_", "%5F").Replace(pairs)
	case 3:
		c.Place, c.Encoding = "form", "url"
		r := start(m.rng, "POST", m.route())
		r.content("application/x-www-form-urlencoded; charset=UTF-8", strings.NewReplacer("[", "%5B", "]", "%5D", "$", "%24").Replace(pairs))
		return r
	case 4:
		c.Place, c.Encoding = "query", "double-url"
		pairs = strings.NewReplacer("[", "%255B", "]", "%255D", "$", "%2524").Replace(pairs)
	default:
		c.Place, c.Encoding = "query", "plain"
	}
	return start(m.rng, "GET", m.route()+"?"+pairs)
}

// xml sends a document in one of the ways documents travel.
func (m *maker) xml(c *Case, text string) *message {
	r := start(m.rng, "POST", m.route())
	c.Place, c.Encoding = "xml", "plain"
	switch m.n % 8 {
	case 1:
		r.content("text/xml; charset=utf-8", text)
	case 2:
		c.Encoding = "utf-16"
		r.content("application/xml; charset=utf-16", utf16LE(text))
	case 3:
		c.Place, c.Encoding = "form", "url"
		r.content("application/x-www-form-urlencoded", "xml="+percentAll(text)+"&submit=1")
	case 4:
		c.Place, c.Encoding = "json", "base64"
		r.content("application/json", fmt.Sprintf(`{"document":%q,"type":"xml"}`, base64.StdEncoding.EncodeToString([]byte(text))))
	case 5:
		c.Place = "multipart"
		return m.multipart(m.route(), part{`name="file"; filename="drawing.svg"`, "image/svg+xml", text})
	case 6:
		c.Place = "undeclared"
		r.content("text/plain", text)
	case 7:
		c.Place, c.Encoding = "json", "plain"
		r.content("application/json", fmt.Sprintf(`{"body":"%s"}`, jsonText(text)))
	default:
		r.content("application/xml", text)
	}
	return r
}

// upload sends a file: NAME | TYPE | CONTENT.
func (m *maker) upload(c *Case, text string) (*message, error) {
	f := strings.SplitN(text, " | ", 3)
	if len(f) != 3 {
		return nil, fmt.Errorf("%q: write NAME | TYPE | CONTENT", text)
	}
	name, ctype, content := f[0], f[1], f[2]
	c.Place, c.Encoding = "file-name", "plain"
	path := pick(m.rng, []string{"/api/files", "/upload", "/v2/media", "/profile/avatar", "/tickets/7/attachments"})
	quoted := strings.ReplaceAll(name, `"`, "%22")
	switch m.n % 6 {
	case 1:
		return m.multipart(path, part{`name="description"`, "", m.word()}, part{`name="upload"; filename="` + quoted + `"`, "application/octet-stream", content}), nil
	case 2:
		c.Place = "json"
		r := start(m.rng, "POST", path)
		r.content("application/json", fmt.Sprintf(`{"fileName":"%s","contentType":"%s","content":"%s"}`, jsonText(name), ctype, base64.StdEncoding.EncodeToString([]byte(content))))
		return r, nil
	case 3:
		c.Place = "path"
		r := start(m.rng, "PUT", path+"/"+percentSome(name, "?#/;"))
		r.content(ctype, content)
		return r, nil
	case 4:
		c.Place = "header"
		r := start(m.rng, "POST", path)
		r.set("Content-Disposition", `attachment; filename="`+quoted+`"`)
		r.content("application/octet-stream", content)
		return r, nil
	case 5:
		c.Encoding = "url"
		return m.multipart(path, part{`name="file"; filename*=UTF-8''` + percentAll(name), ctype, content}), nil
	}
	return m.multipart(path, part{`name="file"; filename="` + quoted + `"`, ctype, content}), nil
}

// leak answers an ordinary request: STATUS TYPE BODY.
func (m *maker) leak(c *Case, text string) (*message, error) {
	f := strings.SplitN(text, " ", 3)
	if len(f) != 3 {
		return nil, fmt.Errorf("%q: write STATUS TYPE BODY", text)
	}
	if _, err := strconv.Atoi(f[0]); err != nil {
		return nil, fmt.Errorf("%q: write STATUS TYPE BODY", text)
	}
	c.Place, c.Encoding = "response", "plain"
	body := f[2]
	switch m.n % 3 {
	case 1:
		if f[1] != "application/json" {
			body = "<html><body><h1>Result</h1><pre>" + body + "</pre></body></html>"
			f[1] = "text/html; charset=utf-8"
		}
	case 2:
		if f[1] != "application/json" {
			body = fmt.Sprintf(`{"status":"done","output":"%s"}`, jsonText(body))
			f[1], c.Encoding = "application/json", "json"
		}
	}
	c.Response = response(f[0]+" Answer", f[1], body)
	return start(m.rng, "GET", m.route()+"?"+m.pairs(pick(m.rng, m.words["param"])+"="+m.pairWord())), nil
}

// graphql sends a document in one of the ways GraphQL travels.
func (m *maker) graphql(c *Case, text string) *message {
	c.Place, c.Encoding = "graphql", "plain"
	path := pick(m.rng, []string{"/graphql", "/api/graphql", "/v1/graphql", "/gql"})
	r := start(m.rng, "POST", path)
	switch m.n % 4 {
	case 1:
		c.Encoding = "url"
		return start(m.rng, "GET", path+"?query="+percentAll(text))
	case 2:
		r.content("application/graphql", text)
	case 3:
		r.content("application/json", `{"operationName":null,"variables":{},"query":"`+jsonText(text)+`"}`)
	default:
		r.content("application/json", `{"query":"`+jsonText(text)+`"}`)
	}
	return r
}
