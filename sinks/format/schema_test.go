package format

import (
	"bytes"
	"encoding/json"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"spaniel/event"
)

// corners are the example items, hostile ones, and those of which there is as
// little as there can be.
func corners() map[string]*event.Item {
	all := items()
	for name, s := range map[string]string{"text": "\xff\r\n\u202e|=\\\"", "long": strings.Repeat("é", 3000)} {
		all["alert of "+name], all["call of "+name] = hostile(s)
	}
	alert := func(name string, set func(*event.Alert)) {
		a := &event.Alert{ID: event.ID{9}, Time: 1795334400e9, State: "open", Rule: event.AlertRule{ID: "r", Title: "t", Category: "recon/test"}}
		set(a)
		all["alert, "+name] = &event.Item{Kind: event.KindAlert, Alert: a}
	}
	alert("bare", func(*event.Alert) {})
	alert("before 1970", func(a *event.Alert) { a.Time, a.FirstSeen, a.LastSeen = -1e9, -2e9, -1e9 })
	alert("host alone", func(a *event.Alert) { a.Req.Host = "shop.example" })
	alert("status alone", func(a *event.Alert) { a.Resp.Status = 500 })
	alert("target alone", func(a *event.Alert) { a.Req.Target = "/" })
	alert("user alone", func(a *event.Alert) { a.Principal.User = "u" })
	alert("closed", func(a *event.Alert) { a.State = "closed" })
	alert("no address", func(a *event.Alert) { a.Client.IP, a.Server.IP = "invalid IP", "invalid IP" })
	call := func(name string, set func(*event.Record)) {
		c := &event.Record{Time: 1795334400e9, ID: event.ID{9}, ClientIP: netip.MustParseAddr("10.0.0.1"), ServerIP: netip.MustParseAddr("10.0.0.2")}
		set(c)
		all["call, "+name] = &event.Item{Kind: event.KindCall, Call: c}
	}
	call("request alone", func(c *event.Record) { c.Method, c.Target = "GET", "/" })
	call("response alone", func(c *event.Record) { c.Status = 200 })
	call("odd method", func(c *event.Record) { c.Method, c.Target, c.Status = "get", "*", 999 })
	call("PATCH", func(c *event.Record) { c.Method, c.Target = "PATCH", "/" })
	call("no target", func(c *event.Record) { c.Method = "GET" })
	call("before 1970", func(c *event.Record) { c.Method, c.Target, c.Time = "GET", "/", -1e9 })
	return all
}

// held holds the form's records to a schema of somebody else.
func held(t *testing.T, form, name string, it *event.Item, s *jsonschema.Schema) {
	t.Helper()
	line := Named(form).Append(nil, it)
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(line))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Validate(doc); err != nil {
		t.Errorf("%s: %v\n%.600s", name, err, line)
	}
}

// TestOCSFSchema holds the records to the published classes, which are closed.
func TestOCSFSchema(t *testing.T) {
	classes := map[event.Kind]*jsonschema.Schema{}
	for kind, file := range map[event.Kind]string{event.KindAlert: "detection-finding", event.KindCall: "http-activity"} {
		s, err := jsonschema.NewCompiler().Compile(filepath.Join("testdata", "ocsf-"+ocsfVersion+"-"+file+".json"))
		if err != nil {
			t.Fatal(err)
		}
		classes[kind] = s
	}
	for name, it := range corners() {
		held(t, "ocsf", name, it, classes[it.Kind])
		var doc struct {
			Class    int `json:"class_uid"`
			Category int `json:"category_uid"`
			Activity int `json:"activity_id"`
			Type     int `json:"type_uid"`
		}
		if err := json.Unmarshal(Named("ocsf").Append(nil, it), &doc); err != nil {
			t.Fatal(err)
		}
		if doc.Category != doc.Class/1000 || doc.Type != doc.Class*100+doc.Activity {
			t.Errorf("%s: the numbers of its class contradict each other: %+v", name, doc)
		}
	}
}

// TestEVESchema holds the records to Suricata's own schema, where there is a
// copy of it: its licence does not let it lie here.
func TestEVESchema(t *testing.T) {
	path := os.Getenv("SPANIEL_EVE_SCHEMA")
	if path == "" {
		t.Skip("SPANIEL_EVE_SCHEMA names no copy of Suricata's etc/schema.json, whose licence does not let one lie here")
	}
	s, err := jsonschema.NewCompiler().Compile(path)
	if err != nil {
		t.Fatal(err)
	}
	for name, it := range corners() {
		held(t, "eve", name, it, s)
	}
}

// TestEVEKeys holds the records to the keys that Suricata's have, and their
// types: its schema is closed.
func TestEVEKeys(t *testing.T) {
	known := map[string]string{"timestamp": "string", "event_type": "string", "flow_id": "integer", "src_ip": "string", "src_port": "integer", "dest_ip": "string",
		"dest_port": "integer", "proto": "string", "app_proto": "string", "in_iface": "string", "tx_id": "integer", "community_id": "string",
		"alert.action": "string", "alert.gid": "integer", "alert.signature_id": "integer", "alert.rev": "integer", "alert.signature": "string",
		"alert.category": "string", "alert.severity": "integer",
		"http.hostname": "string", "http.url": "string", "http.http_method": "string", "http.http_user_agent": "string", "http.http_refer": "string",
		"http.http_content_type": "string", "http.protocol": "string", "http.status": "integer", "http.length": "integer", "http.xff": "string"}
	props, parts := map[string]any{}, map[string]map[string]any{"alert": {"metadata": map[string]any{"type": "object",
		"additionalProperties": map[string]any{"type": "array", "items": map[string]any{"type": "string"}}}}, "http": {}}
	for key, is := range known {
		if part, name, in := strings.Cut(key, "."); in {
			parts[part][name] = map[string]any{"type": is}
		} else {
			props[key] = map[string]any{"type": is}
		}
	}
	for part, of := range parts {
		props[part] = map[string]any{"type": "object", "properties": of, "additionalProperties": false}
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("eve", map[string]any{"type": "object", "properties": props, "additionalProperties": false, "required": []any{"timestamp", "event_type"}}); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("eve")
	if err != nil {
		t.Fatal(err)
	}
	for name, it := range corners() {
		held(t, "eve", name, it, s)
	}
}
