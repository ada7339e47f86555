package golden

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"spaniel/capture"
	"spaniel/decode"
	"spaniel/detect"
	"spaniel/event"
	"spaniel/internal/sensor"
	"spaniel/sinks/redact"
)

// eicar is the harmless file that every evasion tries to smuggle past, cut so
// that no scanner takes this source for it.
var eicar = []byte(`X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-` + "STANDARD-ANTIVIRUS-TEST-FILE!$H+H*")

// evasion is one capture of the HTTP evasions, and whether the file is in a
// body for the tool that read it first.
type evasion struct {
	File  string
	Eicar bool `json:"eicar_in_decoded_body"`
}

func evasions(t *testing.T, dir string) (list []evasion) {
	f, err := os.Open(filepath.Join(dir, "evasion", "http-evader.expect.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var e evasion
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			t.Fatal(err)
		}
		list = append(list, e)
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return list
}

// evaded is what became of a capture's download.
type evaded struct {
	calls int
	found bool   // the file is in a decoded response body
	said  string // anomalies of its calls
}

func evade(t *testing.T, file string, set *detect.Set) (r evaded) {
	src, err := capture.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	cfg := sensor.Config{Decode: decode.DefaultConfig(), Rules: set, Redactor: redact.New(make([]byte, 32), redact.Option{})}
	cfg.Where = func(c *event.Call) bool {
		r.calls++
		r.found = r.found || bytes.Contains(c.RespBody(), eicar)
		r.said += strings.Join(c.Anomalies, " ")
		return true
	}
	s, err := sensor.New(cfg, func(*event.Item) event.CallFate { return event.CallAcked })
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Run(context.Background(), src); err != nil {
		t.Fatal(err)
	}
	ledger := s.Ledger()
	if err := ledger.Check(); err != nil {
		t.Errorf("%s: %v", file, err)
	}
	return r
}

// TestEvader reads every capture of the HTTP evasions: the file is found in a
// decoded body, or the call says by an anomaly that readers may differ.
func TestEvader(t *testing.T) {
	dir := captures(t)
	found, marked := 0, 0
	list, set := evasions(t, dir), shippedRules(t)
	for _, e := range list {
		switch r := evade(t, filepath.Join(dir, "evasion", e.File), set); {
		case r.found:
			found++
		case r.said != "":
			marked++
			t.Logf("%s: not in a body, but marked %s", e.File, r.said)
		default:
			t.Errorf("%s: %d calls, the file in none of them, and none marked", e.File, r.calls)
		}
	}
	t.Logf("%d captures: the file found in %d, an anomaly in %d more", len(list), found, marked)
}
