// Package ruletest runs the tests inside rules: it makes packets of their
// requests, sends them through the path it is given, and compares the alerts.
// `spaniel rules test` and `go test ./rules` are this one runner. It judges
// nothing itself.
//
// # Tests
//
// A rule's `tests` is a list of `fires: X`, `silent: X` and `misses: X`. A
// miss is an attack the rule is known not to find; when it begins to fire,
// that is a finding: promote it. Beside fires may stand `severity:`,
// `outcome:` (some alert of the rule must have it), `alerts:` (how many
// different alerts) and `why:`. `lists: {name: [entry, …]}` says what named
// lists hold during the test, `places: {network: "latitude,longitude"}` where
// addresses are (or AS64496, whose), `specification:` the text of OpenAPI that the
// API has.
//
// X is the text of a request, or a mapping (a phase), or a list of both,
// played one after the other.
//
// # The text of a request
//
// On one line: METHOD target [body] [-> STATUS [body]]
//
//	POST /login {"user":"a","password":"b"} -> 401 {"error":"no"}
//
// The target ends at the first space. A body that begins with { or [ is sent
// as JSON, with < as XML, otherwise as a form.
//
// As a block: the request line (METHOD target, HTTP/1.0 or HTTP/1.1 may
// follow), header lines, an empty line, the body; then optionally a line
// `-> STATUS [body]`, header lines, an empty line, the body. `!Name` leaves
// out a header that would be there by default: Host shop.example, a
// browser's User-Agent, Accept, Content-Type and Content-Length as the body
// is. Without `->` the answer is 200 with the JSON body {}; `-> none` means
// that no response is seen. At the end of a block may stand `-> over STATUS …`:
// another response that is sent in the same place of the stream, as who
// injects one does; or `-> also STATUS …`, one more behind it.
//
// # What is no call
//
//	ARP reply 10.0.0.1 02:00:00:00:00:66 10.0.0.9      who, its MAC, whom
//	NDP advertisement fe80::1 02:00:00:00:00:66 ff02::1
//	TLS sni=shop.example version=1.2 cipher=c02f subject=shop.example issuer=CA until=2027-01-01
//	SYN                                                 a handshake that nobody answers
//	OPEN                                                a connection that stays silent until the end
//
// # A phase
//
//	from: 203.0.113.9     client's address                    198.51.100.7
//	to: 10.0.0.5:80       server
//	repeat: 30            times that the requests are played  1
//	every: 1s             from one request to the next        100ms
//	jitter: 0.8           each gap is every × (1 ± 0.8)       0
//	after: 5m             pause before the phase              0s
//	took: 2s              until the response begins           5ms
//	slow: 40s             time over which the request is sent 0s
//	drip: 40s             time over which the response is sent 0s
//	unfinished: true      the request's last bytes never come false
//	connections: each     a connection for every request      one
//	requests: […]         or request: …
//
// Holes in requests, from and to: {{n}} is the round from 1, {{n+5}} {{n*3}}
// {{n%7}} {{n/10}} compute with it, {{hex}} is 16 hex digits and {{rand 100}}
// a number below 100, both decided by the round. {{fill 5000}} is that many
// letters, {{gzip 5000}} the same packed. {{jwt alg=HS256 sub=u{{n}}
// exp=1800000000 key=secret}} is a JSON web token: alg, typ, kid, jku and x5u
// of its header, all other names claims, signed with key, unless sig is given.
// Everything is deterministic; time begins on a Monday at 10:00 UTC.
package ruletest
