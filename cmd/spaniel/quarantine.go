package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"filippo.io/age"
	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"go.uber.org/zap"

	"spaniel/capture"
	"spaniel/event"
	"spaniel/internal/config"
)

// Bounds of what is kept of faults: the same one comes again with every packet
// that its sender likes.
const (
	quarantineFiles = 10
	quarantineBytes = 1 << 20 // of one, before it is encrypted
	quarantineAge   = 30 * 24 * time.Hour
	quarantineKinds = 100 // of faults that are told apart
	quarantineQueue = 4
	quarantineEnd   = ".pcap.age"
)

// A quarantine counts the faults that ended at the boundary of their flow, tells of
// each kind once, and keeps the bytes that brought it about, as a capture that only
// the owner of a key can read. Without a key it keeps nothing.
type quarantine struct {
	dir  string
	to   age.Recipient // nil: keep nothing
	log  *zap.Logger
	now  func() time.Time
	kept chan []byte // captures to be kept

	mu      sync.Mutex
	count   uint64
	dropped uint64          // captures that found no room in the queue
	known   map[string]bool // kinds of faults
}

func newQuarantine(cfg *config.Config, log *zap.Logger) (*quarantine, error) {
	q := &quarantine{dir: quarantineDir(cfg), log: log, now: time.Now, kept: make(chan []byte, quarantineQueue), known: map[string]bool{}}
	if cfg.Quarantine.Recipient == "" {
		return q, nil
	}
	to, err := age.ParseX25519Recipient(cfg.Quarantine.Recipient)
	if err != nil {
		return nil, fmt.Errorf("reading quarantine.recipient: %w", err)
	}
	q.to = to
	return q, nil
}

func quarantineDir(cfg *config.Config) string {
	if cfg.Quarantine.Path != "" {
		return cfg.Quarantine.Path
	}
	return filepath.Join(dataDir(), "quarantine")
}

// take counts a fault; any worker calls it, and it waits for nothing.
func (q *quarantine) take(p *event.Panicked) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.count++
	if q.known[p.What] || len(q.known) >= quarantineKinds {
		return
	}
	q.known[p.What] = true
	q.log.Error("a fault of ours ended the reading of a connection; all else goes on: please report it", zap.String("fault", p.What), zap.String("client", p.Client.String()), zap.String("server", p.Server.String()), zap.Uint64("frame", p.At.Frame))
	if q.to == nil || len(p.Bytes) == 0 {
		return
	}
	select {
	case q.kept <- asCapture(p):
	default:
		q.dropped++
	}
}

// counts are the faults, and the captures that were not kept for want of room.
func (q *quarantine) counts() (faults, dropped uint64) {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.count, q.dropped
}

// run keeps captures until ctx ends, and then those that still wait.
func (q *quarantine) run(ctx context.Context) error {
	for {
		select {
		case b := <-q.kept:
			q.put(b)
			continue
		default:
		}
		select {
		case <-ctx.Done():
			return nil
		case b := <-q.kept:
			q.put(b)
		}
	}
}

// put keeps a capture, and says so where it cannot.
func (q *quarantine) put(b []byte) {
	if err := q.keep(b); err != nil {
		q.log.Error("the packets of a fault cannot be kept", zap.Error(err))
	}
}

// keep encrypts a capture into a file of its own, and removes the oldest where
// there are too many.
func (q *quarantine) keep(b []byte) error {
	if err := os.MkdirAll(q.dir, 0o700); err != nil {
		return fmt.Errorf("making the quarantine: %w", err)
	}
	if err := q.prune(quarantineFiles - 1); err != nil {
		return err
	}
	name := q.now().UTC().Format("20060102T150405.000000000") + quarantineEnd
	return writeFile(filepath.Join(q.dir, name), nil, true, func(w io.Writer) error {
		enc, err := age.Encrypt(w, q.to)
		if err != nil {
			return err
		}
		_, err = enc.Write(b)
		return errors.Join(err, enc.Close())
	})
}

// prune removes files that are old, and of the others all but the newest most.
func (q *quarantine) prune(most int) error {
	entries, err := os.ReadDir(q.dir)
	if err != nil {
		return fmt.Errorf("looking through the quarantine: %w", err)
	}
	entries = slices.DeleteFunc(entries, func(e os.DirEntry) bool { return !strings.HasSuffix(e.Name(), quarantineEnd) })
	slices.SortFunc(entries, func(a, b os.DirEntry) int { return cmp.Compare(b.Name(), a.Name()) }) // their names are times
	oldest := q.now().Add(-quarantineAge).UTC().Format("20060102T150405")
	var errs []error
	for i, e := range entries {
		if i >= most || e.Name() < oldest {
			errs = append(errs, os.Remove(filepath.Join(q.dir, e.Name())))
		}
	}
	return errors.Join(errs...)
}

// segmentBytes is how much of a stream goes into one packet of such a capture.
const segmentBytes = 32 << 10

// asCapture is the bytes as packets from the one end to the other: a capture that
// spaniel read takes. Packets that were resent or reordered are not as they were.
func asCapture(p *event.Panicked) []byte {
	from, to := p.Client, p.Server
	if p.Direction == event.ToClient {
		from, to = to, from
	}
	tcp := layers.TCP{SrcPort: layers.TCPPort(from.Port()), DstPort: layers.TCPPort(to.Port()), Seq: 1, ACK: true, PSH: true, Window: 65535}
	var network gopacket.NetworkLayer
	var ip gopacket.SerializableLayer
	src, dst := net.IP(from.Addr().AsSlice()), net.IP(to.Addr().AsSlice())
	if from.Addr().Is4() {
		v4 := &layers.IPv4{Version: 4, TTL: 64, Protocol: layers.IPProtocolTCP, SrcIP: src, DstIP: dst}
		network, ip = v4, v4
	} else {
		v6 := &layers.IPv6{Version: 6, HopLimit: 64, NextHeader: layers.IPProtocolTCP, SrcIP: src, DstIP: dst}
		network, ip = v6, v6
	}
	var out bytes.Buffer
	w, err := capture.NewWriter(&out, uint16(layers.LinkTypeRaw))
	buf := gopacket.NewSerializeBuffer()
	for left := p.Bytes[:min(len(p.Bytes), quarantineBytes)]; len(left) > 0 && err == nil; {
		n := min(len(left), segmentBytes)
		err = tcp.SetNetworkLayerForChecksum(network)
		if err == nil {
			err = gopacket.SerializeLayers(buf, gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true}, ip, &tcp, gopacket.Payload(left[:n]))
		}
		if err == nil {
			err = w.Write(&event.Frame{Time: max(p.At.Time, 0), Link: uint16(layers.LinkTypeRaw), Length: len(buf.Bytes()), Data: buf.Bytes()})
		}
		left, tcp.Seq = left[n:], tcp.Seq+uint32(n)
	}
	return out.Bytes() // what an address of no kind made impossible is left out
}
