package format

import (
	"bytes"
	"encoding/json"
	"flag"
	"maps"
	"net/netip"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"spaniel/event"
	"spaniel/sinks/encode"
)

var update = flag.Bool("update", false, "write the golden files anew")

func exampleAlert() *event.Alert {
	return &event.Alert{Schema: event.AlertSchema, ID: event.AlertID("credential-stuffing", "203.0.113.9"), DedupKey: "credential-stuffing|203.0.113.9|POST shop.example/login",
		Time: 1795334400123456000, FirstSeen: 1795334340000000000, LastSeen: 1795334400123456000, Count: 212, State: "open", Severity: event.High, SevNum: 70,
		Confidence: 0.9, Outcome: event.LikelySucceeded,
		Rule:      event.AlertRule{ID: "credential-stuffing", Title: "One source tries many accounts", Category: "auth/stuffing", Refs: []string{"oat:008", "attack:T1110.004", "owasp-api:2"}, Ruleset: "9f3a"},
		Sensor:    event.AlertSensor{Name: "dc1-span", Zone: "prod", Version: "0.1.0"},
		Client:    event.AlertClient{IP: "203.0.113.9", Port: 51514, Country: "NL"},
		Principal: event.AlertWho{Kind: "none", ID: "4be0", User: "u17"}, Server: event.AlertServer{IP: "10.0.0.5", Port: 80},
		Req:      event.AlertRequest{Method: "POST", Host: "shop.example", Route: "/login", Target: "/login?next=a|b=c", UserAgent: "python-requests/2.32"},
		Resp:     event.AlertResponse{Status: 200},
		Evidence: []event.Evidence{{Place: "window.distinct(req.user)", Op: ">=", Want: 20, Got: 61}, {Place: "query.q", Chain: "percent", Text: "' or 1=1"}},
		Message:  "212 logins for 61 users from 203.0.113.9; 3 succeeded", Calls: []event.ID{{1}, {2}}, SpooledDay: "2026-11-22"}
}

func exampleCall() *event.Record {
	return &event.Record{Time: 1795334400123456000, ID: event.ID{3}, SensorName: "dc1-span", SensorZone: "prod", Iface: "eth1", FlowID: 1 << 63, CommunityID: "1:abc=", Depth: 2,
		ClientIP: netip.MustParseAddr("2001:db8::9"), ServerIP: netip.MustParseAddr("10.0.0.5"), RealIP: netip.MustParseAddr("198.51.100.7"), ClientPort: 4711, ServerPort: 8080,
		Proto: "http/1.1", Style: "rest", Kind: "login", Method: "POST", Host: "shop.example", Route: "/login", Path: "/login", Query: "next=/", Target: "/login?next=/",
		Status: 401, ReqBytes: 31, RespBytes: 18, TTFB: 1500, Duration: 2500, ReqType: "application/json", RespType: "application/json", UserAgent: "okhttp/4", PrincipalKind: "none", User: "u17",
		ReqHeaders: event.HeaderMap{{Name: "Referer", Value: "http://shop.example/"}}, Anomalies: []string{"obs_fold"}, Flags: []string{"gap"}}
}

func items() map[string]*event.Item {
	six := exampleAlert()
	six.Client.IP, six.Severity, six.SevNum, six.Outcome = "2001:db8::9", event.Info, 10, event.Tried
	arp := &event.Alert{ID: event.ID{4}, Time: 1795334400e9, Severity: event.Medium, SevNum: 50, State: "open", Outcome: event.Unknown, Rule: event.AlertRule{ID: "arp-spoofing", Title: "Two hosts claim an address", Category: "mitm/arp"}}
	return map[string]*event.Item{"alert": {Kind: event.KindAlert, Alert: exampleAlert()}, "alert-ipv6": {Kind: event.KindAlert, Alert: six},
		"alert-no-http": {Kind: event.KindAlert, Alert: arp}, "call": {Kind: event.KindCall, Call: exampleCall()}}
}

