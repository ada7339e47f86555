package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"spaniel/internal/config"
)

func newAlerts(a *app) *cobra.Command {
	return group("alerts", "List stored alerts and show one with its evidence", "  spaniel alerts list --severity high\n  spaniel alerts show 0f1e\n  spaniel alerts show 0f1e --pcap evidence.pcap",
		newAlertsList(a), newAlertsShow(a))
}

func newAlertsList(a *app) *cobra.Command {
	var format, least, rule string
	var limit int
	c := &cobra.Command{
		Use: "list", Short: "List alerts, the newest first",
		Example: "  spaniel alerts list --severity high --limit 20\n  spaniel alerts list --rule credential-stuffing -o json",
		Args:    noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			sev, err := severity("--severity", least)
			if err != nil {
				return err
			}
			if limit < 1 {
				return usage(fmt.Sprintf("--limit %d: use 1 or more", limit), "")
			}
			where := fmt.Sprintf("severity_num >= %d", sev)
			if rule != "" {
				where += " AND rule_id = " + quote(rule)
			}
			cfg, _, err := a.config()
			if err != nil {
				return err
			}
			if rule != "" {
				a.checkRule(cfg, rule)
			}
			return a.query(cmd.Context(), cfg, fmt.Sprintf("SELECT %s AS id, severity, ts, rule_id, outcome, client_ip, req_method, req_route, message FROM alerts WHERE %s ORDER BY ts DESC, id LIMIT %d",
				a.hexID(cfg, "id"), where, limit), format)
		},
	}
	f := c.Flags()
	f.StringVarP(&format, "output", "o", "table", "output: table, json, ndjson, csv or vertical")
	f.StringVar(&least, "severity", "info", "alerts of this severity and above: info, low, medium, high or critical")
	f.StringVar(&rule, "rule", "", "alerts of the rule with this `ID`")
	f.IntVar(&limit, "limit", 100, "at most so many")
	return c
}

// checkRule says so when no rule in effect has the id; alerts of a rule that is
// gone can be listed all the same.
func (a *app) checkRule(cfg *config.Config, id string) {
	set, err := loadRules(cfg, nil)
	if err != nil {
		return // the store can be asked whatever the rules are
	}
	var p *problem
	if errors.As(knownRules(set, []string{id}), &p) {
		a.hint("note: no rule in effect has the id %q: %s", id, p.fix)
	}
}

func newAlertsShow(a *app) *cobra.Command {
	var format string
	var pcap pcapOptions
	c := &cobra.Command{
		Use:   "show ID",
		Short: "Show one alert with its evidence and its calls, or one call; the id's first digits are enough",
		Long: `Show prints one alert with its evidence and the calls it rests on, or one call.
Where a running sensor kept the packets of the alert's connection (evidence in the configuration), it says in
which file, which the owner of a key can read.
With --pcap it also writes the packets of those calls, read again from the capture
that the alert was made from. They are as captured: no secret in them is redacted.
Of a connection's first call the handshake is among them. Of an alert about
a connection its packets are written; about several, those of all connections
between its client and its server in the time from first_seen to last_seen.`,
		Example: `  spaniel alerts show 0f1e2d
  spaniel alerts show 0f1e2d --pcap evidence.pcap
  spaniel alerts show 0f1e2d --pcap - | tshark -r -
  spaniel alerts show 0f1e2d --pcap evidence.pcap --from recorded-1.pcap --from recorded-2.pcap`,
		Args: exactArgs(1, "the id of an alert or a call, or its first digits"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.showAlert(cmd.Context(), args[0], format, &pcap)
		},
	}
	f := c.Flags()
	f.StringVarP(&format, "output", "o", "vertical", "output of the alert: vertical, table, json, ndjson or csv")
	f.StringVar(&pcap.out, "pcap", "", "write the packets of its calls to `FILE`; - is standard output, which then has nothing else")
	f.StringArrayVar(&pcap.from, "from", nil, "look for the packets in this capture `FILE`; several are read as one")
	f.BoolVar(&pcap.force, "force", false, "replace the file of --pcap if it is there")
	return c
}

