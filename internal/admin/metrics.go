package admin

import (
	"net/http"
	"runtime"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"spaniel/event"
)

// metric is a line of the table of metrics: its labels are bounded by the
// configuration and the code, never by traffic.
type metric struct {
	desc *prometheus.Desc
	kind prometheus.ValueType
	each func(s *Snapshot, put func(v float64, labels ...string))
}

func counter(name, help string, labels []string, each func(*Snapshot, func(float64, ...string))) metric {
	return metric{prometheus.NewDesc("spaniel_"+name, help, labels, nil), prometheus.CounterValue, each}
}

func gauge(name, help string, labels []string, each func(*Snapshot, func(float64, ...string))) metric {
	return metric{prometheus.NewDesc("spaniel_"+name, help, labels, nil), prometheus.GaugeValue, each}
}

// metrics lists all that is exported.
func metrics() []metric {
	return append(append(captureMetrics(), trafficMetrics()...), deliveryMetrics()...)
}

func captureMetrics() []metric {
	return []metric{
		gauge("sensor_up", "1 while the process that holds the packets answers.", nil, func(s *Snapshot, put func(float64, ...string)) { put(one(s.Away == "")) }),
		counter("capture_packets_total", "Packets the kernel handed to the sensor.", []string{"iface"}, func(s *Snapshot, put func(float64, ...string)) {
			for _, c := range s.Capture {
				put(float64(c.Received), c.Iface)
			}
		}),
		counter("capture_drops_total", "Packets lost before the sensor, by where.", []string{"iface", "where"}, func(s *Snapshot, put func(float64, ...string)) {
			for _, c := range s.Capture {
				put(float64(c.KernelDrops), c.Iface, "kernel")
				put(float64(c.IfaceDrops), c.Iface, "iface")
				put(float64(c.RingDrops), c.Iface, "ring")
			}
		}),
		gauge("capture_up", "1 while the interface can be captured from, 0 while it is down or away.", []string{"iface"}, func(s *Snapshot, put func(float64, ...string)) {
			for _, c := range s.Capture {
				put(one(c.Up), c.Iface)
			}
		}),
		counter("capture_returns_total", "Times an interface was down or away and came back.", []string{"iface"}, func(s *Snapshot, put func(float64, ...string)) {
			for _, c := range s.Capture {
				put(float64(c.Returns), c.Iface)
			}
		}),
		gauge("capture_files_passed_over", "Files of a followed directory that are never looked at, being too many.", nil, func(s *Snapshot, put func(float64, ...string)) { put(float64(s.PassedOver)) }),
		counter("frames_total", "Frames by what became of them.", []string{"fate"}, func(s *Snapshot, put func(float64, ...string)) {
			for i, n := range s.Ledger.Frames {
				put(float64(n), event.FrameFate(i).String())
			}
		}),
		counter("datagrams_total", "IP datagrams that came in fragments, by what became of them.", []string{"fate"}, func(s *Snapshot, put func(float64, ...string)) {
			for i, n := range s.Ledger.Datagrams {
				put(float64(n), event.DatagramFate(i).String())
			}
		}),
		counter("fragments_refused_total", "IPv6 fragments that a host refuses alone.", nil, func(s *Snapshot, put func(float64, ...string)) { put(float64(s.Ledger.FragmentsRefused)) }),
		counter("frame_bytes_total", "Bytes of the frames captured.", nil, func(s *Snapshot, put func(float64, ...string)) { put(float64(s.Ledger.FrameBytes)) }),
	}
}

// learnedTables are the tables of what was learned.
func learnedTables() []string { return []string{"endpoints", "fields", "sessions"} }

