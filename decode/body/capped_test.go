package body

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"spaniel/event"
)

// leavesOf makes the leaves of a request for a target.
func leavesOf(target string) (*event.Call, []event.Leaf) {
	c := new(event.Call)
	c.Reset(New(Config{}))
	c.Req.Path, c.Req.Query, _ = strings.Cut(target, "?")
	return c, c.Leaves()
}

// TestCutReadingsMarkTheCall: a value that can be decoded further than was done
// says so on its call, when its readings are made and not before; one whose
// decodings all fit says nothing.
func TestCutReadingsMarkTheCall(t *testing.T) {
	times := func(n int, s string) string {
		for range n {
			s = url.QueryEscape(s)
		}
		return s
	}
	for name, c := range map[string]struct {
		value string
		cut   bool
	}{
		"plain":                 {"abc", false},
		"four steps":            {times(4, "<>"), false},
		"five steps":            {times(5, "<>"), true},
		"128 KiB":               {strings.Repeat("%41", 128<<10), false},
		"one more than 128 KiB": {strings.Repeat("%41", 128<<10+1), true},
	} {
		call, leaves := leavesOf("/?q=" + c.value)
		i := slices.IndexFunc(leaves, func(l event.Leaf) bool { return l.Place == "query.q" })
		if i < 0 {
			t.Fatalf("%s: no leaf", name)
		}
		if len(call.Anomalies) > 0 {
			t.Errorf("%s: marked %q before anybody asked", name, call.Anomalies)
		}
		n := len(leaves[i].Readings())
		if got := slices.Contains(call.Anomalies, AnomalyDecoding); got != c.cut {
			t.Errorf("%s: %d readings, marked %v, want %v", name, n, got, c.cut)
		}
	}
}

// TestCutStructuresMarkTheCall: of a structure within a value 256 values are
// leaves; a larger one says so.
func TestCutStructuresMarkTheCall(t *testing.T) {
	list := func(n int) string {
		return "/?q=" + url.QueryEscape("["+strings.TrimSuffix(strings.Repeat("1,", n), ",")+"]")
	}
	for n, want := range map[int]bool{100: false, 255: false, 300: true} {
		if call, leaves := leavesOf(list(n)); slices.Contains(call.Anomalies, AnomalyDecoding) != want {
			t.Errorf("%d values: %d leaves, marked %q", n, len(leaves), call.Anomalies)
		}
	}
}

// TestReadingsOfManyValues: each string of a list is a reading; the first that
// has no place marks the call.
func TestReadingsOfManyValues(t *testing.T) {
	var strs []string
	for i := range 40 {
		strs = append(strs, fmt.Sprintf(`"<%d>"`, i))
		call, leaf := new(event.Call), event.Leaf{Kind: event.LeafBody, Value: "[" + strings.Join(strs, ",") + "]", Expand: New(Config{}).read}
		leaf.Call = call
		n := len(leaf.Readings())
		if marked := slices.Contains(call.Anomalies, AnomalyDecoding); marked != (i+2 > maxReadings) || n != min(i+2, maxReadings) {
			t.Errorf("%d strings: %d readings, marked %v", i+1, n, marked)
		}
	}
}
