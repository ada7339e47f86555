package main

import (
	"bufio"
	"cmp"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"spaniel/capture"
	"spaniel/event"
	"spaniel/internal/render"
)

// What the report keeps and shows; the counts above it are always of all.
const (
	maxEndpoints   = 20_000 // endpoints counted apart; the rest is one line
	shownEndpoints = 20
	maxNames       = 1000 // names of anomalies and losses counted apart
	maxWord        = 512  // bytes of a word that is kept
)

// A report is what read prints for a person: what the captures held, the
// alerts, and the endpoints that were called most.
type report struct {
	a         *app
	w         *bufio.Writer
	screen    render.Screen
	opt       *readOptions
	alerts    *alertBoard
	endpoints map[endpointKey]*endpoint
	names     map[string]uint64
}

type endpointKey struct{ method, host, route string }

// endpoint is what one method, host and route saw. classes counts answers by
// the first digit of their status, 0 for none.
type endpoint struct {
	calls   uint64
	classes [10]uint64
	bytes   uint64
	micros  uint64
	slowest uint32
}

func newReport(a *app, w *bufio.Writer, opt *readOptions, known *alertSet) *report {
	s := a.screen(a.out)
	s.W = w
	return &report{a: a, w: w, screen: s, opt: opt, alerts: newAlertBoard(opt.limit, known, s.Paint), endpoints: map[endpointKey]*endpoint{}, names: map[string]uint64{}}
}

func (r *report) item(it *event.Item) error {
	switch it.Kind {
	case event.KindCall:
		r.call(it.Call)
	case event.KindAlert:
		r.alerts.add(it.Alert)
	case event.KindAnomaly, event.KindLoss, event.KindFact:
		name := it.Kind.String() + " " + it.Note.Name
		if _, ok := r.names[name]; !ok && len(r.names) >= maxNames {
			name = it.Kind.String() + " (others)"
		}
		r.names[name]++
	}
	return nil
}

// clipped cuts a stranger's word to what a table keeps of it.
func clipped(s string) string {
	if len(s) <= maxWord {
		return s
	}
	return strings.ToValidUTF8(s[:maxWord], "") + "…"
}

func (r *report) call(c *event.Record) {
	k := endpointKey{clipped(c.Method), clipped(c.Host), clipped(c.Route)}
	e := r.endpoints[k]
	if e == nil {
		k = endpointKey{strings.Clone(k.method), strings.Clone(k.host), strings.Clone(k.route)} // not the message they are part of
		if len(r.endpoints) >= maxEndpoints {
			k = endpointKey{route: "(others)"}
			e = r.endpoints[k]
		}
		if e == nil {
			e = &endpoint{}
			r.endpoints[k] = e
		}
	}
	e.calls++
	e.classes[min(c.Status/100, 9)]++
	e.bytes += c.RespBytes
	e.micros += uint64(c.Duration)
	e.slowest = max(e.slowest, c.Duration)
}

func (r *report) finish(s *summary) error {
	if len(s.files) == 0 {
		return nil // none could be opened, which the error says
	}
	r.head(s)
	if r.opt.kinds[event.KindAlert] && !r.opt.noRules {
		if err := r.alertTable(); err != nil {
			return err
		}
	}
	if r.opt.kinds[event.KindCall] && len(r.endpoints) > 0 {
		if err := r.endpointTable(); err != nil {
			return err
		}
	}
	r.notes()
	r.foot(s)
	return r.w.Flush()
}

// printf writes to the buffer, which keeps the first error for Flush.
func (r *report) printf(format string, args ...any) { _, _ = fmt.Fprintf(r.w, format, args...) }

func (r *report) head(s *summary) {
	name := "nothing"
	switch len(s.files) {
	case 0:
	case 1:
		name = shownName(s.files[0])
	default:
		name = fmt.Sprintf("%d captures", len(s.files))
	}
	hosts := counted(uint64(len(s.hosts)), "host")
	if len(s.hosts) == maxHosts {
		hosts = grouped(maxHosts) + "+ hosts"
	}
	calls := s.ledger.CallsMade
	r.printf("%s  %s  %s  %s   %s   %s", r.screen.Paint(render.Safe(name), "bold"), counted(s.packets, "packet"), amount(s.bytes),
		span(s.seconds), hosts, counted(calls, "call"))
	var parts []string
	if paired := calls - min(calls, s.requestOnly+s.respOnly); calls > 0 {
		parts = append(parts, grouped(paired)+" paired")
	}
	if s.requestOnly > 0 {
		parts = append(parts, grouped(s.requestOnly)+" request-only")
	}
	if s.respOnly > 0 {
		parts = append(parts, grouped(s.respOnly)+" response-only")
	}
	if len(parts) > 0 {
		r.printf(" (%s)", strings.Join(parts, ", "))
	}
	r.printf("   %s\n", counted(s.ledger.Gaps, "gap"))
}

