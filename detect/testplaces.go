package detect

import (
	"net/netip"

	"github.com/goccy/go-yaml/ast"

	"spaniel/detect/geo"
)

// testPlaces reads where addresses are in one test: no database is shipped, and
// those of a user's would make the test another one.
func (r *reader) testPlaces(n ast.Node) map[netip.Prefix]geo.Spot {
	out := map[netip.Prefix]geo.Spot{}
	m, ok := n.(*ast.MappingNode)
	var pairs []*ast.MappingValueNode
	if ok {
		pairs = m.Values
	} else if one, ok := n.(*ast.MappingValueNode); ok {
		pairs = []*ast.MappingValueNode{one}
	} else {
		r.at(n, `write {203.0.113.0/24: "52.5,13.4"}`, "places are networks with latitude and longitude, or with an autonomous system")
	}
	for _, p := range pairs {
		network, err := netip.ParsePrefix(r.scalar(p.Key, "a network").text)
		if err != nil {
			r.at(p.Key, "write 203.0.113.0/24", "this is no network")
			continue
		}
		at, ok := geo.ParseSpot(r.scalar(p.Value, "a place").text)
		if !ok {
			r.at(p.Value, `write "52.5,13.4" or AS64496`, "this is neither latitude with longitude nor an autonomous system")
			continue
		}
		out[network.Masked()] = at
	}
	return out
}
