package sensor

import (
	"net/netip"
	"strconv"
	"strings"

	"spaniel/detect"
	"spaniel/event"
)

func (r *results) anomaly(cfg *Config, j *detect.Judge, a *event.Anomaly) {
	r.note(cfg, j, a.Order, a.Key, &event.Noted{Kind: event.KindAnomaly, Name: a.Name, Detail: a.Detail}, event.NoteRecord{Time: event.Nanos(a.Time), Name: a.Name, FlowID: a.FlowID, Frame: a.Frame, Detail: a.Detail})
}

// fact files a fact; its fields become words of its detail, name=value, quoted
// where the value itself could be taken for two words.
func (r *results) fact(cfg *Config, j *detect.Judge, a *event.Fact) {
	fields := make(event.ValueMap, len(a.Fields))
	for i, f := range a.Fields {
		if ip, err := netip.ParseAddr(f.Value); err == nil {
			f.Value = cfg.Redactor.Addr(ip).String()
		}
		fields[i] = f
	}
	r.note(cfg, j, a.Order, a.Key, &event.Noted{Kind: event.KindFact, Name: a.Kind, Fields: a.Fields}, event.NoteRecord{Time: event.Nanos(a.Time), Name: a.Kind, FlowID: a.FlowID, Frame: a.Frame, Detail: words(fields), Fields: fields})
}

// words are the fields of a fact as one text.
func words(fields event.ValueMap) string {
	list := make([]string, len(fields))
	for i, f := range fields {
		if strings.ContainsAny(f.Value, " \t\n\"=") {
			f.Value = strconv.Quote(f.Value)
		}
		list[i] = f.Name + "=" + f.Value
	}
	return strings.Join(list, " ")
}

func (r *results) loss(cfg *Config, j *detect.Judge, l *event.Loss) {
	r.note(cfg, j, l.Order, l.Key, &event.Noted{Kind: event.KindLoss, Name: l.Reason}, event.NoteRecord{Time: event.Nanos(l.Time), Name: l.Reason, FlowID: l.FlowID, Frame: l.Frame,
		Direction: l.Direction.String(), Packets: l.Packets, Bytes: l.Bytes})
}

// note lets j judge what is noted, and files n with the ends of its flow, the
// client's address as it may be stored.
func (r *results) note(cfg *Config, j *detect.Judge, o event.Order, key event.FlowKey, what *event.Noted, n event.NoteRecord) {
	n.SensorName, n.VLAN, n.VNI = cfg.Name, key.VLAN, key.VNI
	n.ClientIP, n.ClientPort = cfg.Redactor.Addr(key.Client.Addr()), key.Client.Port()
	n.ServerIP, n.ServerPort = key.Server.Addr(), key.Server.Port()
	if n.FlowID == 0 { // of a lone frame: either end may be the client
		n.ServerIP = cfg.Redactor.Addr(n.ServerIP)
	}
	r.add(o, what.Kind, len(r.notes), func() {
		j.Note(o, int64(n.Time), &event.Flow{FlowKey: key, ID: n.FlowID}, what, &r.findings)
	})
	r.notes = append(r.notes, n)
}
