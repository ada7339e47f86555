package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"

	"spaniel/event"
	"spaniel/internal/config"
	"spaniel/internal/forward"
	"spaniel/sinks"
	"spaniel/sinks/spool"
)

// TestEachSinkGetsWhatItAskedFor: severity, rules, references and the limit of
// a minute choose for every kind of sink in every form; what is held back is
// told of by one record.
func TestEachSinkGetsWhatItAskedFor(t *testing.T) {
	dir := t.TempDir()
	r := newReceivers(t)
	sentence, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer sentence.Close()
	r.got["text"], r.syslog["text"] = &lockedBuffer{}, sentence
	go r.listen(sentence, r.got["text"])
	cfg := config.Default()
	medium := event.Medium
	for _, s := range append(r.sinks(dir), &config.Sink{Name: "syslog-text", Syslog: &config.Syslog{Address: sentence.Addr().String(), Format: "text"}}) {
		if s.Name == "refuses" || s.Name == "letters" {
			continue
		}
		s.Kinds, s.MinSeverity, s.Rules, s.Refs, s.PerMinute = []string{"alert"}, &medium, []string{"want-*"}, []string{"cwe:89"}, 2
		cfg.Sinks = append(cfg.Sinks, *s)
	}
	list, err := configuredSinks(cfg, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	sp, err := spool.Open(filepath.Join(dir, "spool"), spool.Config{})
	if err != nil {
		t.Fatal(err)
	}
	f, err := forward.New(sp, forward.Config{DeadLetters: dir, Drain: 10 * time.Minute}, list, zap.NewNop())
	if err != nil {
		t.Fatal(err)
	}
	enc := sinks.NewEncoder()
	begin := time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)
	for i, c := range []struct {
		says   string
		minute int
		sev    event.Severity
		rule   string
		refs   []string
	}{
		{"passes-1", 0, event.Medium, "want-a", []string{"cwe:89"}},
		{"too-mild", 0, event.Low, "want-a", []string{"cwe:89"}},
		{"other-rule", 0, event.Critical, "unwanted", []string{"cwe:89"}},
		{"other-tag", 0, event.Critical, "want-a", []string{"cwe:79", "cwe:890"}},
		{"passes-2", 0, event.Critical, "want-b", []string{"oat:008", "cwe:89"}},
		{"held-1", 0, event.High, "want-a", []string{"cwe:89"}},
		{"held-2", 0, event.High, "want-a", []string{"cwe:89"}},
		{"held-3", 0, event.High, "want-a", []string{"cwe:89"}},
		{"passes-3", 1, event.High, "want-a", []string{"cwe:89"}},
	} {
		at := event.Nanos(begin.Add(time.Duration(c.minute)*time.Minute + time.Duration(i)*time.Second).UnixNano())
		it := event.Item{Kind: event.KindAlert, Alert: &event.Alert{Schema: event.AlertSchema, ID: event.AlertID("choice", fmt.Sprint(i)), Time: at, FirstSeen: at, LastSeen: at, Count: 1, State: event.Open,
			Severity: c.sev, SevNum: uint16(c.sev), Outcome: event.Tried, Rule: event.AlertRule{ID: c.rule, Title: "T", Category: "recon/test", Refs: c.refs}, Message: c.says, SpooledDay: "2026-11-22"}}
		if _, err := sp.Append(it.Kind, enc.Append(nil, &it)); err != nil {
			t.Fatal(err)
		}
	}
	if err := sp.Sync(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := f.Run(ctx); err != nil {
		t.Fatal(err)
	}
	for _, st := range f.Stats() {
		if st.Delivered != 3 || st.Filtered != 3 || st.Held != 3 || st.Lag != 0 {
			t.Errorf("%+v", st)
		}
	}
	got := r.all()
	delete(got, "refuses")
	for name, b := range files(t, dir) {
		if strings.HasSuffix(name, ".log") {
			got[name] = b
		}
	}
	if len(got) != 17 {
		t.Errorf("only %d destinations", len(got))
	}
	for name, b := range got {
		one := bytes.Count(b, []byte("passes-1")) // a form may say a message twice
		for what, want := range map[string]int{"passes-2": one, "passes-3": one, "3 alerts of this minute were not sent": one, "too-mild": 0, "other-rule": 0, "other-tag": 0, "held-": 0} {
			if n := bytes.Count(b, []byte(what)); n != want || one == 0 {
				t.Errorf("%s has %q %d times, want %d", name, what, n, want)
			}
		}
	}
}