func (a *app) showAlert(ctx context.Context, id, format string, pcap *pcapOptions) error {
	id = strings.ToLower(strings.TrimSpace(id))
	if strings.Trim(id, "0123456789abcdef") != "" || len(id) < 4 || len(id) > 32 {
		return usage(fmt.Sprintf("%q is no id of an alert", id), "spaniel alerts list shows the ids; four digits or more are enough")
	}
	if err := errors.Join(checkFormat(format), pcap.check()); err != nil {
		return err
	}
	cfg, _, err := a.config()
	if err != nil {
		return err
	}
	hex := a.hexID(cfg, "id")
	found, err := a.column(ctx, cfg, "SELECT "+hex+" AS found FROM alerts WHERE "+hex+" LIKE "+quote(id+"%")+" ORDER BY found LIMIT 2")
	if err != nil {
		return err
	}
	switch len(found) {
	case 0:
		return a.showCall(ctx, cfg, id, format, pcap)
	case 2:
		return usage(fmt.Sprintf("several alerts begin with %s", id), "give more digits")
	}
	where := hex + " = " + quote(found[0])
	if pcap.out != "-" {
		if err := a.printAlert(ctx, cfg, where, format); err != nil {
			return err
		}
		if format == "vertical" || format == "table" {
			if err := a.showPackets(ctx, cfg, found[0]); err != nil {
				return err
			}
		}
	}
	if pcap.out == "" {
		return nil
	}
	s, err := a.subject(ctx, cfg, found[0], where)
	if err != nil {
		return err
	}
	return a.packets(ctx, cfg, s, pcap)
}

// showCall is showAlert for the id of a call.
func (a *app) showCall(ctx context.Context, cfg *config.Config, id, format string, pcap *pcapOptions) error {
	hex := a.hexID(cfg, "call_id")
	found, err := a.column(ctx, cfg, "SELECT DISTINCT "+hex+" AS found FROM calls WHERE "+hex+" LIKE "+quote(id+"%")+" ORDER BY found LIMIT 2")
	if err != nil {
		return err
	}
	switch len(found) {
	case 0:
		return usage("no alert and no call has the id "+id, "spaniel alerts list shows the ids of alerts; those of calls are in the column call_id of the table calls")
	case 2:
		return usage(fmt.Sprintf("several calls begin with %s", id), "give more digits")
	}
	if pcap.out != "-" {
		if err := a.query(ctx, cfg, "SELECT * FROM calls WHERE "+hex+" = "+quote(found[0]), format); err != nil {
			return err
		}
	}
	if pcap.out == "" {
		return nil
	}
	s, err := a.callSubject(ctx, cfg, found[0])
	if err != nil {
		return err
	}
	return a.packets(ctx, cfg, s, pcap)
}

// printAlert prints the alert that where finds, and its calls.
func (a *app) printAlert(ctx context.Context, cfg *config.Config, where, format string) error {
	if err := a.query(ctx, cfg, "SELECT * FROM alerts WHERE "+where, format); err != nil {
		return err
	}
	if format != "vertical" && format != "table" {
		return nil
	}
	if _, err := fmt.Fprintln(a.out, "── calls"); err != nil {
		return err
	}
	calls, err := a.callsOf(ctx, cfg, where)
	if err != nil || len(calls) == 0 {
		return err
	}
	hex := a.hexID(cfg, "call_id")
	return a.query(ctx, cfg, "SELECT ts, client_ip, req_method, req_host, req_target, resp_status, call_duration_us, "+hex+` AS id FROM calls
WHERE `+hex+" IN ("+strings.Join(calls, ", ")+") ORDER BY ts, call_depth", "table")
}

// maxCalls bounds the calls shown with an alert.
const maxCalls = 50

// hexID is a column of ids as hex digits. The embedded store keeps them so;
// ClickHouse keeps 16 bytes, or, in a table of the user's own, text.
func (a *app) hexID(cfg *config.Config, column string) string {
	if _, remote := a.storeFile(cfg); remote == "" {
		return column
	}
	return fmt.Sprintf("if(length(%[1]s) = 16, lower(hex(%[1]s)), toString(%[1]s))", column)
}

// callsOf returns the ids of the calls of the alert that where finds, as SQL
// strings.
func (a *app) callsOf(ctx context.Context, cfg *config.Config, where string) (calls []string, err error) {
	err = a.withAnswer(ctx, cfg, "SELECT calls FROM alerts WHERE "+where, func(ans answer) error {
		for ans.Next() {
			list, _ := ans.Values()[0].([]any) // anything else holds no ids
			for _, c := range list {
				calls = append(calls, quote(fmt.Sprint(c)))
			}
		}
		return ans.Err()
	})
	return calls[:min(len(calls), maxCalls)], err
}
