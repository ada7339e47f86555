package format

import (
	"net/netip"
	"strconv"
	"strings"

	"spaniel/event"
)

// appendCEF appends an alert in ArcSight's Common Event Format, version 0:
// seven fields between bars, then key=value pairs. In the fields \ and | are
// escaped, in values \ and =. CEF would write a line's end as \n; here it is
// made visible, so that no receiver turns it back into one. No value is longer
// than CEF's dictionary allows its key: a receiver would refuse the record, or
// cut it where it likes.
func appendCEF(b []byte, it *event.Item) []byte {
	a := it.Alert
	b = append(b, "CEF:0|"+vendor+"|"+product+"|"...)
	for _, field := range [...]struct {
		text  string
		limit int
	}{{version(a.Sensor.Version), 31}, {a.Rule.ID, 1023}, {a.Rule.Title, 512}} {
		b = append(appendCapped(b, field.text, `\|`, field.limit), '|')
	}
	b = append(strconv.AppendUint(b, uint64(a.SevNum/10), 10), '|')
	c := cef{b: b}
	c.num("rt", millis(a.Time))
	c.num("start", millis(a.FirstSeen))
	c.num("end", millis(a.LastSeen))
	c.text("externalId", a.ID.String())
	c.num("cnt", int64(a.Count))
	c.text("cat", a.Rule.Category)
	c.text("outcome", string(a.Outcome))
	c.ends(a)
	if overHTTP(a) {
		c.text("proto", "TCP")
		c.text("app", "HTTP")
		c.labelled("cn1", "responseStatus", strconv.Itoa(int(a.Resp.Status)))
	}
	c.text("dhost", a.Req.Host)
	c.text("requestMethod", a.Req.Method)
	c.text("request", url(a.Req.Host, a.Req.Target))
	c.text("requestClientApplication", a.Req.UserAgent)
	c.text("suser", a.Principal.User)
	c.text("dvchost", a.Sensor.Name)
	c.labelled("cs1", "dedupKey", a.DedupKey)
	c.labelled("cs2", "route", a.Req.Route)
	c.labelled("cs3", "references", strings.Join(a.Rule.Refs, " "))
	c.labelled("cs4", "ruleset", a.Rule.Ruleset)
	c.labelled("cs5", "principal", a.Principal.ID)
	c.labelled("cs6", "evidence", evidence(a.Evidence))
	c.text("msg", a.Message)
	return c.b
}

// cef appends pairs; empty values are left out, as CEF has no word for them.
type cef struct {
	b    []byte
	more bool
}

func (c *cef) key(k string) {
	if c.more {
		c.b = append(c.b, ' ')
	}
	c.more = true
	c.b = append(append(c.b, k...), '=')
}

func (c *cef) num(k string, v int64) { c.key(k); c.b = strconv.AppendInt(c.b, v, 10) }

func (c *cef) text(k, v string) {
	if v != "" {
		c.key(k)
		c.b = appendCapped(c.b, v, `\=`, cefLimit(k))
	}
}

// cefLimit is how long the dictionary lets the value of a key be.
func cefLimit(k string) int {
	switch k {
	case "cs1", "cs2", "cs3", "cs4", "cs5", "cs6":
		return 4000
	case "dvchost":
		return 100
	case "outcome":
		return 63
	case "externalId":
		return 40
	case "app", "proto":
		return 31
	}
	return 1023
}

func (c *cef) labelled(k, label, v string) {
	if v != "" {
		c.text(k, v)
		c.text(k+"Label", label)
	}
}

// ends appends both addresses. src and dst hold IPv4 alone; IPv6 has custom
// fields of its own.
func (c *cef) ends(a *event.Alert) {
	c.address("src", "c6a2", "Source IPv6 Address", a.Client.IP)
	c.port("spt", a.Client.Port)
	c.address("dst", "c6a3", "Destination IPv6 Address", a.Server.IP)
	c.port("dpt", a.Server.Port)
}

func (c *cef) address(v4, v6, label, ip string) {
	if addr, err := netip.ParseAddr(ip); err == nil && addr.Is6() && !addr.Is4In6() {
		c.labelled(v6, label, ip)
		return
	}
	c.text(v4, ip)
}

func (c *cef) port(k string, p uint16) {
	if p != 0 {
		c.num(k, int64(p))
	}
}

// evidence is the first reason in words: where, how it was read, and what.
func evidence(list []event.Evidence) string {
	if len(list) == 0 {
		return ""
	}
	e := &list[0]
	if e.Op != "" {
		return e.Place + " " + strconv.FormatFloat(e.Got, 'g', -1, 64) + " " + e.Op + " " + strconv.FormatFloat(e.Want, 'g', -1, 64)
	}
	at := e.Place
	if e.Chain != "" {
		at += " > " + e.Chain
	}
	if e.Text == "" {
		return at
	}
	return at + ": " + e.Text
}
