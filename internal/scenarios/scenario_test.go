// Package scenarios proves behaviour: scripted traffic, made into packets and
// judged by all shipped rules at once. It has no code of its own, only this
// test; the scenarios are the files under testdata, and its README says how
// they are written.
package scenarios

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/goccy/go-yaml"

	"spaniel/decode"
	"spaniel/detect"
	"spaniel/detect/geo"
	"spaniel/detect/ruletest"
	"spaniel/event"
	"spaniel/internal/sensor"
	"spaniel/rules"
	"spaniel/sinks/redact"
)

// A scenario is an attack and what finds it, or ordinary traffic that looks
// like one.
type scenario struct {
	Attack string `yaml:"attack"`
	Benign string `yaml:"benign"`
	// Finds are the rules that find an attack, and the worst severity each
	// comes to.
	Finds map[string]event.Severity `yaml:"finds"`
	// Also are rules that may be alarmed by the attack, too.
	Also []string `yaml:"also"`
	// Like are the rules that ordinary traffic could be taken for.
	Like []string `yaml:"like"`
	// Authorised is the network of who is allowed to test.
	Authorised string `yaml:"authorised"`
	// Places are where addresses are: networks, each with latitude and longitude, or
	// with an autonomous system.
	Places map[string]string `yaml:"places"`
	// Specification is the text of OpenAPI that the API has.
	Specification string `yaml:"specification"`
	// Plays begin together.
	Plays [][]phase `yaml:"plays"`
	file  string
}

// phase is a phase as the tests inside rules have it.
type phase struct {
	From        string        `yaml:"from"`
	To          string        `yaml:"to"`
	Repeat      int           `yaml:"repeat"`
	Every       time.Duration `yaml:"every"`
	Jitter      float64       `yaml:"jitter"`
	After       time.Duration `yaml:"after"`
	Took        time.Duration `yaml:"took"`
	Slow        time.Duration `yaml:"slow"`
	Drip        time.Duration `yaml:"drip"`
	Unfinished  bool          `yaml:"unfinished"`
	Connections string        `yaml:"connections"`
	Request     string        `yaml:"request"`
	Requests    []string      `yaml:"requests"`
}

func (p phase) read() (detect.Phase, error) {
	out := detect.Phase{From: p.From, To: p.To, Repeat: max(1, p.Repeat), Every: p.Every, Jitter: p.Jitter, After: p.After, Took: p.Took, Slow: p.Slow, Drip: p.Drip, Unfinished: p.Unfinished, Requests: p.Requests}
	if p.Request != "" {
		out.Requests = append(out.Requests, p.Request)
	}
	if out.Every == 0 {
		out.Every = 100 * time.Millisecond
	}
	if out.Took == 0 {
		out.Took = 5 * time.Millisecond
	}
	switch p.Connections {
	case "each":
		out.Each = true
	case "", "one":
	default:
		return out, fmt.Errorf("connections: %q is neither each nor one", p.Connections)
	}
	if len(out.Requests) == 0 {
		return out, errors.New("a phase has no request")
	}
	return out, nil
}

// name is what a scenario is called in the test's output.
func (s *scenario) name() string {
	return strings.TrimSuffix(s.file, ".yaml") + "/" + s.Attack + s.Benign
}

// frames makes its packets.
func (s *scenario) frames() ([]event.Frame, error) {
	var plays [][]detect.Phase
	for _, list := range s.Plays {
		var play []detect.Phase
		for _, p := range list {
			ph, err := p.read()
			if err != nil {
				return nil, err
			}
			play = append(play, ph)
		}
		plays = append(plays, play)
	}
	return ruletest.Play(plays...)
}

