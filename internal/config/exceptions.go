package config

import (
	"fmt"
	"net/netip"
	"time"

	"spaniel/detect"
)

// moment reads a day or a moment; a day at its beginning, or at its end.
func moment(text string, end bool) (time.Time, bool) {
	if day, err := time.Parse("2006-01-02", text); err == nil {
		if end {
			day = day.AddDate(0, 0, 1)
		}
		return day, true
	}
	at, err := time.Parse(time.RFC3339, text)
	return at, err == nil
}

// network reads a network or an address.
func network(text string) (netip.Prefix, bool) {
	if a, err := netip.ParseAddr(text); err == nil {
		return netip.PrefixFrom(a.Unmap(), a.Unmap().BitLen()), true
	}
	p, err := netip.ParsePrefix(text)
	return p.Masked(), err == nil
}

func (v *validator) exceptions(r *Rules) {
	for i, a := range r.Authorised {
		path := fmt.Sprintf("rules.authorised[%d]", i)
		_, ok := network(a.Source)
		v.need(path+".source", ok, fmt.Sprintf("%q is no address or network", a.Source), "write it like 203.0.113.0/24")
		_, ok = moment(a.From, false)
		v.need(path+".from", ok || a.From == "", fmt.Sprintf("%q is no day", a.From), "write it like 2026-12-01 or 2026-12-01T08:00:00Z")
		v.until(path, a.Until, a.Why)
	}
	for i, x := range r.Exceptions {
		path := fmt.Sprintf("rules.exceptions[%d]", i)
		v.need(path+".rule", x.Rule != "", "names no rule", "spaniel rules list has them; disable a rule for all calls with rules.disable")
		_, ok := network(x.Source)
		v.need(path+".source", ok || x.Source == "", fmt.Sprintf("%q is no address or network", x.Source), "write it like 203.0.113.0/24")
		v.until(path, x.Until, x.Why)
	}
}

// until checks that it ends, and that a reason is given.
func (v *validator) until(path, until, why string) {
	_, ok := moment(until, true)
	v.need(path+".until", ok, fmt.Sprintf("%q is no day: an exception must end", until), "write it like 2026-12-31 or 2026-12-31T18:00:00Z")
	v.need(path+".why", why != "", "gives no reason", "say who allowed it, and what for")
}

// Spared is what of the rules does not apply, as the rules take it; the
// configuration is one that Validate took.
func (r *Rules) Spared() (list []detect.Exception) {
	for _, a := range r.Authorised {
		x := detect.Exception{Host: a.Host, Why: a.Why}
		x.Source, _ = network(a.Source)
		x.From, _ = moment(a.From, false)
		x.Until, _ = moment(a.Until, true)
		list = append(list, x)
	}
	for _, e := range r.Exceptions {
		x := detect.Exception{Rule: e.Rule, Host: e.Host, Route: e.Route, Why: e.Why}
		if e.Source != "" {
			x.Source, _ = network(e.Source)
		}
		x.Until, _ = moment(e.Until, true)
		list = append(list, x)
	}
	return list
}
