package sensor

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"spaniel/internal/demo"
	"spaniel/sinks/redact"
)

// TestHashedAddressesStayHidden: under privacy.ip: hash no client address
// leaves the sensor, in no kind of item.
func TestHashedAddressesStayHidden(t *testing.T) {
	file := filepath.Join(t.TempDir(), "demo.pcap")
	if err := os.WriteFile(file, demo.Capture(), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg := testConfig(shippedRules(t))
	clear, _ := ndjson(t, file, cfg)
	cfg.Redactor = redact.New(bytes.Repeat([]byte{7}, 32), redact.Option{HashIP: true, HashUser: true})
	hidden, _ := ndjson(t, file, cfg)
	for _, ip := range []string{"203.0.113.66", "203.0.113.77", "198.51.100.11"} {
		if !bytes.Contains(clear, []byte(ip)) {
			t.Errorf("%s is not in the capture: this test shows nothing", ip)
		}
		if i := bytes.Index(hidden, []byte(ip)); i >= 0 {
			t.Errorf("%s is in the output: %.300s", ip, hidden[max(0, i-200):])
		}
	}
	if c, h := bytes.Count(clear, []byte(`"kind":"alert"`)), bytes.Count(hidden, []byte(`"kind":"alert"`)); c != h {
		t.Errorf("%d alerts in clear, %d with hashed addresses", c, h)
	}
}
