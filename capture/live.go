package capture

import (
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/gopacket/pcap"

	"spaniel/event"
)

// pollTime is how long libpcap gathers frames before it hands them on, and how
// long Next waits for one.
const pollTime = 10 * time.Millisecond

// drainTime bounds the reading of what was caught before Stop.
const drainTime = 2 * time.Second

// DefaultBuffer is the kernel's capture buffer when none is configured. With
// libpcap's own 2 MiB a busy link loses up to a third of its frames.
const DefaultBuffer = 64 << 20

// A LiveConfig says what to capture.
type LiveConfig struct {
	// Interface is the name as in `ip link`, or "any".
	Interface string
	// Filter is a BPF expression; "" is everything.
	Filter string
	// Snaplen is how much of a frame to keep at most; 0 is MaxRecord.
	Snaplen int
	// Promiscuous also takes frames for other machines, as a mirror port needs.
	Promiscuous bool
	// BufferBytes is the kernel's buffer; 0 is DefaultBuffer.
	BufferBytes int
}

// A Live captures from an interface through libpcap. One goroutine calls Next;
// Stop and Stats may be called from any.
type Live struct {
	name  string
	iface Interface
	stop  atomic.Int64 // when Stop was called, ns since 1970; 0 before

	mu     sync.Mutex // held inside libpcap
	handle *pcap.Handle
	stats  Stats
	number uint64
}

// Next implements Source. It returns ErrTimeout when no frame came for about
// 10 ms, and io.EOF after Close, or after Stop once what the kernel had caught
// by then is read. Data lies in the kernel's buffer.
func (l *Live) Next(f *event.Frame) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	stopped := l.stop.Load()
	if l.handle == nil || stopped != 0 && time.Now().UnixNano()-stopped > int64(drainTime) {
		return io.EOF
	}
	data, info, err := l.handle.ZeroCopyReadPacketData()
	switch {
	case err == nil && stopped != 0 && info.Timestamp.UnixNano() > stopped:
		l.stop.Store(1) // all before it is read; the rest came too late
		return io.EOF
	case err == nil:
		l.number++
		*f = event.Frame{
			Number: l.number,
			Time:   info.Timestamp.UnixNano(),
			Length: max(info.Length, len(data)),
			Link:   l.iface.Link,
			Data:   data,
		}
		return nil
	case err == pcap.NextErrorTimeoutExpired:
		// A block of the kernel's buffer is handed on at most pollTime after
		// its first frame, so a first timeout does not show it to be empty.
		if stopped != 0 && time.Now().UnixNano()-stopped > int64(3*pollTime) {
			return io.EOF
		}
		return ErrTimeout
	case errors.Is(err, pcap.NextErrorReadError):
		return fmt.Errorf("capturing on %s: %w", l.name, l.handle.Error())
	}
	return fmt.Errorf("capturing on %s: %w", l.name, err)
}

// Interfaces lists the one interface; Snaplen is what was asked for.
func (l *Live) Interfaces() []Interface { return []Interface{l.iface} }

// Stop makes Next return io.EOF once the frames caught before it are read, in
// about 30 ms on a quiet link and in drainTime at most. The frame given last
// stays valid. To end a capture from another goroutine, call Stop, wait until
// the reader has seen io.EOF, then Close.
func (l *Live) Stop() { l.stop.CompareAndSwap(0, time.Now().UnixNano()) }

// Close implements Source: it waits for a running Next and frees the kernel's
// buffer, in which the frame given last lies.
func (l *Live) Close() error {
	l.Stop()
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.handle != nil {
		l.handle.Close()
		l.handle = nil
	}
	return nil
}

// Stats are a live capture's counters since it began.
type Stats struct {
	// Received counts the frames that passed the filter, those in KernelDrops
	// among them.
	Received uint64
	// KernelDrops were lost because the buffer was full, IfaceDrops because
	// the interface or its driver had no room.
	KernelDrops, IfaceDrops uint64
}

// Stats reads the counters. libpcap's have 32 bits: they are right as long as
// Stats is called at least once in 4 billion frames. After Close they stay as
// they were read last.
func (l *Live) Stats() (Stats, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.handle == nil {
		return l.stats, nil
	}
	s, err := l.handle.Stats()
	if err != nil {
		return l.stats, fmt.Errorf("reading counters of %s: %w", l.name, err)
	}
	grow(&l.stats.Received, s.PacketsReceived)
	grow(&l.stats.KernelDrops, s.PacketsDropped)
	grow(&l.stats.IfaceDrops, s.PacketsIfDropped)
	return l.stats, nil
}

// grow brings n to the 32-bit counter now, which may have wrapped.
func grow(n *uint64, now int) { *n += uint64(uint32(now) - uint32(*n)) }
