package main

import (
	"bufio"
	"fmt"
	"strings"
	"time"

	"spaniel/event"
	"spaniel/internal/render"
)

// A listOutput is a table with a line for each record of one kind.
type listOutput struct {
	w *bufio.Writer
	t *render.Table
}

func newListOutput(a *app, w *bufio.Writer, opt *readOptions) *listOutput {
	s := a.screen(a.out)
	o := &listOutput{w: w}
	s.W = w
	heads := []string{"TIME", "NAME", "CLIENT", "SERVER", "DETAIL"}
	switch {
	case opt.kinds[event.KindCall]:
		heads = []string{"TIME", "CLIENT", "METHOD", "HOST", "TARGET", "STATUS", "BYTES", "MS", "FLAGS"}
	case opt.kinds[event.KindFlow]:
		heads = []string{"TIME", "CLIENT", "SERVER", "SERVICE", "ENDED", "SENT", "RECEIVED", "FLAGS"}
	}
	o.t = render.NewTable(s, heads...)
	return o
}

func (o *listOutput) item(it *event.Item) error {
	switch it.Kind {
	case event.KindCall:
		o.call(it.Call)
	case event.KindFlow:
		f := it.Flow
		o.t.Row(clockTime(f.Time), end(f.ClientIP.String(), f.ClientPort), end(f.ServerIP.String(), f.ServerPort), render.Safe(f.Service), f.Ended,
			grouped(f.ReqBytes), grouped(f.RespBytes), render.Safe(joined(f.Flags)))
	default:
		n := it.Note
		o.t.Row(clockTime(n.Time), render.Safe(n.Name), end(n.ClientIP.String(), n.ClientPort), end(n.ServerIP.String(), n.ServerPort), render.Safe(n.Detail))
	}
	return nil
}

func (o *listOutput) call(c *event.Record) {
	status := "-"
	if c.Status != 0 {
		status = fmt.Sprint(c.Status)
	}
	o.t.Row(clockTime(c.Time), end(c.ClientIP.String(), c.ClientPort), render.Safe(c.Method), render.Safe(c.Host), render.Safe(c.Target), status,
		grouped(c.RespBytes), fmt.Sprintf("%.1f", float64(c.Duration)/1000), render.Safe(joined(c.Flags)))
}

func (o *listOutput) finish(*summary) error {
	if err := o.t.Close(); err != nil {
		return err
	}
	return o.w.Flush()
}

func clockTime(n event.Nanos) string { return n.Time().Format("15:04:05.000") }

func end(ip string, port uint16) string {
	if ip == "invalid IP" {
		return "-"
	}
	return fmt.Sprintf("%s:%d", ip, port)
}

func joined(words []string) string {
	s := ""
	for i, w := range words {
		if i > 0 {
			s += ","
		}
		s += w
	}
	return s
}

// An alertList is the table of the alerts alone.
type alertList struct {
	w      *bufio.Writer
	screen render.Screen
	board  *alertBoard
}

func newAlertList(a *app, w *bufio.Writer, opt *readOptions, known *alertSet) *alertList {
	s := a.screen(a.out)
	s.W = w
	return &alertList{w: w, screen: s, board: newAlertBoard(opt.limit, known, s.Paint)}
}

func (o *alertList) item(it *event.Item) error {
	o.board.add(it.Alert)
	return nil
}

func (o *alertList) finish(*summary) error {
	more, err := o.board.print(o.screen)
	if err != nil {
		return err
	}
	if more > 0 {
		if _, err := fmt.Fprintln(o.w, moreAlerts(more)); err != nil {
			return err
		}
	}
	return o.w.Flush()
}

// moreAlerts says what the table leaves out.
func moreAlerts(n uint64) string {
	return fmt.Sprintf("… and %s more, none worse; --limit N shows more, -o ndjson --only alert lists all", grouped(n))
}

func alertHeads() []string { return []string{"SEV", "TIME", "RULE", "CLIENT", "CALL", "WHAT"} }

// alertCells is an alert in a line, as the report and the list show it.
func alertCells(al *event.Alert, paint func(word, severity string) string) []string {
	call := clipped(al.Req.Method + " " + al.Req.Route)
	if al.Count > 1 {
		call += fmt.Sprintf(" ×%d", al.Count)
		if span := al.LastSeen.Time().Sub(al.FirstSeen.Time()); span >= time.Second {
			call += fmt.Sprintf(" in %v", span.Round(time.Second))
		}
	} else if al.Resp.Status != 0 {
		call += fmt.Sprintf(" → %d", al.Resp.Status)
	}
	what := al.Message
	if what == "" {
		what = al.Rule.Title
	}
	sev := al.Severity.String()
	return []string{paint(sev, sev), al.Time.Time().Format("15:04:05"), render.Safe(al.Rule.ID), render.Safe(al.Client.IP), render.Safe(call), strings.Clone(render.Safe(clipped(what)))}
}
