package decode

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"spaniel/event"
	"spaniel/internal/wiretest"
)

var update = flag.Bool("update", false, "write what the cases give into their files")

// The sections of a case that say what must come of it: each must be there.
// Calls have their flags and anomalies with them; notes are what was found
// below them (anomalies, losses, facts, flows); counters are the ledger's lines
// that are not zero, without what came in. A case that is about values has the
// leaves of its requests with their readings too.
const (
	callsSection    = "calls"
	notesSection    = "notes"
	countersSection = "counters"
	leavesSection   = "leaves"
)

// TestCases runs every conversation of testdata/cases: as it is written, in
// epochs of one frame, and, unless the case does something to its frames, cut
// at every byte.
func TestCases(t *testing.T) {
	files, err := filepath.Glob("testdata/cases/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no cases", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) { runCase(t, file) })
	}
}

func runCase(t *testing.T, file string) {
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	c := parse(t, string(text))
	segs, frames, err := c.Do()
	if err != nil {
		t.Fatal(err)
	}
	outcome := func(frames []event.Frame, epoch int) map[string]string {
		return outcome(t, frames, epoch, c.Files["settings"])
	}
	got := outcome(frames, 512)
	if _, ok := c.Files[leavesSection]; !ok {
		delete(got, leavesSection)
	}
	if *update {
		write(t, file, text, got)
		return
	}
	want := map[string]string{callsSection: c.Calls}
	for name, s := range c.Files {
		want[name] = s
	}
	for _, name := range []string{callsSection, notesSection, countersSection} {
		if w, ok := want[name]; !ok || !hasSection(text, name) {
			t.Errorf("the case does not say what %s it expects", name)
		} else if got[name] != w {
			t.Errorf("%s:\n%s\nwant\n%s", name, got[name], w)
		}
	}
	if got[leavesSection] != c.Files[leavesSection] {
		t.Errorf("leaves:\n%s\nwant\n%s", got[leavesSection], c.Files[leavesSection])
	}
	if again := outcome(frames, 1); again[callsSection] != got[callsSection] || again[notesSection] != got[notesSection] {
		t.Errorf("in epochs of one frame:\n%s%s", again[callsSection], again[notesSection])
	}
	if c.Files["do"] != "" || c.Crafted {
		return
	}
	if cut := outcome(wiretest.Render(wiretest.Cut(segs, wiretest.Every(1))), 512); cut[callsSection] != got[callsSection] {
		t.Errorf("cut at every byte:\n%s\nwant\n%s", cut[callsSection], got[callsSection])
	}
}

func hasSection(text []byte, name string) bool {
	return slices.ContainsFunc(txtar.Parse(text).Files, func(f txtar.File) bool { return f.Name == name })
}

// write replaces the sections of expectations, or adds them.
func write(t *testing.T, file string, text []byte, got map[string]string) {
	ar := txtar.Parse(text)
	ar.Files = slices.DeleteFunc(ar.Files, func(f txtar.File) bool { _, ok := got[f.Name]; return ok })
	for _, name := range []string{callsSection, leavesSection, notesSection, countersSection} {
		if s, ok := got[name]; ok {
			ar.Files = append(ar.Files, txtar.File{Name: name, Data: []byte(s)})
		}
	}
	if err := os.WriteFile(file, txtar.Format(ar), 0o644); err != nil {
		t.Fatal(err)
	}
}

// second tells a call's second reading: its requests, with the fields that the
// first does not have, and the response as far as it is another one.
func second(c *event.Call) string {
	var b strings.Builder
	for a := c.Alt; a != nil; a = a.Alt {
		fmt.Fprintf(&b, "\n  %s: %s %s%s %q", a.Why, a.Req.Method, a.Req.Host, a.Req.Target, a.ReqBody())
		for _, h := range a.Req.Headers {
			if !slices.Contains(c.Req.Headers, h) {
				fmt.Fprintf(&b, " %s=%q", h.Name, h.Value)
			}
		}
		if a.Resp.Status != c.Resp.Status {
			fmt.Fprintf(&b, " %d", a.Resp.Status)
		}
		for _, h := range a.Resp.Headers {
			if !slices.Contains(c.Resp.Headers, h) {
				fmt.Fprintf(&b, " %s=%q", h.Name, h.Value)
			}
		}
		if x := a.RespBody(); string(x) != string(c.RespBody()) {
			fmt.Fprintf(&b, " -> %q", x)
		}
	}
	return b.String()
}

