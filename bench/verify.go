package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/netip"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"

	"spaniel/bench/traffic"
)

// verify runs Spaniel once more, compares each call with the truth, and notes
// the largest heap the runtime tells of.
func (c *contender) verify(truth string) (exact bool, err error) {
	cmd := exec.Command(c.argv[0], c.argv[1:]...)
	cmd.Env = append(os.Environ(), "GODEBUG=gctrace=1")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return false, err
	}
	if err := cmd.Start(); err != nil {
		return false, err
	}
	found, rerr := calls(out)
	if err := cmd.Wait(); err != nil {
		return false, fmt.Errorf("running %s: %w", c.name, err)
	}
	if rerr != nil {
		return false, rerr
	}
	f, err := os.Open(truth)
	if err != nil {
		return false, err
	}
	defer f.Close()
	t, err := traffic.Compare(f, found)
	if err != nil {
		return false, err
	}
	c.heap = peakHeap(stderr.String())
	c.found = fmt.Sprintf("%d of %d", t.Right, t.Calls)
	if t.Exact() {
		c.found += ", exact"
	} else {
		c.found += fmt.Sprintf(", %d more; such as: %s", t.Invented, t.Example)
	}
	return t.Exact(), nil
}

// calls reads the calls among the lines of ndjson.
func calls(r io.Reader) (list []traffic.Call, err error) {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		if !bytes.HasPrefix(lines.Bytes(), []byte(`{"kind":"call"`)) {
			continue
		}
		var l struct {
			IP     netip.Addr `json:"client_ip"`
			Port   uint16     `json:"client_port"`
			Depth  int        `json:"call_depth"`
			Method string     `json:"req_method"`
			Target string     `json:"req_target"`
			Status int        `json:"resp_status"`
			Req    int        `json:"req_body_bytes"`
			Resp   int        `json:"resp_body_bytes"`
		}
		if err := json.Unmarshal(lines.Bytes(), &l); err != nil {
			return nil, fmt.Errorf("reading a call: %w", err)
		}
		list = append(list, traffic.Call{Client: netip.AddrPortFrom(l.IP, l.Port).String(), Depth: l.Depth, Method: l.Method, Target: l.Target,
			Status: l.Status, ReqBytes: l.Req, RespBytes: l.Resp})
	}
	return list, lines.Err()
}

// heapSizes are those of a line of gctrace: at the start of a collection, at
// its end, and what lives.
var heapSizes = regexp.MustCompile(`(\d+)->(\d+)->(\d+) MB`)

// peakHeap is the largest heap in a gctrace, in MB.
func peakHeap(trace string) (most int) {
	for line := range strings.Lines(trace) {
		m := heapSizes.FindStringSubmatch(line)
		for _, word := range m[min(1, len(m)):] {
			n, err := strconv.Atoi(word)
			if err == nil {
				most = max(most, n)
			}
		}
	}
	return most
}
