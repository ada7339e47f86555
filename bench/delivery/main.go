// Command delivery compares the CPU time that a sink spends on a record with
// that of another client, by turns: for Kafka franz-go, which sends the same to
// the same broker, for ClickHouse the encoding of ch-go, which sends nothing.
// Ours also decodes each record from the spool's form, and delivers it. It is a module of its own, so that these clients are none of
// Spaniel's dependencies, and prints; it judges nothing.
//
//	delivery -clickhouse ADDRESS -kafka ADDRESS
//
// The server needs the table calls of the database default, and the topics ours
// and theirs; `make bench-delivery` makes them.
package main

import (
	"context"
	"flag"
	"fmt"
	"net/netip"
	"os"
	"runtime/pprof"
	"syscall"
	"time"

	"github.com/ClickHouse/ch-go/compress"
	"github.com/ClickHouse/ch-go/proto"
	"github.com/twmb/franz-go/pkg/kgo"

	"spaniel/event"
	"spaniel/sinks"
	"spaniel/sinks/all"
	chsink "spaniel/sinks/clickhouse"
	"spaniel/sinks/kafka"
)

func main() {
	clickhouse, broker := flag.String("clickhouse", "", "`ADDRESS` of a server's native port"), flag.String("kafka", "", "`ADDRESS` of a broker")
	profile := flag.String("cpuprofile", "", "`FILE` for a profile of ours alone")
	flag.Parse()
	if err := compare(*clickhouse, *broker, *profile); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

// compare races against each of the servers that are named.
func compare(clickhouse, broker, profile string) error {
	if profile != "" {
		f, err := os.Create(profile)
		if err != nil {
			return err
		}
		defer f.Close()
		if err := pprof.StartCPUProfile(f); err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
	}
	r := race{alone: profile != ""}
	if clickhouse != "" {
		if err := r.clickHouse(clickhouse); err != nil {
			return err
		}
	}
	if broker != "" {
		return r.kafka(broker)
	}
	return nil
}

// cpu is what this process has used so far.
func cpu() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u) // of ourselves it never fails
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// A race compares two clients; alone, ours runs without the other, for a profile.
type race struct{ alone bool }

// run runs both by turns and prints records per CPU second, the best round of
// each.
func (r race) run(what string, records int, our, their func() error, whose string) error {
	best, runners := [2]float64{}, []func() error{our, their}
	if r.alone {
		runners = runners[:1]
	}
	for range 5 {
		for i, f := range runners {
			before := cpu()
			if err := f(); err != nil {
				return err
			}
			best[i] = max(best[i], float64(records)/(cpu()-before).Seconds())
		}
	}
	_, err := fmt.Printf("%s: %.0f records a second of CPU, %s %.0f: ratio %.2f\n", what, best[0], whose, best[1], best[0]/best[1])
	return err
}

// spooled makes the batches that a sink would get.
func spooled(items []event.Item, each int) (out []*sinks.Batch) {
	enc, seq := sinks.NewEncoder(), uint64(0)
	for len(items) > 0 {
		n := min(each, len(items))
		b := &sinks.Batch{First: seq + 1}
		for i := range items[:n] {
			seq++
			b.Records = append(b.Records, sinks.Record{Seq: seq, Kind: items[i].Kind, Payload: enc.Append(nil, &items[i])})
		}
		b.Last = seq
		out, items = append(out, b), items[n:]
	}
	return out
}

func openSink(c all.Config) (sinks.Writer, error) {
	s, err := c.Sink(nil)
	if err != nil {
		return nil, err
	}
	return s.Open()
}

func (r race) clickHouse(addr string) error {
	const n = 200_000
	calls := makeCalls(n)
	batches := spooled(calls, 50_000)
	w, err := openSink(all.Config{Name: "speed", Kinds: []string{"call"}, ClickHouse: &chsink.Config{URL: "clickhouse://default@" + addr + "/default"}})
	if err != nil {
		return err
	}
	defer w.Close()
	ours := func() error {
		for _, b := range batches {
			if err := w.Write(context.Background(), b); err != nil {
				return err
			}
		}
		return nil
	}
	return r.run("clickhouse", n, ours, func() error { return encodePlainly(calls) }, "ch-go, encoding alone,")
}

// encodePlainly fills ch-go's columns from records at hand, and packs the block
// that they make. It sends nothing: ch-go does not speak to so old a server as
// the tests have.
func encodePlainly(calls []event.Item) error {
	pack := compress.NewWriter(compress.LevelZero, compress.LZ4)
	for ; len(calls) > 0; calls = calls[50_000:] {
		var ts proto.ColDateTime
		var id, method, host, path, agent, user proto.ColStr
		var flow, req, resp proto.ColUInt64
		var port, status proto.ColUInt16
		var took proto.ColUInt32
		for i := range calls[:50_000] {
			r := calls[i].Call
			ts.Append(r.Time.Time())
			id.Append(r.ID.String())
			flow.Append(r.FlowID)
			port.Append(r.ClientPort)
			method.Append(r.Method)
			host.Append(r.Host)
			path.Append(r.Path)
			status.Append(r.Status)
			req.Append(r.ReqBytes)
			resp.Append(r.RespBytes)
			took.Append(r.Duration)
			agent.Append(r.UserAgent)
			user.Append(r.User)
		}
		in := proto.Input{{Name: "ts", Data: &ts}, {Name: "call_id", Data: &id}, {Name: "flow_id", Data: &flow}, {Name: "client_port", Data: &port}, {Name: "req_method", Data: &method},
			{Name: "req_host", Data: &host}, {Name: "req_path", Data: &path}, {Name: "resp_status", Data: &status}, {Name: "req_body_bytes", Data: &req}, {Name: "resp_body_bytes", Data: &resp},
			{Name: "call_duration_us", Data: &took}, {Name: "req_user_agent", Data: &agent}, {Name: "principal_user", Data: &user}}
		var buf proto.Buffer
		if err := (proto.Block{Columns: len(in), Rows: ts.Rows()}).EncodeRawBlock(&buf, 54451, in); err != nil {
			return err
		}
		if err := pack.Compress(buf.Buf); err != nil {
			return err
		}
	}
	return nil
}

