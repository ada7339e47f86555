package event

// A Noted is what a rule about no call judges: a fact, an anomaly, or a
// connection that is over. It stands in a Call that has neither request nor
// response, but a Flow with the two addresses.
type Noted struct {
	Kind   Kind // KindFact, KindAnomaly or KindFlow
	Name   string
	Detail string   // of an anomaly
	Fields []Header // of a fact
}

// Field is the value of a fact's field, "" without.
func (n *Noted) Field(name string) string {
	for i := range n.Fields {
		if n.Fields[i].Name == name {
			return n.Fields[i].Value
		}
	}
	return ""
}
