package golden

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"spaniel/capture"
	"spaniel/decode"
	"spaniel/detect"
	"spaniel/event"
	"spaniel/internal/sensor"
	"spaniel/sinks/redact"
)

// tlsFacts reads a capture and returns the fields of every TLS fact.
func tlsFacts(t *testing.T, file string, set *detect.Set) (facts []map[string]string) {
	src, err := capture.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	cfg := sensor.Config{Decode: decode.DefaultConfig(), Rules: set, Redactor: redact.New(make([]byte, 32), redact.Option{})}
	s, err := sensor.New(cfg, func(it *event.Item) event.CallFate {
		if it.Kind == event.KindFact && it.Note.Name == "tls" {
			f := words(it.Note.Detail)
			f["ja4_loose"] = loose(f["ja4"])
			facts = append(facts, f)
		}
		return event.CallAcked
	})
	if err != nil {
		t.Fatal(err)
	}
	var fault *capture.Fault
	if err := s.Run(context.Background(), src); err != nil && !errors.As(err, &fault) {
		t.Errorf("%s: %v", file, err)
	}
	return facts
}

// words takes name=value pairs apart; a word without a name goes on with the
// value before it.
func words(detail string) map[string]string {
	m, last := map[string]string{}, ""
	for _, w := range strings.Split(detail, " ") {
		if name, value, ok := strings.Cut(w, "="); ok && strings.Trim(name, "abcdefghijklmnopqrstuvwxyz_0123456789") == "" {
			m[name], last = value, name
			continue
		}
		m[last] += " " + w
	}
	return m
}

// tlsWant is what tshark or another tool says of a hello: values that one
// fact of the capture must have together.
type tlsWant map[string]string

// tsharkHellos reads tshark's view: a row for each hello.
func tsharkHellos(t *testing.T, file string) (want []tlsWant) {
	f, err := os.Open(file + ".tls.tsv")
	if err != nil {
		return nil
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for n := 0; lines.Scan(); n++ {
		c := strings.Split(lines.Text(), "\t")
		if n == 0 || len(c) < 10 || strings.HasPrefix(c[1], "u") { // QUIC or DTLS
			continue
		}
		w := tlsWant{}
		set := func(name, value string) {
			if value != "" && !strings.Contains(value, ",") { // several hellos in a frame
				w[name] = value
			}
		}
		switch {
		case c[2] == "1":
			set("sni", c[5])
			set("ja3", c[8])
		case strings.HasPrefix(c[2], "2"):
			set("ja3s", c[9])
			if id, err := strconv.ParseUint(c[7], 0, 16); err == nil {
				set("cipher", tls.CipherSuiteName(uint16(id)))
			}
		}
		if len(w) > 0 {
			want = append(want, w)
		}
	}
	return want
}

// ja4Hellos reads the JA4 fingerprints over TCP that another tool expects.
func ja4Hellos(t *testing.T, file string) (want []tlsWant) {
	b, err := os.ReadFile(file + ".expect.json")
	if err != nil {
		return nil
	}
	var doc any
	if err := json.Unmarshal(b, &doc); err != nil {
		t.Fatal(err)
	}
	var walk func(v any, ndpi bool)
	walk = func(v any, ndpi bool) {
		switch v := v.(type) {
		case []any:
			for _, x := range v {
				walk(x, ndpi)
			}
		case map[string]any:
			if s, ok := v["source"].(string); ok {
				ndpi = strings.HasPrefix(s, "nDPI/")
			}
			for name, x := range v {
				if s, ok := x.(string); ok && strings.EqualFold(name, "ja4") && strings.HasPrefix(s, "t") {
					w := tlsWant{"ja4": s}
					if ndpi {
						w = tlsWant{"ja4_loose": loose(s)}
					}
					want = append(want, w)
					continue
				}
				walk(x, ndpi)
			}
		}
	}
	walk(doc, false)
	return want
}

// loose leaves out of a JA4 what nDPI makes otherwise than the definition: it
// takes the first two characters of the protocol, not the first and the last,
// and says d without a server name and i where it is an address.
func loose(ja4 string) string {
	if len(ja4) < 10 {
		return ja4
	}
	return ja4[:3] + ja4[4:8] + ja4[10:]
}

// unmet returns the expectations that no fact meets, each fact used once for
// each kind of expectation.
func unmet(want []tlsWant, facts []map[string]string) (miss []tlsWant) {
	used := map[string]bool{}
next:
	for _, w := range want {
		for i, f := range facts {
			key, ok := fmt.Sprint(i, slices.Sorted(maps.Keys(w))), true
			for name, value := range w {
				ok = ok && f[name] == value
			}
			if ok && !used[key] {
				used[key] = true
				continue next
			}
		}
		miss = append(miss, w)
	}
	return miss
}

// tlsGaps are the captures in which another tool lists a hello that no fact
// shows, and why.
func tlsGaps() map[string]string {
	const retry = "the second hellos after a request to try again: a connection has one fact, of the first client hello"
	return map[string]string{
		"tls/ja4_tls-sni.pcapng":                      retry,
		"tls/ndpi_tumblr.pcap":                        retry,
		"tls/ndpi_dnscrypt-v2-doh.pcap":               retry,
		"tls/sv_bug-5758.pcap":                        retry,
		"tls/sv_tls-tls13-draft22-tls13_draft22.pcap": retry,
		"tls/sv_tls-tls13-draft14-tls13_draft14.pcap": "tshark reads this draft's server hello as if it had a session id",
		"tls/mercury_openvpn_tcp_multi.pcap":          "inside OpenVPN's own framing",
		"tls/ndpi_openvpn_nohmac_tcp.pcapng":          "inside OpenVPN's own framing",
		"tls/mercury_test-afl_data-corner-cases.pcap": "fuzzed: two server hellos in one record, the first of them broken",
	}
}

// TestTLS compares the facts of TLS with what other tools say of the same
// hellos.
func TestTLS(t *testing.T) {
	dir := captures(t)
	set, gaps := shippedRules(t), tlsGaps()
	var files []string
	for _, family := range []string{"tls", "tls-keylog"} {
		list, err := capture.List([]string{filepath.Join(dir, family)})
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, list...)
	}
	found, total := 0, 0
	for _, file := range files {
		rel, err := filepath.Rel(dir, file)
		if err != nil {
			t.Fatal(err)
		}
		facts := tlsFacts(t, file, set)
		want := append(tsharkHellos(t, file), ja4Hellos(t, file)...)
		miss := unmet(want, facts)
		found, total = found+len(want)-len(miss), total+len(want)
		reason, known := gaps[rel]
		switch {
		case len(miss) > 0 && !known:
			t.Errorf("%s: of %d not found %v\n  facts %v", rel, len(want), miss[:min(len(miss), 3)], facts[:min(len(facts), 2)])
		case len(miss) == 0 && known:
			t.Errorf("%s is a known gap (%s) but all is found: take it off the list", rel, reason)
		}
	}
	t.Logf("%d of %d hellos", found, total)
}