func (r *report) alertTable() error {
	if r.alerts.known.n == 0 {
		r.printf("\nno alerts\n")
		return nil
	}
	r.printf("\n")
	more, err := r.alerts.print(r.screen)
	if err == nil && more > 0 {
		r.printf("%s\n", moreAlerts(more))
	}
	return err
}

func (r *report) endpointTable() error {
	keys := slices.SortedFunc(maps.Keys(r.endpoints), func(a, b endpointKey) int {
		return cmp.Or(cmp.Compare(r.endpoints[b].calls, r.endpoints[a].calls), cmp.Compare(a.host, b.host), cmp.Compare(a.route, b.route), cmp.Compare(a.method, b.method))
	})
	r.printf("\n")
	t := render.NewTable(r.screen, "CALLS", "2xx", "3xx", "4xx", "5xx", "MEAN MS", "MAX MS", "ENDPOINT")
	for _, k := range keys[:min(len(keys), shownEndpoints)] {
		e := r.endpoints[k]
		t.Row(grouped(e.calls), grouped(e.classes[2]), grouped(e.classes[3]), grouped(e.classes[4]), grouped(e.classes[5]),
			fmt.Sprintf("%.1f", float64(e.micros)/float64(e.calls)/1000), fmt.Sprintf("%.1f", float64(e.slowest)/1000),
			render.Safe(strings.TrimSpace(k.method+" "+k.host+k.route)))
	}
	if err := t.Close(); err != nil {
		return err
	}
	if n := len(keys) - shownEndpoints; n > 0 {
		r.printf("… and %s\n", counted(uint64(n), "more endpoint"))
	}
	return nil
}

// notes is a line on what was odd or lost.
func (r *report) notes() {
	names := slices.SortedFunc(maps.Keys(r.names), func(a, b string) int {
		return cmp.Or(cmp.Compare(r.names[b], r.names[a]), cmp.Compare(a, b))
	})
	var parts []string
	for _, n := range names[:min(len(names), 8)] {
		parts = append(parts, fmt.Sprintf("%s ×%s", render.Safe(n), grouped(r.names[n])))
	}
	if len(parts) > 0 {
		r.printf("\nseen as well: %s\n", strings.Join(parts, ", "))
	}
}

// foot sums the alerts up and says what to do next.
func (r *report) foot(s *summary) {
	if s.ledger.CallsMade == 0 {
		r.printf("\nno API calls found: -v shows what the packets were\n")
		return
	}
	var parts []string
	for _, sev := range []event.Severity{event.Critical, event.High, event.Medium, event.Low, event.Info} {
		if n := s.bySeverity[sev]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %v", n, sev))
		}
	}
	total := counted(s.alerts.n, "alert")
	if r.opt.noRules {
		total = "not judged: --no-rules"
	}
	if len(parts) > 0 {
		total += " (" + strings.Join(parts, ", ") + ")"
	}
	if s.updates > 0 {
		total += fmt.Sprintf(", %s updated", grouped(s.updates))
	}
	if r.a.quiet {
		r.printf("\n%s\n", total)
		return
	}
	next := "add --save, then: spaniel query \"SELECT * FROM alerts\""
	if r.opt.save && r.alerts.first() != "" {
		next = "spaniel alerts show " + r.alerts.first()[:12] + r.a.storeFlag()
	} else if r.opt.save {
		next = "spaniel query \"SELECT * FROM calls LIMIT 10\"" + r.a.storeFlag()
	}
	r.printf("\n%s   next: %s\n", total, next)
}

// storeFlag repeats --store for a command that is suggested.
func (a *app) storeFlag() string {
	if a.storePath == "" {
		return ""
	}
	return " --store " + a.storePath
}

// shownName is what a capture is called on the screen.
func shownName(path string) string {
	if path == capture.Stdin {
		return "standard input"
	}
	return filepath.Base(path)
}
