package sinks

import (
	"errors"
	"net/netip"
	"reflect"
	"testing"

	"pgregory.net/rapid"
	"spaniel/event"
)

func TestItemsComeBackAsTheyWent(t *testing.T) {
	enc, dec := NewEncoder(), NewDecoder()
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.String().Draw(t, "text")
		addr := netip.MustParseAddr("10.0.0.1")
		for _, it := range []event.Item{
			{Kind: event.KindCall, Call: &event.Record{Target: s, ClientIP: addr, Flags: []string{s}, Status: 200}},
			{Kind: event.KindAlert, Alert: &event.Alert{ID: event.ID{1}, Message: s, Severity: event.High, Calls: []event.ID{{2}},
				Evidence: []event.Evidence{{Place: s}}, Rule: event.AlertRule{Refs: []string{s}}}},
			{Kind: event.KindFlow, Flow: &event.FlowRecord{Service: s, ServerIP: addr}},
			{Kind: event.KindAnomaly, Note: &event.NoteRecord{Detail: s}},
			{Kind: event.KindFact, Note: &event.NoteRecord{Name: s, Bytes: 7}},
			{Kind: event.KindLoss, Note: &event.NoteRecord{Name: s}},
			{Kind: event.KindObservation, Observation: &event.ObservationRecord{Rule: s, Key: s, Values: event.ValueMap{{Name: s, Value: s}}}},
		} {
			rec := Record{Seq: 1, Kind: it.Kind, Payload: enc.Append(nil, &it)}
			var got event.Item
			if err := dec.Decode(&rec, &got); err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(it, got) {
				t.Fatalf("got %+v\nwant %+v", got, it)
			}
		}
	})
}

func TestBatchNamesTheRecordThatCannotBeDecoded(t *testing.T) {
	b := Batch{Records: []Record{{Seq: 1, Kind: event.KindCall}, {Seq: 2, Kind: event.KindCall, Payload: []byte{1, 200}}}}
	_, err := NewDecoder().DecodeBatch(&b)
	var r *Rejected
	if !errors.As(err, &r) || r.Index != 1 {
		t.Errorf("got %v", err)
	}
	b.Records[1].Kind, b.Records[0].Kind = event.KindCall, 77
	if _, err := NewDecoder().DecodeBatch(&b); !errors.As(err, &r) || r.Index != 0 {
		t.Errorf("unknown kind: got %v", err)
	}
}