// outcome runs frames and tells what came of them, as the sections have it.
func outcome(t *testing.T, frames []event.Frame, epoch int, settings string) map[string]string {
	var calls, notes []string
	var leaves strings.Builder
	var clock event.Clock // that of a sensor, which one odd time does not move
	for i := range frames {
		frames[i].Clock = clock.Tick(frames[i].Time)
	}
	r := run(t, frames, epoch, func(cfg *Config, parts []*Partition) {
		if parts == nil {
			set(t, cfg, settings)
		}
		for _, p := range parts {
			call := p.out.Call
			p.out.Call = func(c *event.Call) {
				s := strings.TrimSpace(describe(c) + " " + strings.Join(c.Anomalies, ","))
				s = fmt.Sprintf("%d %s\n", c.Depth, s+second(c))
				call(c)
				calls = append(calls, s)
				tell(&leaves, c)
			}
			p.out.Fact = func(f *event.Fact) { notes = append(notes, "fact "+f.Kind+" "+fields(f)+"\n") }
		}
	})
	for _, f := range r.facts {
		notes = append(notes, "fact "+f.Kind+" "+f.Key.Client.Addr().String()+" "+fields(&f)+"\n")
	}
	for _, name := range r.notes {
		notes = append(notes, "anomaly "+name+"\n")
	}
	for _, l := range r.loss {
		notes = append(notes, fmt.Sprintf("loss %s %d\n", l.Reason, l.Bytes))
	}
	for i := range r.flows {
		notes = append(notes, strings.TrimSpace(fmt.Sprintf("flow %s %s %s", r.flows[i].Service, r.flows[i].Ended, strings.Join(r.flows[i].Flags.Append(nil), ",")))+"\n")
	}
	slices.Sort(calls)
	slices.Sort(notes)
	notes = folded(notes)
	var counters strings.Builder
	for _, e := range r.led.Entries() {
		if e.N > 0 && e.Section != "flows" && e.Name != "in" && e.Name != "bytes" {
			fmt.Fprintf(&counters, "%s %s %d\n", e.Section, e.Name, e.N)
		}
	}
	return map[string]string{callsSection: strings.Join(calls, ""), leavesSection: leaves.String(), notesSection: strings.Join(notes, ""), countersSection: counters.String()}
}

// folded replaces a line that comes more than eight times in a row by one that
// says how often.
func folded(lines []string) (out []string) {
	for i := 0; i < len(lines); {
		n := 1
		for i+n < len(lines) && lines[i+n] == lines[i] {
			n++
		}
		if n > 8 {
			out = append(out, fmt.Sprintf("%s, %d times\n", strings.TrimSuffix(lines[i], "\n"), n))
		} else {
			out = append(out, lines[i:i+n]...)
		}
		i += n
	}
	return out
}

// tell writes a call's leaves, a line each, and behind each the readings that
// are not the value as sent.
func tell(w *strings.Builder, c *event.Call) {
	for i, l := range c.Leaves() {
		fmt.Fprintf(w, "%d %s %s %q\n", c.Depth, l.Kind, l.Place, l.Value)
		for _, r := range c.Leaves()[i].Readings() {
			if r.Chain != "" {
				fmt.Fprintf(w, "\t%s %q\n", r.Chain, r.Text)
			}
		}
	}
}

// fields are what a fact says, a word a field; values that are no plain words
// are quoted.
func fields(f *event.Fact) string {
	var words []string
	for _, h := range f.Fields {
		value := strconv.Quote(h.Value)
		if plain := value[1 : len(value)-1]; plain == h.Value && !strings.Contains(plain, " ") {
			value = plain
		}
		words = append(words, h.Name+"="+value)
	}
	return strings.Join(words, " ")
}
