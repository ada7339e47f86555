package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"spaniel/detect"
	"spaniel/event"
	"spaniel/internal/render"
)

// shownClients bounds the lists of whom alerts are of.
const shownClients = 10

// A count is how many alerts are of one client, user or endpoint.
type count struct {
	Name   string `json:"name"`
	Alerts int    `json:"alerts"`
}

// summarize says what a backtest found.
func summarize(r *detect.Rule, b *detect.Backtest, opt *backtest) (*backtested, error) {
	alerts := b.Alerts()
	calls, from, to := b.Calls()
	out := &backtested{Rule: r.ID, File: fmt.Sprintf("%s:%d", r.File, r.Line), Calls: calls, Alerts: len(alerts), Severity: map[string]int{}, Samples: alerts[:min(len(alerts), opt.samples)]}
	if calls > 0 {
		out.From, out.To = event.Nanos(from).String(), event.Nanos(to).String()
	}
	// Less than a day is taken for one: who wants a rate of alerts a day does
	// not want five minutes told as 288 times as much.
	out.Days = max(1, float64(to-from)/float64(24*time.Hour))
	out.PerDay = float64(len(alerts)) / out.Days
	for _, al := range alerts {
		out.Severity[al.Severity.String()]++
	}
	out.Clients = counts(alerts, func(al *event.Alert) string { return al.Client.IP })
	out.Users = counts(alerts, func(al *event.Alert) string { return al.Principal.User })
	out.Endpoints = counts(alerts, func(al *event.Alert) string {
		return strings.TrimSpace(al.Req.Method + " " + al.Req.Host + al.Req.Route)
	})
	st := b.Stats()
	if out.Matched, out.Excepted = st.Matched, st.Excepted; st.Errors > 0 {
		out.Note = fmt.Sprintf("the rule failed on %d calls: %s", st.Errors, st.LastError)
	}
	if opt.perDay > 0 {
		th, err := b.Propose(int(float64(opt.perDay) * out.Days))
		if err != nil {
			return nil, usage("--alerts-per-day: "+err.Error(), "it needs having: with a comparison such as count() >= 20")
		}
		out.Threshold = th
	}
	return out, nil
}

// counts lists what most alerts are of.
func counts(alerts []*event.Alert, of func(*event.Alert) string) []count {
	n := map[string]int{}
	for _, al := range alerts {
		if name := of(al); name != "" {
			n[name]++
		}
	}
	out := []count{}
	for name, c := range n {
		out = append(out, count{name, c})
	}
	slices.SortFunc(out, func(x, y count) int { return cmp.Or(cmp.Compare(y.Alerts, x.Alerts), cmp.Compare(x.Name, y.Name)) })
	return out[:min(len(out), shownClients)]
}

func (a *app) printBacktest(b *backtested) error {
	s := a.screen(a.out)
	var w strings.Builder
	line := func(format string, args ...any) { w.WriteString(render.Safe(fmt.Sprintf(format, args...)) + "\n") }
	line("rule %s (%s) on %s, %s to %s", b.Rule, b.File, counted(b.Calls, "call"), b.From, b.To)
	w.WriteString(s.Paint(render.Safe(fmt.Sprintf("%s, %s a day; the condition held for %s", counted(uint64(b.Alerts), "alert"), perDay(b.PerDay), counted(b.Matched, "call"))), "bold") + "\n")
	if b.Note != "" {
		line("%s", b.Note)
	}
	if b.Excepted > 0 {
		line("%s kept from the rule by exceptions", counted(b.Excepted, "call"))
	}
	for _, l := range []struct {
		title string
		list  []count
	}{{"clients", b.Clients}, {"users", b.Users}, {"endpoints", b.Endpoints}} {
		if len(l.list) == 0 {
			continue
		}
		var parts []string
		for _, c := range l.list {
			parts = append(parts, fmt.Sprintf("%s ×%d", c.Name, c.Alerts))
		}
		line("%s: %s", l.title, strings.Join(parts, ", "))
	}
	if th := b.Threshold; th != nil {
		line("threshold: %s %s %v would raise %s (now %v)", th.Aggregate, th.Op, th.At, counted(uint64(th.Alerts), "alert"), th.Now)
	}
	if _, err := fmt.Fprint(a.out, w.String()); err != nil {
		return err
	}
	if err := a.alertRows(s, "", b.Samples); err != nil {
		return err
	}
	c := b.Current
	if c == nil {
		return nil
	}
	if _, err := fmt.Fprintf(a.out, "\nthe version in effect raises %s; %s by both\n", counted(uint64(c.Alerts), "alert"), counted(uint64(c.Both), "alert")); err != nil {
		return err
	}
	if err := a.alertRows(s, "only by this version", c.OnlyNew); err != nil {
		return err
	}
	return a.alertRows(s, "only by the version in effect", c.OnlyOld)
}

func perDay(f float64) string { return strings.TrimSuffix(fmt.Sprintf("%.1f", f), ".0") }

// alertRows prints alerts as a table under a title.
func (a *app) alertRows(s render.Screen, title string, alerts []*event.Alert) error {
	if len(alerts) == 0 {
		return nil
	}
	if title != "" {
		title += "\n"
	}
	if _, err := fmt.Fprint(a.out, "\n"+title); err != nil {
		return err
	}
	t := render.NewTable(s, "TIME", "SEVERITY", "CLIENT", "CALLS", "MESSAGE")
	for _, al := range alerts {
		t.Row(al.Time.String(), al.Severity.String(), render.Safe(al.Client.IP), grouped(al.Count), render.Safe(al.Message))
	}
	return t.Close()
}
