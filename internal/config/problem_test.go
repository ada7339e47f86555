package config

import (
	"strings"
	"testing"
)

// Each text has one fault; the error must be exactly this.
var faults = []struct{ name, text, want string }{
	{"unknown key", "sensor:\n  nmae: x\n", `spaniel.yaml:2:3: unknown key "nmae" in sensor  (did you mean "name"?)
    2 |   nmae: x
      |   ^^^^`},
	{"unknown key at the top", "sink: []\n", `spaniel.yaml:1:1: unknown key "sink"  (did you mean "sinks"?)
    1 | sink: []
      | ^^^^`},
	{"key of another section", "retention: 30d\n", `spaniel.yaml:1:1: unknown key "retention"  (did you mean "store.retention"?)
    1 | retention: 30d
      | ^^^^^^^^^`},
	{"unknown key in a list", "sinks:\n  - { name: a, kafca: {} }\n", `spaniel.yaml:2:16: unknown key "kafca" in sinks[0]  (did you mean "kafka"?)
    2 |   - { name: a, kafca: {} }
      |                ^^^^^`},
	{"word for a number", "limits: { workers: many }\n", `spaniel.yaml:1:20: limits.workers wants a whole number, not "many"
    1 | limits: { workers: many }
      |                    ^^^^`},
	{"list for a word", "sensor: { name: [a, b] }\n", `spaniel.yaml:1:17: sensor.name wants a single value, not a list
    1 | sensor: { name: [a, b] }
      |                 ^`},
	{"word for a list", "rules: { disable: id-walk }\n", `spaniel.yaml:1:19: rules.disable wants a list, like [a, b], not "id-walk"
    1 | rules: { disable: id-walk }
      |                   ^^^^^^^`},
	{"word for a section", "http: 64KiB\n", `spaniel.yaml:1:7: http wants keys and values, not "64KiB"
    1 | http: 64KiB
      |       ^^^^^`},
	{"size", "http: { max_body: 64 apples }\n", `spaniel.yaml:1:19: http.max_body: "64 apples" is no size: write it like 64KiB, 20MB or 1GiB
    1 | http: { max_body: 64 apples }
      |                   ^^^^^^^^^`},
	{"duration", "store: { retention: soon }\n", `spaniel.yaml:1:21: store.retention: "soon" is no span of time: write it like 10s, 5m, 12h or 30d
    1 | store: { retention: soon }
      |                     ^^^^`},
	{"severity", "sinks:\n  - file: { path: x }\n    min_severity: hi\n", `spaniel.yaml:3:19: sinks[0].min_severity: unknown severity "hi": use info, low, medium, high or critical
    3 |     min_severity: hi
      |                   ^^`},
	{"boolean", "capture:\n  - { interface: eth0, promiscuous: maybe }\n", `spaniel.yaml:2:37: capture[0].promiscuous wants true or false, not "maybe"
    2 |   - { interface: eth0, promiscuous: maybe }
      |                                     ^^^^^`},
	{"range", "http:\n  max_head: 1\n", `spaniel.yaml:2:13: http.max_head 1 is out of range  (use 1KiB to 1MiB)
    2 |   max_head: 1
      |             ^`},
	{"copies", "decode: { copy_wait: 1s }\n", `spaniel.yaml:1:22: decode.copy_wait is out of range  (use 100us to 100ms; duplicates: keep drops none)
    1 | decode: { copy_wait: 1s }
      |                      ^^`},
	{"share", "decode: { fragment_share: 0 }\n", `spaniel.yaml:1:27: decode.fragment_share 0 is out of range  (use 1 to 100)
    1 | decode: { fragment_share: 0 }
      |                           ^`},
	{"steps", "rules: { max_steps: 1KiB }\n", `spaniel.yaml:1:21: rules.max_steps 1KiB is out of range  (use 64KiB to 16GiB)
    1 | rules: { max_steps: 1KiB }
      |                     ^^^^`},
	{"word", "log: { level: infp }\n", `spaniel.yaml:1:15: log.level "infp" is none of the words it may be  (did you mean "info"?)
    1 | log: { level: infp }
      |               ^^^^`},
	{"policy", "decode:\n  policy: widows\n", `spaniel.yaml:2:11: decode.policy "widows" is none of the words it may be  (did you mean "windows"?)
    2 |   policy: widows
      |           ^^^^^^`},
	{"target", "decode:\n  targets:\n    - { hosts: 10.1.0.0/16, policy: bsd }\n    - { hosts: 10.1, policy: bsd }\n", `spaniel.yaml:4:16: decode.targets[1].hosts "10.1" is no network  (write it like 10.1.0.0/16; one host is 10.1.2.3/32)
    4 |     - { hosts: 10.1, policy: bsd }
      |                ^^^^`},
	{"key of a target", "decode: { targets: [{ host: 10.1.0.0/16 }] }\n", `spaniel.yaml:1:23: unknown key "host" in decode.targets[0]  (did you mean "hosts"?)
    1 | decode: { targets: [{ host: 10.1.0.0/16 }] }
      |                       ^^^^`},
	{"target without policy", "decode: { targets: [{ hosts: 10.1.0.0/16 }] }\n", `spaniel.yaml:1:21: decode.targets[0].policy "" is none of the words it may be  (use linux, bsd, windows, solaris, first, last)
    1 | decode: { targets: [{ hosts: 10.1.0.0/16 }] }
      |                     ^`},
	{"port", "decode: { vxlan_ports: [8472, 70000] }\n", `spaniel.yaml:1:31: decode.vxlan_ports[1] 70000 is no port
    1 | decode: { vxlan_ports: [8472, 70000] }
      |                               ^^^^^`},
	{"checksums", "decode: { checksums: none }\n", `spaniel.yaml:1:22: decode.checksums "none" is none of the words it may be  (use auto, verify, ignore)
    1 | decode: { checksums: none }
      |                      ^^^^`},
	{"negative span", "decode: { idle: 0s }\n", `spaniel.yaml:1:17: decode.idle is out of range  (use 1ms to 7d)
    1 | decode: { idle: 0s }
      |                 ^^`},
	{"number out of range", "http: { max_depth: 100000 }\n", `spaniel.yaml:1:20: http.max_depth 100000 is out of range  (use 1 to 512)
    1 | http: { max_depth: 100000 }
      |                    ^^^^^^`},
	{"open to the world", "api: { listen: \"0.0.0.0:7474\" }\n", `spaniel.yaml:1:16: api.listen "0.0.0.0:7474" is not a loopback address  (use 127.0.0.1 or [::1]; a reverse proxy can add encryption and log in)
    1 | api: { listen: "0.0.0.0:7474" }
      |                ^^^^^^^^^^^^^^`},
	{"secret in the file", "sinks:\n  - clickhouse: { url: 'clickhouse://u:hunter2@h:9000/d' }\n",
		`spaniel.yaml:2:24: sinks[0].clickhouse.url holds a password, and a secret may not stand in the file  (write user:${NAME}@ and set NAME in the environment)`},
	{"environment", "sensor: { name: \"${NOT_SET}\" }\n", `spaniel.yaml:1:17: sensor.name: the environment has no "NOT_SET"
    1 | sensor: { name: "${NOT_SET}" }
      |                 ^^^^^^^^^^^^`},
	{"no destination", "sinks:\n  - { name: a }\n", `spaniel.yaml:2:5: sinks[0] has 0 destinations  (give exactly one of kafka, clickhouse, syslog, elastic, hec, webhook, file)
    2 |   - { name: a }
      |     ^`},
	{"broker", "sinks:\n  - kafka: { brokers: [localhost] }\n", `spaniel.yaml:2:24: sinks[0].kafka.brokers[0] "localhost" is no host:port
    2 |   - kafka: { brokers: [localhost] }
      |                        ^^^^^^^^^`},
	{"control characters", "sensor: { name: [\"\x1b[31m\"] }\n", ""},
	{"duplicate key", "sensor: { name: a }\nsensor: { name: b }\n", ""},
	{"syntax", "sensor: { name: a\n", ""},
	{"tab", "sensor:\n\tname: a\n", ""},
	{"second document", "sensor: {}\n---\nsensor: {}\n", ""},
	{"alias of nothing", "sensor: *x\n", ""},
	{"alias of itself", "sensor: &x { name: *x }\n", ""},
}

