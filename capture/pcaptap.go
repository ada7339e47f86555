package capture

import (
	"errors"
	"fmt"

	"github.com/google/gopacket/pcap"

	"spaniel/event"
)

// A pcapTap reads through libpcap, which puts the VLAN tag that the kernel
// took out back into the frame.
type pcapTap struct {
	name   string
	link   uint16
	handle *pcap.Handle
	counts Stats
	// sorts says that libpcap leaves out frames that the kernel has counted: of
	// the other direction, and on loopback every second.
	sorts bool
}

// next waits even where it need not: libpcap's handle does.
func (p *pcapTap) next(f *event.Frame, _ bool) error {
	data, info, err := p.handle.ZeroCopyReadPacketData()
	switch {
	case err == nil:
		*f = event.Frame{Time: info.Timestamp.UnixNano(), Length: max(info.Length, len(data)), Link: p.link, Data: data}
		return nil
	case err == pcap.NextErrorTimeoutExpired:
		return ErrTimeout
	case errors.Is(err, pcap.NextErrorReadError):
		return fmt.Errorf("capturing on %s: %w", p.name, p.handle.Error())
	}
	return fmt.Errorf("capturing on %s: %w", p.name, err)
}

// stats reads counters of 32 bits: they are right as long as this is called at
// least once in 4 billion frames.
func (p *pcapTap) stats() (Stats, error) {
	s, err := p.handle.Stats()
	if err != nil {
		return p.counts, fmt.Errorf("reading counters of %s: %w", p.name, err)
	}
	grow(&p.counts.Received, s.PacketsReceived)
	grow(&p.counts.KernelDrops, s.PacketsDropped)
	grow(&p.counts.IfaceDrops, s.PacketsIfDropped)
	return p.counts, nil
}

func (p *pcapTap) exact() bool { return !p.sorts }

func (p *pcapTap) used() (float64, bool) { return 0, false }

func (p *pcapTap) close() { p.handle.Close() }
