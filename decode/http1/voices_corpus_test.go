package http1

import (
	"bufio"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"spaniel/event"
)

// sound are messages that nobody reads in two ways; what comes before and
// after them tells whether a reader kept its place.
var sound = [2][]string{
	{"GET /a HTTP/1.1\r\nHost: h\r\n\r\n", "POST /b?c=d HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello", "PUT /e HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n10\r\n0123456789abcdef\r\n0\r\n\r\n",
		"DELETE /f HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n", "OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n"},
	{"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", "HTTP/1.1 204 No Content\r\n\r\n", "HTTP/1.1 304 Not Modified\r\nETag: x\r\n\r\n",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX: y\r\n\r\n", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"},
}

// drawText draws one to four messages of a kind, most of them sound.
func drawText(t *rapid.T, k kind) string {
	first, good := oracleLines, sound[0]
	if k != requests {
		first, good = oracleStatus, sound[1]
	}
	text := ""
	for range rapid.IntRange(1, 4).Draw(t, "messages") {
		if rapid.IntRange(0, 2).Draw(t, "odd") == 0 {
			text += drawHead(t, first)
		} else {
			text += rapid.SampledFrom(good).Draw(t, "sound")
		}
	}
	return text
}

// TestVoicesOnMessages asks all voices about messages made of pieces.
func TestVoicesOnMessages(t *testing.T) {
	l := startLlhttp(t)
	for range 40 { // each is a hundred texts
		rapid.Check(t, func(t *rapid.T) {
			k := kind(rapid.IntRange(0, 2).Draw(t, "kind"))
			listen(t, l, k, drawText(t, k), false)
		})
	}
	least := 500
	if testing.Short() { // a fifth of the texts
		least = 100
	}
	if l.tally.read < least || l.tally.refused < least || l.tally.differed < least/5*2 {
		t.Errorf("too little of one sort: %+v", l.tally)
	}
	t.Logf("%+v", l.tally)
}

// TestVoicesOnCorpora asks them about what other parsers are tested with.
func TestVoicesOnCorpora(t *testing.T) {
	l := startLlhttp(t)
	files, err := filepath.Glob(shared(t, "http1-messages/libhtp") + "/*.t")
	if err != nil || len(files) == 0 {
		t.Fatal("no conversations", err)
	}
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var text [2]string
		for _, p := range libhtpPushes(b) {
			text[p.dir] += p.data
		}
		t.Run(filepath.Base(file), func(t *testing.T) {
			listen(t, l, requests, text[event.ToServer], false)
			listen(t, l, responses, text[event.ToClient], false)
		})
	}
	f, err := os.Open(shared(t, "http1-messages/llhttp_cases.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var c llhttpCase
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			t.Fatal(err)
		}
		t.Run(c.File+" "+c.Title, func(t *testing.T) {
			k := requests
			if strings.HasPrefix(c.Type, "response") {
				k = responses
			}
			listen(t, l, k, string(c.Raw), false)
		})
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	t.Logf("%+v", l.tally)
}

// FuzzHTTP1 asks net/http, and llhttp where there is Node, about any bytes as
// requests or responses: where they agree, so do we. With SPANIEL_LONG where they
// differ or refuse, we say that something is odd.
func FuzzHTTP1(f *testing.F) {
	for k, list := range sound {
		for _, s := range list {
			f.Add(byte(k), []byte(s))
		}
	}
	for _, o := range oddities {
		if len(o.request) < 1024 && len(o.response) < 1024 {
			f.Add(byte(requests), []byte(o.request))
			f.Add(byte(responses), []byte(o.response))
		}
	}
	var l *llhttp
	if _, err := exec.LookPath("node"); err == nil {
		l = startLlhttp(f)
	}
	wild := os.Getenv("SPANIEL_LONG") == ""
	f.Fuzz(func(t *testing.T, k byte, text []byte) {
		if len(text) < 4096 {
			listen(t, l, kind(k%3), string(text), wild)
		}
	})
}
