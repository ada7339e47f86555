package http1

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"spaniel/event"
)

// said is what one parser makes of the bytes of one direction: the messages it
// read whole, and whether that was all there is.
type said struct {
	messages []string
	all      bool
	// silent: the parser cannot judge what this is about.
	silent bool
}

func (s said) String() string { return fmt.Sprintf("%q, and that is all: %v", s.messages, s.all) }

func (s said) same(o said) bool { return s.all == o.all && slices.Equal(s.messages, o.messages) }

// kind is what a direction holds.
type kind byte

const (
	requests kind = iota
	responses
	responsesToHEAD
)

// llhttp is a Node process that parses what it is sent.
type llhttp struct {
	in    io.WriteCloser
	out   *bufio.Reader
	tally tally
}

// tally counts how the voices stood to each other.
type tally struct{ read, refused, differed, silent int }

func (t *tally) add(o tally) {
	t.read, t.refused, t.differed, t.silent = t.read+o.read, t.refused+o.refused, t.differed+o.differed, t.silent+o.silent
}

// startLlhttp starts Node, or skips the test.
func startLlhttp(t testing.TB) *llhttp {
	t.Helper()
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skipf("llhttp is asked through Node, and there is none: %v", err)
	}
	var complaint bytes.Buffer
	cmd := exec.Command(node, "--no-warnings", "testdata/llhttp.js")
	cmd.Stderr = &complaint
	in, err1 := cmd.StdinPipe()
	out, err2 := cmd.StdoutPipe()
	if err := errors.Join(err1, err2, cmd.Start()); err != nil {
		t.Fatal(err)
	}
	l := &llhttp{in: in, out: bufio.NewReader(out)}
	t.Cleanup(func() {
		if err := errors.Join(in.Close(), cmd.Wait()); err != nil && complaint.Len() == 0 {
			t.Error(err)
		}
	})
	if _, err := l.send(requests, false, nil); err != nil {
		t.Skipf("this Node does not show its parser: %.200s", complaint.String())
	}
	return l
}

// answer is a line of the script's.
type answer struct {
	Messages []struct {
		Method       string
		Target, Body []byte
		Status       int
		Complete     bool
	}
	End     string
	Upgrade bool
}

func (l *llhttp) send(k kind, lenient bool, b []byte) (a answer, err error) {
	frame := []byte{byte(k), 0}
	if lenient {
		frame[1] = 1
	}
	frame = binary.BigEndian.AppendUint32(frame, uint32(len(b)))
	if _, err := l.in.Write(append(frame, b...)); err != nil {
		return a, err
	}
	line, err := l.out.ReadBytes('\n')
	if err != nil {
		return a, err
	}
	return a, json.Unmarshal(line, &a)
}

func (l *llhttp) parse(t fataler, k kind, lenient bool, text string) (s said) {
	a, err := l.send(k, lenient, []byte(text))
	if err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	s.all = a.End == "ok"
	for _, m := range a.Messages {
		if m.Status/100 == 1 && k != requests && m.Status != 101 {
			continue // interim
		}
		if !m.Complete {
			s.all = false
			continue
		}
		s.messages = append(s.messages, message1(m.Method, string(m.Target), m.Status, m.Body))
	}
	// What it does not judge: upgrades, methods that are not on its list, and
	// what follows a message that said it was the last.
	s.silent = a.Upgrade || a.End == "HPE_CLOSED_CONNECTION" || a.End == "HPE_PAUSED_UPGRADE" || a.End == "HPE_INVALID_METHOD"
	return s
}

// message1 tells a message so that it can be compared.
func message1(method, target string, status int, body []byte) string {
	if status > 0 {
		return fmt.Sprintf("%d %s", status, body)
	}
	return fmt.Sprintf("%s %s %s", method, target, body)
}

