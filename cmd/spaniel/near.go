package main

import (
	"context"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"spaniel/event"
	"spaniel/internal/config"
	"spaniel/sinks/redact"
)

// nearEnough is how far the clocks of two captures of the same traffic may be
// apart.
const nearEnough = 2 * time.Second

// A near tells calls in a capture that another program made of the traffic
// that a sensor saw: the ids differ, as times do, so connection, request,
// status and about the same time must do.
type near struct {
	red  *redact.Redactor
	left []remembered
}

// remembered is a call as it is stored.
type remembered struct {
	at   time.Time
	what string
}

// match reports whether c is one of the calls, each of which is found once.
func (n *near) match(c *event.Call) bool {
	var rec event.Record
	n.red.Call(c, &rec)
	what := identity(rec.ClientPort, rec.ServerIP, rec.ServerPort, rec.Method, rec.Target, rec.Status)
	best, apart := -1, nearEnough
	for i := range n.left {
		r := &n.left[i]
		if d := rec.Time.Time().Sub(r.at).Abs(); r.what == what && d <= apart {
			best, apart = i, d
		}
	}
	if best < 0 {
		return false
	}
	n.left = append(n.left[:best], n.left[best+1:]...)
	return true
}

// identity leaves the client's address out: it may be stored as a hash. A store
// may keep the server's as one of IPv6.
func identity(clientPort, serverIP, serverPort, method, target, status any) string {
	if ip, err := netip.ParseAddr(fmt.Sprint(serverIP)); err == nil {
		serverIP = ip.Unmap()
	}
	return strings.TrimSpace(fmt.Sprintln(clientPort, serverIP, serverPort, method, target, status))
}

// remembered returns what the store knows of an alert's calls.
func (a *app) remembered(ctx context.Context, cfg *config.Config, s *subject) (*near, error) {
	n := &near{red: redact.New(a.key(cfg), redactOption(cfg))}
	quoted := make([]string, len(s.calls))
	for i, id := range s.calls {
		quoted[i] = quote(id)
	}
	if len(quoted) == 0 {
		return n, nil
	}
	return n, a.withAnswer(ctx, cfg, "SELECT ts, client_port, server_ip, server_port, req_method, req_target, resp_status FROM calls WHERE "+
		a.hexID(cfg, "call_id")+" IN ("+strings.Join(quoted, ", ")+") ORDER BY ts", func(ans answer) error {
		for ans.Next() {
			v := ans.Values()
			at, err := time.Parse(time.RFC3339Nano, fmt.Sprint(v[0]))
			if err != nil {
				return fmt.Errorf("the time of a stored call: %w", err)
			}
			n.left = append(n.left, remembered{at, identity(v[1], v[2], v[3], v[4], v[5], v[6])})
		}
		return ans.Err()
	})
}
