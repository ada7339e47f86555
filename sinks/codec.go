package sinks

import (
	"encoding/json"
	"fmt"

	"spaniel/event"
	"spaniel/sinks/encode"
)

// codecs holds one codec per flat kind; alerts are kept as their JSON, which
// is what most destinations want of them.
type codecs struct {
	call *event.Codec[event.Record]
	flow *event.Codec[event.FlowRecord]
	note *event.Codec[event.NoteRecord] // of facts, which have all that the others have
	obs  *event.Codec[event.ObservationRecord]
}

func newCodecs() codecs {
	return codecs{event.NewCodec(event.CallColumns()), event.NewCodec(event.FlowColumns()), event.NewCodec(event.FactColumns()), event.NewCodec(event.ObservationColumns())}
}

// An Encoder turns items into payloads. It is immutable and safe for any
// goroutine.
type Encoder struct{ codecs }

// NewEncoder returns an encoder.
func NewEncoder() *Encoder { return &Encoder{newCodecs()} }

// Append appends the payload of it to b: an alert as JSON, everything else as
// the tagged binary of its columns. An item whose pointer is not set, or whose
// kind is unknown, appends nothing.
func (e *Encoder) Append(b []byte, it *event.Item) []byte {
	switch {
	case it.Kind == event.KindCall && it.Call != nil:
		return e.call.Append(b, it.Call)
	case it.Kind == event.KindAlert && it.Alert != nil:
		return encode.AppendAlert(b, it.Alert)
	case it.Kind == event.KindFlow && it.Flow != nil:
		return e.flow.Append(b, it.Flow)
	case isNote(it.Kind) && it.Note != nil:
		return e.note.Append(b, it.Note)
	case it.Kind == event.KindObservation && it.Observation != nil:
		return e.obs.Append(b, it.Observation)
	}
	return b
}

func isNote(k event.Kind) bool {
	return k == event.KindAnomaly || k == event.KindFact || k == event.KindLoss
}

// A Decoder turns records back into items. It is immutable and safe for any
// goroutine.
type Decoder struct{ codecs }

// NewDecoder returns a decoder.
func NewDecoder() *Decoder { return &Decoder{newCodecs()} }

// Decode fills it from r. The item owns its memory: nothing points into r.
// The item's Order is not kept in a record and stays zero.
func (d *Decoder) Decode(r *Record, it *event.Item) error {
	*it = event.Item{Kind: r.Kind}
	var err error
	switch {
	case r.Kind == event.KindCall:
		it.Call = new(event.Record)
		err = d.call.Decode(r.Payload, it.Call)
	case r.Kind == event.KindAlert:
		it.Alert = new(event.Alert)
		err = json.Unmarshal(r.Payload, it.Alert)
	case r.Kind == event.KindFlow:
		it.Flow = new(event.FlowRecord)
		err = d.flow.Decode(r.Payload, it.Flow)
	case isNote(r.Kind):
		it.Note = new(event.NoteRecord)
		err = d.note.Decode(r.Payload, it.Note)
	case r.Kind == event.KindObservation:
		it.Observation = new(event.ObservationRecord)
		err = d.obs.Decode(r.Payload, it.Observation)
	default:
		return fmt.Errorf("decoding record %d: unknown kind %d", r.Seq, uint8(r.Kind))
	}
	if err != nil {
		return fmt.Errorf("decoding record %d, a %s: %w", r.Seq, r.Kind, err)
	}
	return nil
}

// ViewBatch is DecodeBatch without copies: what the items say lies in b, and is
// good for as long as b is.
func (d *Decoder) ViewBatch(b *Batch) ([]event.Item, error) {
	items := make([]event.Item, len(b.Records))
	calls := 0
	for i := range b.Records {
		if b.Records[i].Kind == event.KindCall {
			calls++
		}
	}
	room := make([]event.Record, calls)
	for i := range b.Records {
		r := &b.Records[i]
		if r.Kind != event.KindCall {
			if err := d.Decode(r, &items[i]); err != nil {
				return nil, &Rejected{i, err}
			}
			continue
		}
		items[i] = event.Item{Kind: r.Kind, Call: &room[0]}
		room = room[1:]
		if err := d.call.View(r.Payload, items[i].Call); err != nil {
			return nil, &Rejected{i, fmt.Errorf("decoding record %d, a %s: %w", r.Seq, r.Kind, err)}
		}
	}
	return items, nil
}

// DecodeBatch decodes every record of b. A record that cannot be decoded is
// returned as *Rejected, before anything was sent.
func (d *Decoder) DecodeBatch(b *Batch) ([]event.Item, error) {
	items := make([]event.Item, len(b.Records))
	for i := range b.Records {
		if err := d.Decode(&b.Records[i], &items[i]); err != nil {
			return nil, &Rejected{i, err}
		}
	}
	return items, nil
}
