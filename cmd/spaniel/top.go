package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/spf13/cobra"
	"golang.org/x/term"

	"spaniel/internal/config"
)

// topOptions are the flags of top.
type topOptions struct {
	last, every time.Duration
	rows        int
	once        bool
}

func newTop(a *app) *cobra.Command {
	var o topOptions
	c := &cobra.Command{
		Use:   "top",
		Short: "Show what a running sensor sees: endpoints, clients, rules, alerts, losses",
		Long: `Top shows the busiest endpoints and clients of the last minutes, the rules that fired, the newest
alerts, and what was lost. It asks the sensor that runs here, or the store itself where none does.
On a terminal it shows them again every few seconds, until ^C; --once shows them once, for scripts.`,
		Example: "  spaniel top\n  spaniel top --once --last 1h --rows 20",
		Args:    noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if o.last <= 0 || o.every <= 0 || o.rows < 1 || o.rows > 1000 {
				return usage("--last and --every must be more than nothing, --rows 1 to 1000", cmd.CommandPath()+" --help")
			}
			cfg, _, err := a.config()
			if err != nil {
				return err
			}
			ctx, stop := signal.NotifyContext(cmd.Context(), os.Interrupt, syscall.SIGTERM)
			defer stop()
			return a.top(ctx, cfg, &o)
		},
	}
	f := c.Flags()
	f.DurationVar(&o.last, "last", 5*time.Minute, "look back this `TIME`")
	f.DurationVar(&o.every, "every", 2*time.Second, "show anew after this `TIME`")
	f.IntVar(&o.rows, "rows", 8, "rows of each table")
	f.BoolVar(&o.once, "once", false, "show once and end")
	return c
}

// clearScreen is what clears a terminal and goes to its corner.
const clearScreen = "\x1b[H\x1b[2J"

func (a *app) top(ctx context.Context, cfg *config.Config, o *topOptions) error {
	f, isFile := a.out.(*os.File)
	again := !o.once && isFile && term.IsTerminal(int(f.Fd()))
	var before totals
	for {
		if again {
			if _, err := io.WriteString(a.out, clearScreen); err != nil {
				return err
			}
		}
		now, err := a.topStatus(ctx, cfg, before)
		if err != nil {
			return err
		}
		before = now
		for _, t := range topTables(time.Now().Add(-o.last), o.rows) {
			err := a.withAnswer(ctx, cfg, t.sql, func(ans answer) error {
				if _, err := fmt.Fprintln(a.out, "\n"+t.title); err != nil {
					return err
				}
				return a.print(ans, "table")
			})
			if err != nil {
				return err
			}
		}
		if !again {
			return nil
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(o.every):
		}
	}
}

type topTable struct{ title, sql string }

// topTables are the questions, in words that both stores understand.
func topTables(since time.Time, rows int) []topTable {
	where := " WHERE ts >= " + quote(since.UTC().Format("2006-01-02 15:04:05"))
	limit := fmt.Sprintf(" LIMIT %d", rows)
	return []topTable{
		{"endpoints", "SELECT req_host AS host, req_method AS method, req_route AS route, count(*) AS calls, sum(CASE WHEN resp_status >= 500 THEN 1 ELSE 0 END) AS errors, round(avg(call_duration_us) / 1000, 1) AS mean_ms FROM calls" + where +
			" GROUP BY req_host, req_method, req_route ORDER BY calls DESC, host, method, route" + limit},
		{"clients", "SELECT client_ip AS client, count(*) AS calls, sum(CASE WHEN resp_status >= 400 THEN 1 ELSE 0 END) AS refused, count(DISTINCT req_route) AS routes FROM calls" + where +
			" GROUP BY client_ip ORDER BY calls DESC, client" + limit},
		{"rules", "SELECT rule_id AS rule, max(severity_num) AS worst, count(*) AS alerts FROM alerts" + where + " GROUP BY rule_id ORDER BY worst DESC, alerts DESC, rule" + limit},
		{"newest alerts", "SELECT ts, severity, rule_id AS rule, client_ip AS client, message FROM alerts" + where + " ORDER BY ts DESC" + limit},
		{"losses", "SELECT name AS reason, count(*) AS records, sum(packets) AS packets, sum(bytes) AS bytes FROM losses" + where + " GROUP BY name ORDER BY records DESC, reason" + limit},
	}
}

// totals are what the sensor counted so far, and when.
type totals struct {
	at                            time.Time
	packets, kernel, iface, calls float64
	alerts, waiting               float64
}

// topStatus prints the line about the sensor itself, rates if it was asked
// before.
func (a *app) topStatus(ctx context.Context, cfg *config.Config, before totals) (totals, error) {
	m, err := scrape(ctx, cfg)
	if ctx.Err() != nil {
		return before, nil
	}
	if err != nil {
		_, err = fmt.Fprintf(a.out, "no sensor answers at %s; what is stored:\n", cfg.API.Listen)
		return before, err
	}
	now := totals{at: time.Now(), packets: sum(m, "spaniel_capture_packets_total", ""), kernel: sum(m, "spaniel_capture_drops_total", "kernel"), iface: sum(m, "spaniel_capture_drops_total", "iface"),
		calls: sum(m, "spaniel_calls_total", ""), alerts: sum(m, "spaniel_alerts_total", ""), waiting: sum(m, "spaniel_sink_queue_records", "")}
	var b strings.Builder
	fmt.Fprintf(&b, "%s packets, %s calls, %s alerts; dropped by the kernel %s, by the interface %s; %s records wait for sinks",
		grouped(uint64(now.packets)), grouped(uint64(now.calls)), grouped(uint64(now.alerts)), grouped(uint64(now.kernel)), grouped(uint64(now.iface)), grouped(uint64(now.waiting)))
	if s := now.at.Sub(before.at).Seconds(); !before.at.IsZero() && s > 0 {
		fmt.Fprintf(&b, "\nnow %.0f packets/s, %.1f calls/s, %.1f drops/s", (now.packets-before.packets)/s, (now.calls-before.calls)/s, (now.kernel+now.iface-before.kernel-before.iface)/s)
	}
	_, err = fmt.Fprintln(a.out, b.String())
	return now, err
}

// sum adds up a metric over its labels, or those of its rows where one label
// has the value.
func sum(m map[string]*dto.MetricFamily, name, value string) (n float64) {
	for _, row := range m[name].GetMetric() {
		counts := value == ""
		for _, l := range row.GetLabel() {
			counts = counts || l.GetValue() == value
		}
		if counts {
			n += row.GetCounter().GetValue() + row.GetGauge().GetValue()
		}
	}
	return n
}
