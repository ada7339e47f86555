package sensor

import (
	"bytes"
	"net/netip"
	"testing"
	"testing/fstest"

	"spaniel/detect"
	"spaniel/event"
	"spaniel/internal/wiretest"
	"spaniel/sinks/redact"
)

// TestTrustedHopsReachTheRules: behind a trusted proxy a window groups by the
// client that the proxy names, as the column does.
func TestTrustedHopsReachTheRules(t *testing.T) {
	const rule = `id: real
title: A client behind the proxy
severity: low
category: bots/library
refs: [cwe:1]
when: client.real_ip == "198.51.100.77" && client.agent_family == "curl"
tests:
  - fires: GET /
  - silent: GET /
`
	set, err := detect.Load([]detect.Source{{Name: "test", FS: fstest.MapFS{"real.yaml": {Data: []byte(rule)}}}}, detect.LoadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	b := wiretest.New(1, 1_700_000_000e9)
	c := b.Conn(netip.MustParseAddrPort("10.0.0.2:4000"), netip.MustParseAddrPort("10.0.0.5:80"))
	c.Open()
	c.Client([]byte("GET / HTTP/1.1\r\nHost: a.example\r\nUser-Agent: curl/8.5.0\r\nX-Forwarded-For: 198.51.100.77\r\n\r\n"))
	c.Server([]byte("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"))
	for _, tc := range []struct {
		hops []netip.Prefix
		want int
	}{{nil, 0}, {[]netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}, 1}} {
		cfg := testConfig(set)
		cfg.Redactor = redact.New(bytes.Repeat([]byte{7}, 32), redact.Option{TrustedHops: tc.hops})
		var alerts []*event.Alert
		if alerts, err = Replay(cfg, b.Frames()); err != nil {
			t.Fatal(err)
		}
		if len(alerts) != tc.want {
			t.Errorf("trusting %v: %d alerts, want %d", tc.hops, len(alerts), tc.want)
		}
	}
}
