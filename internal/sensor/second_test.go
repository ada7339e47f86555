package sensor

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"spaniel/detect"
	"spaniel/event"
	"spaniel/internal/wiretest"
	"spaniel/rules"
	"spaniel/sinks/encode"
)

// hidden are attacks that only the second reading of a call shows, each on a
// connection of its own.
var hidden = []struct{ name, text, rule, place, alt string }{
	{"in bytes sent again before they are acknowledged", `
-- segment client a next --
GET /items?id=1++++++++++++++++++++++++++++ HTTP/1.1\r\nHost: h\r\n\r\n
-- segment client a pos=0 --
GET /items?id=1'+UNION+SELECT+1,password--+ HTTP/1.1\r\nHost: h\r\n\r\n
`, "sqli-in-input", "query.id", "overlap_ambiguous"},
	{"in the loser of two segments behind a hole", `
-- segment client b pos=10 --
?id=1++++++++++++++++++++++++++++ HTTP/1.1\r\nHost: h\r\n\r\n
-- segment client b pos=10 --
?id=1'+UNION+SELECT+1,password--+ HTTP/1.1\r\nHost: h\r\n\r\n
-- segment client b pos=0 --
GET /items
-- segment client b pos=0 next --
GET /items?id=1++++++++++++++++++++++++++++ HTTP/1.1\r\nHost: h\r\n\r\n
`, "sqli-in-input", "query.id", "overlap_ambiguous"},
	{"behind the last chunk, within the length", `
-- client c quoted --
POST /items HTTP/1.1\r\nHost: h\r\nContent-Type: text/plain\r\nContent-Length: 46\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nid=1' UNION SELECT password FROM users--+
`, "sqli-in-input", "body", "smuggling_ambiguous"},
	{"in a request that a shorter length leaves behind", `
-- client d quoted --
POST /items HTTP/1.1\r\nHost: h\r\nContent-Type: image/png\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n50\r\nGET /items?id=1'+UNION+SELECT+password+FROM+users-- HTTP/1.1\r\nHost: h\r\nX: abc\r\n\r\n\r\n0\r\n\r\n
`, "smuggled-items", "query.id", "smuggling_ambiguous"},
	{"in a folded field, joined without a space", `
-- client e quoted --
GET /items HTTP/1.1\r\nHost: h\r\nX-Q: 1' UN\r\n ION SEL\r\n ECT password FR\r\n OM users--\r\n\r\n
`, "sqli-in-input", "header.x-q", "obs_fold"},
	{"in the second of two hosts", `
-- client f quoted --
GET /items HTTP/1.1\r\nHost: h\r\nHost: inner.example\r\n\r\n
`, "inner-host", "call.alt", "host_ambiguous"},
	{"in the loser of two segments of a response", `
-- client g quoted --
GET /page HTTP/1.1\r\nHost: h\r\n\r\n
-- segment server g pos=39 --
<b>all is well, do go on.</b>..
-- segment server g pos=39 --
<script src=//evil.example/x.js
-- segment server g pos=0 --
HTTP/1.1 200 OK\r\nContent-Length: 31\r\n\r\n
-- segment server g pos=0 next --
HTTP/1.1 200 OK\r\nContent-Length: 31\r\n\r\n<b>all is well, do go on.</b>..
-- segment client g --
-- client g quoted --
GET /next HTTP/1.1\r\nHost: h\r\n\r\n
`, "injected-answer", "resp.body", "overlap_ambiguous"},
	{"in a response whose beginning comes again", `
-- client h quoted --
GET /items?id=1' HTTP/1.1\r\nHost: h\r\n\r\n
-- segment server h next --
HTTP/1.1 200 OK\r\nContent-Length: 48\r\n\r\nAll is well with what you have sent us.....
-- segment server h pos=39 --
You have an error in your SQL syntax near 1
-- segment server h next --
.....
-- segment client h --
-- client h quoted --
GET /next HTTP/1.1\r\nHost: h\r\n\r\n
`, "sql-error-shown", "resp.body", "overlap_ambiguous"},
}