func trafficMetrics() []metric {
	return []metric{
		counter("tcp_payload_bytes_total", "TCP payload by what became of it.", []string{"fate"}, func(s *Snapshot, put func(float64, ...string)) {
			for i, n := range s.Ledger.Stream {
				put(float64(n), event.ByteFate(i).String())
			}
		}),
		counter("tcp_gaps_total", "Holes in TCP streams that never closed.", nil, func(s *Snapshot, put func(float64, ...string)) { put(float64(s.Ledger.Gaps)) }),
		counter("tcp_gap_bytes_total", "Bytes known to be missing in them.", nil, func(s *Snapshot, put func(float64, ...string)) { put(float64(s.Ledger.GapBytes)) }),
		gauge("state_entries", "Entries in the tables that hold state.", []string{"table"}, func(s *Snapshot, put func(float64, ...string)) {
			put(float64(s.Ledger.Flows-min(s.Ledger.FlowsEnded, s.Ledger.Flows)), "flows")
			put(float64(s.Ledger.DatagramsHeld), "datagrams")
			for _, table := range learnedTables() {
				put(float64(s.Learned[table]), table)
			}
		}),
		counter("learned_gone_total", "Learned facts that had to go for others, or found no room, by table.", []string{"table"}, func(s *Snapshot, put func(float64, ...string)) {
			for _, table := range learnedTables() {
				put(float64(s.LearnedGone[table]), table)
			}
		}),
		counter("calls_total", "Calls by what became of their record.", []string{"fate"}, func(s *Snapshot, put func(float64, ...string)) {
			for i, n := range s.Ledger.Calls {
				put(float64(n), event.CallFate(i).String())
			}
		}),
		counter("http_messages_total", "Calls by how much of them was seen.", []string{"result"}, func(s *Snapshot, put func(float64, ...string)) {
			for i, n := range s.Messages {
				put(float64(n), Seen(i).String())
			}
		}),
		counter("anomalies_total", "Protocol anomalies seen.", nil, func(s *Snapshot, put func(float64, ...string)) { put(float64(s.Ledger.Anomalies)) }),
		counter("anomalies_held_total", "Protocol anomalies that were only counted, being too many of their kind.", nil, func(s *Snapshot, put func(float64, ...string)) { put(float64(s.Ledger.AnomaliesHeld)) }),
		counter("parser_panics_total", "Connections that a fault of the sensor's own ended the reading of.", nil, func(s *Snapshot, put func(float64, ...string)) { put(float64(s.Panics)) }),
		counter("evidence_alerts_total", "Alerts whose packets were to be kept, by what became of them.", []string{"fate"}, func(s *Snapshot, put func(float64, ...string)) {
			put(float64(s.Packets.Kept), "kept")
			put(float64(s.Packets.QueueFull), "queue_full")
			put(float64(s.Packets.Gone), "gone")
			put(float64(s.Packets.Failed), "failed")
		}),
		counter("evidence_packets_total", "Packets of such alerts, by what became of them.", []string{"fate"}, func(s *Snapshot, put func(float64, ...string)) {
			put(float64(s.Packets.Packets), "kept")
			put(float64(s.Packets.PacketsGone), "gone")
			put(float64(s.Packets.PacketsBeyond), "too_many")
		}),
		counter("evidence_files_removed_total", "Files of packets that were removed, by why.", []string{"why"}, func(s *Snapshot, put func(float64, ...string)) {
			put(float64(s.Packets.RemovedRoom), "room")
			put(float64(s.Packets.RemovedAge), "age")
		}),
		gauge("evidence_bytes", "Disk that files of packets take.", nil, func(s *Snapshot, put func(float64, ...string)) { put(float64(s.Packets.Bytes)) }),
		counter("quarantine_dropped_total", "Packets of such faults that were not kept for want of room.", nil, func(s *Snapshot, put func(float64, ...string)) { put(float64(s.PanicsUnkept)) }),
		counter("losses_total", "Records of lost traffic.", nil, func(s *Snapshot, put func(float64, ...string)) { put(float64(s.Ledger.Losses)) }),
		counter("alerts_total", "Alerts raised.", []string{"rule", "severity"}, func(s *Snapshot, put func(float64, ...string)) {
			for _, r := range s.Rules {
				put(float64(r.Alerts), r.ID, r.Severity)
			}
		}),
		counter("rule_evaluations_total", "Calls a rule was evaluated on, after the prefilter.", []string{"rule"}, perRule(func(r *RuleCount) float64 { return float64(r.Evaluations) })),
		counter("rule_seconds_total", "Time a rule's evaluation took, by a sample.", []string{"rule"}, perRule(func(r *RuleCount) float64 { return r.Seconds })),
		counter("rule_errors_total", "Calls a rule failed on.", []string{"rule"}, perRule(func(r *RuleCount) float64 { return float64(r.Errors) })),
		counter("rule_excepted_total", "Calls an exception kept from a rule.", []string{"rule"}, perRule(func(r *RuleCount) float64 { return float64(r.Excepted) })),
		counter("authorised_calls_total", "Calls of authorised tests, which no rule judged.", nil, func(s *Snapshot, put func(float64, ...string)) { put(float64(s.Authorised)) }),
		counter("geo_faults_total", "Look-ups of addresses that a damaged database could not answer.", nil, func(s *Snapshot, put func(float64, ...string)) { put(float64(s.GeoFaults)) }),
		gauge("rule_disabled", "1 for a rule that failed too often and judges no more.", []string{"rule"}, perRule(func(r *RuleCount) float64 { return one(r.Disabled) })),
	}
}

