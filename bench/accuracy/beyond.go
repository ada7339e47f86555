package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"strconv"
	"text/tabwriter"

	"spaniel/bench/accuracy/corpus"
	"spaniel/detect"
)

// result is all that was measured.
type result struct {
	Tune   *score `json:"tune"`
	Report *score `json:"report"`
	// Peers are the other rule set's scores on the reported half, by level.
	Peers map[string]*score `json:"peers_on_the_reported_half"`
	// Outside is by set, then by who judged.
	Outside map[string]table `json:"outside"`
	Costs   []*cost          `json:"costs"`
}

func (p *peer) name() string { return "CRS level " + strconv.Itoa(p.level) }

// beyond measures on the texts of others, asks the peers, and measures CPU.
func (r *result) beyond(opt *options, set *detect.Set, cases []corpus.Case) error {
	dir, err := os.MkdirTemp("", "accuracy")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	var peers []peer
	if opt.peers {
		binary, err := buildPeer(dir)
		if err != nil {
			return err
		}
		peers = []peer{{binary: binary, dir: dir, level: 1}, {binary: binary, dir: dir, level: 4}}
	}
	for i := range peers {
		verdicts, took, err := peers[i].judge(cases)
		if err != nil {
			return err
		}
		peers[i].whole = float64(took.Nanoseconds()) / 1000 / float64(len(cases))
		r.Peers[peers[i].name()] = sum(cases, verdicts, corpus.Report)
	}
	if len(peers) > 0 {
		r.compare(os.Stdout, peers)
	}
	if opt.only == "" {
		if err := r.outside(opt.shared, set, peers); err != nil {
			return err
		}
		if err := sequences(os.Stdout, opt.shared, set); err != nil {
			return err
		}
	}
	if opt.rounds == 0 {
		return nil
	}
	return r.costs(opt, set, cases, peers)
}

// compare writes the two side by side, on the reported half.
func (r *result) compare(out io.Writer, peers []peer) {
	scores := []*score{r.Report}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(w, "\nreported half, %\tSpaniel\t")
	for i := range peers {
		fmt.Fprintf(w, "%s\t", peers[i].name())
		scores = append(scores, r.Peers[peers[i].name()])
	}
	fmt.Fprintln(w)
	row := func(name string, of func(*score) float64) {
		fmt.Fprintf(w, "%s\t", name)
		for _, s := range scores {
			fmt.Fprintf(w, "%.1f\t", of(s))
		}
		fmt.Fprintln(w)
	}
	found := func(t *tally) float64 { return t.percent(t.Found) }
	row("attacks found", func(s *score) float64 { return found(&s.Attacks) })
	row("right family", func(s *score) float64 { return s.Attacks.percent(s.Attacks.Right) })
	row("mean of families", func(s *score) float64 { return s.Macro })
	row("encoded or placed oddly", func(s *score) float64 { return found(&s.Odd) })
	for _, g := range r.Report.Groups.names() {
		row("false alarms, "+g, func(s *score) float64 { return found(s.Groups.at(g)) })
	}
	row("board", func(s *score) float64 { return s.Board })
	w.Flush() // to a buffer or standard output: a failure here has nobody to be told
}

// outside measures on each set of others' texts.
func (r *result) outside(dir string, set *detect.Set, peers []peer) error {
	r.Outside = map[string]table{}
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(w, "\nothers' texts, found %\tcalls\tSpaniel\tright family\t")
	for i := range peers {
		fmt.Fprintf(w, "%s\tright family\t", peers[i].name())
	}
	fmt.Fprintln(w)
	for _, o := range outsides(dir) {
		if o.skipped != "" {
			fmt.Fprintf(w, "%s\tskipped: %s\t\n", o.name, o.skipped)
			continue
		}
		fmt.Fprintf(w, "%s\t%d\t", o.name, len(o.cases))
		rows := table{}
		r.Outside[o.name] = rows
		verdicts, err := judge(set, o.cases)
		if err != nil {
			return err
		}
		rows.at("Spaniel").addAll(o.cases, verdicts)
		for i := range peers {
			verdicts, _, err := peers[i].judge(o.cases)
			if err != nil {
				return err
			}
			rows.at(peers[i].name()).addAll(o.cases, verdicts)
		}
		for _, who := range append([]string{"Spaniel"}, names(peers)...) {
			t := rows[who]
			fmt.Fprintf(w, "%.2f\t%.2f\t", t.percent(t.Found), t.percent(t.Right))
		}
		fmt.Fprintln(w)
	}
	return w.Flush()
}

func names(peers []peer) []string {
	var out []string
	for i := range peers {
		out = append(out, peers[i].name())
	}
	return out
}

// addAll counts cases in.
func (t *tally) addAll(cases []corpus.Case, verdicts []verdict) {
	for i := range cases {
		t.add(&cases[i], &verdicts[i])
	}
}

// costs measures what a call costs: of the whole corpus, and of ordinary ones
// without a body and with one of JSON.
func (r *result) costs(opt *options, set *detect.Set, cases []corpus.Case, peers []peer) error {
	gets, err := corpus.Load(os.DirFS(opt.dir), "probes/get")
	if err != nil {
		return err
	}
	posts, err := corpus.Load(os.DirFS(opt.dir), "probes/json")
	if err != nil {
		return err
	}
	for _, m := range []struct {
		what  string
		cases []corpus.Case
		peers []peer
	}{{"the whole corpus", cases, nil}, {"GET", gets, peers}, {"JSON POST of " + meanBody(posts), posts, peers}} {
		c, err := measure(m.what, set, m.cases, opt.rounds, m.peers)
		if err != nil {
			return err
		}
		if m.peers == nil { // asked once, for their verdicts
			for i := range peers {
				c.Peers[peers[i].name()] = peers[i].whole
			}
		}
		r.Costs = append(r.Costs, c)
	}
	printCosts(os.Stdout, r.Costs, peers)
	return nil
}

// meanBody is how large the bodies are.
func meanBody(cases []corpus.Case) string {
	sum := 0
	for i := range cases {
		_, body, _ := bytes.Cut(cases[i].Request, []byte("\r\n\r\n"))
		sum += len(body)
	}
	return fmt.Sprintf("%.1f KB", float64(sum)/float64(len(cases))/1000)
}