func TestGolden(t *testing.T) {
	for _, f := range table() {
		for name, it := range items() {
			if !f.Has(it.Kind) {
				continue
			}
			got := f.Append(nil, it)
			if f.Name != "cef" && f.Name != "leef" {
				var out bytes.Buffer
				if err := json.Indent(&out, got, "", "  "); err != nil {
					t.Fatalf("%s of %s is not JSON: %v\n%s", f.Name, name, err, got)
				}
				got = out.Bytes()
			}
			got = append(got, '\n')
			path := filepath.Join("testdata", name+"."+f.Name)
			if *update {
				if err := os.WriteFile(path, got, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, want) {
				t.Errorf("%s of %s:\n%s\nwant\n%s", f.Name, name, got, want)
			}
		}
	}
}

func TestKindsWithoutAFormAppendNothing(t *testing.T) {
	flow := &event.Item{Kind: event.KindFlow, Flow: new(event.FlowRecord)}
	for _, f := range table() {
		if f.Name == "json" {
			continue
		}
		if got := f.Append([]byte("x"), flow); string(got) != "x" {
			t.Errorf("%s: %q", f.Name, got)
		}
		if got := f.Append([]byte("x"), &event.Item{Kind: event.KindAlert}); string(got) != "x" {
			t.Errorf("%s of nothing: %q", f.Name, got)
		}
	}
	if Named("json") == nil || Named("xml") != nil || len(Names()) != len(table()) {
		t.Error("names")
	}
}

// hostile puts s where an attacker's text may stand.
func hostile(s string) (*event.Item, *event.Item) {
	a, c := exampleAlert(), exampleCall()
	a.Req = event.AlertRequest{Method: s, Host: s, Route: s, Target: "/" + s, UserAgent: s}
	a.Principal.User, a.DedupKey, a.Message, a.Evidence[0] = s, s, s, event.Evidence{Place: s, Chain: s, Text: s}
	c.Method, c.Host, c.Target, c.UserAgent, c.User, c.ReqType, c.RespType, c.Route = s, s, "/"+s, s, s, s, s, s
	c.ReqHeaders[0].Value = s
	return &event.Item{Kind: event.KindAlert, Alert: a}, &event.Item{Kind: event.KindCall, Call: c}
}

func FuzzFormats(f *testing.F) {
	for _, s := range []string{"", "plain", "a\r\nCEF:0|x|y|1|2|3|4|msg=forged", "a=b cs1=c \\= \\", "a|b\\|c", "tab\there", "\x1b[31m\u009b1m", "\u202eevil\u2028", "\xff\xfe", "\x00", `"}{"`, " msg=x", "ends\\"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		alert, call := hostile(s)
		for _, form := range table() {
			for _, it := range []*event.Item{alert, call} {
				line := form.Append(nil, it)
				for _, r := range string(line) {
					if encode.Deceives(r) && (r != '\t' || form.Name != "leef") {
						t.Fatalf("%s holds %U:\n%q", form.Name, r, line)
					}
				}
				if !utf8.Valid(line) {
					t.Fatalf("%s is not UTF-8: %q", form.Name, line)
				}
			}
		}
		roundTrip(t, s, alert)
		comesBack(t, s)
	})
}

