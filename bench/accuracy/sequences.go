package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"time"

	"spaniel/detect"
	"spaniel/event"
	"spaniel/internal/sensor"
)

// accessLine is the common form of a line of an access log.
var accessLine = regexp.MustCompile(`(\S+) \S+ \S+ \[([^\]]+)\] "(\S+) (\S+) HTTP/[0-9.]+" (\d+) \S+(?: "([^"]*)" "([^"]*)")?`)

// sequences plays others' access logs that another tool raises something on, or
// nothing, and prints which of them raise something here.
func sequences(out io.Writer, dir string, set *detect.Set) error {
	f, err := os.Open(filepath.Join(dir, "sequences", "crowdsec_hub.jsonl"))
	if err != nil {
		fmt.Fprintf(out, "\nothers' access logs: skipped: %v\n", err)
		return nil
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	found, low, wanted, wrong, silent, unread := 0, 0, 0, 0, 0, 0
	var missed []string
	for lines.Scan() {
		var s struct {
			Test   string
			Expect struct{ Alerts int }
			Log    []string
		}
		if err := json.Unmarshal(lines.Bytes(), &s); err != nil {
			return fmt.Errorf("reading access logs: %w", err)
		}
		frames := logFrames(s.Log)
		if len(frames) == 0 {
			unread++
			continue
		}
		alerts, err := sensor.Replay(config(set), frames)
		if err != nil {
			return fmt.Errorf("playing %s: %w", s.Test, err)
		}
		worst := event.Severity(0)
		for _, a := range alerts {
			worst = max(worst, a.Severity)
		}
		switch {
		case s.Expect.Alerts == 0 && worst >= event.Medium:
			wrong++
			silent++
		case s.Expect.Alerts == 0:
			silent++
		case worst >= event.Medium:
			found++
			wanted++
		case worst >= event.Low:
			low++
			wanted++
		default:
			wanted++
			missed = append(missed, s.Test)
		}
	}
	fmt.Fprintf(out, "\nothers' access logs: %d of %d that another tool alerts on raise medium or more, %d low; %d of %d it is silent on do; %d are no such logs; nothing on %v\n",
		found, wanted, low, wrong, silent, unread, missed)
	return lines.Err()
}

// logFrames makes a capture of an access log's lines: those of one form only.
func logFrames(log []string) []event.Frame {
	b := newBuilder()
	start, first := b.Now(), time.Time{}
	port := uint16(40000)
	for _, l := range log {
		m := accessLine.FindStringSubmatch(l)
		if m == nil {
			continue
		}
		at, err := time.Parse("02/Jan/2006:15:04:05 -0700", m[2])
		client, bad := netip.ParseAddr(m[1])
		status, odd := strconv.Atoi(m[5])
		if err != nil || bad != nil || odd != nil {
			continue
		}
		if first.IsZero() {
			first = at
		}
		server := netip.MustParseAddrPort("10.0.0.5:80")
		if client.Is6() {
			server = netip.MustParseAddrPort("[2001:db8::5]:80")
		}
		port++
		b.At(max(b.Now(), start+int64(at.Sub(first))))
		c := b.Conn(netip.AddrPortFrom(client, port), server)
		c.Open()
		c.Client(fmt.Appendf(nil, "%s %s HTTP/1.1\r\nHost: site.example\r\nUser-Agent: %s\r\nReferer: %s\r\nAccept: */*\r\n\r\n", m[3], m[4], m[7], m[6]))
		c.Wait(5 * time.Millisecond)
		c.Server(fmt.Appendf(nil, "HTTP/1.1 %d Answer\r\nContent-Type: text/html\r\nContent-Length: 0\r\n\r\n", status))
		c.Fin()
	}
	return b.Frames()
}
