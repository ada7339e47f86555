package config

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
)

// loadText reads text as spaniel.yaml.
func loadText(t *testing.T, text string, opt Options) (*Config, error) {
	t.Helper()
	opt.File = filepath.Join(t.TempDir(), "spaniel.yaml")
	if err := os.WriteFile(opt.File, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg, _, err := Load(opt)
	if err != nil {
		return nil, errors.New(strings.ReplaceAll(err.Error(), opt.File, "spaniel.yaml"))
	}
	return cfg, nil
}

func TestEmptyFileIsTheDefault(t *testing.T) {
	for _, text := range []string{"", "\n", "# only a comment\n", "---\n", "sensor:\nhttp:\n"} {
		cfg, err := loadText(t, text, Options{})
		if err != nil || !reflect.DeepEqual(cfg, Default()) {
			t.Errorf("%q: %+v, %v", text, cfg, err)
		}
	}
	if cfg, used, err := Load(Options{Candidates: []string{"/nonexistent/spaniel.yaml"}}); err != nil || used != "" || !reflect.DeepEqual(cfg, Default()) {
		t.Errorf("no file: %v %q %v", cfg, used, err)
	}
}

const full = `# yaml-language-server: $schema=/usr/share/spaniel/schema/config.json
sensor: { name: dc1-span, zone: prod }
capture:
  - { interface: eth9, filter: "tcp", buffer: 64MiB, promiscuous: false }
http:    { max_body: 128KiB }
privacy: { user: hash, key_file: /etc/spaniel/privacy.key }
rules:   { paths: [/etc/spaniel/rules.d], packs: [injection, auth], disable: [id-walk] }
store:   { url: "duckdb:///var/lib/spaniel/calls.duckdb", retention: 90d, memory: 512MiB }
sinks:
  - { name: bus, kafka: { brokers: [k1:9093], tls: {ca: /etc/ca.pem}, sasl: {mechanism: scram-sha-512, username: spaniel, password_file: /run/secrets/k} } }
  - { name: lake, clickhouse: { url: "clickhouse://user:${CH_PASSWORD}@host:9440/spaniel?secure=true" } }
  - { syslog: { address: "siem:6514" }, min_severity: medium }
  - { file: { path: out.jsonl }, kinds: [call, alert] }
spool:   { max: 8GiB }
limits:  { memory: 256MiB, workers: 2 }
api:     { listen: "127.0.0.1:9000" }
`

func TestFullFile(t *testing.T) {
	cfg, err := loadText(t, full, Options{Environ: []string{"CH_PASSWORD=hunter2", "SPANIEL_SENSOR_NAME=by-env", "SPANIEL_SHARED=/else", "SPANIEL_API_LISTEN=127.0.0.1:1"},
		Set: []string{"api.listen=127.0.0.1:2", "rules.disable=[a, b]", "store.retention=1w", "sensor.zone=1"}})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name      string
		got, want any
	}{
		{"file", cfg.HTTP.MaxBody, ByteSize(128 << 10)}, {"default beside it", cfg.HTTP.MaxHead, ByteSize(64 << 10)},
		{"env over file", cfg.Sensor.Name, "by-env"}, {"set over env", cfg.API.Listen, "127.0.0.1:2"}, {"list by set", cfg.Rules.Disable, []string{"a", "b"}},
		{"duration by set", cfg.Store.Retention, Duration(7 * 24 * time.Hour)}, {"number as text", cfg.Sensor.Zone, "1"},
		{"secret", string(cfg.Sinks[1].ClickHouse.URL), "clickhouse://user:hunter2@host:9440/spaniel?secure=true"}, {"name by kind", cfg.Sinks[2].Name, "syslog"}, {"severity", cfg.Sinks[2].MinSeverity.String(), "medium"},
		{"pointer", *cfg.Capture[0].Promiscuous, false}, {"nested", cfg.Sinks[0].Kafka.SASL.Username, "spaniel"},
	} {
		if !reflect.DeepEqual(c.got, c.want) {
			t.Errorf("%s: got %v, want %v", c.name, c.got, c.want)
		}
	}
}

func TestShowMasksAndLoadsAgain(t *testing.T) {
	cfg, err := loadText(t, full+"", Options{Environ: []string{"CH_PASSWORD=hunter2"}})
	if err != nil {
		t.Fatal(err)
	}
	cfg.Store.URL = "clickhouse://u:hunter2@h:9000/d?password=hunter2"
	var b bytes.Buffer
	if err := cfg.Show(&b); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(b.String(), "hunter2") || !strings.Contains(b.String(), stars) {
		t.Fatalf("the secret shows, or its stars do not:\n%s", b.String())
	}
	var again map[string]any
	if err := yaml.Unmarshal(b.Bytes(), &again); err != nil {
		t.Fatal(err)
	}
	b.Reset()
	if err := Default().Show(&b); err != nil {
		t.Fatal(err)
	}
	if cfg, err := loadText(t, b.String(), Options{}); err != nil || !reflect.DeepEqual(cfg, Default()) {
		t.Fatalf("what show prints is not what was loaded: %v\n%s", err, b.String())
	}
}

func TestInitIsTheDefault(t *testing.T) {
	var b bytes.Buffer
	if err := Init(&b); err != nil {
		t.Fatal(err)
	}
	if cfg, err := loadText(t, b.String(), Options{}); err != nil || !reflect.DeepEqual(cfg, Default()) {
		t.Fatalf("%v", err)
	}
	// Any section works with its # taken away, and so do all of them.
	sections := strings.Split(b.String(), "\n\n")
	all := []string{}
	for _, s := range sections[1:] {
		all = append(all, uncommented(s))
		if _, err := loadText(t, uncommented(s), Options{}); err != nil {
			t.Errorf("%v\n%s", err, uncommented(s))
		}
	}
	cfg, err := loadText(t, strings.Join(all, "\n"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	names := ""
	for _, s := range cfg.Sinks {
		names += s.Name + " "
	}
	if names != "kafka clickhouse syslog elastic hec webhook file " || len(cfg.Capture) != 1 || cfg.API != Default().API {
		t.Errorf("sinks %s, %+v", names, cfg)
	}
}

// uncommented takes the # from keys, and leaves sentences alone.
func uncommented(section string) string {
	var out strings.Builder
	for line := range strings.Lines(section) {
		if !strings.HasPrefix(line, "# ") || strings.HasPrefix(line, "#  ") {
			line = strings.TrimPrefix(line, "#")
		}
		out.WriteString(line)
	}
	return out.String()
}

func TestEveryKeyHasASentence(t *testing.T) {
	for _, k := range keys(reflect.TypeFor[Config](), "") {
		if keyName(k.field) == "" || k.field.Tag.Get("jsonschema_description") == "" {
			t.Errorf("%s: no name or no sentence", k.path)
		}
	}
	schema, err := Schema()
	if err != nil || !bytes.Contains(schema, []byte("who this sensor is")) || bytes.Contains(schema, []byte(`"required"`)) {
		t.Errorf("schema: %v\n%s", err, schema)
	}
}
