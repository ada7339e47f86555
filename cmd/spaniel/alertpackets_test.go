package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"filippo.io/age"
	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"github.com/rogpeppe/go-internal/testscript"
	"go.uber.org/zap"

	"spaniel/capture"
	"spaniel/event"
	"spaniel/internal/config"
	"spaniel/internal/lookback"
)

// agekey makes a key, in key.txt; $RECIPIENT is its public half.
func cmdAgeKey(ts *testscript.TestScript, _ bool, _ []string) {
	key, err := age.GenerateX25519Identity()
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs("key.txt"), []byte(key.String()), 0o600))
	ts.Setenv("RECIPIENT", key.Recipient().String())
}

// firstrow FILE NAME sets a variable to the first value of the first row of CSV.
func cmdFirstRow(ts *testscript.TestScript, _ bool, args []string) {
	rows, err := csv.NewReader(strings.NewReader(ts.ReadFile(args[0]))).ReadAll()
	ts.Check(err)
	if len(rows) < 2 {
		ts.Fatalf("there is no row:\n%s", ts.ReadFile(args[0]))
	}
	ts.Setenv(args[1], rows[1][0])
}

// unsealed is what the owner of the key reads, as a capture.
func unsealed(path, key string) ([]event.Frame, error) {
	id, err := age.ParseX25519Identity(key)
	if err != nil {
		return nil, err
	}
	sealed, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	plain, err := age.Decrypt(bytes.NewReader(sealed), id)
	if err != nil {
		return nil, err
	}
	src, err := capture.NewFile(path, plain)
	if err != nil {
		return nil, err
	}
	return allOf(src)
}

// allOf are all frames of a capture.
func allOf(src capture.Source) (frames []event.Frame, err error) {
	var f event.Frame
	for err = src.Next(&f); err == nil; err = src.Next(&f) {
		f.Data = bytes.Clone(f.Data)
		frames = append(frames, f)
	}
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return frames, err
}

// tcpEnds are the ends of a TCP segment in Ethernet, sorted, as gopacket sees them.
func tcpEnds(data []byte) string {
	p := gopacket.NewPacket(data, layers.LayerTypeEthernet, gopacket.NoCopy)
	tcp, ok := p.Layer(layers.LayerTypeTCP).(*layers.TCP)
	if !ok || p.NetworkLayer() == nil {
		return ""
	}
	src, dst := p.NetworkLayer().NetworkFlow().Endpoints()
	ends := []string{fmt.Sprint(src, " ", uint16(tcp.SrcPort)), fmt.Sprint(dst, " ", uint16(tcp.DstPort))}
	slices.Sort(ends)
	return strings.Join(ends, " ")
}

// onlyconnections DIR ALERTS CAPTURE: each alert (CSV of id, count, and the ends)
// has a file in the directory, and nothing else is there; in it is the beginning of
// one connection of the capture, frame by frame, that of the alert.
func cmdOnlyConnections(ts *testscript.TestScript, _ bool, args []string) {
	key := ts.ReadFile("key.txt")
	src, err := capture.Open(ts.MkAbs(args[2]))
	ts.Check(err)
	all, err := allOf(src)
	ts.Check(errors.Join(err, src.Close()))
	conns := map[string][]event.Frame{}
	for _, f := range all {
		ends := tcpEnds(f.Data)
		conns[ends] = append(conns[ends], f)
	}
	rows, err := csv.NewReader(strings.NewReader(ts.ReadFile(args[1]))).ReadAll()
	ts.Check(err)
	files, err := os.ReadDir(ts.MkAbs(args[0]))
	ts.Check(err)
	if len(files) != len(rows)-1 || len(rows) < 10 {
		ts.Fatalf("%d files, %d alerts", len(files), len(rows)-1)
	}
	for _, row := range rows[1:] {
		frames, err := unsealed(filepath.Join(ts.MkAbs(args[0]), row[0]+".pcapng.age"), key)
		ts.Check(err)
		if len(frames) == 0 {
			ts.Fatalf("the file of %s is empty", row[0])
		}
		ends := []string{row[2] + " " + row[3], row[4] + " " + row[5]}
		slices.Sort(ends)
		got := tcpEnds(frames[0].Data)
		if row[1] == "1" && got != strings.Join(ends, " ") { // what was told again may show another call
			ts.Fatalf("the file of %s is of %s, not of %s", row[0], got, ends)
		}
		whole := conns[got]
		if len(frames) > len(whole) {
			ts.Fatalf("the file of %s has %d frames, its connection %d", row[0], len(frames), len(whole))
		}
		for i, f := range frames {
			if !bytes.Equal(f.Data, whole[i].Data) || f.Time != whole[i].Time {
				ts.Fatalf("frame %d of %s is not that of %s", i, row[0], got)
			}
		}
	}
}

