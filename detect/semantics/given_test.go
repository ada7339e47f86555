package semantics

import (
	"fmt"
	"strings"
	"testing"
)

func TestGivenAndAsked(t *testing.T) {
	var r Reader
	for _, tc := range []struct{ req, resp, names, ids, asked string }{
		{"GET /orders/12345", `200 {"id":12345,"user":{"id":"u-778899","name":"Ann"},"items":[{"sku":"a","productId":"p-1001"},{"sku":"b","product_id":90002}]}`,
			"id user user.id user.name items items.sku items.productId items.product_id", "12345,u-778899,p-1001,90002", "12345"},
		{"GET /v1/orders/17", `200 {"data":{"id":17,"customer":{"id":4},"items":[{"id":"9","product_id":55,"categoryId":3}]}}`,
			"data data.id data.customer data.customer.id data.items data.items.id data.items.product_id data.items.categoryId",
			"order 17,customer 4,order 9,product 55,category 3", "order 17"},
		{"GET /categories?product_id=55&id=8", `200 [{"id":1},{"id":2}]`, "id", "category 1,category 2", "product 55,category 8"},
		{"POST /orders", `201 Location=https://shop.example/v1/orders/18?x=1`, "", "order 18", ""},
		{"POST /orders", `200 Location=/v1/orders/18`, "", "", ""},
		{"GET /orders?user_id=abcdef&page=12345", `200 {"total":3,"valid":"validity"}`, "total valid", "", "abcdef"},
		{"GET /me", `200 {"id":7}`, "id", "user 7", ""},
		{"GET /a", `200 <id>12345</id>`, "", "", ""},
		{"GET /a", `200 {"a":{"b":{"c":{"d":{"id":"too-deep"}}}}`, "a a.b a.b.c a.b.c.d", "", ""},
		{"GET /a", `200 {"id":"cut off`, "id", "", ""},
		{"GET /files/3f2504e0-4f89-11d3-9a0c-0305e82c3301.pdf", `204`, "", "", "3f2504e0-4f89-11d3-9a0c-0305e82c3301"},
	} {
		c, _ := shape(tc.req, tc.resp)
		c.Route, _ = Route(c.Req.Path)
		names, ids := slowGiven(c)
		if got := strings.Join(names, " "); got != tc.names {
			t.Errorf("%s: names %q, want %q", tc.resp, got, tc.names)
		}
		if got := strings.Join(ids, ","); got != tc.ids {
			t.Errorf("%s: ids %q, want %q", tc.resp, got, tc.ids)
		}
		if got := strings.Join(slowAsked(c), ","); got != tc.asked {
			t.Errorf("%s: asked %q, want %q", tc.req, got, tc.asked)
		}
		for range 2 {
			sameAsModel(t, &r, c)
		}
	}
}

func FuzzGiven(f *testing.F) {
	f.Add(`{"a":[{"id":"12345"}]}`)
	f.Fuzz(func(t *testing.T, body string) {
		c, _ := shape("GET /a", "200 {")
		c.Resp.Raw = []byte(body)
		if strings.Contains(body, `.`) || strings.Contains(body, `""`) {
			return // two members may have one name
		}
		var r Reader
		for range 2 {
			sameAsModel(t, &r, c)
		}
	})
}

// BenchmarkGiven is what learning from a response of 4 KB costs.
func BenchmarkGiven(b *testing.B) {
	c, _ := shape("GET /api/v1/items/17?page=3", "200 {")
	c.Route = "/api/v1/items/{id}"
	c.Resp.Raw = []byte(`{"items":[`)
	for i := range 40 {
		c.Resp.Raw = fmt.Appendf(c.Resp.Raw, `{"id":%d,"name":"article %x","price":%d.%02d,"stock":%d,"tags":["new","sale"],"note":"ships in %d days"},`, 1000+i*7919, i*0x9e3779b9, i*3, i, i, i%9)
	}
	c.Resp.Raw = append(c.Resp.Raw[:len(c.Resp.Raw)-1], `],"next":null}`...)
	var r Reader
	b.SetBytes(int64(len(c.Resp.Raw)))
	b.ReportAllocs()
	for b.Loop() {
		c.Forget()
		r.Given(c)
	}
}
