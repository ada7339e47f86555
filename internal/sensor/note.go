package sensor

import (
	"strings"

	"spaniel/event"
)

func (r *results) anomaly(cfg *Config, a *event.Anomaly) {
	r.note(cfg, a.Order, event.KindAnomaly, a.Key, event.NoteRecord{Time: event.Nanos(a.Time), Name: a.Name, FlowID: a.FlowID, Frame: a.Frame, Detail: a.Detail})
}

// fact files a fact; its fields become words of its detail.
func (r *results) fact(cfg *Config, a *event.Fact) {
	words := make([]string, len(a.Fields))
	for i, f := range a.Fields {
		words[i] = f.Name + "=" + f.Value
	}
	r.note(cfg, a.Order, event.KindFact, a.Key, event.NoteRecord{Time: event.Nanos(a.Time), Name: a.Kind, FlowID: a.FlowID, Frame: a.Frame, Detail: strings.Join(words, " ")})
}

func (r *results) loss(cfg *Config, l *event.Loss) {
	r.note(cfg, l.Order, event.KindLoss, l.Key, event.NoteRecord{Time: event.Nanos(l.Time), Name: l.Reason, FlowID: l.FlowID, Frame: l.Frame,
		Direction: l.Direction.String(), Packets: l.Packets, Bytes: l.Bytes})
}

// note files n with the ends of its flow, the client's address as it may be
// stored.
func (r *results) note(cfg *Config, o event.Order, k event.Kind, key event.FlowKey, n event.NoteRecord) {
	n.SensorName, n.VLAN, n.VNI = cfg.Name, key.VLAN, key.VNI
	n.ClientIP, n.ClientPort = cfg.Redactor.Addr(key.Client.Addr()), key.Client.Port()
	n.ServerIP, n.ServerPort = key.Server.Addr(), key.Server.Port()
	r.add(o, k, len(r.notes))
	r.notes = append(r.notes, n)
}
