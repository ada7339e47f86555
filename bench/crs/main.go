// Command crs judges calls with Coraza and the OWASP Core Rule Set, as a proxy
// would ask them: it is what Spaniel is measured against. It reads calls, one
// JSON object a line, and prints a verdict for each, then the CPU time used.
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"strings"
	"syscall"
	"time"

	coreruleset "github.com/corazawaf/coraza-coreruleset/v4"
	"github.com/corazawaf/coraza/v3"
)

// call is a request and its response as bytes.
type call struct {
	Request, Response []byte
}

func main() {
	level := flag.Int("level", 1, "paranoia level, 1 to 4")
	file := flag.String("calls", "", "file of calls")
	flag.Parse()
	if err := run(*level, *file); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

func run(level int, file string) error {
	calls, err := read(file)
	if err != nil {
		return err
	}
	waf, err := coraza.NewWAF(coraza.NewWAFConfig().WithRootFS(coreruleset.FS).WithDirectives(directives(level)))
	if err != nil {
		return fmt.Errorf("loading the rule set: %w", err)
	}
	out := json.NewEncoder(os.Stdout)
	verdicts := make([]verdict, len(calls))
	before := cpu()
	for i := range calls {
		verdicts[i] = judge(waf, &calls[i])
	}
	took := cpu() - before
	for i := range verdicts {
		if err := out.Encode(&verdicts[i]); err != nil {
			return err
		}
	}
	return out.Encode(map[string]int64{"cpu_ns": int64(took)})
}

// directives are the recommended ones, blocking, at a paranoia level; nothing
// is logged, and answers in JSON are looked at too. The methods and media types
// of an API are allowed, as who protects one would: else those alone decide.
func directives(level int) string {
	return fmt.Sprintf(`
Include @coraza.conf-recommended
Include @crs-setup.conf.example
SecRuleEngine On
SecAuditEngine Off
SecResponseBodyMimeType text/plain text/html text/xml application/json
SecAction "id:900000,phase:1,pass,t:none,nolog,setvar:tx.blocking_paranoia_level=%d"
SecAction "id:900200,phase:1,pass,t:none,nolog,setvar:'tx.allowed_methods=%s'"
SecAction "id:900220,phase:1,pass,t:none,nolog,setvar:'tx.allowed_request_content_type=%s'"
Include @owasp_crs/*.conf
`, level, methods, "|"+strings.ReplaceAll(mediaTypes, " ", "| |")+"|")
}

const (
	methods    = "GET HEAD POST OPTIONS PUT PATCH DELETE PROPFIND"
	mediaTypes = "application/x-www-form-urlencoded multipart/form-data multipart/related text/xml application/xml application/soap+xml application/json " +
		"application/cloudevents+json application/cloudevents-batch+json application/vnd.api+json application/merge-patch+json application/x-ndjson application/graphql " +
		"application/yaml application/octet-stream application/rss+xml application/javascript image/svg+xml image/jpeg image/png image/gif " +
		"text/plain text/csv text/calendar text/vcard text/markdown text/css text/x-diff text/x-python"
)

func read(file string) ([]call, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var calls []call
	for d := json.NewDecoder(bufio.NewReader(f)); d.More(); {
		var c call
		if err := d.Decode(&c); err != nil {
			return nil, fmt.Errorf("reading calls: %w", err)
		}
		calls = append(calls, c)
	}
	return calls, nil
}

func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
