package semantics

import (
	"strings"

	"spaniel/event"
)

// headers are the request fields that meaning rests on, found in one pass.
type headers struct {
	authorization, cookie, contentType, soapAction string
	apiKey                                         string
	version                                        string
}

// readHeaders finds the fields by length first: most fields are none of these.
func readHeaders(c *event.Call) headers {
	var h headers
	for i := range c.Req.Headers {
		f := &c.Req.Headers[i]
		switch len(f.Name) {
		case 6:
			if foldEqual(f.Name, "cookie") && h.cookie == "" {
				h.cookie = f.Value
			} else if foldEqual(f.Name, "apikey") {
				h.apiKey = f.Value
			}
		case 7:
			if foldEqual(f.Name, "api-key") {
				h.apiKey = f.Value
			}
		case 9:
			if foldEqual(f.Name, "x-api-key") || foldEqual(f.Name, "x-api_key") {
				h.apiKey = f.Value
			}
		case 10:
			if foldEqual(f.Name, "soapaction") {
				h.soapAction = max(f.Value, `""`)
			}
		case 11:
			if foldEqual(f.Name, "api-version") {
				h.version = f.Value
			}
		case 12:
			if foldEqual(f.Name, "content-type") {
				h.contentType = f.Value
			} else if foldEqual(f.Name, "x-auth-token") || foldEqual(f.Name, "x-access-key") || foldEqual(f.Name, "x-auth-apikey") {
				h.apiKey = f.Value
			}
		case 13:
			if foldEqual(f.Name, "authorization") && h.authorization == "" {
				h.authorization = f.Value
			} else if foldEqual(f.Name, "x-api-version") {
				h.version = f.Value
			}
		case 14:
			if foldEqual(f.Name, "x-access-token") || foldEqual(f.Name, "x-goog-api-key") || foldEqual(f.Name, "accept-version") {
				if f.Name[0]|0x20 == 'a' {
					h.version = f.Value
				} else {
					h.apiKey = f.Value
				}
			}
		case 15:
			if foldEqual(f.Name, "x-session-token") {
				h.apiKey = f.Value
			}
		case 25:
			if foldEqual(f.Name, "ocp-apim-subscription-key") {
				h.apiKey = f.Value
			}
		}
	}
	if len(h.version) > 16 {
		h.version = h.version[:16]
	}
	return h
}

// foldEqual compares ASCII without regard to case; lower is in lower case.
func foldEqual(s, lower string) bool {
	return len(s) == len(lower) && foldPrefix(s, lower)
}

func foldPrefix(s, lower string) bool {
	if len(s) < len(lower) {
		return false
	}
	for i := 0; i < len(lower); i++ {
		c := s[i]
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c != lower[i] {
			return false
		}
	}
	return true
}

// foldContains is strings.Contains without regard to ASCII case.
func foldContains(s, lower string) bool {
	for i := 0; i+len(lower) <= len(s); i++ {
		if foldPrefix(s[i:], lower) {
			return true
		}
	}
	return false
}

// oneOf reports whether s is one of the words, given in lower case.
func oneOf(s string, words ...string) bool {
	for _, w := range words {
		if foldEqual(s, w) {
			return true
		}
	}
	return false
}

// mediaType returns a content type without its parameters.
func mediaType(v string) string {
	if i := strings.IndexByte(v, ';'); i >= 0 {
		v = v[:i]
	}
	return strings.TrimSpace(v)
}
