//go:build integration

package integration

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

const speedTable = `CREATE TABLE calls (ts DateTime, call_id String, flow_id UInt64, client_port UInt16, req_method String, req_host String, req_path String, resp_status UInt16,
	req_body_bytes UInt64, resp_body_bytes UInt64, call_duration_us UInt32, req_user_agent String, principal_user String) ENGINE = Null`

// TestSpeed runs bench/delivery against real servers: what a sink costs beside
// another client. It judges nothing, and runs where SPANIEL_SPEED is set: make
// bench-delivery.
func TestSpeed(t *testing.T) {
	if os.Getenv("SPANIEL_SPEED") == "" {
		t.Skip("make bench-delivery runs it")
	}
	_, clickhouse := startClickHouse(t)
	execute(t, clickhouseDB(t, "clickhouse://default@"+clickhouse+"/default"), speedTable)
	_, broker := startKafka(t)
	createTopic(t, broker, "ours", 3)
	createTopic(t, broker, "theirs", 3)
	cmd := exec.Command("go", "run", ".", "-clickhouse", clickhouse, "-kafka", broker)
	cmd.Dir = "../../bench/delivery"
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for line := range strings.Lines(string(out)) {
		t.Log(strings.TrimSpace(line))
	}
}