// scenarios reads all files.
func scenarios(t *testing.T) (list []*scenario) {
	t.Helper()
	err := filepath.WalkDir("testdata", func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(file) != ".yaml" {
			return err
		}
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		name, err := filepath.Rel("testdata", file)
		if err != nil {
			return err
		}
		for dec := yaml.NewDecoder(bytes.NewReader(text), yaml.Strict()); ; {
			s := &scenario{file: filepath.ToSlash(name)}
			if err := dec.Decode(s); errors.Is(err, io.EOF) {
				return nil
			} else if err != nil {
				return fmt.Errorf("%s: %w", file, err)
			}
			list = append(list, s)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// TestEveryRuleIsPlayed: each shipped rule finds an attack, and has ordinary
// traffic beside it that looks alike.
func TestEveryRuleIsPlayed(t *testing.T) {
	finds, like := map[string]bool{}, map[string]bool{}
	for _, s := range scenarios(t) {
		for id := range s.Finds {
			finds[id] = true
		}
		for _, id := range s.Like {
			like[id] = true
		}
	}
	for _, r := range shipped(t).Rules() {
		if !finds[r.ID] || !like[r.ID] {
			t.Errorf("%s: found by an attack: %v; beside ordinary traffic: %v", r.File, finds[r.ID], like[r.ID])
		}
	}
}

func shipped(t *testing.T) *detect.Set {
	t.Helper()
	set, err := detect.Load([]detect.Source{{Name: "builtin", FS: rules.FS}}, detect.LoadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// TestScenarios: an attack is found by the rules it names, at the severity it
// says, and by no others that would wake a person; ordinary traffic wakes
// nobody, and the rules it is like say nothing at all.
func TestScenarios(t *testing.T) {
	set := shipped(t)
	cfg := sensor.Config{Version: "test", Decode: decode.DefaultConfig(), Redactor: redact.New(make([]byte, 32), redact.Option{})}
	names := map[string]bool{}
	for _, s := range scenarios(t) {
		if msg := s.faulty(set); msg != "" || names[s.name()] {
			t.Errorf("%s: %s (or its name is another's)", s.name(), msg)
			continue
		}
		names[s.name()] = true
		t.Run(s.name(), func(t *testing.T) {
			frames, err := s.frames()
			if err != nil {
				t.Fatal(err)
			}
			alerts, err := sensor.Replayer(cfg)(s.judgedBy(t, set), frames)
			if err != nil {
				t.Fatal(err)
			}
			s.compare(t, alerts)
		})
	}
	if len(names) < 3 {
		t.Errorf("%d scenarios", len(names))
	}
}

// judgedBy is the set, but for who is allowed to test.
func (s *scenario) judgedBy(t *testing.T, set *detect.Set) *detect.Set {
	if s.Authorised == "" && len(s.Places) == 0 && s.Specification == "" {
		return set
	}
	var opt detect.LoadOptions
	if s.Specification != "" {
		opt.Specs = []detect.SpecFile{{Source: detect.Source{Name: s.file, FS: fstest.MapFS{"api.yaml": &fstest.MapFile{Data: []byte(s.Specification)}}}, Path: "api.yaml", Hosts: []string{"*"}}}
	}
	if s.Authorised != "" {
		opt.Exceptions = []detect.Exception{{Source: netip.MustParsePrefix(s.Authorised), Until: time.Date(2026, 1, 6, 0, 0, 0, 0, time.UTC), Why: "a test"}}
	}
	if len(s.Places) > 0 {
		places := map[netip.Prefix]geo.Spot{}
		for network, text := range s.Places {
			at, ok := geo.ParseSpot(text)
			if !ok {
				t.Fatalf("%q is no place", text)
			}
			places[netip.MustParsePrefix(network)] = at
		}
		opt.Geo = geo.Fixed(places)
	}
	set, err := detect.Load([]detect.Source{{Name: "builtin", FS: rules.FS}}, opt)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// faulty says what is wrong with a scenario before it is played.
func (s *scenario) faulty(set *detect.Set) string {
	for _, id := range slices.Concat(s.Also, s.Like, found(s.Finds)) {
		if set.Rule(id) == nil {
			return "there is no rule " + id
		}
	}
	switch {
	case (s.Attack == "") == (s.Benign == ""):
		return "it is neither attack nor benign, or both"
	case s.Attack != "" && (len(s.Finds) == 0 || len(s.Like) > 0):
		return "an attack has finds, and no like"
	case s.Benign != "" && (len(s.Like) == 0 || len(s.Finds)+len(s.Also) > 0):
		return "ordinary traffic has like, and neither finds nor also"
	}
	return ""
}

func found(m map[string]event.Severity) (ids []string) {
	for id := range m {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}

// compare says how what was found differs from what was to be.
func (s *scenario) compare(t *testing.T, alerts []*event.Alert) {
	worst := map[string]event.Severity{}
	said := map[string]string{}
	for _, a := range alerts {
		worst[a.Rule.ID] = max(worst[a.Rule.ID], a.Severity)
		said[a.Rule.ID] = a.Message
	}
	for _, id := range found(s.Finds) {
		if worst[id] != s.Finds[id] {
			t.Errorf("%s comes to %s, not to %s; found: %v", id, worst[id], s.Finds[id], said)
		}
	}
	for _, id := range found(worst) {
		_, wanted := s.Finds[id]
		switch {
		case wanted || slices.Contains(s.Also, id):
		case worst[id] >= event.Medium || slices.Contains(s.Like, id):
			t.Errorf("%s fires, %s: %s", id, worst[id], said[id])
		}
	}
	for _, id := range s.Also {
		if worst[id] == 0 {
			t.Errorf("%s does not fire: it need not stand under also", id)
		}
	}
}
