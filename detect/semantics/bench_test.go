package semantics

import (
	"testing"

	"spaniel/event"
)

// BenchmarkEnrich is what every call pays, whatever the rules.
func BenchmarkEnrich(b *testing.B) {
	for _, bc := range []struct{ name, req string }{
		{"get", `GET /api/v1/products/red-shoes?page=2&sort=price`},
		{"post", `POST /api/v1/orders {"sku":"a1","quantity":3,"address":{"street":"Main St 1","city":"Delft"},"note":"please ring twice","coupon":"SUMMER24","email":"ann@x.example"}`},
		{"login", `POST /api/v1/login {"username":"ann","password":"x"}`},
	} {
		c, _ := shape(bc.req, `200 {"ok":true}`)
		c.Req.Headers = append(c.Req.Headers, event.Header{Name: "Host", Value: "shop.example"}, event.Header{Name: "User-Agent", Value: "x"}, event.Header{Name: "Cookie", Value: "theme=dark; lang=en"})
		var known Memory
		b.Run(bc.name, func(b *testing.B) {
			b.ReportAllocs()
			for range b.N {
				c.Forget()
				Enrich(c, fakeHash, &known)
			}
		})
	}
}