// netHTTP is what the standard library makes of text.
func netHTTP(k kind, text string) (s said) {
	in := bufio.NewReader(strings.NewReader(text))
	for {
		if _, err := in.Peek(1); err != nil {
			s.all = true
			return s
		}
		var body io.Reader
		var line func(b []byte) string
		if k == requests {
			r, err := http.ReadRequest(in)
			if err != nil {
				s.silent = unsupported(err)
				return s
			}
			body, line = r.Body, func(b []byte) string { return message1(r.Method, r.RequestURI, 0, b) }
		} else {
			method := map[kind]string{responses: "GET", responsesToHEAD: "HEAD"}[k]
			r, err := http.ReadResponse(in, &http.Request{Method: method})
			if err != nil {
				s.silent = unsupported(err)
				return s
			}
			body, line = r.Body, func(b []byte) string { return message1("", "", r.StatusCode, b) }
			if r.StatusCode/100 == 1 && r.StatusCode != 101 {
				continue
			}
		}
		b, err := io.ReadAll(body)
		if err != nil {
			return s
		}
		s.messages = append(s.messages, line(b))
	}
}

// spaniel is what we make of text, and what we say is odd.
func spaniel(k kind, text string) (s said, odd []string) {
	var led event.Ledger
	flow := &event.Flow{}
	s.all = true
	conn := NewConn(nil, nil, flow, &led, func(c *event.Call, _ event.Stamp) {
		odd = append(odd, c.Anomalies...)
		m := &c.Req.Message
		line := message1(c.Req.Method, c.Req.Target, 0, c.Req.Raw)
		if k != requests {
			m, line = &c.Resp.Message, message1("", "", c.Resp.Status, c.Resp.Raw)
		}
		switch {
		case !m.Seen:
		case !m.Complete:
			s.all = false
		default:
			s.messages = append(s.messages, line)
		}
	})
	if k != requests {
		asked := strings.Repeat(map[kind]string{responses: "GET", responsesToHEAD: "HEAD"}[k]+" / HTTP/1.1\r\nHost: x\r\n\r\n", 1+strings.Count(text, "HTTP/"))
		conn.Data(event.ToServer, []byte(asked), event.Stamp{})
	}
	d := event.ToServer
	if k != requests {
		d = event.ToClient
	}
	conn.Data(d, []byte(text), event.Stamp{})
	conn.End(d, event.Stamp{})
	conn.Close(event.Stamp{})
	if led.SkippedBytes > 0 && !conn.upgraded {
		s.all = false
	}
	s.silent = conn.upgraded
	return s, odd
}

// listen asks every voice, llhttp where there is one: where they agree, we must agree with them; where
// they differ, we must say that something is odd, or that it is not all. Wild
// text, which no one meant to be HTTP, is asked the first about only.
func listen(t fataler, l *llhttp, k kind, text string, wild bool) {
	ours, odd := spaniel(k, text)
	first := netHTTP(k, text)
	voices := map[string]said{"net/http": first}
	var tally tally
	if l != nil {
		voices["llhttp"], voices["llhttp, lenient"] = l.parse(t, k, false, text), l.parse(t, k, true, text)
		defer func() { l.tally.add(tally) }()
	}
	silent, agree := ours.silent, true
	for _, v := range voices {
		silent, agree = silent || v.silent, agree && v.same(first)
	}
	if silent {
		tally.silent++
		return
	}
	switch {
	case !agree:
		tally.differed++
	case first.all:
		tally.read++
	default:
		tally.refused++
	}
	// A body under a transfer coding that should not be there is what it looks
	// like, and said to be ambiguous: no voice looks. A status from 600 on is
	// none, and said to be bad.
	looked := slices.Contains(odd, AnomalyTransferEncoding) || slices.Contains(odd, AnomalySmuggling) || slices.Contains(odd, AnomalyStatus)
	switch {
	case agree && first.all && !ours.same(first) && !looked:
		t.Fatalf("%q: all voices agree on %v; we read %v, odd %v", text, first, ours, odd)
	case wild:
	case agree && !first.all && ours.all && odd == nil:
		t.Fatalf("%q: all voices refuse it after %v; we read %v", text, first, ours)
	case !agree && ours.all && odd == nil:
		t.Fatalf("%q: the voices differ: %v; we read %v and say nothing", text, voices, ours)
	}
}
