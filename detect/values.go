package detect

import (
	"encoding/base64"
	"net/netip"
	"strconv"
	"strings"

	"spaniel/detect/semantics"
	"spaniel/event"
)

// incompleteFlags are the marks of a call of which something is missing.
const incompleteFlags = event.FlagRequestOnly | event.FlagResponseOnly | event.FlagTruncated | event.FlagGap |
	event.FlagCapped | event.FlagReqIncomplete | event.FlagRespIncomplete

// noFlow stands in where a call has no flow, which happens only in tests of
// parts; expressions never meet a nil.
func (s *scope) flow() *event.Flow {
	if s.call.Flow == nil {
		return &event.Flow{}
	}
	return s.call.Flow
}

// realIP is the client behind trusted proxies, where the call was told; a call
// made by hand, in a test, has only its connection's.
func realIP(s *scope) any {
	if s.call.RealIP.IsValid() {
		return s.call.RealIP.Unmap().String()
	}
	return addrText(s.flow().Client)
}

func addrText(a netip.AddrPort) string {
	if !a.IsValid() {
		return ""
	}
	return a.Addr().Unmap().String()
}

func flowID(s *scope) any { return strconv.FormatUint(s.flow().ID, 10) }

func fingerprint(s *scope) any {
	fp := s.prints.of(s.call)
	if fp == 0 {
		return ""
	}
	return strconv.FormatUint(fp, 10)
}

// micros is the time from a to b in microseconds, 0 when either is unknown or
// the clock went back.
func micros(a, b int64) int {
	if a == 0 || b == 0 || b < a {
		return 0
	}
	return int((b - a) / 1000)
}

func ttfb(s *scope) any { return micros(s.call.Req.End, s.call.Resp.Start) }

func duration(s *scope) any {
	c := s.call
	return micros(c.Time, max(c.Req.End, c.Resp.End))
}

func firstFrame(s *scope) any {
	if !s.call.Req.Seen {
		return int(s.call.Resp.FirstFrame)
	}
	return int(s.call.Req.FirstFrame)
}

func lastFrame(s *scope) any { return int(max(s.call.Req.LastFrame, s.call.Resp.LastFrame)) }

// mediaType is the Content-Type without parameters, lower case.
func mediaType(m *event.Message) string {
	t, _, _ := strings.Cut(m.Get("content-type"), ";")
	return lowerASCII(strings.TrimSpace(t))
}

func anomalies(s *scope) any {
	if s.call.Anomalies == nil {
		return []string{}
	}
	return s.call.Anomalies
}

func headerList(m *event.Message) []*HeaderField {
	list := make([]*HeaderField, len(m.Headers))
	for i, h := range m.Headers {
		list[i] = &HeaderField{Name: lowerASCII(h.Name), Value: h.Value}
	}
	return list
}

func endpoint(s *scope) any { return s.makeText(endpointText) }

// operation is the GraphQL or JSON-RPC operation the request names.
func operation(s *scope) any {
	switch s.call.Style {
	case "graphql":
		return s.leafValue(operationKeys)
	case "jsonrpc":
		return s.leafValue(methodKeys)
	}
	return ""
}

// leafValue returns the value of the first body or query leaf whose key is
// one of keys, "" if none is.
func (s *scope) leafValue(keys *keySet) string {
	if l := s.leafNamed(keys); l != nil {
		return l.Value
	}
	return ""
}

func (s *scope) leafNamed(keys *keySet) *event.Leaf {
	leaves := s.call.Leaves()
	for i := range leaves {
		l := &leaves[i]
		switch l.Kind {
		case event.LeafQuery, event.LeafForm, event.LeafJSON, event.LeafMultipart, event.LeafXML:
			if keys.has(l.Key) {
				return l
			}
		}
	}
	return nil
}

// basic returns user and password of an Authorization: Basic header.
func (s *scope) basic() (user, password string, ok bool) {
	scheme, rest, _ := strings.Cut(s.call.Req.Get("authorization"), " ")
	if lowerASCII(scheme) != "basic" {
		return "", "", false
	}
	b, err := base64.StdEncoding.DecodeString(strings.TrimSpace(rest))
	if err != nil {
		return "", "", false // credentials that do not decode are no credentials
	}
	user, password, ok = strings.Cut(string(b), ":")
	return user, password, ok
}

// loginUser is the name that is tried or logged in. What semantics made of
// the call comes first; where it knows no user, the request may still name one.
func loginUser(s *scope) any {
	if u := s.call.Principal.User; u != "" {
		return u
	}
	if u, _, ok := s.basic(); ok && u != "" {
		return u
	}
	if s.call.Kind != "" {
		return s.leafValue(userKeys)
	}
	return ""
}

func passwordHash(s *scope) any {
	if _, p, ok := s.basic(); ok {
		return s.hash("password", p)
	}
	if l := s.password(); l != nil {
		return s.hash("password", l.Value)
	}
	return ""
}

// password is the value that is tried as a password: by the usual names, else,
// in a call that logs in, by those of other languages and frameworks.
func (s *scope) password() *event.Leaf {
	if s.call.Kind == "" && s.view != nil && !s.view.MayName(s.lang.passwordTest) {
		return nil
	}
	if l := s.leafNamed(passwordKeys); l != nil || s.call.Kind == "" {
		return l
	}
	leaves := s.call.Leaves()
	for i := range leaves {
		switch leaves[i].Kind {
		case event.LeafQuery, event.LeafForm, event.LeafJSON, event.LeafMultipart, event.LeafXML:
			if semantics.IsPassword(leaves[i].Key) {
				return &leaves[i]
			}
		}
	}
	return nil
}

func passwordPlace(s *scope) any {
	if _, p, ok := s.basic(); ok && p != "" {
		return "header.authorization"
	}
	if l := s.password(); l != nil && l.Value != "" {
		return l.Place
	}
	return ""
}
