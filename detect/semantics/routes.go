package semantics

// maxRoutes bounds the routes that are remembered, maxRouteLen the bytes of
// each: 256 KiB in all.
const (
	maxRoutes   = 1024
	maxRouteLen = 256
)

// Routes remembers the routes seen lately: an API has few, and its calls share
// their texts. The zero value is ready; it belongs to one goroutine.
type Routes struct {
	known map[string]string
	made  template
}

// of is Route.
func (r *Routes) of(path string) (route, version string) {
	version = r.made.of(path)
	if r.made.plain {
		return r.made.path, version
	}
	if route, ok := r.known[string(r.made.text)]; ok {
		return route, version
	}
	route = string(r.made.text)
	if len(route) <= maxRouteLen {
		if r.known == nil || len(r.known) >= maxRoutes {
			r.known = make(map[string]string)
		}
		r.known[route] = route
	}
	return route, version
}