// perRule makes the function of a metric with one value a rule.
func perRule(value func(*RuleCount) float64) func(*Snapshot, func(float64, ...string)) {
	return func(s *Snapshot, put func(float64, ...string)) {
		for i := range s.Rules {
			put(value(&s.Rules[i]), s.Rules[i].ID)
		}
	}
}

// perSink makes the function of a metric with one value a sink.
func perSink(value func(*SinkCount) float64) func(*Snapshot, func(float64, ...string)) {
	return func(s *Snapshot, put func(float64, ...string)) {
		for i := range s.Sinks {
			put(value(&s.Sinks[i]), s.Sinks[i].Name)
		}
	}
}

func deliveryMetrics() []metric {
	sink := []string{"sink"}
	return []metric{
		counter("sink_delivered_total", "Records the sink took.", sink, perSink(func(c *SinkCount) float64 { return float64(c.Delivered) })),
		counter("sink_retries_total", "Batches sent again.", sink, perSink(func(c *SinkCount) float64 { return float64(c.Retries) })),
		counter("sink_dropped_total", "Records the sink will never get.", sink, perSink(func(c *SinkCount) float64 { return float64(c.Dropped) })),
		counter("sink_filtered_total", "Records the sink is not to get, or has no place for.", sink, perSink(func(c *SinkCount) float64 { return float64(c.Filtered) })),
		counter("sink_suppressed_total", "Alerts beyond what the sink is to get a minute.", sink, perSink(func(c *SinkCount) float64 { return float64(c.Held) })),
		counter("sink_shortened_total", "Of the alerts that the sink took, those that were cut to what it takes; they say of what.", sink, perSink(func(c *SinkCount) float64 { return float64(c.Shortened) })),
		counter("sink_dead_letters_total", "Records the sink refused for good.", sink, perSink(func(c *SinkCount) float64 { return float64(c.DeadLettered) })),
		counter("sink_dead_letters_sent_total", "Of those, what the sink's own place for them took: Kafka's dead-letter topic.", sink, perSink(func(c *SinkCount) float64 { return float64(c.DeadSent) })),
		counter("sink_dead_letters_refused_total", "Of those, what that place refused, too; they are in the file.", sink, perSink(func(c *SinkCount) float64 { return float64(c.DeadRefused) })),
		counter("sink_dead_letters_lost_total", "Of those, what is neither there nor in the file, which is full.", sink, perSink(func(c *SinkCount) float64 { return float64(c.DeadLost) })),
		gauge("sink_queue_records", "Records waiting in the spool.", sink, perSink(func(c *SinkCount) float64 { return float64(c.QueueRecords) })),
		gauge("sink_queue_bytes", "Disk that those records take.", sink, perSink(func(c *SinkCount) float64 { return float64(c.QueueBytes) })),
		gauge("sink_lag_seconds", "Time since nothing was waiting for the sink.", sink, perSink(func(c *SinkCount) float64 { return c.LagSeconds })),
		gauge("sink_healthy", "1 while the sink takes what it is given.", sink, perSink(func(c *SinkCount) float64 { return one(c.Healthy) })),
		gauge("spool_bytes", "Disk used by the spool.", []string{"spool"}, func(s *Snapshot, put func(float64, ...string)) {
			for _, c := range s.Spool {
				put(float64(c.Bytes), c.Name)
			}
		}),
		counter("spool_dropped_total", "Records the spool had no room for.", []string{"spool"}, func(s *Snapshot, put func(float64, ...string)) {
			for _, c := range s.Spool {
				put(float64(c.Dropped), c.Name)
			}
		}),
		gauge("spool_pressure", "What the spool leaves out, being nearly full: 0 nothing, 1 headers and values of calls and observations, 2 nine of ten calls, too, 3 all but alerts and losses.", nil,
			func(s *Snapshot, put func(float64, ...string)) { put(float64(s.Pressure)) }),
		counter("spool_thinned_total", "Calls that were kept without their headers and values.", nil, func(s *Snapshot, put func(float64, ...string)) { put(float64(s.Thinned)) }),
		counter("spool_shed_total", "Records that were left out, the spool being nearly full, by kind.", []string{"kind"}, func(s *Snapshot, put func(float64, ...string)) {
			for _, c := range s.Shed {
				put(float64(c.Records), c.Kind)
			}
		}),
		counter("rules_reloads_total", "Reloads of the rules, by whether the set was taken.", []string{"result"}, func(s *Snapshot, put func(float64, ...string)) {
			put(float64(s.Reloads), "loaded")
			put(float64(s.Refused), "refused")
		}),
		gauge("rules_loaded_seconds", "When the rules that judge were loaded, seconds since 1970.", nil, func(s *Snapshot, put func(float64, ...string)) { put(float64(s.Loaded.UnixMilli()) / 1e3) }),
		gauge("config_reload_success", "1 unless the last reload failed.", nil, func(s *Snapshot, put func(float64, ...string)) { put(one(s.ReloadOK || s.Away != "")) }),
	}
}

