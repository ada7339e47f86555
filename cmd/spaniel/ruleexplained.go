package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"spaniel/detect"
	"spaniel/internal/render"
)

// json prints a value for programs, indented.
func (a *app) json(v any) error {
	e := json.NewEncoder(a.out)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(v)
}

// printExplanation prints for a person what a rule made of a call.
func (a *app) printExplanation(r *detect.Rule, call *foundCall, x *detect.Explanation) error {
	s := a.screen(a.out)
	var b strings.Builder
	line := func(format string, args ...any) { b.WriteString(render.Safe(fmt.Sprintf(format, args...)) + "\n") }
	line("rule %s (%s:%d): %s", r.ID, r.File, r.Line, r.Title)
	if r.Advice != "" {
		line("what to do: %s", r.Advice)
	}
	if r.FalsePositives != "" {
		line("known false positives: %s", r.FalsePositives)
	}
	line("call %d, %s: %s", call.number, call.id, call.about)
	verdict := "it did not fire: "
	if x.Fired {
		verdict = "it fired: "
	}
	b.WriteString(s.Paint(render.Safe(verdict+x.Reason), "bold") + "\n")
	if x.Filtered {
		line("the prefilter passed the call over: the condition cannot hold")
	}
	if _, err := fmt.Fprint(a.out, b.String()); err != nil {
		return err
	}
	if err := a.steps(s, "when", x.When); err != nil {
		return err
	}
	if len(x.AltWhen) > 0 {
		if err := a.steps(s, "when, on the second reading ("+x.Alt+")", x.AltWhen); err != nil {
			return err
		}
	}
	if len(x.Known) > 0 {
		if err := a.steps(s, "when, what was learned", x.Known); err != nil {
			return err
		}
	}
	for i := range x.Windows {
		if err := a.windowState(s, &x.Windows[i]); err != nil {
			return err
		}
	}
	for _, c := range x.Clauses {
		if err := a.steps(s, c.Name, c.Steps); err != nil {
			return err
		}
	}
	for _, l := range x.Later {
		if _, err := fmt.Fprintln(a.out, "\n"+render.Safe(fmt.Sprintf("later, this call counted towards alert %s: %s", l.ID, l.Message))); err != nil {
			return err
		}
	}
	return nil
}

// windowState prints one window of the rule.
func (a *app) windowState(s render.Screen, w *detect.WindowState) error {
	title := fmt.Sprintf("window of %s = %s: %s within %s", strings.Join(w.By, ", "), w.Key, counted(uint64(w.Calls), "call"), w.Over)
	switch {
	case w.Key == "":
		title = "no window of " + strings.Join(w.By, ", ") + ": the call has none"
	case w.Quiet > 0 && w.Alert != "":
		title += fmt.Sprintf(", quiet for another %s after alert %s", w.Quiet.Round(time.Millisecond), w.Alert)
	case w.Quiet > 0:
		title += fmt.Sprintf(", quiet for another %s", w.Quiet.Round(time.Millisecond))
	}
	return a.steps(s, title, w.Having)
}

// steps prints the parts of a condition, each indented by how deep it stands.
func (a *app) steps(s render.Screen, title string, steps []detect.Step) error {
	if _, err := fmt.Fprintf(a.out, "\n%s\n", s.Paint(render.Safe(title), "bold")); err != nil || len(steps) == 0 {
		return err
	}
	t := render.NewTable(s, "VALUE", "PART")
	for _, st := range steps {
		value := narrow(st.Value)
		colour := ""
		switch st.State {
		case detect.StepNotNeeded:
			value = "(not needed)"
		case detect.StepFailed:
			value, colour = "(failed)", "critical"
		case detect.StepTrue:
			colour = "low"
		case detect.StepFalse:
			colour = "high"
		}
		part := strings.Repeat("  ", st.Depth) + st.Text
		if st.Note != "" {
			part += "   # " + st.Note
		}
		value = render.Safe(value)
		if colour != "" {
			value = s.Paint(value, colour)
		}
		t.Row(value, render.Safe(part))
	}
	return t.Close()
}

// maxValue bounds the bytes of a value in a table; JSON has more of it.
const maxValue = 60

// narrow cuts a value to what a table shows of it.
func narrow(s string) string {
	if len(s) <= maxValue {
		return s
	}
	return strings.ToValidUTF8(s[:maxValue], "") + "…"
}
