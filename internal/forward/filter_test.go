package forward

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"spaniel/event"
	"spaniel/sinks"
)

func TestFilterChooses(t *testing.T) {
	a := &event.Alert{Severity: event.Medium, Rule: event.AlertRule{ID: "sqli-in-input", Category: "injection/sqli", Refs: []string{"cwe:89", "owasp-api:10"}}}
	for _, c := range []struct {
		f    Filter
		want bool
	}{
		{Filter{}, true},
		{Filter{MinSeverity: event.Medium}, true},
		{Filter{MinSeverity: event.High}, false},
		{Filter{Rules: []string{"xss-*", "sqli-*"}}, true},
		{Filter{Rules: []string{"sqli"}}, false},
		{Filter{Categories: []string{"injection"}}, true},
		{Filter{Categories: []string{"injection/sqli"}}, true},
		{Filter{Categories: []string{"inject", "injection/xss"}}, false},
		{Filter{Refs: []string{"cwe"}}, true},
		{Filter{Refs: []string{"owasp-api:10"}}, true},
		{Filter{Refs: []string{"owasp-api:1"}}, false},
		{Filter{Rules: []string{"sqli-*"}, Categories: []string{"auth"}}, false},
	} {
		if got := c.f.wants(a); got != c.want {
			t.Errorf("%+v: %v", c.f, got)
		}
	}
}

func at(msg string, minute, second int) event.Item {
	it := alert(msg, event.High)
	it.Alert.Time = event.Nanos(time.Duration(minute)*time.Minute + time.Duration(second)*time.Second)
	it.Alert.LastSeen = it.Alert.Time
	return it
}

func TestWhatIsTooMuchIsToldOfOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var soc dest
		s := sink("soc", &soc)
		s.Filter.PerMinute = 2
		r := start(t, t.TempDir(), Config{}, s)
		for i := range 5 {
			r.add(at("a", 7, i))
		}
		r.add(at("b", 8, 0), at("late", 7, 9), at("c", 8, 2), at("d", 8, 3))
		synctest.Wait()
		// A record goes first in its batch: where the batches were cut decides how many of the "a" come before it.
		const told = "3 alerts of this minute were not sent to the sink soc: it is to get 2 a minute; this is the first of them"
		if got := soc.all(); strings.Count(got, told) != 1 || strings.Join(strings.Fields(strings.Replace(got, told, "", 1)), " ") != "a a b late" {
			t.Errorf("%q", got)
		}
		time.Sleep(61 * time.Second) // nothing more comes
		synctest.Wait()
		if got := soc.all(); strings.Count(got, "alerts of this minute") != 2 || !strings.Contains(got, "2 alerts of this minute") {
			t.Errorf("%q", got)
		}
		r.add(at("e", 9, 0), at("f", 9, 1), at("g", 9, 2))
		synctest.Wait()
		r.end() // what is held back at the end is told of
		if got := soc.all(); !strings.Contains(got, " 1 alerts of this minute") {
			t.Errorf("%q", got)
		}
		st := r.f.Stats()[0]
		if st.Delivered != 6 || st.Held != 6 || st.Filtered != 0 || st.Lag != 0 {
			t.Errorf("%+v", st)
		}
	})
}

func TestABacklogPassesAsItWouldHaveLive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		soc := dest{answer: func(int, *sinks.Batch) error {
			if time.Since(begin) < time.Hour {
				return errors.New("down")
			}
			return nil
		}}
		s := sink("soc", &soc)
		s.Filter.PerMinute = 1
		r := start(t, t.TempDir(), Config{}, s)
		for m := range 30 {
			r.add(at("x", m+1, 0))
		}
		time.Sleep(2 * time.Hour)
		synctest.Wait()
		if got := strings.Count(soc.all(), "x"); got != 30 {
			t.Errorf("%d of 30", got)
		}
		r.end()
	})
}
