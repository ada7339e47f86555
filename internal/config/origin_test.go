package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestSettings: each value says where it was set, the last one wins, and no
// secret is shown.
func TestSettings(t *testing.T) {
	file := filepath.Join(t.TempDir(), "spaniel.yaml")
	text := "limits:\n  memory: 512MiB\n  workers: 2\napi:\n  listen: 127.0.0.1:9000\nsinks:\n  - name: wh\n    clickhouse:\n      url: clickhouse://u:${WORD}@h:9000/d\n  - file: {path: x}\n    kinds: [alert, call]\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	list, err := Settings(Options{File: file, Environ: []string{"WORD=hunter2", "SPANIEL_LIMITS_WORKERS=3"}, Set: []string{"api.listen=127.0.0.1:9001"}})
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]Setting{}
	for _, s := range list {
		if _, twice := got[s.Key]; twice {
			t.Errorf("%s is there twice", s.Key)
		}
		got[s.Key] = s
		if strings.Contains(s.Value, "hunter2") {
			t.Errorf("%s shows a secret: %s", s.Key, s.Value)
		}
	}
	for _, want := range []Setting{
		{"limits.memory", "512MiB", file + ":2"},
		{"limits.workers", "3", "SPANIEL_LIMITS_WORKERS"},
		{"limits.sampling", "auto", ""},
		{"api.listen", "127.0.0.1:9001", "--set api.listen"},
		{"sinks[0].name", "wh", file + ":7"},
		{"sinks[0].clickhouse.url", "clickhouse://u:********@h:9000/d", file + ":9"},
		{"sinks[1].kinds", "[alert, call]", file + ":11"},
		{"log.level", "info", ""},
		{"capture", "[]", ""},
	} {
		if got[want.Key] != want {
			t.Errorf("%+v, want %+v", got[want.Key], want)
		}
	}
	if _, err := Settings(Options{Set: []string{"log.level=loud"}}); err == nil {
		t.Error("what cannot be loaded is listed")
	}
}
