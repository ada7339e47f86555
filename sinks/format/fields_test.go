package format

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"spaniel/event"
)

// A captured field of a record, and where each form says it: keys joined by
// dots; of CEF and LEEF the key; none where the form has no place for it.
type captured struct {
	text                       string
	ecs, ocsf, eve, cef, leefs string
}

// capturedOf gives each captured field of an alert and of a call a text of its
// own that holds s, so that none can stand for another.
func capturedOf(s string) (alert, call *event.Item, ofAlert, ofCall []captured) {
	n := 0
	field := func(p *string, list *[]captured, ecs, ocsf, eve, cef, leef string) {
		n++
		*p = strconv.Itoa(n) + s + "." + strconv.Itoa(n)
		*list = append(*list, captured{*p, ecs, ocsf, eve, cef, leef})
	}
	a, c := exampleAlert(), exampleCall()
	e := event.Evidence{}
	a.Evidence = nil
	const request = "evidences.0.http_request."
	field(&a.Req.Method, &ofAlert, "http.request.method", "unmapped.http_method", "http.http_method", "requestMethod", "method")
	field(&a.Req.Host, &ofAlert, "url.domain", request+"url.hostname", "http.hostname", "dhost", "host")
	field(&a.Req.Route, &ofAlert, "spaniel.route", "unmapped.route", "", "cs2", "route")
	field(&a.Req.Target, &ofAlert, "url.original", request+"url.url_string", "http.url", "request", "url") // does not begin with a slash, so it stands alone
	field(&a.Req.UserAgent, &ofAlert, "user_agent.original", request+"user_agent", "http.http_user_agent", "requestClientApplication", "userAgent")
	field(&a.Principal.User, &ofAlert, "user.name", "evidences.0.actor.user.name", "alert.metadata.user.0", "suser", "usrName")
	field(&a.DedupKey, &ofAlert, "spaniel.dedup_key", "unmapped.dedup_key", "alert.metadata.dedup_key.0", "cs1", "dedupKey")
	field(&a.Message, &ofAlert, "message", "message", "alert.metadata.message.0", "msg", "msg")
	field(&e.Place, &ofAlert, "spaniel.evidence.0.place", "", "", "", "")
	field(&e.Chain, &ofAlert, "spaniel.evidence.0.chain", "", "", "", "")
	field(&e.Text, &ofAlert, "spaniel.evidence.0.text", "", "", "", "")
	a.Evidence = []event.Evidence{e}
	ofAlert = append(ofAlert, captured{evidence(a.Evidence), "", "unmapped.evidence", "alert.metadata.evidence.0", "cs6", "evidence"})

	field(&c.Method, &ofCall, "http.request.method", "unmapped.http_method", "http.http_method", "", "")
	field(&c.Host, &ofCall, "url.domain", "http_request.url.hostname", "http.hostname", "", "")
	field(&c.Route, &ofCall, "spaniel.route", "unmapped.route", "", "", "")
	field(&c.Target, &ofCall, "url.original", "http_request.url.url_string", "http.url", "", "")
	field(&c.UserAgent, &ofCall, "user_agent.original", "http_request.user_agent", "http.http_user_agent", "", "")
	field(&c.User, &ofCall, "user.name", "unmapped.user", "", "", "")
	field(&c.ReqType, &ofCall, "http.request.mime_type", "", "", "", "")
	field(&c.RespType, &ofCall, "http.response.mime_type", "", "http.http_content_type", "", "")
	field(&c.ReqHeaders[0].Value, &ofCall, "", "", "http.http_refer", "", "")
	return &event.Item{Kind: event.KindAlert, Alert: a}, &event.Item{Kind: event.KindCall, Call: c}, ofAlert, ofCall
}

// comesBack: whoever reads a record gets each captured field as it was sent, from
// the forms in JSON, and with what deceives made visible from the others.
func comesBack(t *testing.T, s string) {
	t.Helper()
	if len(appendVisible(nil, s, `\=`)) > 60 { // with three of them in the evidence, nothing is cut
		return
	}
	alert, call, ofAlert, ofCall := capturedOf(s)
	cef := readCEF(t, string(appendCEF(nil, alert)))
	leef := readLEEF(t, string(appendLEEF(nil, alert)))
	for _, f := range ofAlert {
		want := string(appendVisible(nil, f.text, ""))
		if f.cef != "" && cef[f.cef] != want {
			t.Errorf("CEF: %s is %q, want %q", f.cef, cef[f.cef], want)
		}
		if f.leefs != "" && leef[f.leefs] != want {
			t.Errorf("LEEF: %s is %q, want %q", f.leefs, leef[f.leefs], want)
		}
	}
	for form, write := range map[string]func([]byte, *event.Item) []byte{"ecs": appendECS, "ocsf": appendOCSF, "eve": appendEVE} {
		inJSON(t, form, write(nil, alert), ofAlert)
		inJSON(t, form, write(nil, call), ofCall)
	}
}

func inJSON(t *testing.T, form string, line []byte, fields []captured) {
	t.Helper()
	var doc any
	if err := json.Unmarshal(line, &doc); err != nil {
		t.Fatalf("%v in %q", err, line)
	}
	for _, f := range fields {
		want := f.text
		if !utf8.ValidString(want) {
			want = string([]rune(want)) // each bad byte is one U+FFFD
		}
		at := map[string]string{"ecs": f.ecs, "ocsf": f.ocsf, "eve": f.eve}[form]
		if at == "" {
			continue
		}
		if got, ok := follow(doc, at); !ok || got != want {
			t.Errorf("%s: %s is %q, want %q", form, at, got, want)
		}
	}
}

// follow follows a path of keys and numbers through a document.
func follow(v any, path string) (string, bool) {
	for key := range strings.SplitSeq(path, ".") {
		switch in := v.(type) {
		case map[string]any:
			v = in[key]
		case []any:
			i, err := strconv.Atoi(key)
			if err != nil || i >= len(in) {
				return "", false
			}
			v = in[i]
		}
	}
	s, ok := v.(string)
	return s, ok
}

func TestEachCapturedFieldComesBack(t *testing.T) {
	for _, s := range []string{"", "\r\n", "\n", "\r", "\x1b[31m", "\x00", "\u0085", "\u009b", "\u202e", "\u2066", "\u2028", "\ufeff", "|", "=", "\\", "\\\\", "\t", "^", "\"", "'", "<U+000A>",
		"\xff", "\xc3(", "\xed\xa0\x80", " x=y ", " msg=", "|x09|", "\\t", "\\n", "{\"a\":1}", "é日\U0001f9e8", "\x7f", "\x08", strings.Repeat("\\=", 9)} {
		t.Run(fmt.Sprintf("%q", s), func(t *testing.T) { comesBack(t, s) })
	}
}
