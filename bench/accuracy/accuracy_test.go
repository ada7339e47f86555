package main

import (
	"bytes"
	"maps"
	"os"
	"reflect"
	"slices"
	"testing"

	"spaniel/bench/accuracy/corpus"
	"spaniel/event"
)

// TestTunedHalf plays the tuned half and holds it to the recorded figures. The
// other half is left to `make accuracy`: what a test guards, work is tuned on.
func TestTunedHalf(t *testing.T) {
	if testing.Short() {
		t.Skip("plays thousands of calls")
	}
	cases := half(load(t), corpus.Tune)
	set, err := shipped(true)
	if err != nil {
		t.Fatal(err)
	}
	verdicts, err := judge(set, cases)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile("floors.txt")
	if err != nil {
		t.Fatal(err)
	}
	want, err := readFloors(string(raw))
	if err != nil {
		t.Fatal(err)
	}
	got := floorsOf(sum(cases, verdicts, corpus.Tune))
	for _, w := range want.worse(got) {
		t.Error(w)
	}
	if len(want) < len(got) {
		t.Errorf("%d figures are held, %d measured: write bench/accuracy/floors.txt anew with -floors", len(want), len(got))
	}
	t.Logf("%d calls: recall %.1f %%, right family %.1f %%", len(cases), got["recall"], got["right-family"])
}

// TestCorpus holds the corpus to its size, and its making to the seed.
func TestCorpus(t *testing.T) {
	cases := load(t)
	if !reflect.DeepEqual(cases, load(t)) {
		t.Error("two readings differ")
	}
	attacks, benign := 0, 0
	families, kinds, shapes := map[string]map[corpus.Half]int{}, map[string]map[corpus.Half]int{}, map[string]map[string]bool{}
	seen := map[string]string{}
	for i := range cases {
		c := &cases[i]
		line, _, _ := bytes.Cut(c.Request, []byte("\r\n"))
		if bytes.Count(line, []byte(" ")) != 2 {
			t.Errorf("%s: %q is no request line", c.ID, line)
		}
		if other := seen[c.ID]; other != "" {
			t.Errorf("%s twice", c.ID)
		}
		seen[c.ID] = c.ID
		of := kinds
		if c.Attack {
			attacks++
			of = families
		} else {
			benign++
			if shapes[c.Label] == nil {
				shapes[c.Label] = map[string]bool{}
			}
			shapes[c.Label][c.File+string(rune(c.Shape))] = true
		}
		if of[c.Label] == nil {
			of[c.Label] = map[corpus.Half]int{}
		}
		of[c.Label][c.Half]++
	}
	if attacks < 3000 || benign < 5000 {
		t.Errorf("%d attacks and %d benign calls: 3,000 and 5,000 are wanted", attacks, benign)
	}
	if len(families) != 22 {
		t.Errorf("%d families, not 22", len(families))
	}
	for _, of := range []map[string]map[corpus.Half]int{families, kinds} {
		for label, halves := range of {
			if halves[corpus.Tune] == 0 || halves[corpus.Report] == 0 {
				t.Errorf("%s: %v: a half has none of it", label, halves)
			}
		}
	}
	for kind, s := range shapes {
		if len(s) < 40 {
			t.Errorf("%s: %d shapes, 40 are wanted", kind, len(s))
		}
	}
}

// TestVerdictIsOfTheCallAlone: which calls are played beside one changes
// nothing about the attacks in it, nor about alerts. Lesser findings about a host
// come once in a batch.
func TestVerdictIsOfTheCallAlone(t *testing.T) {
	var cases []corpus.Case
	for i, c := range load(t) {
		if i%97 == 0 {
			cases = append(cases, c)
		}
	}
	set, err := shipped(true)
	if err != nil {
		t.Fatal(err)
	}
	all, err := judge(set, cases)
	if err != nil {
		t.Fatal(err)
	}
	some := 0
	for i := range cases {
		if i%5 != 0 {
			continue
		}
		alone, err := judge(set, cases[i:i+1])
		if err != nil {
			t.Fatal(err)
		}
		if !maps.Equal(alone[0].family, all[i].family) || !slices.Equal(alone[0].rules, all[i].rules) {
			t.Errorf("%s: %v among others, %v alone", cases[i].ID, all[i], alone[0])
		}
		if alone[0].worst >= event.Medium {
			some++
		}
	}
	if some == 0 {
		t.Error("nothing was found at all")
	}
}

func load(t *testing.T) []corpus.Case {
	t.Helper()
	cases, err := corpus.Load(os.DirFS("corpora"), "attacks", "benign")
	if err != nil {
		t.Fatal(err)
	}
	return cases
}

func half(cases []corpus.Case, h corpus.Half) []corpus.Case {
	var out []corpus.Case
	for _, c := range cases {
		if c.Half == h {
			out = append(out, c)
		}
	}
	return out
}