func TestFaults(t *testing.T) {
	for _, f := range faults {
		t.Run(f.name, func(t *testing.T) {
			_, err := loadText(t, f.text, Options{})
			if err == nil {
				t.Fatal("loaded")
			}
			got := err.Error()
			if strings.ContainsAny(got, "\x1b\t") || !strings.HasPrefix(got, "spaniel.yaml:") || strings.Contains(got, "hunter2") && f.want == "" {
				t.Errorf("got %q", got)
			}
			if f.want != "" && got != f.want && !strings.HasPrefix(got, f.want+"\n") {
				t.Errorf("got:\n%s\nwant:\n%s", got, f.want)
			}
		})
	}
}

func TestFaultsOfOverrides(t *testing.T) {
	for _, c := range []struct{ set, want string }{
		{"api.lisen=x", `--set: unknown key "api.lisen"  (did you mean "api.listen"?)`},
		{"api.listen", `--set: "api.listen" is no override  (write it like api.listen=127.0.0.1:9000)`},
		{"limits.workers=x", `--set limits.workers: limits.workers wants a whole number, not "x"`},
		{"sinks.name=x", `--set sinks.name: unknown key "sinks.name"`},
	} {
		_, err := loadText(t, "", Options{Set: []string{c.set}})
		if err == nil || !strings.HasPrefix(strings.Replace(err.Error(), "--set api.lisen:", "--set:", 1), c.want) {
			t.Errorf("%s: %v", c.set, err)
		}
	}
	if _, err := loadText(t, "", Options{Environ: []string{"SPANIEL_LIMITS_WORKERS=x"}}); err == nil || !strings.HasPrefix(err.Error(), "SPANIEL_LIMITS_WORKERS: limits.workers wants") {
		t.Error(err)
	}
}

func TestAllProblemsAtOnce(t *testing.T) {
	_, err := loadText(t, "sensr: {}\nlimits: { workers: x }\nlog: { levle: info }\n", Options{})
	if err == nil || strings.Count(err.Error(), "spaniel.yaml:") != 3 {
		t.Fatal(err)
	}
}

func TestMissingFile(t *testing.T) {
	_, _, err := Load(Options{File: "/nonexistent/spaniel.yaml"})
	if err == nil || err.Error() != "/nonexistent/spaniel.yaml: cannot read the configuration: no such file or directory" {
		t.Fatal(err)
	}
}

func FuzzLoad(f *testing.F) {
	f.Add(full)
	for _, c := range faults {
		f.Add(c.text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		_, err := loadText(t, text, Options{})
		if err != nil && !strings.HasPrefix(err.Error(), "spaniel.yaml") && !strings.HasPrefix(err.Error(), "configuration") {
			t.Fatalf("an error that names no file: %v", err)
		}
	})
}
