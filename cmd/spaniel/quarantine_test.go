package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"path/filepath"
	"testing"
	"time"

	"filippo.io/age"
	"go.uber.org/zap"

	"spaniel/capture"
	"spaniel/decode/frame"
	"spaniel/event"
)

// opened is the stream that a file of the quarantine holds, and its first packet.
func opened(t *testing.T, path string, key *age.X25519Identity) (stream []byte, first frame.Packet) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	plain, err := age.Decrypt(bytes.NewReader(b), key)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "fault.pcap")
	if b, err = io.ReadAll(plain); err == nil {
		err = os.WriteFile(file, b, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	in, err := capture.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	var led event.Ledger
	var f event.Frame
	dec := frame.New(frame.Config{Checksums: frame.Verify}, &led, func(a event.Anomaly) { t.Errorf("anomaly %s", a.Name) })
	for err = in.Next(&f); err == nil; err = in.Next(&f) {
		var p frame.Packet
		if dec.Decode(&f, &p) != event.FrameStream {
			t.Fatalf("a frame is no segment: %+v", led.Frames)
		}
		if stream == nil {
			first = p
		}
		stream = append(stream, p.Payload...)
	}
	if !errors.Is(err, io.EOF) {
		t.Fatal(err)
	}
	return stream, first
}

// TestTheQuarantine: what a fault was given can be read by the owner of the key and
// by nobody else; each kind of fault is kept once, and of the files the newest ten.
func TestTheQuarantine(t *testing.T) {
	key, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	cfg := configOf(t)
	cfg.Quarantine.Recipient, cfg.Quarantine.Path = key.Recipient().String(), filepath.Join(t.TempDir(), "quarantine")
	q, err := newQuarantine(cfg, zap.NewNop())
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	q.now = func() time.Time { now = now.Add(time.Second); return now }
	files := func() []string {
		t.Helper()
		list, err := filepath.Glob(filepath.Join(cfg.Quarantine.Path, "*"))
		if err != nil {
			t.Fatal(err)
		}
		return list
	}
	const secret = "GET /?password=hush-hush HTTP/1.1\r\n"
	ends := []string{"192.0.2.1:4711", "[2001:db8::1]:4711"}
	for i := range 14 {
		p := &event.Panicked{What: fmt.Sprint("fault ", i), Bytes: bytes.Repeat([]byte(secret), 1+i*200), At: event.Stamp{Time: 1e18}}
		p.Client, p.Server = netip.MustParseAddrPort(ends[i%2]), netip.MustParseAddrPort([]string{"192.0.2.2:80", "[2001:db8::2]:80"}[i%2])
		p.Direction = event.Direction(i / 2 % 2)
		for range 3 {
			q.take(p)
		}
		if len(q.kept) != 1 {
			t.Fatalf("%d captures wait, want one", len(q.kept))
		}
		if err := q.keep(<-q.kept); err != nil {
			t.Fatal(err)
		}
		list := files()
		if len(list) != min(i+1, quarantineFiles) {
			t.Fatalf("%d files after %d faults", len(list), i+1)
		}
		newest := list[len(list)-1]
		raw, err := os.ReadFile(newest)
		if err != nil || bytes.Contains(raw, []byte("hush")) {
			t.Fatalf("the file shows what it holds: %v", err)
		}
		stream, first := opened(t, newest, key)
		if !bytes.Equal(stream, p.Bytes) {
			t.Errorf("%d bytes, want %d", len(stream), len(p.Bytes))
		}
		want := p.Client
		if p.Direction == event.ToClient {
			want = p.Server
		}
		if first.Src != want {
			t.Errorf("from %s, want %s", first.Src, want)
		}
	}
	if n, dropped := q.counts(); n != 42 || dropped != 0 {
		t.Errorf("%d faults, %d dropped", n, dropped)
	}
	for i := range 2 * quarantineKinds { // nobody keeps up
		q.take(&event.Panicked{What: fmt.Sprint("other fault ", i), Bytes: []byte("x"), FlowKey: event.FlowKey{Client: netip.MustParseAddrPort(ends[0]), Server: netip.MustParseAddrPort("192.0.2.2:80")}})
	}
	if n, dropped := q.counts(); n != 42+2*quarantineKinds || dropped != quarantineKinds-14-quarantineQueue || len(q.known) != quarantineKinds {
		t.Errorf("%d faults, %d dropped, %d kinds", n, dropped, len(q.known))
	}
	// All are too old a month later.
	now = now.Add(quarantineAge + time.Minute)
	if err := q.keep(<-q.kept); err != nil || len(files()) != 1 {
		t.Errorf("%d files: %v", len(files()), err)
	}
	over, end := context.WithCancel(t.Context())
	end()
	if err := q.run(over); err != nil || len(q.kept) != 0 || len(files()) != quarantineQueue {
		t.Errorf("at the end %d wait and %d are kept: %v", len(q.kept), len(files()), err)
	}
	large := asCapture(&event.Panicked{Bytes: make([]byte, 8<<20), FlowKey: event.FlowKey{Client: netip.MustParseAddrPort(ends[0]), Server: netip.MustParseAddrPort("192.0.2.2:80")}})
	if len(large) > quarantineBytes+64<<10 {
		t.Errorf("%d bytes of one fault", len(large))
	}
}

// TestNoQuarantine: without a key nothing is kept; faults are counted all the same.
func TestNoQuarantine(t *testing.T) {
	q, err := newQuarantine(configOf(t), zap.NewNop())
	if err != nil {
		t.Fatal(err)
	}
	q.take(&event.Panicked{What: "fault", Bytes: []byte("x")})
	if n, _ := q.counts(); n != 1 || len(q.kept) != 0 {
		t.Errorf("%d faults, %d captures wait", n, len(q.kept))
	}
}
