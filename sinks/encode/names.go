package encode

import "strings"

// A knownName is a header name that most messages have, and how its field
// begins in JSON.
type knownName struct {
	usual, lower string // as senders write it
	lead                // "name":["
}

// knownNames holds names at their marks; of two with one mark the first.
var knownNames = func() (t [256]knownName) {
	for name := range strings.FieldsSeq(`Host User-Agent Accept Accept-Encoding Accept-Language Authorization Content-Type Content-Length Cookie
		Connection Referer Origin Cache-Control Pragma X-Request-ID X-Request-Id X-Forwarded-For X-Forwarded-Proto X-Forwarded-Host X-Real-IP X-Api-Key
		X-Requested-With If-None-Match If-Modified-Since Upgrade-Insecure-Requests Sec-Fetch-Site Sec-Fetch-Mode Sec-Fetch-Dest Sec-Fetch-User Traceparent
		Date Server Content-Encoding Transfer-Encoding Set-Cookie Location ETag Last-Modified Expires Vary Via Age Keep-Alive X-Powered-By
		Accept-Ranges Access-Control-Allow-Origin Strict-Transport-Security X-Content-Type-Options X-Frame-Options Content-Language`) {
		if known := &t[nameMark(name)]; known.usual == "" {
			lower := strings.ToLower(name)
			*known = knownName{name, lower, newLead(string(AppendString(nil, lower)) + `:["`)}
		}
	}
	return t
}()

// is reports whether a name is the known one, as senders write it or in lower case.
func (k *knownName) is(name string) bool {
	if name[0] >= 'a' {
		return name == k.lower
	}
	return name == k.usual
}

// nameMark is a number that names which are equal but for ASCII case share,
// and few others do. The name is not empty.
func nameMark(name string) uint8 {
	return lower(name[0])*31 + lower(name[len(name)-1])*7 + uint8(len(name))*41
}
