package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"go.uber.org/zap"

	"spaniel/capture"
	"spaniel/event"
	"spaniel/internal/admin"
	"spaniel/internal/config"
	"spaniel/internal/lookback"
	"spaniel/internal/vault"
)

// Bounds beside those that the user sets: alerts that wait for their packets, and
// files in the directory.
const (
	packetsQueue = 256
	packetsFiles = 1 << 16
	packetsEnd   = ".pcapng.age"
)

// The kinds of facts that say what became of the packets of an alert.
const (
	factPacketsKept   = "packets_kept"
	factPacketsUnkept = "packets_not_kept"
)

// An alertPackets keeps the packets that alerts rest on: it asks for them in the
// look-back and puts them away, encrypted. It is nil where none are to be kept.
type alertPackets struct {
	ring   *lookback.Ring
	vault  *vault.Vault
	least  event.Severity
	ifaces []string
	log    *zap.Logger
	tell   func(kind string, fields event.ValueMap)
	asked  chan packetsAsk

	mu     sync.Mutex
	counts admin.PacketCounts
	full   bool // the latest alert found no room; one line a spell is enough
}

// packetsAsk is an alert that waits for its packets.
type packetsAsk struct {
	id    event.ID
	rule  string
	query lookback.Query
}

func packetsDir(cfg *config.Config) string {
	if cfg.Evidence.Path != "" {
		return cfg.Evidence.Path
	}
	return filepath.Join(dataDir(), "evidence")
}

// newAlertPackets returns nil where the configuration asks for none.
func newAlertPackets(cfg *config.Config, ifaces []string, log *zap.Logger) (*alertPackets, error) {
	e := &cfg.Evidence
	if e.Memory == 0 {
		return nil, nil
	}
	v, err := vault.Open(vault.Config{Dir: packetsDir(cfg), Recipient: e.Recipient, End: packetsEnd, MaxBytes: int64(e.Max), MaxFiles: packetsFiles, MaxAge: time.Duration(e.Retention)})
	if err != nil {
		return nil, fmt.Errorf("the packets of alerts: %w", err)
	}
	return &alertPackets{ring: lookback.New(int(e.Memory)), vault: v, least: e.MinSeverity, ifaces: ifaces, log: log, asked: make(chan packetsAsk, packetsQueue)}, nil
}

// wants reports whether an alert's packets are to be kept, which were not when it
// was told with a lower severity.
func (p *alertPackets) wants(a *event.Alert, before event.Severity) bool {
	return p != nil && a.Severity >= p.least && before < p.least
}