// ended is a context that is over.
func ended(t *testing.T) context.Context {
	ctx, end := context.WithCancel(t.Context())
	end()
	return ctx
}

// TestPacketsOfTooManyAlerts: nothing waits when they come faster than they can be
// written, each alert is counted once, and what had been overwritten is said.
func TestPacketsOfTooManyAlerts(t *testing.T) {
	key, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	cfg := configOf(t)
	e := &cfg.Evidence
	e.Memory, e.Recipient, e.Path = 4<<20, key.Recipient().String(), filepath.Join(t.TempDir(), "evidence")
	p, err := newAlertPackets(cfg, []string{"eth1"}, zap.NewNop())
	if err != nil {
		t.Fatal(err)
	}
	facts := map[string]int{}
	p.tell = func(kind string, fields event.ValueMap) {
		facts[kind+" "+fields[len(fields)-2].Value]++
	}
	const flows = packetsQueue + 50
	number := uint64(0)
	frame := func(flow uint64, size int) {
		number++
		p.ring.Keep(&event.Frame{Number: number, Time: int64(number), Clock: int64(number), Link: 1, Data: bytes.Repeat([]byte{byte(flow)}, size)}, event.FrameStream, flow<<40, nil)
	}
	alert := func(flow uint64, first, packets uint64, s event.Severity) {
		a := &event.Alert{ID: event.AlertID("r", fmt.Sprint(flow)), Severity: s, Order: event.Order{Clock: int64(number) + 1}}
		if p.wants(a, 0) {
			p.take(a, lookback.Query{Flow: flow << 40, First: first, Packets: packets, Upto: a.Order})
		}
	}
	for flow := uint64(0); flow < flows; flow++ {
		switch flow {
		case 1: // two packets, of which one will be overwritten
			frame(flow, 100)
			for range 15 {
				frame(1000, 256<<10)
			}
			frame(flow, 100)
			alert(flow, 2, 2, event.High)
		case 2: // all of them will have gone
			alert(flow, 1, 3, event.High)
		default:
			frame(flow, 100)
			alert(flow, number, 1, event.High)
		}
	}
	alert(9999, number, 1, event.Medium) // below what was asked for
	if c := p.stats(); c.Alerts != flows || c.QueueFull != 50 || c.Waiting != packetsQueue {
		t.Fatalf("%+v", c)
	}
	p.ring.Leave()
	if err := p.run(ended(t)); err != nil {
		t.Fatal(err)
	}
	c := p.stats()
	// flow 0 was before the 4 MiB, too
	if c.Kept != packetsQueue-2 || c.Gone != 2 || c.Failed != 0 || c.Waiting != 0 || c.Files != c.Kept || c.Packets != c.Kept || c.PacketsGone != 1+3+1 {
		t.Errorf("%+v", c)
	}
	if facts["packets_kept 1"] != 1 || facts["packets_kept 0"] != packetsQueue-3 || facts["packets_not_kept 3"] != 1 || facts["packets_not_kept 1"] != 1 {
		t.Errorf("%v", facts)
	}
	file := filepath.Join(e.Path, event.AlertID("r", "1").String()+packetsEnd)
	frames, err := unsealed(file, key.String())
	if err != nil || len(frames) != 1 || !bytes.Equal(frames[0].Data, bytes.Repeat([]byte{1}, 100)) {
		t.Errorf("%d frames: %v", len(frames), err)
	}
	sealed, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	plain, err := age.Decrypt(bytes.NewReader(sealed), key)
	if err != nil {
		t.Fatal(err)
	}
	if b, err := io.ReadAll(plain); err != nil || !bytes.Contains(b, []byte("gone: 1; too_many: 0")) || !bytes.Contains(b, []byte("eth1")) {
		t.Errorf("the file does not say what had gone: %v", err)
	}
	// A directory that cannot be written is counted and told.
	if p, err = newAlertPackets(cfg, nil, zap.NewNop()); err != nil {
		t.Fatal(err)
	}
	p.tell = func(kind string, _ event.ValueMap) { facts[kind]++ }
	if err := os.RemoveAll(e.Path); err != nil {
		t.Fatal(err)
	}
	frame(1, 10)
	alert(1, number, 1, event.Critical)
	p.ring.Leave()
	if err := p.run(ended(t)); err != nil {
		t.Fatal(err)
	}
	if c := p.stats(); c.Failed != 1 || c.Alerts != 1 || facts[factPacketsUnkept] != 1 {
		t.Errorf("%+v, %v", c, facts)
	}
}

// TestNoPacketsOfAlerts: nothing is kept unless it is asked for.
func TestNoPacketsOfAlerts(t *testing.T) {
	p, err := newAlertPackets(config.Default(), nil, zap.NewNop())
	if p != nil || err != nil || p.wants(&event.Alert{Severity: event.Critical}, 0) || p.stats().Alerts != 0 {
		t.Errorf("%v, %v", p, err)
	}
}
