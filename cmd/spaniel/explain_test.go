package main

import (
	"strings"
	"testing"

	"spaniel/event"
)

// TestExplainer: fragments that never became whole are the frames to show, and
// the ledger says how many; a loss that no frame caused leads to its
// connection.
func TestExplainer(t *testing.T) {
	x := newExplainer()
	x.begin("a.pcap")
	for n, what := range []struct {
		fate  event.FrameFate
		parts []uint64
	}{{event.FrameNotIP, nil}, {event.FrameFragment, nil}, {event.FrameFragment, nil}, {event.FrameFragment, nil}, {event.FrameStream, []uint64{3, 5}}, {event.FrameFragDropped, nil}, {event.FrameFragment, []uint64{7}}} {
		x.frame(&event.Frame{Number: uint64(n + 1)}, what.fate, what.parts)
	}
	x.item(&event.Item{Kind: event.KindLoss, Note: &event.NoteRecord{Name: "gap", FlowID: 9, Bytes: 1131, Direction: "to_client"}})
	x.item(&event.Item{Kind: event.KindLoss, Note: &event.NoteRecord{Name: "gap", FlowID: 8, Frame: 4, Bytes: 7, Direction: "to_server"}})
	x.item(&event.Item{Kind: event.KindFlow, Flow: &event.FlowRecord{FlowID: 9, FirstFrame: 2, Service: "tls"}})
	x.item(&event.Item{Kind: event.KindCall, Call: &event.Record{FirstFrame: 4, LastFrame: 6, Method: "GET", Path: "/a", Flags: []string{"gap"}}})
	x.item(&event.Item{Kind: event.KindAnomaly, Note: &event.NoteRecord{Name: "no_ack", Frame: 5, Detail: "to_server: 7 bytes"}})
	var led event.Ledger
	led.Frames[event.FrameFragDropped] = 4 // frame 7 is a tunnel's, with a fragment in it
	x.end(&led)
	var b strings.Builder
	x.print(&b)
	for _, want := range []string{
		"frames       fragment_dropped      4  a.pcap frame 6; a.pcap frame 2; a.pcap frame 4",
		"frames       not_ip                1  a.pcap frame 1",
		"losses       gap                   2  a.pcap frame 4: 7 bytes to_server of - > -; a.pcap connection from frame 2: 1,131 bytes to_client of - > -",
		"anomalies    no_ack                1  a.pcap frame 5: to_server: 7 bytes",
		"connections  tls                   1  a.pcap frame 2: - > -",
		"calls        gap                   1  a.pcap frames 4 to 6: GET /a",
	} {
		if !strings.Contains(b.String(), want+"\n") {
			t.Errorf("not there: %s\n%s", want, b.String())
		}
	}
	x = newExplainer()
	b.Reset()
	if x.print(&b); b.String() != "\nNothing was lost, dropped, odd or left unread.\n" {
		t.Errorf("of nothing: %q", b.String())
	}
}

func TestSumsCanBeChecked(t *testing.T) {
	var l event.Ledger
	l.FramesIn, l.Frames[event.FrameStream], l.Frames[event.FrameNotTCP] = 1005, 1000, 5
	l.StreamIn, l.Stream[event.ByteDelivered] = 8, 7
	var got []string
	for _, s := range l.Sums() {
		got = append(got, sumLine(&s))
	}
	want := []string{"frames in: 1,005 = 1,000 stream + 5 not_tcp", "datagrams begun: 0 = 0", "stream bytes in: 8 ≠ 7 delivered", "bytes delivered: 7 ≠ 0", "calls made: 0 = 0"}
	if strings.Join(got, "|") != strings.Join(want, "|") {
		t.Errorf("got %q", got)
	}
}
