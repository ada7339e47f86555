//go:build integration

package integration

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"strings"
	"time"

	"spaniel/event"
)

// begin is the time of the first made record; a day well inside every type's
// range.
var begin = time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)

const spooledDay = "2026-11-22"

// hostile is text as an attacker would send it, to see it arrive whole.
var hostile = []string{
	"plain",
	"line\nfeed\r\n<13>1 2026-11-22T08:00:00Z forged - - - - a second message",
	"nul\x00and escape\x1b[31mred\x1b[0m bell\a",
	"é 日本語 \U0001f9e8 \u202egnp.exe\u2028 \u0085",
	"bad utf-8 \xff\xfe\xc3( end",
	`"quotes" \back\ ]brackets[ {json} 12 <14>1 - - -`,
	strings.Repeat("a long one; ", 1700), // 20 KB
}

// makeAlerts returns n alerts of 40 attackers, each text of hostile in turn.
func makeAlerts(n int) []event.Item {
	rng := rand.New(rand.NewPCG(1, 2))
	severities := []event.Severity{event.Info, event.Low, event.Medium, event.High, event.Critical}
	items := make([]event.Item, n)
	for i := range items {
		client := fmt.Sprintf("203.0.113.%d", rng.IntN(40))
		at := event.Nanos(begin.Add(time.Duration(i) * 37 * time.Millisecond).UnixNano())
		text, sev := hostile[i%len(hostile)], severities[rng.IntN(len(severities))]
		call := event.AlertID("call", fmt.Sprint(i))
		items[i] = event.Item{Kind: event.KindAlert, Alert: &event.Alert{
			Schema: event.AlertSchema, ID: event.AlertID("integration", fmt.Sprint(i)), DedupKey: "integration|" + client,
			Time: at, FirstSeen: at, LastSeen: at, Count: uint64(1 + i%5), State: "open", Severity: sev, SevNum: uint16(sev), Confidence: 0.9, Outcome: event.Tried,
			Rule:   event.AlertRule{ID: "integration", Title: "A rule of the integration tests", Category: "recon/test", Refs: []string{"cwe:89"}, Ruleset: "a1b2c3d4e5f6"},
			Sensor: event.AlertSensor{Name: "sensor-1", Zone: "prod", Version: "test"},
			Client: event.AlertClient{IP: client, Port: uint16(1024 + i)}, Principal: event.AlertWho{Kind: "none"},
			Server: event.AlertServer{IP: "2001:db8::5", Port: 443},
			Req:    event.AlertRequest{Method: "GET", Host: "shop.example", Route: "/search", Target: "/search?q=" + text, UserAgent: text},
			Resp:   event.AlertResponse{Status: 200}, Evidence: []event.Evidence{{Place: "query.q", Chain: "percent", Text: text[:min(256, len(text))], Offset: 3}},
			Message: text, Calls: []event.ID{call}, Quality: event.AlertQuality{SampleRate: 1}, SpooledDay: spooledDay}}
	}
	return items
}

// makeCalls returns n calls; what call i holds depends on i alone.
func makeCalls(n int) []event.Item {
	methods := []string{"GET", "POST", "PUT", "DELETE"}
	items := make([]event.Item, n)
	for i := range items {
		client := netip.AddrFrom4([4]byte{203, 0, 113, byte(i % 250)})
		if i%3 == 0 {
			client = netip.MustParseAddr(fmt.Sprintf("2001:db8::%x", i%9973))
		}
		at := begin.Add(time.Duration(i)*time.Millisecond + time.Duration(i%1000)*time.Microsecond)
		path := fmt.Sprintf("/orders/%d", i)
		items[i] = event.Item{Kind: event.KindCall, Call: &event.Record{
			Time: event.Nanos(at.UnixNano()), ID: event.AlertID("call", fmt.Sprint(i)), Key: event.AlertID("key", fmt.Sprint(i)), SensorName: "sensor-1", SensorZone: "prod", Iface: "eth1",
			FlowID: uint64(i / 10), CommunityID: "1:LQU9qZlK+B5F3KDmev6m5PMibrg=", VLAN: uint16(i % 4095), VNI: uint32(i % (1 << 24)), Depth: uint32(1 + i%10),
			ClientIP: client, ServerIP: netip.MustParseAddr("10.0.0.5"), RealIP: client, ClientPort: uint16(1024 + i%60000), ServerPort: 8080, Fingerprint: uint64(i) * 0x9e3779b97f4a7c15,
			Proto: "http/1.1", Style: "rest", Method: methods[i%len(methods)], Host: fmt.Sprintf("api%d.example", i%5), Route: "/orders/{id}", APIVersion: "v1",
			Path: path, Query: "q=" + hostile[i%(len(hostile)-1)], Target: path + "?q=shoe", Status: uint16(200 + i%5*100), ReqBytes: uint64(i % 1000), RespBytes: uint64(i%100) << 28,
			TTFB: uint32(i % 5000), Duration: uint32(i % 9000), ReqType: "application/json", RespType: "application/json", UserAgent: "curl/8.5.0", AgentFamily: "curl",
			PrincipalKind: "jwt", PrincipalID: fmt.Sprintf("%016x", i%77), User: fmt.Sprintf("u%d", i%77),
			ReqHeaders:  event.HeaderMap{{Name: "Accept", Value: "*/*"}, {Name: "x-tag", Value: "a"}, {Name: "X-Tag", Value: "b"}},
			RespHeaders: event.HeaderMap{{Name: "Server", Value: "nginx"}}, Leaves: event.ValueMap{{Name: "query.q", Value: "shoe"}, {Name: "query.q", Value: "second"}},
			PII: []string{"email"}, Flags: []string{"gap", "capped"}, SampleRate: 0.5, Ruleset: "a1b2c3d4e5f6", SpooledDay: spooledDay, FirstFrame: uint64(2 * i), LastFrame: uint64(2*i + 1)}}
	}
	return items
}