// take puts an alert down; it waits for nothing.
func (p *alertPackets) take(a *event.Alert, q lookback.Query) {
	room := false
	select {
	case p.asked <- packetsAsk{a.ID, a.Rule.ID, q}:
		room = true
	default:
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.counts.Alerts++
	if !room {
		p.counts.QueueFull++
		if !p.full {
			p.log.Error("too many alerts wait for their packets; those of some are not kept, counted")
		}
	}
	p.full = !room
}

// run keeps what is asked for until ctx ends, and then what still waits; the
// sensor must be over by then.
func (p *alertPackets) run(ctx context.Context) error {
	tidy := time.NewTicker(time.Minute)
	defer tidy.Stop()
	for {
		select {
		case ask := <-p.asked:
			p.keep(ask)
			continue
		default:
		}
		select {
		case <-ctx.Done():
			return nil
		case ask := <-p.asked:
			p.keep(ask)
		case <-tidy.C:
			if err := p.vault.Tidy(); err != nil {
				p.log.Error("old packets of alerts cannot be removed", zap.Error(err))
			}
		}
	}
}

// keep writes the packets of one alert, and tells what became of them.
func (p *alertPackets) keep(ask packetsAsk) {
	found := p.ring.Look(ask.query)
	frames := found.Frames()
	gone := strconv.FormatUint(found.Gone, 10)
	if found.Unsure {
		gone += " or more"
	}
	about := event.ValueMap{{Name: "alert", Value: ask.id.String()}}
	missing := event.ValueMap{{Name: "packets", Value: strconv.Itoa(len(frames))}, {Name: "gone", Value: gone}, {Name: "too_many", Value: strconv.FormatUint(found.Beyond, 10)}}
	name, err := "", error(nil)
	if len(frames) > 0 {
		name, err = p.write(ask, frames, missing)
	}
	p.mu.Lock()
	c := &p.counts
	c.PacketsGone, c.PacketsBeyond = c.PacketsGone+found.Gone, c.PacketsBeyond+found.Beyond
	kind, why := factPacketsUnkept, ""
	switch {
	case err != nil:
		c.Failed++
		why = "the file cannot be written"
	case len(frames) == 0:
		c.Gone++
		why = "all had gone"
	default:
		c.Kept, c.Packets = c.Kept+1, c.Packets+uint64(len(frames))
		kind = factPacketsKept
	}
	p.mu.Unlock()
	if err != nil {
		p.log.Error("the packets of an alert cannot be kept", zap.Stringer("alert", ask.id), zap.Error(err))
	}
	if name != "" {
		about = append(about, event.Header{Name: "file", Value: name})
	} else {
		about = append(about, event.Header{Name: "why", Value: why})
	}
	p.tell(kind, append(about, missing...))
}

// write puts the frames away, and returns the file's name.
func (p *alertPackets) write(ask packetsAsk, frames []event.Frame, missing event.ValueMap) (string, error) {
	comment := "spaniel: packets of alert " + ask.id.String() + " of rule " + ask.rule
	size := 1 << 16 // the head
	for _, m := range missing {
		comment += "; " + m.Name + ": " + m.Value
	}
	for i := range frames {
		size += len(frames[i].Data) + 64
	}
	return p.vault.Put(ask.id.String(), int64(size), func(w io.Writer) error {
		out := bufio.NewWriterSize(w, 64<<10)
		ng, err := capture.NewNgWriter(out, p.ifaces, comment)
		for i := range frames {
			if err == nil {
				f := &frames[i]
				f.Time = max(0, f.Time) // pcapng knows none before
				err = ng.Write(f)
			}
		}
		if err != nil {
			return err
		}
		return out.Flush()
	})
}

// stats returns the counts, zero where nothing is kept.
func (p *alertPackets) stats() (c admin.PacketCounts) {
	if p == nil {
		return c
	}
	p.mu.Lock()
	c = p.counts
	p.mu.Unlock()
	c.Waiting = c.Alerts - c.Kept - c.QueueFull - c.Gone - c.Failed
	v := p.vault.Stats()
	c.Files, c.Bytes, c.RemovedRoom, c.RemovedAge = v.Files, v.Bytes, v.RemovedRoom, v.RemovedAge
	return c
}

// showPackets says where the packets of an alert are that a running sensor kept, or
// why there are none.
func (a *app) showPackets(ctx context.Context, cfg *config.Config, id string) error {
	path := filepath.Join(packetsDir(cfg), id+packetsEnd)
	_, serr := os.Stat(path)
	said := ""
	err := a.withAnswer(ctx, cfg, "SELECT name, detail FROM facts WHERE name IN ("+quote(factPacketsKept)+", "+quote(factPacketsUnkept)+") AND detail LIKE "+quote("alert="+id+" %")+" ORDER BY ts DESC LIMIT 1", func(ans answer) error {
		for ans.Next() {
			v := ans.Values()
			_, what, _ := strings.Cut(fmt.Sprint(v[1]), " ")
			said = fmt.Sprint(v[0]) + ": " + what
		}
		return ans.Err()
	})
	if _, remote := a.storeFile(cfg); err != nil && remote == "" {
		return err // another store may have no facts
	}
	if said == "" && serr != nil {
		return nil
	}
	if said == "" {
		said = factPacketsKept
	}
	if serr == nil {
		said += "\nage -d -i KEY " + path + " > packets.pcapng   (with the key of evidence.recipient; nothing in them is redacted)"
	}
	_, err = fmt.Fprintln(a.out, "── packets\n"+said)
	return err
}
