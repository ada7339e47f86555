//go:build integration

package integration

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"spaniel/event"
	"spaniel/sinks/encode"
	"spaniel/sinks/format"
)

// separators are texts that end a field, a pair or a record for one who reads
// CEF carelessly.
var separators = []string{"|", `\|`, "=", `\=`, `\`, `\\`, "msg=forged cs1=forged", " cs1=forged", "a|b|c|d|e|f|g|h", "CEF:0|a|b|c|d|e|9|msg=x", "^", "tab\tab",
	"\r\nCEF:0|a|b|c|d|e|9|", "\x1b]0;x\a", "\u0085\u2028\u2029", "\u202e\u2066", "\x00", "\xff\xc3(", `ends in \`, `\n`, "=|=", strings.Repeat("long=", 3000), strings.Repeat(`\`, 3000)}

// TestCEFIsReadByOthers writes alerts with hostile text in each captured field
// as CEF and has them read by ParCEFone, the parser of Apache NiFi, which knows
// no other keys than the dictionary's and refuses values that are too long or
// of another type.
func TestCEFIsReadByOthers(t *testing.T) {
	alerts := makeAlerts(len(hostile) * 5)
	for _, text := range separators {
		one := makeAlerts(1)[0]
		a := one.Alert
		a.ID, a.Message, a.DedupKey, a.Principal.User, a.Principal.ID = event.AlertID("separator", text), text, text, text, "0f"
		a.Req = event.AlertRequest{Method: text, Host: text, Route: text, Target: "/" + text, UserAgent: text}
		a.Evidence = []event.Evidence{{Place: text, Chain: text, Text: text}}
		alerts = append(alerts, one)
	}
	var lines []byte
	cef := format.Named("cef")
	for i := range alerts {
		lines = append(cef.Append(lines, &alerts[i]), '\n')
	}
	dir := t.TempDir()
	write(t, filepath.Join(dir, "alerts.cef"), string(lines))
	got := readCEF(t, filepath.Join(dir, "alerts.cef"))
	if len(got) != len(alerts) {
		t.Fatalf("%d alerts are %d records", len(alerts), len(got))
	}
	for i := range alerts {
		if got[i] == nil {
			t.Errorf("refused: %.300q", bytes.Split(lines, []byte("\n"))[i])
			continue
		}
		for key, want := range wantCEF(alerts[i].Alert) {
			if text := strings.TrimRight(got[i][key], " "); text != strings.TrimRight(want, " ") {
				t.Errorf("alert %d: %s is %.200q, want %.200q", i, key, text, want)
			}
		}
		if n := len(got[i]); n != len(wantCEF(alerts[i].Alert)) {
			t.Errorf("alert %d has %d keys: %v", i, n, got[i])
		}
	}
}

// readCEF returns the keys and values of each line, nil where it was refused.
func readCEF(t *testing.T, path string) (records []map[string]string) {
	t.Helper()
	libs := filepath.Join(cache(t, "parcefone-3.0.0"), "libs")
	if _, err := os.Stat(filepath.Join(libs, "parcefone-3.0.0.jar")); err != nil {
		command(t, filepath.Dir(libs), "mvn", "-q", "-B", "-f", testdata(t, "cef-pom.xml"), "dependency:copy-dependencies", "-DoutputDirectory="+libs)
	}
	cmd := exec.Command("java", "-cp", libs+"/*", testdata(t, "ReadCEF.java"), path)
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, &said)
	}
	for line := range strings.Lines(string(out)) {
		if line == "refused\n" {
			records = append(records, nil)
			continue
		}
		rec := map[string]string{}
		for pair := range strings.FieldsSeq(line) {
			key, coded, _ := strings.Cut(pair, "=")
			text, err := base64.StdEncoding.DecodeString(coded)
			if err != nil {
				t.Fatal(err)
			}
			rec[key] = strings.NewReplacer(`\\`, `\`, `\=`, `=`, `\|`, `|`).Replace(string(text)) // the parser leaves escapes
		}
		records = append(records, rec)
	}
	return records
}

// wantCEF is what a reader must get, by key.
func wantCEF(a *event.Alert) map[string]string {
	millis := func(n event.Nanos) string { return strconv.FormatInt(int64(n)/1e6, 10) }
	text := func(s string, escaped string, limit int) string {
		var b strings.Builder
		size, fits := 0, 0
		for _, r := range s {
			one := string(r)
			if encode.Deceives(r) {
				one = fmt.Sprintf("<%U>", r)
			}
			size += len(one)
			if strings.Contains(escaped, one) {
				size++
			}
			if size > limit {
				return b.String()[:fits] + "…"
			}
			b.WriteString(one)
			if size <= limit-len("…") {
				fits = b.Len()
			}
		}
		return b.String()
	}
	value := func(s string) string { return text(s, `\=`, 1023) }
	long := func(s string) string { return text(s, `\=`, 4000) }
	want := map[string]string{"version": "0", "deviceVendor": "Spaniel", "deviceProduct": "Spaniel", "deviceVersion": a.Sensor.Version, "deviceEventClassId": a.Rule.ID, "name": a.Rule.Title,
		"severity": strconv.Itoa(int(a.SevNum / 10)),
		"rt":       millis(a.Time), "start": millis(a.FirstSeen), "end": millis(a.LastSeen), "externalId": a.ID.String(), "cnt": strconv.FormatUint(a.Count, 10), "cat": a.Rule.Category,
		"outcome": string(a.Outcome), "src": "/" + a.Client.IP, "spt": strconv.Itoa(int(a.Client.Port)), "dpt": strconv.Itoa(int(a.Server.Port)), "proto": "TCP", "app": "HTTP", "cn1": strconv.Itoa(int(a.Resp.Status)),
		"dhost": value(a.Req.Host), "requestMethod": value(a.Req.Method), "request": value("http://" + a.Req.Host + a.Req.Target), "requestClientApplication": value(a.Req.UserAgent),
		"dvchost": a.Sensor.Name, "cs1": long(a.DedupKey), "cs2": long(a.Req.Route), "cs3": strings.Join(a.Rule.Refs, " "), "cs4": a.Rule.Ruleset,
		"cs6": long(a.Evidence[0].Place + " > " + a.Evidence[0].Chain + ": " + a.Evidence[0].Text), "msg": value(a.Message),
		"cn1Label": "responseStatus", "cs1Label": "dedupKey", "cs2Label": "route", "cs3Label": "references", "cs4Label": "ruleset", "cs6Label": "evidence", "c6a3Label": "Destination IPv6 Address",
		"c6a3": "/" + java(a.Server.IP)}
	if a.Principal.User != "" {
		want["suser"], want["cs5"], want["cs5Label"] = value(a.Principal.User), a.Principal.ID, "principal"
	}
	return want
}

// java writes an IPv6 address as that language does.
func java(ip string) string {
	b := netip.MustParseAddr(ip).As16()
	var parts []string
	for i := 0; i < len(b); i += 2 {
		parts = append(parts, strconv.FormatUint(uint64(b[i])<<8|uint64(b[i+1]), 16))
	}
	return strings.Join(parts, ":")
}
