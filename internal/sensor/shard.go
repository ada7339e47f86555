package sensor

import (
	"spaniel/decode"
	"spaniel/decode/stream"
	"spaniel/detect"
	"spaniel/event"
	"spaniel/sinks/redact"
)

// A shard is one of the fixed partitions: its flows, their parsers and the
// rules that judge one call. Inside it everything is a plain call.
type shard struct {
	cfg   *Config
	part  *decode.Partition
	judge *detect.Judge
	set   *detect.Set
	red   *redact.Redactor
	out   *results // of the epoch under way
	// full is told how far what was found reaches, when that may be much.
	full func(upto event.Order)
}

func newShard(cfg *Config, dec *decode.Config, red *redact.Redactor, led *event.Ledger, set *detect.Set, full func(event.Order)) *shard {
	s := &shard{cfg: cfg, red: red, full: full}
	s.swap(set)
	s.part = decode.NewPartition(dec, led, decode.Output{
		Call: s.call, Flow: s.flow, Anomaly: s.anomaly, Fact: s.fact, Loss: s.loss, Pass: s.pass, Panic: cfg.Panic,
	})
	return s
}

// swap takes another rule set; the caller does so only between epochs.
func (s *shard) swap(set *detect.Set) {
	s.set, s.judge = set, detect.NewJudge(set, s.cfg.detectConfig(s.red))
}

// pass hands a pass on to the reader.
func (s *shard) pass(p stream.Pass) { s.out.passes = append(s.out.passes, p) }

// call judges a finished call, then redacts it into a record. The call does
// not outlive this function.
func (s *shard) call(c *event.Call) {
	f := &s.out.findings
	is := foundIn(f, func() { s.judge.Call(c, f) })
	c.KeepLeaves = is.alerts[1] > is.alerts[0]
	index, keep := 0, s.cfg.Where == nil || s.cfg.Where(c)
	if keep {
		index = len(s.out.records)
		r := s.out.record()
		s.red.Call(c, r)
		r.SensorZone, r.Ruleset, r.SampleRate = s.cfg.Zone, s.set.Hash(), float32(s.out.rate)
		r.Iface = s.cfg.ifaceName(c.Flow.Iface)
	}
	e := s.out.entry(c.Order, event.KindCall)
	e.index, e.keep, e.found = index, keep, is
	s.full(c.Order) // one packet may end thousands of calls
}

func (s *shard) flow(o event.Order, f *event.Flow) {
	s.out.add(o, event.KindFlow, len(s.out.flows), func() {
		s.judge.Note(o, f.Last, f, &event.Noted{Kind: event.KindFlow}, &s.out.findings)
	})
	s.out.flows = append(s.out.flows, event.FlowRecord{
		Time: event.Nanos(f.First), Last: event.Nanos(f.Last), FlowID: f.ID, SensorName: s.cfg.Name, Iface: s.cfg.ifaceName(f.Iface),
		CommunityID: s.red.CommunityID(f), VLAN: f.VLAN, VNI: f.VNI,
		ClientIP: s.red.Addr(f.Client.Addr()), ClientPort: f.Client.Port(), ServerIP: f.Server.Addr(), ServerPort: f.Server.Port(),
		Service: f.Service, Ended: f.Ended, ReqPackets: f.Packets[0], RespPackets: f.Packets[1], ReqBytes: f.Bytes[0], RespBytes: f.Bytes[1],
		ReqGaps: f.Gaps[0], RespGaps: f.Gaps[1], Flags: f.Flags.Append(nil), FirstFrame: f.FirstFrame,
	})
}

func (s *shard) anomaly(a *event.Anomaly) { s.out.anomaly(s.cfg, s.judge, a) }

func (s *shard) fact(a *event.Fact) { s.out.fact(s.cfg, s.judge, a) }

func (s *shard) loss(l *event.Loss) { s.out.loss(s.cfg, s.judge, l) }