func (r race) kafka(addr string) error {
	const n = 20_000
	alerts := makeAlerts(n)
	batches := spooled(alerts, 2_000)
	w, err := openSink(all.Config{Name: "speed", Kafka: &kafka.Config{Brokers: []string{addr}, Topic: "ours"}})
	if err != nil {
		return err
	}
	defer w.Close()
	client, err := kgo.NewClient(kgo.SeedBrokers(addr), kgo.ProducerBatchCompression(kgo.ZstdCompression()), kgo.RequiredAcks(kgo.AllISRAcks()))
	if err != nil {
		return err
	}
	defer client.Close()
	ours := func() error {
		for _, b := range batches {
			if err := w.Write(context.Background(), b); err != nil {
				return err
			}
		}
		return nil
	}
	return r.run("kafka", n, ours, func() error { return produce(client, batches, alerts) }, "franz-go")
}

// produce sends the same payloads, keys and headers.
func produce(client *kgo.Client, batches []*sinks.Batch, alerts []event.Item) error {
	at := 0
	for _, b := range batches {
		var records []*kgo.Record
		for i := range b.Records {
			a := alerts[at].Alert
			at++
			records = append(records, &kgo.Record{Topic: "theirs", Key: []byte(a.DedupKey), Value: b.Records[i].Payload, Headers: []kgo.RecordHeader{{Key: "spaniel-id", Value: []byte(a.ID.String())},
				{Key: "spaniel-schema", Value: []byte(a.Schema)}, {Key: "spaniel-severity", Value: []byte(a.Severity.String())}, {Key: "spaniel-sensor", Value: []byte(a.Sensor.Name)}}})
		}
		if err := client.ProduceSync(context.Background(), records...).FirstErr(); err != nil {
			return err
		}
	}
	return nil
}

// makeAlerts makes ordinary ones, of 40 clients.
func makeAlerts(n int) []event.Item {
	items := make([]event.Item, n)
	for i := range items {
		client, at := fmt.Sprintf("203.0.113.%d", i%40), event.Nanos(1_763_800_000e9+int64(i)*37e6)
		items[i] = event.Item{Kind: event.KindAlert, Alert: &event.Alert{
			Schema: event.AlertSchema, ID: event.AlertID("speed", fmt.Sprint(i)), DedupKey: "speed|" + client, Time: at, FirstSeen: at, LastSeen: at, Count: 1, State: "open", Severity: event.High,
			SevNum: uint16(event.High), Confidence: 0.9, Outcome: event.Tried, Rule: event.AlertRule{ID: "speed", Title: "A rule", Category: "recon/test", Refs: []string{"cwe:89"}, Ruleset: "a1b2c3d4e5f6"},
			Sensor: event.AlertSensor{Name: "sensor-1", Zone: "prod", Version: "test"}, Client: event.AlertClient{IP: client, Port: uint16(1024 + i)}, Principal: event.AlertWho{Kind: "none"},
			Server: event.AlertServer{IP: "10.0.0.5", Port: 443}, Req: event.AlertRequest{Method: "GET", Host: "shop.example", Route: "/search", Target: "/search?q=shoe", UserAgent: "curl/8.5.0"},
			Resp: event.AlertResponse{Status: 200}, Evidence: []event.Evidence{{Place: "query.q", Chain: "percent", Text: "shoe", Offset: 3}}, Message: "a rule fired",
			Calls: []event.ID{event.AlertID("call", fmt.Sprint(i))}, Quality: event.AlertQuality{SampleRate: 1}, SpooledDay: "2026-11-22"}}
	}
	return items
}

// makeCalls makes ordinary ones.
func makeCalls(n int) []event.Item {
	items := make([]event.Item, n)
	for i := range items {
		client := netip.AddrFrom4([4]byte{203, 0, 113, byte(i % 250)})
		items[i] = event.Item{Kind: event.KindCall, Call: &event.Record{
			Time: event.Nanos(1_763_800_000e9 + int64(i)*1e6), ID: event.AlertID("call", fmt.Sprint(i)), SensorName: "sensor-1", FlowID: uint64(i / 10), Depth: uint32(1 + i%10), ClientIP: client,
			ServerIP: netip.MustParseAddr("10.0.0.5"), RealIP: client, ClientPort: uint16(1024 + i%60000), ServerPort: 8080, Proto: "http/1.1", Method: "GET", Host: "shop.example", Route: "/orders/{id}",
			Path: fmt.Sprintf("/orders/%d", i), Query: "q=shoe", Target: fmt.Sprintf("/orders/%d?q=shoe", i), Status: 200, ReqBytes: uint64(i % 1000), RespBytes: uint64(i % 5000), TTFB: 300, Duration: 900,
			UserAgent: "curl/8.5.0", AgentFamily: "curl", PrincipalKind: "jwt", User: fmt.Sprintf("u%d", i%77), ReqHeaders: event.HeaderMap{{Name: "Accept", Value: "*/*"}}, SampleRate: 1, SpooledDay: "2026-11-22"}}
	}
	return items
}