// roundTrip reads the values back as a receiver would.
func roundTrip(t *testing.T, s string, alert *event.Item) {
	t.Helper()
	want := string(appendVisible(nil, s, ""))
	if len(want) > 200 { // what is longer is cut, which TestLongValues holds
		return
	}
	leefWant := want
	if head, ends := strings.CutSuffix(want, `\`); ends {
		leefWant = head + "<U+005C>"
	}
	cef := readCEF(t, string(Named("cef").Append(nil, alert)))
	line := string(Named("leef").Append(nil, alert))
	leef := readLEEF(t, line)
	if escaped := readLEEFEscaped(t, line); !reflect.DeepEqual(slices.Sorted(maps.Keys(escaped)), slices.Sorted(maps.Keys(leef))) {
		t.Errorf("LEEF: who takes a backslash for an escape reads %v, not %v", escaped, leef)
	}
	// Pairs are separated by spaces, so a receiver cannot keep one at a value's end.
	trim := func(v string) string { return strings.TrimRight(v, " ") }
	if s != "" && (trim(cef["msg"]) != trim(want) || trim(cef["suser"]) != trim(want) || cef["cs6Label"] != "evidence") {
		t.Errorf("CEF: %q and %q, want %q", cef["msg"], cef["suser"], want)
	}
	if leef["msg"] != leefWant || leef["usrName"] != leefWant || leef["cat"] != "auth/stuffing" {
		t.Errorf("LEEF: %q and %q, want %q", leef["msg"], leef["usrName"], leefWant)
	}
	jsonWant := strings.ToValidUTF8(s, "\ufffd")
	if len(s) > 0 && !utf8.ValidString(s) {
		jsonWant = string([]rune(s)) // each bad byte is one U+FFFD
	}
	var ecs struct {
		Message string
		User    struct{ Name string }
	}
	var ocsf struct{ Message string }
	var eve struct {
		Alert struct {
			Metadata map[string][]string
		}
	}
	for name, to := range map[string]any{"ecs": &ecs, "ocsf": &ocsf, "eve": &eve} {
		if err := json.Unmarshal(Named(name).Append(nil, alert), to); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	if ecs.Message != jsonWant || ecs.User.Name != jsonWant || ocsf.Message != jsonWant {
		t.Errorf("ECS %q, OCSF %q, want %q", ecs.Message, ocsf.Message, jsonWant)
	}
	if s != "" && eve.Alert.Metadata["message"][0] != jsonWant {
		t.Errorf("EVE %q, want %q", eve.Alert.Metadata["message"], jsonWant)
	}
}

// TestLongValues: no value is longer than its key allows, and what is cut says
// so and has no half of an escape, a character or a mark.
func TestLongValues(t *testing.T) {
	for _, unit := range []string{"a", "=", "\\", "é", "\n", "\U0001f9e8", "|", "\xff", "a\\=", "\u202e"} {
		for pad := range 9 {
			alert, _ := hostile(strings.Repeat("x", pad) + strings.Repeat(unit, 5000))
			line := Named("cef").Append(nil, alert)
			if !utf8.Valid(line) {
				t.Fatalf("CEF of %q is not UTF-8", unit)
			}
			for k, v := range readCEF(t, string(line)) {
				if written := appendVisible(nil, v, `\=`); len(written) > cefLimit(k) && !strings.Contains(v, "<U+") || len(v) > cefLimit(k) {
					t.Errorf("CEF of %q: %s has %d bytes", unit, k, len(written))
				}
				if long := k == "msg" || k == "suser" || k == "requestMethod" || k == "cs6"; long && (!strings.HasSuffix(v, cut) || strings.Contains(strings.TrimSuffix(v, cut), cut)) {
					t.Errorf("CEF of %q: %s ends in %q", unit, k, v[max(0, len(v)-12):])
				}
			}
			leef := string(Named("leef").Append(nil, alert))
			if !utf8.ValidString(leef) || len(leef) > 3700 {
				t.Errorf("LEEF of %q has %d bytes", unit, len(leef))
			}
			for k, v := range readLEEF(t, leef) {
				if len(v) > leefLimit(k) {
					t.Errorf("LEEF of %q: %s has %d bytes", unit, k, len(v))
				}
			}
		}
	}
	alert, _ := hostile(strings.Repeat("a", 1023))
	if got := readCEF(t, string(Named("cef").Append(nil, alert)))["msg"]; got != alert.Alert.Message {
		t.Errorf("what fits is cut: %d bytes", len(got))
	}
}
