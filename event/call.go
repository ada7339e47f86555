package event

import "net/netip"

// A Call is one API call: a request with its response, or the fact that one
// of them was not seen; what Suricata and Zeek call an HTTP transaction.
//
// A Call and everything it points to is borrowed by whoever receives it until
// the receiving function returns; what must live on is copied then. Strings
// are ordinary Go strings and may be kept.
type Call struct {
	ID, Key ID
	// Order places the call in the capture's one order: the moment it was
	// complete, or given up.
	Order Order
	Flow  *Flow
	// Depth is the call's position on its connection, from 1.
	Depth uint32
	// Time is the request's first byte (the response's, if no request was
	// seen), ns since 1970.
	Time int64
	// Proto is http/1.1, http/1.0 or http/0.9; later h2, ws, grpc.
	Proto string
	Req   Request
	Resp  Response
	Flags Flags
	// Anomalies are names from anomaly.go, each at most once.
	Anomalies []string
	// Sensor is the sensor's name, "file" when read from a capture file.
	Sensor string
	// Alt is the call's second reading, nil for nearly all calls: see alt.go.
	Alt *Call
	// Why is set in a second reading only: the anomaly that makes it possible.
	Why string

	// The fields below are filled by detect, from the call's own bytes.

	Style  string // rest, graphql, soap, jsonrpc, grpc
	Kind   string // login, logout, reset, otp, signup, refresh, payment, or ""
	Failed bool   // the operation named by Kind did not succeed
	Route  string // templated path: /orders/{id}
	APIVer string // version of the API: v1
	// RealIP is the client behind trusted proxies, else the flow's client.
	RealIP netip.Addr
	// KeepLeaves asks for the leaves in the call's record: a rule fired on it.
	KeepLeaves bool
	// AgentFamily and Bot are what the user agent calls itself.
	AgentFamily, Bot string
	// Country and ASN say where RealIP is, "" and 0 where no database tells.
	Country   string
	ASN       uint32
	Principal Principal
	// Known is the fingerprint of a call whose headers are not as they were
	// sent, since it comes from a store; else 0.
	Known uint64
	// Noted is what this is about that is no call, nil in a call.
	Noted *Noted

	expand Expander
	leaves []Leaf
	body   [2][]byte
	have   [3]bool // leaves, request body, response body were made
}

// A Request is the client's half of a call.
type Request struct {
	Message
	Method string
	// Target is exactly as on the wire; the rest are derived from it and the
	// Host header. Path and Query are raw (not percent-decoded), without '?'.
	Target, Host, Path, Query string
	// URI is Path and Query in the form that a server makes of them. It is made
	// when a rule first asks; until then it is empty.
	URI string
}

// A Response is the server's half of a call.
type Response struct {
	Message
	Status int // 0 when never seen
	Reason string
}

// Principal is who made the call, as far as the wire tells.
type Principal struct {
	Kind string // none, basic, bearer, jwt, cookie, apikey
	// ID and Session are keyed hashes, never the secret itself.
	ID, Session string
	User        string
	// Role is what a token says the caller may: its scope or roles.
	Role string
}

// An Expander makes, on demand, what a call holds beyond its heads: decoded
// bodies, leaves and their readings. decode/body implements it; a call that
// nobody asks pays for none of it. It may add to the call's Flags and
// Anomalies. It is called from the goroutine that owns the call, and returns
// memory that is valid as long as the call is.
type Expander interface {
	// Body returns m's body with its content codings removed, bounded.
	Body(c *Call, m *Message) []byte
	// Leaves appends every client-controlled value of the request to dst.
	Leaves(c *Call, dst []Leaf) []Leaf
}

// Reset makes the call new, keeping memory for reuse, with x to expand it.
func (c *Call) Reset(x Expander) {
	req, resp, an, lv := c.Req.Message, c.Resp.Message, c.Anomalies[:0], c.leaves[:0]
	*c = Call{} // in place: one that holds something would be made elsewhere and copied
	c.expand, c.Anomalies, c.leaves = x, an, lv
	c.Req.Headers, c.Req.Trailers, c.Req.Raw = req.Headers[:0], req.Trailers[:0], req.Raw[:0]
	c.Resp.Headers, c.Resp.Trailers, c.Resp.Raw = resp.Headers[:0], resp.Trailers[:0], resp.Raw[:0]
}

// Forget lets go of what was made of the call, its decoded bodies and the texts
// of its leaves: they may be many times what came over the wire.
func (c *Call) Forget() {
	clear(c.leaves)
	c.leaves, c.body, c.have = c.leaves[:0], [2][]byte{}, [3]bool{}
}

// ReqBody returns the request body, content codings removed; borrowed.
func (c *Call) ReqBody() []byte { return c.decoded(ToServer, &c.Req.Message) }

// RespBody returns the response body, content codings removed; borrowed.
func (c *Call) RespBody() []byte { return c.decoded(ToClient, &c.Resp.Message) }

func (c *Call) decoded(d Direction, m *Message) []byte {
	if !c.have[d] {
		c.have[d] = true
		c.body[d] = m.Raw
		if c.expand != nil && len(m.Raw) > 0 {
			c.body[d] = c.expand.Body(c, m)
		}
	}
	return c.body[d]
}

// Leaves returns every client-controlled value of the request; borrowed. The
// pointers &leaves[i] stay valid as long as the call does.
func (c *Call) Leaves() []Leaf {
	if !c.have[2] {
		c.have[2] = true
		if c.expand != nil {
			c.leaves = c.expand.Leaves(c, c.leaves[:0])
		}
	}
	return c.leaves
}

// Expanded reports whether leaves were asked for.
func (c *Call) Expanded() bool { return c.have[2] }

// Mark adds an anomaly by name, once.
func (c *Call) Mark(anomaly string) {
	for _, a := range c.Anomalies {
		if a == anomaly {
			return
		}
	}
	c.Anomalies = append(c.Anomalies, anomaly)
}
