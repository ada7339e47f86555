package http1

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"spaniel/event"
)

// shared returns a path below the shared test data, or skips.
func shared(t *testing.T, name string) string {
	root := os.Getenv("SPANIEL_SHARED")
	if root == "" {
		root = "../../../shared"
	}
	path := filepath.Join(root, "data", name)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("no shared test data: %v", err)
	}
	return path
}

// libhtpPushes reads a conversation: >>> begins client bytes, <<< server bytes.
func libhtpPushes(b []byte) []push {
	var list []push
	for line := range bytes.Lines(b) {
		switch word := strings.TrimRight(string(line), "\r\n"); word {
		case ">>>", "<<<":
			if n := len(list); n > 0 { // the line end before a mark is the mark's
				list[n-1].data = strings.TrimSuffix(strings.TrimSuffix(list[n-1].data, "\n"), "\r")
			}
			p := push{}
			if word == "<<<" {
				p.dir = event.ToClient
			}
			list = append(list, p)
		default:
			if len(list) > 0 {
				list[len(list)-1].data += string(line)
			}
		}
	}
	return list
}

func TestLibhtp(t *testing.T) {
	files, err := filepath.Glob(shared(t, "http1-messages/libhtp") + "/*.t")
	if err != nil || len(files) == 0 {
		t.Fatal("no conversations", err)
	}
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		pushes := append(libhtpPushes(b), fin(up), fin(down))
		want := newRig(nil).run(0, pushes...)
		want.accounted(t)
		if os.Getenv("SHOW") != "" {
			t.Logf("%s\n  %.1500s", filepath.Base(file), strings.Join(want.calls, "\n  "))
		}
		got := newRig(nil).run(1, pushes...)
		if a, b := strings.Join(got.calls, "\n"), strings.Join(want.calls, "\n"); a != b {
			t.Errorf("%s:\n cut: %s\nwhole: %s", file, a, b)
		}
	}
}

// llhttpCase is a case of the llhttp parser's own tests.
type llhttpCase struct {
	File, Title, Type, Mode string
	Raw                     []byte `json:"raw_b64"`
	Messages                int
	Headers                 []string `json:"headers_complete"`
	Error                   any
}

// TestLlhttp puts each case of llhttp's own tests beside what we make of it: as
// many messages, or we say that something is odd.
func TestLlhttp(t *testing.T) {
	f, err := os.Open(shared(t, "http1-messages/llhttp_cases.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	agreed, flagged, further := 0, 0, 0
	for lines.Scan() {
		var c llhttpCase
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			t.Fatal(err)
		}
		p := push{data: string(c.Raw)}
		if strings.HasPrefix(c.Type, "response") {
			p.dir = event.ToClient
		}
		whole := newRig(nil).run(0, p, fin(p.dir))
		whole.accounted(t)
		if cut := newRig(nil).run(1, p, fin(p.dir)); strings.Join(cut.calls, "\n") != strings.Join(whole.calls, "\n") {
			t.Errorf("%s, %s:\n cut: %q\nwhole: %q", c.File, c.Title, cut.calls, whole.calls)
		}
		all := strings.Join(whole.calls, " ")
		odd := strings.Contains(all, "anomalies=") || strings.Contains(all, "incomplete") || whole.led.SkippedBytes > 0 || whole.conn.upgraded || whole.conn.interim > 0
		switch found := len(whole.calls); {
		case c.Error == nil && found == len(c.Headers):
			agreed++
		case odd:
			flagged++
		case bytes.Contains(lines.Bytes(), []byte("Pause on")) && found >= len(c.Headers):
			further++ // it was told to stop there
		default:
			t.Errorf("%s, %s (%s): %d calls and nothing odd, llhttp found %d and says %v: %q of %q", c.File, c.Title, c.Mode, found, len(c.Headers), c.Error, whole.calls, c.Raw)
		}
	}
	t.Logf("%d cases: in %d as many messages as llhttp, in %d something odd is said, in %d read on where it was told to stop", agreed+flagged+further, agreed, flagged, further)
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
}
