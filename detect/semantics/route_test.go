package semantics

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestRoute(t *testing.T) {
	for _, c := range []struct{ path, route, version string }{
		{"", "/", ""},
		{"/", "/", ""},
		{"/orders", "/orders", ""},
		{"/orders/", "/orders/", ""},
		{"/orders/42", "/orders/{id}", ""},
		{"/orders/42/items/7", "/orders/{id}/items/{id}", ""},
		{"/v1/orders/42", "/v1/orders/{id}", "v1"},
		{"/api/v2.1/users", "/api/v2.1/users", "v2.1"},
		{"/api/v1beta2/pods", "/api/v1beta2/pods", "v1beta2"},
		{"/apis/apps/v1/namespaces/default/deployments/web", "/apis/apps/v1/namespaces/default/deployments/web", "v1"},
		{"/users/3f2504e0-4f89-11d3-9a0c-0305e82c3301", "/users/{uuid}", ""},
		{"/users/3F2504E0-4F89-11D3-9A0C-0305E82C3301/x", "/users/{uuid}/x", ""},
		{"/objects/507f1f77bcf86cd799439011", "/objects/{id}", ""},
		{"/commits/deadbeef1", "/commits/{id}", ""},
		{"/words/deadbeef", "/words/deadbeef", ""},
		{"/words/facade", "/words/facade", ""},
		{"/reports/2026-11-22", "/reports/{date}", ""},
		{"/reports/20261122", "/reports/{date}", ""},
		{"/reports/2026-11", "/reports/{date}", ""},
		{"/reports/2026-11-22T10:00:00Z", "/reports/{date}", ""},
		{"/users/ann@example.com", "/users/{email}", ""},
		{"/users/ann%40example.com", "/users/{email}", ""},
		{"/search/red%20shoes", "/search/{text}", ""},
		{"/files/12345.json", "/files/{id}.json", ""},
		{"/img/logo.png", "/img/logo.png", ""},
		{"/orders/ord_81723", "/orders/{id}", ""},
		{"/invoices/INV-2026-00042", "/invoices/{id}", ""},
		{"/users/u17", "/users/{id}", ""},
		{"/customers/cus_9s6XKzkNRiz8i3", "/customers/{id}", ""},
		{"/events/01ARZ3NDEKTSV4RRFFQ69G5FAV", "/events/{id}", ""},
		{"/oauth2/token", "/oauth2/token", ""},
		{"/api/md5", "/api/md5", ""},
		{"/s3/bucket", "/s3/bucket", ""},
		{"/temp/-5", "/temp/{id}", ""},
		{"/geo/52.37,4.89", "/geo/{id}", ""},
		{"/a;jsessionid=1A2B", "/a;jsessionid=1A2B", ""},
		{"//double//42", "//double//{id}", ""},
		{"/login", "/login", ""},
		{"/products/red-shoes", "/products/red-shoes", ""},
		{"/video/v", "/video/v", ""},
		{"/reset/eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abcDEF123", "/reset/{token}", ""},
	} {
		route, version := Route(c.path)
		if route != c.route || version != c.version {
			t.Errorf("Route(%q) = %q, %q; want %q, %q", c.path, route, version, c.route, c.version)
		}
	}
}

func TestRouteOfPlainPathAllocatesNothing(t *testing.T) {
	if n := testing.AllocsPerRun(100, func() { Route("/api/v1/products/red-shoes/reviews") }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// TestRouteIsStable: a template of a template is itself, and has as many
// segments as the path.
func TestRouteIsStable(t *testing.T) {
	segment := rapid.OneOf(rapid.StringMatching(`[a-z]{1,8}`), rapid.StringMatching(`[0-9]{1,12}`), rapid.StringMatching(`[a-f0-9]{8,32}`), rapid.StringMatching(`[A-Za-z0-9_%.@-]{0,40}`))
	var remembered Routes
	rapid.Check(t, func(t *rapid.T) {
		path := "/" + strings.Join(rapid.SliceOfN(segment, 0, 8).Draw(t, "path"), "/")
		route, version := Route(path)
		if r, v := remembered.of(path); r != route || v != version {
			t.Fatalf("remembered: %q, %q of %q is not %q, %q", r, v, path, route, version)
		}
		if again, _ := Route(route); again != route {
			t.Fatalf("Route(%q) = %q, whose route is %q", path, route, again)
		}
		if strings.Count(route, "/") != strings.Count(path, "/") {
			t.Fatalf("Route(%q) = %q has other segments", path, route)
		}
	})
}