const hiddenRules = `id: smuggled-items
title: A request for items that is none of ours
severity: high
category: protocol/smuggling
when: call.alt != "" && req.method == "GET" && any(req.leaves, .place == "query.id" && sqli(#))
---
id: inner-host
title: A host nobody should ask for
severity: high
category: protocol/host-header
when: req.host == "inner.example"
---
id: injected-answer
title: A script that no page of ours has
severity: high
category: protocol/injection
when: contains_any(resp.body, ["//evil.example/"])
---
id: sql-error-shown
title: A database's error in an answer
severity: high
category: protocol/injection
when: sql_error(resp)
`

func hiddenSet(t *testing.T) *detect.Set {
	t.Helper()
	set, err := detect.Load([]detect.Source{{Name: "builtin", FS: rules.FS},
		{Name: "test", FS: fstest.MapFS{"hidden.yaml": &fstest.MapFile{Data: []byte(hiddenRules)}}}}, detect.LoadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// conversation makes one capture of all that is hidden.
func conversation(t *testing.T) []event.Frame {
	t.Helper()
	text := "hidden\n"
	for i, h := range hidden {
		text += strings.TrimPrefix(h.text, "\n") + fmt.Sprintf("-- server %c quoted --\nHTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nok\n", 'a'+i)
	}
	c, err := wiretest.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	_, frames, err := c.Do()
	if err != nil {
		t.Fatal(err)
	}
	return frames
}

// TestHiddenAttacksAreFound: rules fire on second readings, once, and the
// evidence says in which reading.
func TestHiddenAttacksAreFound(t *testing.T) {
	alerts, err := Replay(testConfig(hiddenSet(t)), conversation(t))
	if err != nil {
		t.Fatal(err)
	}
	for i, h := range hidden {
		port := uint16(0)
		var got []string
		for _, a := range alerts {
			if a.Rule.ID != h.rule {
				continue
			}
			for _, e := range a.Evidence {
				got = append(got, fmt.Sprintf("%d %s %s %q", a.Client.Port, e.Place, e.Alt, e.Text))
				if e.Place == h.place && e.Alt == h.alt {
					port = a.Client.Port
				}
			}
		}
		if port == 0 {
			t.Errorf("%d, %s: not found, but %s", i, h.name, got)
		}
	}
	seen := map[string]bool{}
	for _, a := range alerts {
		if key := a.ID.String(); seen[key] && a.Count == 1 { // of several calls it comes again, to say how many
			t.Errorf("two alerts with the id %s", key)
		} else {
			seen[key] = true
		}
	}
}

// TestSecondReadingsHoweverTheyAreRun: workers and epochs change no byte.
func TestSecondReadingsHoweverTheyAreRun(t *testing.T) {
	frames := conversation(t)
	set := hiddenSet(t)
	var want []byte
	for _, workers := range []int{1, 4} {
		for _, epoch := range []int{512, 7, 1} {
			cfg := testConfig(set)
			cfg.Workers, cfg.EpochFrames, cfg.Portion = workers, epoch, 1+epoch/20
			var got []byte
			rows := encode.NewRows()
			s, err := New(cfg, func(it *event.Item) event.CallFate {
				got = rows.AppendItem(got, it)
				return event.CallAcked
			})
			if err != nil {
				t.Fatal(err)
			}
			if err := s.Run(context.Background(), NewFrames(frames)); err != nil {
				t.Fatal(err)
			}
			if want == nil {
				want = got
				if n := bytes.Count(got, []byte(`"alt":"`)); n < len(hidden) {
					t.Fatalf("%d pieces of evidence of second readings:\n%s", n, got)
				}
			}
			if !bytes.Equal(got, want) {
				t.Errorf("%d workers, epochs of %d: %s", workers, epoch, firstDifference(want, got))
			}
		}
	}
}
