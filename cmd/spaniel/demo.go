package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"spaniel/capture"
	"spaniel/internal/demo"
	"spaniel/internal/render"
	"spaniel/internal/sensor"
)

func newDemo(a *app) *cobra.Command {
	var export string
	c := &cobra.Command{
		Use:   "demo",
		Short: "Read the bundled capture, keep what it holds, and ask two questions in SQL",
		Long: `Demo needs no root, no server and no configuration. Its capture is five minutes of
a small shop's API with ordinary customers and five attackers.`,
		Example: "  spaniel demo\n  spaniel demo --export shop.pcap     write the capture to a file and do nothing else",
		Args:    noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if export != "" {
				return exportDemo(export)
			}
			return a.demo(cmd.Context())
		},
	}
	c.Flags().StringVar(&export, "export", "", "write the bundled capture to `FILE`")
	return c
}

func exportDemo(path string) error {
	if err := os.WriteFile(path, demo.Capture(), 0o644); err != nil {
		return cannotWrite(path, err)
	}
	return nil
}

// demoQueries are what a newcomer might ask first.
var demoQueries = []struct{ about, sql string }{
	{"Which endpoints fail most?", `SELECT req_method, req_route, count(*) AS calls, count(*) FILTER (WHERE resp_status >= 400) AS errors
FROM calls GROUP BY ALL HAVING errors > 0 ORDER BY errors DESC, req_route LIMIT 5`},
	{"What else did the clients with alerts do?", `SELECT client_ip, count(*) AS calls, count(DISTINCT req_route) AS routes, count(DISTINCT principal_user) AS users,
  max(alert_severity_num) AS worst
FROM calls_with_alerts WHERE client_ip IN (SELECT client_ip FROM alerts WHERE severity_num >= 50) GROUP BY client_ip ORDER BY worst DESC, calls DESC LIMIT 8`},
}

func (a *app) demo(ctx context.Context) error {
	cfg, _, err := a.config()
	if err != nil {
		return err
	}
	if a.storePath == "" {
		if a.storePath, err = demoStore(); err != nil {
			return err
		}
	}
	limitMemory(cfg)
	set, err := loadRules(cfg, nil)
	if err != nil {
		return err
	}
	opt := readOptions{format: "table", save: true}
	if err := opt.check(); err != nil {
		return err
	}
	r, err := a.newReading(ctx, cfg, set, &opt)
	if err != nil {
		return err
	}
	if err := r.memory("shop.pcap", demo.Capture()); err != nil {
		return err
	}
	for _, q := range demoQueries {
		if _, err := fmt.Fprintf(a.out, "\n%s\n$ spaniel query \"%s\"%s\n", a.screen(a.out).Paint(q.about, "bold"), q.sql, render.Safe(a.storeFlag())); err != nil {
			return err
		}
		if err := askFile(ctx, storeConfig(cfg, true), a.storePath, q.sql, func(ans answer) error { return a.print(ans, "table") }); err != nil {
			return err
		}
	}
	return a.demoNext()
}

func (a *app) demoNext() error {
	_, err := fmt.Fprintf(a.out, `
What to try next:
  spaniel alerts list%[1]s
  spaniel query "DESCRIBE calls"%[1]s
  spaniel rules list                      what is looked for
  spaniel read your-capture.pcap          your own traffic
  sudo spaniel run -i eth1 --user $USER   live, from a mirror port
`, render.Safe(a.storeFlag()))
	return err
}

// demoStore is a file of its own, so that the shop does not mix with real
// traffic: in the data directory, or where that cannot be written, in a
// temporary one.
func demoStore() (string, error) {
	if err := os.MkdirAll(dataDir(), 0o700); err == nil {
		path := filepath.Join(dataDir(), "demo.duckdb")
		f, err := os.OpenFile(path+".try", os.O_CREATE|os.O_WRONLY, 0o600)
		if err == nil {
			return path, errors.Join(f.Close(), os.Remove(path+".try"))
		}
	}
	dir, err := os.MkdirTemp("", "spaniel-demo-")
	if err != nil {
		return "", fmt.Errorf("making a place for the demo's store: %w", err)
	}
	return filepath.Join(dir, "demo.duckdb"), nil
}

// memory reads a capture that is in memory.
func (r *reading) memory(name string, data []byte) error {
	f, err := capture.NewFile(name, bytes.NewReader(data))
	if err != nil {
		return err
	}
	m := &meter{src: f}
	s, err := sensor.New(r.cfg, r.emit)
	if err != nil {
		return errors.Join(err, f.Close())
	}
	err = s.Run(r.ctx, m)
	led := s.Ledger()
	r.sum.add([]string{name}, m, &led)
	return r.finish(errors.Join(err, f.Close()))
}
