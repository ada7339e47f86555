// Command accuracy plays labelled calls, attacks and benign ones, as packets
// through the whole path with all shipped rules, and reports what is found, by
// the right name, what is alarmed about wrongly, and what a call costs, beside
// another rule set on the same calls. It is no part of Spaniel and no test:
// `make accuracy` runs it, go test a part of it.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"spaniel/bench/accuracy/corpus"
)

// options are the flags.
type options struct {
	dir, shared, json, misses, only, floors string
	rounds                                  int
	peers                                   bool
}

func main() {
	var opt options
	flag.StringVar(&opt.dir, "corpora", filepath.Join("bench", "accuracy", "corpora"), "the labelled calls")
	flag.StringVar(&opt.shared, "shared", filepath.Join(os.Getenv("SPANIEL_SHARED"), "data"), "real data of others, measured on too if it is there")
	flag.StringVar(&opt.json, "json", "", "also write the result to this file")
	flag.StringVar(&opt.misses, "misses", "", "write what the tuned half misses and alarms about wrongly to this file")
	flag.StringVar(&opt.floors, "floors", "", "write what go test holds the tuned half to to this file")
	flag.StringVar(&opt.only, "only", "", "only families and kinds whose name holds this")
	flag.IntVar(&opt.rounds, "rounds", 3, "rounds of measuring CPU; 0 leaves it out")
	flag.BoolVar(&opt.peers, "peers", false, "ask Coraza with the Core Rule Set too, which takes minutes")
	flag.Parse()
	if err := run(&opt); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

func run(opt *options) error {
	cases, err := corpus.Load(os.DirFS(opt.dir), "attacks", "benign")
	if err != nil {
		return err
	}
	cases = choose(cases, opt.only)
	set, err := shipped(true)
	if err != nil {
		return err
	}
	verdicts, err := judge(set, cases)
	if err != nil {
		return err
	}
	fmt.Println(size(cases))
	r := &result{Tune: sum(cases, verdicts, corpus.Tune), Report: sum(cases, verdicts, corpus.Report), Peers: map[string]*score{}}
	if r.Tune.Learned, err = judgeLearned(set, cases, corpus.Tune); err != nil {
		return err
	}
	if r.Report.Learned, err = judgeLearned(set, cases, corpus.Report); err != nil {
		return err
	}
	r.Tune.print(os.Stdout, "tuned")
	r.Report.print(os.Stdout, "reported")
	if opt.misses != "" {
		if err := os.WriteFile(opt.misses, misses(cases, verdicts), 0o644); err != nil {
			return err
		}
	}
	if opt.floors != "" {
		if err := os.WriteFile(opt.floors, []byte(floorsOf(r.Tune).String()), 0o644); err != nil {
			return err
		}
	}
	if err := r.beyond(opt, set, cases); err != nil {
		return err
	}
	if opt.json == "" {
		return nil
	}
	b, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(opt.json, append(b, '\n'), 0o644)
}

// size says how many entries became how many calls.
func size(cases []corpus.Case) string {
	entries, calls := map[bool]int{}, map[bool]int{}
	for i := range cases {
		c := &cases[i]
		calls[c.Attack]++
		if i == 0 || cases[i-1].File != c.File || cases[i-1].Shape != c.Shape {
			entries[c.Attack]++
		}
	}
	return fmt.Sprintf("%d payloads make %d attacks, %d shapes make %d benign calls", entries[true], calls[true], entries[false], calls[false])
}

// choose keeps the cases whose label holds a word.
func choose(cases []corpus.Case, word string) []corpus.Case {
	var out []corpus.Case
	for _, c := range cases {
		if strings.Contains(c.Label, word) {
			out = append(out, c)
		}
	}
	return out
}
