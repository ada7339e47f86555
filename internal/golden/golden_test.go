// Package golden compares what Spaniel finds in real captures with what
// independent tools found in them. It has no code of its own, only this test.
package golden

import (
	"bufio"
	"context"
	"errors"
	"fmt"
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
	"spaniel/internal/costtest"
	"spaniel/internal/sensor"
	"spaniel/rules"
	"spaniel/sinks/redact"
)

// captures returns the folder of captures, or skips.
func captures(t *testing.T) string {
	shared := os.Getenv("SPANIEL_SHARED")
	if shared == "" {
		shared = filepath.Join("..", "..", "..", "shared")
	}
	dir := filepath.Join(shared, "data", "pcaps")
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("no captures to compare with: %v (set SPANIEL_SHARED)", err)
	}
	return dir
}

// A message is what is compared: a request's method, host and target, or a
// response's status.
type message struct{ method, host, target, status string }

func (m message) String() string {
	return strings.TrimSpace(m.method + " " + m.host + m.target + m.status)
}

// equal compares hosts only where both have one: tshark leaves it out for an
// absolute target.
func (m message) equal(o message) bool {
	return m.method == o.method && m.status == o.status && m.target == o.target && (m.host == o.host || m.host == "" || o.host == "")
}

// expected reads tshark's view beside a capture: the HTTP/1 messages in it, and
// which of them belong together.
func expected(t *testing.T, file string) (want []message, together []pair) {
	f, err := os.Open(file + ".http.tsv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	var list []listed
	for n := 0; lines.Scan(); n++ {
		c := strings.Split(lines.Text(), "\t")
		if n == 0 || len(c) < 14 || c[13] != "" { // the last column is HTTP/2's stream
			continue
		}
		var m message
		switch c[2] {
		case "req":
			m = message{method: c[4], host: host(c[5]), target: target(c[6], c[3])}
		case "resp":
			if len(c[7]) != 3 || c[7][0] == '1' && c[7] != "101" { // interim answers are no calls
				continue
			}
			m = message{status: c[7]}
		default:
			continue
		}
		number, err := strconv.ParseUint(c[0], 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		want = append(want, m)
		list = append(list, listed{located{m, number}, c[1]})
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return want, pairs(list)
}

// target undoes what tshark does to odd targets: it doubles backslashes, and
// counts all behind a target's first space to the version, and takes a version
// without a target for one.
func target(uri, version string) string {
	if version == "" && strings.HasPrefix(uri, "HTTP/") {
		return ""
	}
	if i := strings.LastIndex(version, "HTTP/"); i > 0 {
		uri = strings.TrimSpace(uri + " " + version[:i])
	}
	return strings.ReplaceAll(uri, `\\`, `\`)
}

func host(h string) string { return strings.TrimSuffix(strings.ToLower(h), ":80") }

// apart are captures that tag the two directions of a connection differently:
// two tenants, unless decode.join_vlans and decode.join_tunnels say otherwise.
var apart = []string{"encap/sv_bug-4376-syn_retransmit_with_ts.pcap", "encap/zeek_erspan.pcap"}

// read runs a capture through the sensor with the shipped rules on; joined
// leaves VLANs and tunnels out of what a connection is.
func read(t *testing.T, file string, set *detect.Set, joined bool) (got []message, together []pair, ledger event.Ledger, err error) {
	src, err := capture.Open(file)
	if err != nil {
		return nil, nil, ledger, err
	}
	defer src.Close()
	headers := decode.DefaultConfig()
	headers.Frame.JoinVLANs, headers.Frame.JoinTunnels = joined, joined
	cfg := sensor.Config{Decode: headers, Rules: set, Redactor: redact.New(make([]byte, 32), redact.Option{})}
	cfg.Where = func(c *event.Call) bool {
		p := pair{
			located{message{method: c.Req.Method, host: host(c.Req.Host), target: c.Req.Target}, c.Req.LastFrame},
			located{message{status: fmt.Sprintf("%03d", c.Resp.Status)}, c.Resp.LastFrame},
		}
		if c.Req.Seen {
			got = append(got, p.request.message)
		}
		if c.Resp.Seen {
			got = append(got, p.response.message)
		}
		if c.Req.Seen && c.Resp.Seen {
			together = append(together, p)
		}
		return true
	}
	s, err := sensor.New(cfg, func(*event.Item) event.CallFate { return event.CallAcked })
	if err != nil {
		t.Fatal(err)
	}
	err = s.Run(context.Background(), src)
	return got, together, s.Ledger(), err
}

// missing returns what of want is not in got, each as often as it is there.
func missing(want, got []message) (miss []message) {
	left := slices.Clone(got)
	for _, w := range want {
		i := slices.IndexFunc(left, w.equal)
		if i < 0 {
			miss = append(miss, w)
			continue
		}
		left = slices.Delete(left, i, i+1)
	}
	return miss
}

func shippedRules(t *testing.T) *detect.Set {
	set, err := detect.Load([]detect.Source{{Name: "builtin", FS: rules.FS}}, detect.LoadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// knownGaps reads docs/known-gaps.md: the captures where we find less, and why.
func knownGaps(t *testing.T) map[string]string {
	b, err := os.ReadFile(filepath.Join("..", "..", "docs", "known-gaps.md"))
	if err != nil {
		t.Fatal(err)
	}
	gaps := map[string]string{}
	for line := range strings.Lines(string(b)) {
		c := strings.Split(line, "|")
		if len(c) == 4 && strings.Contains(c[1], "/") {
			gaps[strings.Trim(c[1], " `")] = strings.TrimSpace(c[2])
		}
	}
	return gaps
}

// TestCaptures reads every capture; each with expectations must give them,
// or be a known gap that still is one.
func TestCaptures(t *testing.T) {
	if costtest.RaceDetector {
		t.Skip("one worker reads: there is nothing to race with, and TestSameOutputOnEveryCapture has several")
	}
	dir := captures(t)
	set, gaps := shippedRules(t), knownGaps(t)
	files, err := capture.List([]string{dir})
	if err != nil {
		t.Fatal(err)
	}
	found, total, paired := 0, 0, 0
	for _, file := range files {
		rel, err := filepath.Rel(dir, file)
		if err != nil {
			t.Fatal(err)
		}
		got, together, ledger, err := read(t, file, set, slices.Contains(apart, rel))
		var fault *capture.Fault
		if err != nil && !errors.As(err, &fault) {
			t.Errorf("%s: %v", rel, err)
		}
		if err := ledger.Check(); err != nil {
			t.Errorf("%s: %v", rel, err)
		}
		if strings.HasPrefix(rel, "negative/") && len(got) > 0 {
			t.Errorf("%s holds no HTTP, yet gave %v", rel, got)
		}
		if _, err := os.Stat(file + ".http.tsv"); err != nil {
			continue
		}
		want, pairsWanted := expected(t, file)
		miss := missing(want, got)
		t.Logf("golden %s: found %d of %d", rel, len(want)-len(miss), len(want))
		reason, known := gaps[rel]
		switch {
		case len(miss) > 0 && !known:
			t.Errorf("%s: missing %v\n  got %v", rel, first(miss), first(missing(got, want)))
		case len(miss) == 0 && known:
			t.Errorf("%s is listed in docs/known-gaps.md (%s) but all is found: take it off the list", rel, reason)
		}
		wrong, n := mispaired(pairsWanted, together)
		if len(wrong) > 0 {
			t.Errorf("%s: of %d pairs %d are none of ours:\n  %v\n  got %v", rel, n, len(wrong), wrong[:min(len(wrong), 4)], together[:min(len(together), 8)])
		}
		if len(miss) == 0 && n < len(pairsWanted) {
			t.Errorf("%s: all messages are found, but the two halves of %d calls apart", rel, len(pairsWanted)-n)
		}
		paired += n
		found, total = found+len(want)-len(miss), total+len(want)
	}
	t.Logf("found %d of %d messages in %d captures; %d pairs compared", found, total, len(files), paired)
}

func first(m []message) []message { return m[:min(len(m), 6)] }
