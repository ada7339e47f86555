package decode

import (
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"spaniel/event"
	"spaniel/internal/wiretest"
)

// shop is the conversation most tests take: two connections side by side,
// pipelining, a body of several segments, chunks.
const shop = `
-- open a 203.0.113.9:51514 10.0.0.5:80 mss=100 isn=4294967200,4294967000 --
-- open b 203.0.113.9:51515 10.0.0.5:8080 mss=1400 --
-- client a --
GET /a?id=1 HTTP/1.1
Host: shop

-- server a --
HTTP/1.1 200 OK
Content-Length: auto

abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz
-- client b --
POST /login HTTP/1.1
Host: shop
Content-Length: 9

user=alice
-- server b --
HTTP/1.1 403 Forbidden
Content-Length: 0

-- wait 2s --
-- client a --
GET /b HTTP/1.1
Host: shop

GET /c HTTP/1.1
Host: shop

-- server a --
HTTP/1.1 200 OK
Content-Length: 2

okHTTP/1.1 404 Not Found
Transfer-Encoding: chunked

3
abc
0

`

func parse(t testing.TB, text string) *wiretest.Case {
	t.Helper()
	c, err := wiretest.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func sorted(s []string) []string { s = slices.Clone(s); slices.Sort(s); return s }

func TestShop(t *testing.T) {
	r := run(t, parse(t, shop).Frames(), 512, nil)
	for _, l := range r.lines {
		t.Log(l)
	}
	t.Logf("%+v", r.led)
}

var _ = netip.Addr{}
var _ = strings.Join
var _ = time.Second
var _ event.Call
