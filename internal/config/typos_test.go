package config

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// typos are slips people make: the text, where the fault stands, and what was
// meant, which the error must name.
var typos = []struct {
	text      string
	line, col int
	meant     string
}{
	// letters swapped, lost, doubled, or another
	{"senors: {name: x}\n", 1, 1, "sensor"},
	{"sensor: {naem: x}\n", 1, 10, "name"},
	{"sensor: {zonne: x}\n", 1, 10, "zone"},
	{"captrue: [{interface: eth0}]\n", 1, 1, "capture"},
	{"capture: [{interfce: eth0}]\n", 1, 12, "interface"},
	{"capture: [{interface: eth0, fliter: tcp}]\n", 1, 29, "filter"},
	{"capture: [{interface: eth0, snaplenn: 96}]\n", 1, 29, "snaplen"},
	{"capture: [{interface: eth0, promiscous: true}]\n", 1, 29, "promiscuous"},
	{"capture: [{interface: eth0, bufer: 1MiB}]\n", 1, 29, "buffer"},
	{"decoding: {policy: linux}\n", 1, 1, "decode"},
	{"decode: {policies: linux}\n", 1, 10, "policy"},
	{"decode: {cheksums: auto}\n", 1, 10, "checksums"},
	{"decode: {duplicate: drop}\n", 1, 10, "duplicates"},
	{"decode: {join_vlan: true}\n", 1, 10, "join_vlans"},
	{"decode: {vxlan_port: [8472]}\n", 1, 10, "vxlan_ports"},
	{"http: {maxbody: 64KiB}\n", 1, 8, "max_body"},
	{"http: {max_heads: 64KiB}\n", 1, 8, "max_head"},
	{"http: {max-fields: 10}\n", 1, 8, "max_fields"},
	{"privcy: {user: hash}\n", 1, 1, "privacy"},
	{"privacy: {usr: hash}\n", 1, 11, "user"},
	{"privacy: {keyfile: /k}\n", 1, 11, "key_file"},
	{"client: {trusted_hops: []}\n", 1, 1, "clients"},
	{"clients: {trusted_hop: []}\n", 1, 11, "trusted_hops"},
	{"clients: {countrydb: /c}\n", 1, 11, "country_db"},
	{"rule: {paths: []}\n", 1, 1, "rules"},
	{"rules: {path: [rules.d]}\n", 1, 9, "paths"},
	{"rules: {disabled: [x]}\n", 1, 9, "disable"},
	{"rules: {pack: [injection]}\n", 1, 9, "packs"},
	{"rules: {timezne: UTC}\n", 1, 9, "timezone"},
	{"storage: {retention: 1d}\n", 1, 1, "store"},
	{"store: {retenion: 1d}\n", 1, 9, "retention"},
	{"store: {uri: 'duckdb:///x'}\n", 1, 9, "url"},
	{"sinsk: []\n", 1, 1, "sinks"},
	{"sinks: [{kafak: {brokers: ['a:1']}}]\n", 1, 10, "kafka"},
	{"sinks: [{kafka: {broker: ['a:1']}}]\n", 1, 18, "brokers"},
	{"sinks: [{clickhose: {url: x}}]\n", 1, 10, "clickhouse"},
	{"sinks: [{sylog: {address: 'a:1'}}]\n", 1, 10, "syslog"},
	{"sinks: [{syslog: {adress: 'a:1'}}]\n", 1, 19, "address"},
	{"sinks: [{file: {paths: x}}]\n", 1, 17, "path"},
	{"sinks: [{file: {path: x}, minseverity: high}]\n", 1, 27, "min_severity"},
	{"sinks: [{file: {path: x}, kind: [alert]}]\n", 1, 27, "kinds"},
	{"spol: {max: 1GiB}\n", 1, 1, "spool"},
	{"spool: {maximum: 1GiB}\n", 1, 9, "max"},
	{"limit: {memory: 1GiB}\n", 1, 1, "limits"},
	{"limits: {memroy: 1GiB}\n", 1, 10, "memory"},
	{"limits: {worker: 2}\n", 1, 10, "workers"},
	{"limits: {sample: auto}\n", 1, 10, "sampling"},
	{"apis: {listen: 'off'}\n", 1, 1, "api"},
	{"api: {lisen: 'off'}\n", 1, 7, "listen"},
	{"logs: {level: info}\n", 1, 1, "log"},
	{"log: {levle: info}\n", 1, 7, "level"},
	// a key in the wrong section, or at the wrong depth
	{"memory: 1GiB\n", 1, 1, "limits.memory"},
	{"listen: 'off'\n", 1, 1, "api.listen"},
	{"interface: eth0\n", 1, 1, "capture"},
	{"retention: 30d\n", 1, 1, "store.retention"},
	// values
	{"log: {level: warning}\n", 1, 14, "warn"},
	{"log: {format: jsn}\n", 1, 15, "json"},
	{"capture: [{interface: eth0, backend: af_packet}]\n", 1, 38, "afpacket"},
	{"privacy: {ip: hsah}\n", 1, 15, "hash"},
	{"sinks: [{file: {path: x}, min_severity: hihg}]\n", 1, 41, "high"},
	{"limits: {memory: 1GB1}\n", 1, 18, "1GiB"},
	{"limits: {sampling: 25}\n", 1, 20, "25%"},
}

// TestTypos: each is found where it stands, and in 9 of 10 what was meant is
// named.
func TestTypos(t *testing.T) {
	if len(typos) < 60 {
		t.Fatalf("%d typos", len(typos))
	}
	named := 0
	for _, c := range typos {
		file := filepath.Join(t.TempDir(), "spaniel.yaml")
		if err := os.WriteFile(file, []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		_, _, err := Load(Options{File: file})
		var e *Error
		if !errors.As(err, &e) || len(e.Problems) == 0 {
			t.Errorf("%q: %v", c.text, err)
			continue
		}
		p := e.Problems[0]
		if p.Line != c.line || p.Col != c.col {
			t.Errorf("%q: found at %d:%d, it is at %d:%d: %s", c.text, p.Line, p.Col, c.line, c.col, p.Message)
		}
		says := p.Remedy + " " + p.Message
		if strings.Contains(says, fmt.Sprintf("%q", c.meant)) || strings.Contains(p.Remedy, c.meant) || strings.Contains(says, " "+c.meant) {
			named++
			continue
		}
		t.Logf("%q: %s is not named: %s (%s)", c.text, c.meant, p.Message, p.Remedy)
	}
	t.Logf("%d of %d name what was meant", named, len(typos))
	if named*10 < len(typos)*9 {
		t.Errorf("only %d of %d name what was meant", named, len(typos))
	}
}
