package all

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"spaniel/event"
	"spaniel/sinks/sinktest"
)

const documented = `
- { name: bus, kafka: { brokers: [k1:9093], topic: spaniel.alerts.v1, tls: {ca: /etc/spaniel/ca.pem}, sasl: {mechanism: scram-sha-512, username: spaniel, password_file: /run/secrets/k} } }
- { name: lake, clickhouse: { url: "clickhouse://user@host:9440/spaniel?secure=true" } }
- { name: siem, syslog: { address: "siem:6514", transport: tls }, min_severity: medium }
- { name: lines, file: { path: "-" }, kinds: [call, alert] }
`

func TestTheDocumentedConfigurationIsRead(t *testing.T) {
	var list []Config
	if err := yaml.UnmarshalWithOptions([]byte(documented), &list, yaml.Strict()); err != nil {
		t.Fatal(err)
	}
	var got []string
	for i := range list {
		s, err := list[i].Sink(nil)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, s.Name+" "+s.Type)
	}
	if want := []string{"bus kafka", "lake clickhouse", "siem syslog", "lines file"}; !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
	if s, err := list[2].Sink(nil); err != nil || s.MinSeverity != event.Medium || !slices.Equal(s.Kinds, []event.Kind{event.KindAlert}) {
		t.Errorf("siem: %+v, %v", s, err)
	}
}

func TestWhatIsWrongIsSaid(t *testing.T) {
	for want, text := range map[string]string{
		"no name":               `{file: {path: "-"}}`,
		"has no destination":    `{name: a}`,
		"both kafka and syslog": `{name: a, kafka: {brokers: [h:1]}, syslog: {address: "h:1"}}`,
		"path is missing":       `{name: a, file: {}}`,
		"unknown kind":          `{name: a, kinds: [alarm], file: {path: x}}`,
		"unknown severity":      `{name: a, min_severity: bad, file: {path: x}}`,
	} {
		var c Config
		if err := yaml.UnmarshalWithOptions([]byte(text), &c, yaml.Strict()); err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if err := c.Validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", text, err, want)
		}
	}
}

func TestEveryDestinationOpensWithoutDialling(t *testing.T) {
	for _, text := range []string{`{name: a, kafka: {brokers: ["127.0.0.1:1"]}}`, `{name: a, clickhouse: {url: "clickhouse://127.0.0.1:1/db"}}`,
		`{name: a, syslog: {address: "127.0.0.1:1"}}`, `{name: a, file: {path: "/nonexistent/x"}}`} {
		var c Config
		if err := yaml.Unmarshal([]byte(text), &c); err != nil {
			t.Fatal(err)
		}
		s, err := c.Sink(nil)
		if err != nil {
			t.Fatal(err)
		}
		w, err := s.Open()
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestStandardOutputIsTheCallers(t *testing.T) {
	var out bytes.Buffer
	c := Config{Name: "a"}
	if err := yaml.Unmarshal([]byte(`{name: a, file: {path: "-"}}`), &c); err != nil {
		t.Fatal(err)
	}
	s, err := c.Sink(&out)
	if err != nil {
		t.Fatal(err)
	}
	w, err := s.Open()
	if err != nil {
		t.Fatal(err)
	}
	b, _ := sinktest.Alerts(1, 2)
	if err := w.Write(context.Background(), b); err != nil || strings.Count(out.String(), "\n") != 2 {
		t.Errorf("%v, %q", err, out.String())
	}
}