func one(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// collector asks for one snapshot a scrape.
type collector struct {
	metrics  []metric
	snapshot func() Snapshot
}

// Describe implements prometheus.Collector.
func (c *collector) Describe(ch chan<- *prometheus.Desc) {
	for i := range c.metrics {
		ch <- c.metrics[i].desc
	}
}

// Collect implements prometheus.Collector.
func (c *collector) Collect(ch chan<- prometheus.Metric) {
	s := c.snapshot()
	for i := range c.metrics {
		m := &c.metrics[i]
		m.each(&s, func(v float64, labels ...string) { ch <- prometheus.MustNewConstMetric(m.desc, m.kind, v, labels...) })
	}
}

// Registry returns a registry of its own with every metric of Spaniel, the
// process and the Go runtime.
func Registry(version string, snapshot func() Snapshot) (*prometheus.Registry, error) {
	reg := prometheus.NewRegistry()
	build := prometheus.NewGauge(prometheus.GaugeOpts{Name: "spaniel_build_info", Help: "Always 1; the labels say what runs.",
		ConstLabels: prometheus.Labels{"version": version, "goversion": runtime.Version()}})
	build.Set(1)
	for _, c := range []prometheus.Collector{&collector{metrics(), snapshot}, build, collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{})} {
		if err := reg.Register(c); err != nil {
			return nil, err
		}
	}
	return reg, nil
}

func metricsHandler(reg *prometheus.Registry) http.Handler {
	return promhttp.HandlerFor(reg, promhttp.HandlerOpts{})
}
