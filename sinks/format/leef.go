package format

import (
	"strconv"
	"strings"

	"spaniel/event"
)

// appendLEEF appends an alert in QRadar's Log Event Extended Format 2.0, its
// attributes separated by tabs. EventID is the rule and cat its category: both
// are static, since QRadar maps the pair. LEEF has no escape in values; what
// could end one is made visible. Some readers take a backslash for an escape all
// the same: one that ends a value would hide the tab behind it, and with it the
// next attribute, so it is made visible, too.
func appendLEEF(b []byte, it *event.Item) []byte {
	a := it.Alert
	b = append(b, "LEEF:2.0|"+vendor+"|"+product+"|"...)
	b = append(leefField(b, version(a.Sensor.Version)), '|')
	b = append(leefField(b, a.Rule.ID), "|x09|"...)
	l := leef{b: b}
	l.text("cat", a.Rule.Category)
	l.text("devTime", a.Time.Time().Format("2006-01-02T15:04:05.000Z07:00"))
	l.text("devTimeFormat", "yyyy-MM-dd'T'HH:mm:ss.SSSXXX")
	l.num("sev", uint64(max(a.SevNum/10, 1)))
	l.text("src", a.Client.IP)
	l.some("srcPort", a.Client.Port)
	l.text("dst", a.Server.IP)
	l.some("dstPort", a.Server.Port)
	if overHTTP(a) {
		l.text("proto", "TCP")
	}
	l.text("usrName", a.Principal.User)
	l.text("url", url(a.Req.Host, a.Req.Target))
	l.text("identHostName", a.Sensor.Name)
	l.text("id", a.ID.String())
	l.text("name", a.Rule.Title)
	l.text("severity", a.Severity.String())
	l.text("outcome", string(a.Outcome))
	l.num("count", a.Count)
	l.text("method", a.Req.Method)
	l.text("host", a.Req.Host)
	l.text("route", a.Req.Route)
	l.some("status", a.Resp.Status)
	l.text("userAgent", a.Req.UserAgent)
	l.text("principal", a.Principal.ID)
	l.text("refs", strings.Join(a.Rule.Refs, " "))
	l.text("dedupKey", a.DedupKey)
	l.text("evidence", evidence(a.Evidence))
	l.text("msg", a.Message)
	return l.b
}

// leefField appends a field of the head, which cannot hold a bar.
func leefField(b []byte, s string) []byte {
	return appendVisible(b, strings.ReplaceAll(s, "|", "_"), "")
}

type leef struct {
	b    []byte
	more bool
}

func (l *leef) key(k string) {
	if l.more {
		l.b = append(l.b, '\t')
	}
	l.more = true
	l.b = append(append(l.b, k...), '=')
}

func (l *leef) text(k, v string) {
	if v != "" {
		l.key(k)
		if head, ends := strings.CutSuffix(v, `\`); ends {
			v = head + "<U+005C>"
		}
		l.b = appendCapped(l.b, v, "", leefLimit(k)) // a tab is among what is made visible
	}
}

// leefLimit keeps a record in what QRadar reads as one by default: of a longer
// payload it makes two, the second of which begins where its author likes.
func leefLimit(k string) int {
	switch k {
	case "url":
		return 1023
	case "method":
		return 63
	case "evidence", "msg":
		return 383
	}
	return 255 // the guide's own for a user's name
}

func (l *leef) num(k string, v uint64) { l.key(k); l.b = strconv.AppendUint(l.b, v, 10) }

func (l *leef) some(k string, v uint16) {
	if v != 0 {
		l.num(k, uint64(v))
	}
}
