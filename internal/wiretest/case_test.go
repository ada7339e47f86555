package wiretest

import (
	"strings"
	"testing"
	"time"
)

const sample = `two connections
-- client --
GET /a HTTP/1.1
Host: h

-- wait 1s --
-- server gzip --
HTTP/1.1 200 OK
Content-Encoding: gzip
Content-Length: auto

hello
-- open b 198.51.100.8:999 10.0.0.5:8080 mss=10 isn=4294967290,1 vlan=7,8 --
-- client b quoted --
GET /b HTTP/1.0\r\n
\r\n
-- server b hex --
48 54
54 50
-- fin b server --
-- client lost --
GET /lost HTTP/1.1

-- client crlf --
one
two
-- client quoted times=3 --
x
-- note --
kept
-- calls --
GET h/a 200
`

func TestParse(t *testing.T) {
	c, err := Parse([]byte(sample))
	if err != nil {
		t.Fatal(err)
	}
	if c.Comment != "two connections\n" || c.Calls != "GET h/a 200\n" || c.Files["note"] != "kept\n" {
		t.Errorf("read %q, %q, %q", c.Comment, c.Calls, c.Files)
	}
	frames := c.Frames()
	got := streams(t, frames)
	zipped, err := Gzip("hello")
	if err != nil {
		t.Fatal(err)
	}
	lost := "GET /lost HTTP/1.1\r\n\r\n"
	for flow, want := range map[string]string{
		toServer:                           "GET /a HTTP/1.1\r\nHost: h\r\n\r\n" + strings.Repeat("\x00", len(lost)) + "one\r\ntwo\r\nxxx",
		toClient:                           "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 29\r\n\r\n" + zipped,
		"198.51.100.8->10.0.0.5 999->8080": "GET /b HTTP/1.0\r\n\r\n",
		"10.0.0.5->198.51.100.8 8080->999": "HTTP",
	} {
		if got[flow] != want {
			t.Errorf("%s:\n%q\n%q", flow, got[flow], want)
		}
	}
	if len(got) != 4 {
		t.Errorf("%d streams", len(got))
	}
	if frames[0].Time != CaseStart || time.Duration(frames[len(frames)-1].Time-CaseStart) < time.Second {
		t.Errorf("from %d to %d", frames[0].Time, frames[len(frames)-1].Time)
	}
}

func TestParseFaults(t *testing.T) {
	for text, want := range map[string]string{
		"-- client odd word --\n":               `section "client odd word": unknown word "word"`,
		"-- client times=3 raw --\n":            "times=3 is no number of times",
		"-- wait soon --\n":                     `section "wait soon"`,
		"-- fin --\n":                           "no open connection",
		"-- open 1.2.3.4:5 --\n":                "1 addresses, want client and server",
		"-- open mtu=5 --\n":                    "option mtu=5 is none of",
		"-- open mss=x --\n":                    "option mss",
		"-- client hex --\nzz\n":                "invalid byte",
		"-- client quoted --\n\\q\n":            "invalid syntax",
		"-- open --\n-- open --\n":              "is open",
		"-- open --\n-- rst --\n-- client --\n": "is closed",
	} {
		if _, err := Parse([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}
