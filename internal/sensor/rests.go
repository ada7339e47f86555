package sensor

import (
	"spaniel/decode/frame"
	"spaniel/event"
	"spaniel/internal/lookback"
)

// Query is what to ask the look-back for the packets that an alert rests on; ok is
// false of one that rests on no connection.
func (s *Sensor) Query(a *event.Alert) (q lookback.Query, ok bool) {
	f := &a.Rests
	if !f.Client.IsValid() || !f.Server.IsValid() {
		return q, false
	}
	p := frame.Packet{Src: f.Client, Dst: f.Server, VLAN: f.VLAN, VNI: f.VNI, Inner: f.Inner}
	return lookback.Query{Flow: p.Flow(s.cfg.Decode.Seed), First: f.FirstFrame, Packets: f.Packets, Upto: a.Order}, true
}
