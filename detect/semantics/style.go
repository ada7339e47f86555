package semantics

import (
	"bytes"
	"strings"

	"spaniel/event"
)

// styleLook is how much of an unencoded body is looked at for its style.
const styleLook = 256

// style names the call's style: rest, graphql, soap, jsonrpc or grpc. It
// looks at path, content type and the first bytes of an unencoded body.
func style(c *event.Call, h *headers) string {
	ct := mediaType(h.contentType)
	if (ct == "" || ct == "application/json" && c.Req.Method != "POST") && h.soapAction == "" && !graphqlPath(c.Req.Path) {
		return "rest" // what the rest would say, too
	}
	switch {
	case foldPrefix(ct, "application/grpc"):
		return "grpc"
	case oneOf(ct, "application/graphql", "application/graphql+json", "application/graphql-response+json") || graphqlPath(c.Req.Path):
		return "graphql"
	case h.soapAction != "" || oneOf(ct, "application/soap+xml"):
		return "soap"
	case oneOf(ct, "application/json-rpc", "application/jsonrequest"):
		return "jsonrpc"
	case ct == "" || c.Req.Method != "POST" || len(c.Req.Raw) == 0:
		return "rest"
	}
	head := c.Req.Raw[:min(len(c.Req.Raw), styleLook)]
	switch {
	case oneOf(ct, "text/xml", "application/xml") && bytes.Contains(head, []byte("Envelope")):
		return "soap"
	case strings.HasSuffix(ct, "json") && bytes.Contains(head, []byte(`"jsonrpc"`)):
		return "jsonrpc"
	case strings.HasSuffix(ct, "json") && bytes.Contains(head, []byte(`"query"`)) && (bytes.Contains(head, []byte(`"operationName"`)) || bytes.Contains(head, []byte("query ")) || bytes.Contains(head, []byte("mutation"))):
		return "graphql"
	}
	return "rest"
}

func graphqlPath(p string) bool {
	p = strings.TrimRight(p, "/")
	if p == "" || p[len(p)-1]|0x20 != 'l' {
		return false // as each of them ends
	}
	i := strings.LastIndexByte(p, '/')
	return oneOf(p[i+1:], "graphql", "gql", "graphiql")
}
