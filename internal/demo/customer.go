package demo

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// customer plays one visit of an ordinary customer.
func (s *shop) customer(p person) {
	v := s.visitor(p.addr, p.agent, "Accept-Encoding: gzip, deflate, br", "Accept-Language: en-GB,en;q=0.8")
	if !p.app {
		s.arrive(v)
	}
	v.call("GET", "/api/v1/items?page=1", "", itemList(s.rng.IntN(30), 12))
	s.think()
	for _, words := range p.search {
		found := s.rng.IntN(len(goods))
		v.call("GET", "/api/v1/search?q="+url.QueryEscape(words), "", itemList(found, 3+s.rng.IntN(5)))
		s.think()
		v.call("GET", fmt.Sprintf("/api/v1/items/%d", 100+found), "", itemPage(found))
		s.think()
	}
	if p.logs {
		s.login(v, p)
		s.buy(v, p)
	}
	if s.rng.IntN(3) == 0 { // a link somebody sent that is out of date
		v.call("GET", fmt.Sprintf("/api/v1/items/%d", 900+s.rng.IntN(40)), "", notFound())
		s.think()
	}
	v.leave()
}

func notFound() answer {
	return answer{status: http.StatusNotFound, body: `{"error":"not found"}`}
}

// arrive loads the shop's page as a browser does.
func (s *shop) arrive(v *visitor) {
	v.call("GET", "/", "", answer{kind: "text/html; charset=utf-8", body: frontPage, gzip: true}, "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8")
	s.pause(20e6, 90e6)
	v.call("GET", "/static/shop.css", "", answer{kind: "text/css", body: styleSheet, gzip: true, headers: []string{`ETag: "5f2c"`, "Cache-Control: max-age=86400"}}, "Accept: text/css,*/*;q=0.1")
	if s.rng.IntN(2) == 0 {
		v.call("GET", "/static/logo.png", "", answer{kind: "image/png", body: logo()}, "Accept: image/avif,image/webp,*/*;q=0.8")
	} else { // seen before
		v.call("GET", "/static/logo.png", "", answer{status: http.StatusNotModified, headers: []string{`ETag: "77a1"`}}, "Accept: image/avif,image/webp,*/*;q=0.8", `If-None-Match: "77a1"`)
	}
	s.pause(200e6, 900e6)
}

// login logs a customer in, at the second try if they mistype.
func (s *shop) login(v *visitor, p person) {
	body := func(password string) string { return fmt.Sprintf(`{"user":%q,"password":%q}`, p.user, password) }
	if p.mistypes {
		v.call("POST", "/api/v1/login", body("Sommer-2205"), loginRefused())
		s.think()
	}
	name, _, _ := strings.Cut(p.user, "@")
	token := s.token(p.user)
	ok := answer{body: fmt.Sprintf(`{"user":%q,"name":%q,"token":%q}`, p.user, name, token)}
	if !p.app {
		sid := s.sessionID()
		ok = answer{body: fmt.Sprintf(`{"user":%q,"name":%q}`, p.user, name), headers: []string{"Set-Cookie: sid=" + sid + "; Path=/; HttpOnly; Secure; SameSite=Lax"}}
		v.fields = append(v.fields, "Cookie: sid="+sid+"; lang=en")
	}
	v.call("POST", "/api/v1/login", body("Sommer-2026-"+name), ok)
	if p.app {
		v.fields = append(v.fields, "Authorization: Bearer "+token)
	}
	s.think()
}

func loginRefused() answer {
	return answer{status: http.StatusUnauthorized, body: `{"error":"wrong user or password"}`}
}

// buy fills the cart, orders, and looks at the customer's own orders.
func (s *shop) buy(v *visitor, p person) {
	cart := 0
	for range 1 + s.rng.IntN(3) {
		item := s.rng.IntN(len(goods))
		cart++
		v.call("POST", "/api/v1/cart/items", fmt.Sprintf(`{"item":%d,"quantity":%d}`, 100+item, 1+s.rng.IntN(2)),
			answer{status: http.StatusCreated, body: fmt.Sprintf(`{"items":%d}`, cart)})
		s.think()
	}
	if s.rng.IntN(3) == 0 {
		v.call("DELETE", "/api/v1/cart/items/1", "", answer{status: http.StatusNoContent})
		s.think()
	}
	v.call("GET", "/api/v1/cart", "", answer{body: fmt.Sprintf(`{"items":%d,"currency":"EUR","total":"%d.90"}`, cart, 12*cart)})
	s.think()
	order := 1200 + s.rng.IntN(700)
	v.call("POST", "/api/v1/orders", `{"payment":"invoice","address":"12 Mill Lane, Flat 3","note":"Please don't ring; leave it at No. 14 (or the porter's)"}`,
		answer{status: http.StatusCreated, body: fmt.Sprintf(`{"order":%d,"state":"accepted"}`, order), headers: []string{fmt.Sprintf("Location: /api/v1/orders/%d", order)}})
	s.think()
	for _, id := range []int{order, p.order} {
		v.call("GET", fmt.Sprintf("/api/v1/orders/%d", id), "", orderPage(id, p.user))
		s.think()
	}
	if s.rng.IntN(2) == 0 {
		v.call("POST", fmt.Sprintf("/api/v1/items/%d/reviews", 100+s.rng.IntN(len(goods))),
			`{"stars":5,"text":"It's lovely -- couldn't select a favourite from the two; and <3 the colour!"}`,
			answer{status: http.StatusCreated, body: `{"state":"published"}`})
		s.think()
	}
	v.call("POST", "/api/v1/logout", `{}`, answer{status: http.StatusNoContent})
}
