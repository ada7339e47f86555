package main

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net/netip"
	"strings"
	"time"

	"spaniel/event"
	"spaniel/internal/render"
)

// A summary is what a reading came to: the last record of ndjson and JSON, and
// the first line of the report. It depends on the captures alone.
type summary struct {
	files       []string
	packets     uint64
	bytes       uint64
	seconds     float64 // from first to last packet, over all captures
	requestOnly uint64
	respOnly    uint64
	worst       event.Severity
	bySeverity  map[event.Severity]uint64 // alerts by their latest severity
	alerts      *alertSet
	updates     uint64              // alerts that came again, worse
	hosts       map[netip.Addr]bool // nil where nobody shows how many
	ledger      event.Ledger
	ruleset     string
}

// maxHosts bounds the addresses counted; beyond, the count stands still and a
// + follows it.
const maxHosts = 1 << 16

func newSummary(ruleset string) *summary {
	return &summary{ruleset: ruleset, bySeverity: map[event.Severity]uint64{}, alerts: newAlertSet()}
}

// add counts one capture that was read.
func (s *summary) add(paths []string, m *meter, led *event.Ledger) {
	s.files = append(s.files, paths...)
	s.packets += m.frames
	s.bytes += m.bytes
	s.seconds += m.seconds()
	s.ledger.Add(led)
}

// count counts one item, whether it is shown or not.
func (s *summary) count(it *event.Item) {
	switch it.Kind {
	case event.KindCall:
		for _, f := range it.Call.Flags {
			switch f {
			case "request_only":
				s.requestOnly++
			case "response_only":
				s.respOnly++
			}
		}
	case event.KindAlert:
		s.worst = max(s.worst, it.Alert.Severity)
		s.bySeverity[it.Alert.Severity]++
		if before, update := s.alerts.add(it.Alert); update {
			s.bySeverity[before.severity]--
			s.updates++
		}
	case event.KindFlow:
		for _, ip := range []netip.Addr{it.Flow.ClientIP, it.Flow.ServerIP} {
			if s.hosts != nil && len(s.hosts) < maxHosts {
				s.hosts[ip] = true
			}
		}
	}
}

// MarshalJSON writes the summary record; its keys are a promise to scripts.
func (s *summary) MarshalJSON() ([]byte, error) {
	ledger := map[string]map[string]uint64{}
	for _, e := range s.ledger.Entries() {
		if ledger[e.Section] == nil {
			ledger[e.Section] = map[string]uint64{}
		}
		ledger[e.Section][e.Name] = e.N
	}
	files := s.files
	if files == nil {
		files = []string{}
	}
	return json.Marshal(struct {
		Kind     string                       `json:"kind"`
		Files    []string                     `json:"files"`
		Packets  uint64                       `json:"packets"`
		Bytes    uint64                       `json:"bytes"`
		Calls    uint64                       `json:"calls"`
		Alerts   uint64                       `json:"alerts"`        // distinct ids
		Updates  uint64                       `json:"alert_updates"` // further lines of those
		Ledger   map[string]map[string]uint64 `json:"ledger"`
		Losses   uint64                       `json:"losses"`
		Duration float64                      `json:"duration"` // seconds
		Ruleset  string                       `json:"ruleset"`
	}{"summary", files, s.packets, s.bytes, s.ledger.CallsMade, s.alerts.n, s.updates, ledger, s.ledger.Losses,
		math.Round(s.seconds*1e6) / 1e6, s.ruleset})
}

// printLedger writes every line of the ledger that is not zero.
func printLedger(w io.Writer, l *event.Ledger) {
	_, _ = fmt.Fprintln(w)
	t := render.NewTable(render.Screen{W: w}, "LEDGER", "", "COUNT")
	section := ""
	for _, e := range l.Entries() {
		if e.N == 0 && e.Name != "in" && e.Name != "made" {
			continue
		}
		shown := e.Section
		if shown == section {
			shown = ""
		}
		section = e.Section
		t.Row(shown, e.Name, grouped(e.N))
	}
	_ = t.Close() // standard error: nobody to tell
	for _, s := range l.Sums() {
		_, _ = fmt.Fprintln(w, sumLine(&s))
	}
}

// sumLine shows an equality with its numbers, so that it can be checked by
// eye; parts that are 0 are left out.
func sumLine(s *event.Sum) string {
	var parts []string
	total := uint64(0)
	for _, p := range s.Parts {
		if total += p.N; p.N > 0 {
			parts = append(parts, grouped(p.N)+" "+p.Name)
		}
	}
	if parts == nil {
		parts = []string{"0"}
	}
	sign := "="
	if total != s.Of.N {
		sign = "≠"
	}
	return fmt.Sprintf("%s: %s %s %s", s.Of.Name, grouped(s.Of.N), sign, strings.Join(parts, " + "))
}

// grouped is a number with commas.
func grouped(n uint64) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// counted is a number of things, which has an s unless it is one.
func counted(n uint64, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return grouped(n) + " " + thing + "s"
}

// amount is a number of bytes for people.
func amount(n uint64) string {
	f := float64(n)
	for _, unit := range []string{"B", "KB", "MB", "GB"} {
		if f < 1000 {
			if unit == "B" {
				return fmt.Sprintf("%d B", n)
			}
			return fmt.Sprintf("%.1f %s", f, unit)
		}
		f /= 1000
	}
	return fmt.Sprintf("%.1f TB", f)
}

// span is a number of seconds for people.
func span(seconds float64) string {
	if seconds >= 100*365*24*3600 {
		return "over 100 years" // clocks in captures may say anything
	}
	return time.Duration(seconds * float64(time.Second)).Round(time.Second).String()
}
