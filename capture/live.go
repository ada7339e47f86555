package capture

import (
	"errors"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"spaniel/event"
)

// gatherTime is how long the kernel gathers frames before it hands them on. Each
// time it takes a block of the buffer, however few they are, so that a reader may
// rest for as long as there are blocks times this.
const gatherTime = 40 * time.Millisecond

// pollTime is how long Next waits for a frame where the backend lets it choose.
const pollTime = 10 * time.Millisecond

// drainTime bounds the reading of what was caught before Stop, unless a test has
// all the time there is.
const drainTime = 4 * time.Second

// DefaultBuffer is the kernel's capture buffer when none is configured. With
// libpcap's own 2 MiB a busy link loses up to a third of its frames.
const DefaultBuffer = 64 << 20

// The backends: how frames come from the kernel.
const (
	BackendPcap     = "pcap"
	BackendAFPacket = "afpacket"
)

// MaxRings is how many rings one interface may have: each is asked in turn.
const MaxRings = 16

// The directions of a frame, seen from the machine.
const (
	DirectionIn  = "in"
	DirectionOut = "out"
)

// A LiveConfig says what to capture from one interface.
type LiveConfig struct {
	// Interface is the name as in `ip link`, or "any".
	Interface string
	// Backend is BackendPcap, also if empty, or BackendAFPacket.
	Backend string
	// Filter is a BPF expression; "" is everything.
	Filter string
	// Snaplen is how much of a frame to keep at most; 0 is MaxRecord.
	Snaplen int
	// Promiscuous also takes frames for other machines, as a mirror port needs.
	Promiscuous bool
	// Direction is DirectionIn for frames that arrive, DirectionOut for those
	// the machine itself sends; both if empty.
	Direction string
	// BufferBytes is the kernel's buffer, of all rings together; 0 is
	// DefaultBuffer.
	BufferBytes int
	// long: frames longer than a block of the ring are meant to be kept.
	long bool
	// Rings is between how many buffers the kernel spreads the frames, by flow,
	// with BackendAFPacket; 0 is 1.
	Rings int
}

// A Live captures from one interface or several, whose frames it puts in the
// order of their times. One goroutine calls Next; Stop and Stats may be called
// from any.
//
// An interface that goes down or away is opened again once it is back: Next
// goes on with the others meanwhile, or gives ErrTimeout.
type Live struct {
	stop   atomic.Int64 // when Stop was called, ns since 1970; 0 before
	change func(Change)

	mu     sync.Mutex // held while a tap is used
	lines  []*line
	given  *lane // whose frame was given last, of several
	closed bool
	number uint64
	drain  time.Duration // bounds the reading of what was caught before the stop
}

// A Change is an interface that stopped to give frames, or does so again.
type Change struct {
	// Interface is its name; Up says that it is back.
	Interface string
	Up        bool
	// Since is when it was lost, Now when this was seen.
	Since, Now time.Time
	// Problem is why it was lost.
	Problem string
}

// OnChange calls f, from the goroutine that calls Next, when an interface is
// lost or back. It is set before the first Next; f must not use the Live.
func (l *Live) OnChange(f func(Change)) { l.change = f }

// Next implements Source. It returns ErrTimeout when no frame came for 10 to
// 40 ms, and io.EOF after Close, or after Stop once what the kernel had caught
// by then is read. Data lies in the kernel's buffer. Of several interfaces a
// frame is given once no earlier one can come from the others, some 160 ms late.
func (l *Live) Next(f *event.Frame) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	stopped := l.stop.Load()
	if l.closed || stopped != 0 && time.Now().UnixNano()-stopped > int64(l.drain) {
		return io.EOF
	}
	var err error
	if len(l.lines) == 1 && len(l.lines[0].lanes) == 1 {
		one := l.lines[0].lanes[0]
		err = l.pull(one, f, true)
		f.Iface = 0
	} else {
		err = l.merged(f)
	}
	if err == nil {
		l.number++
		f.Number = l.number
		return nil
	}
	return l.idle(err)
}

// pull reads a lane's next frame. What ends the lane is no error of the
// capture.
func (l *Live) pull(n *lane, f *event.Frame, wait bool) error {
	if n.tap == nil || n.done {
		return ErrTimeout
	}
	err := n.tap.next(f, wait)
	stopped := l.stop.Load()
	switch {
	case err == nil && stopped != 0 && f.Time > stopped:
		n.done = true // all before it is read; the rest came too late
		return ErrTimeout
	case err == nil:
		n.given++
		n.mean += (len(f.Data)*16 - n.mean) / 64
		return nil
	case err == ErrTimeout:
		// A block of the kernel's buffer is handed on by a timer, so a first
		// timeout does not show it to be empty, nor do a few on a busy machine.
		n.done = stopped != 0 && time.Now().UnixNano()-stopped > int64(n.settles()) && n.empty()
		l.look(n)
		return ErrTimeout
	}
	l.lose(n, err.Error())
	return ErrTimeout
}

// look asks, now and then, whether the interface of a silent lane is well.
func (l *Live) look(n *lane) {
	now := time.Now()
	if now.Before(n.line.next) {
		return
	}
	n.line.next = now.Add(checkEvery)
	if p := n.line.state.problem(); p != "" {
		for _, other := range n.line.lanes {
			if !other.has {
				l.lose(other, p)
			}
		}
	}
}

// lose gives up a lane; the first of a line is told.
func (l *Live) lose(n *lane, problem string) {
	n.line.drop(n)
	if !n.line.lost.IsZero() {
		return
	}
	n.line.lost = time.Now()
	n.line.next = n.line.lost.Add(retryEvery)
	if l.change != nil {
		l.change(Change{n.line.cfg.Interface, false, n.line.lost, n.line.lost, problem})
	}
}

// idle is what Next returns when there was no frame: it opens lost lines again
// and sees whether a stop is complete.
func (l *Live) idle(err error) error {
	if !errors.Is(err, ErrTimeout) {
		return err
	}
	alive, done := 0, true
	for _, n := range l.lines {
		l.reopen(n)
		for _, a := range n.lanes {
			if a.tap != nil {
				alive++
				done = done && a.done
			}
		}
	}
	if l.stop.Load() != 0 && done {
		return io.EOF
	}
	if alive == 0 {
		time.Sleep(pollTime)
	}
	return ErrTimeout
}

// reopen tries a lost line again when its time has come.
func (l *Live) reopen(n *line) {
	now := time.Now()
	if n.lost.IsZero() || !n.dead() || now.Before(n.next) || l.stop.Load() != 0 {
		return
	}
	n.next = now.Add(retryEvery)
	old := n.lanes
	if err := n.open(); err != nil {
		n.lanes = old
		return
	}
	since := n.lost
	n.lost = time.Time{}
	n.returns++
	if l.change != nil {
		l.change(Change{n.cfg.Interface, true, since, now, ""})
	}
}

// Interfaces lists the interfaces; Snaplen is what was asked for.
func (l *Live) Interfaces() []Interface {
	l.mu.Lock()
	defer l.mu.Unlock()
	var list []Interface
	for _, n := range l.lines {
		list = append(list, n.iface)
	}
	return list
}

// Stop makes Next return io.EOF once the frames caught before it are read, in
// about 120 ms on a quiet link, on loopback 300, and in drainTime at most. The frame given last
// stays valid. To end a capture from another goroutine, call Stop, wait until
// the reader has seen io.EOF, then Close.
func (l *Live) Stop() { l.stop.CompareAndSwap(0, time.Now().UnixNano()) }

// Close implements Source: it waits for a running Next and frees the kernel's
// buffers, in which the frame given last lies.
func (l *Live) Close() error {
	l.Stop()
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return nil
	}
	l.closed = true
	var errs []error
	for _, n := range l.lines {
		for _, a := range n.lanes {
			n.drop(a)
		}
		errs = append(errs, n.state.close())
	}
	return errors.Join(errs...)
}

// Fill is how full the fullest of the kernel's buffers is, 0 to 1: near 1 frames
// are about to be lost, or were since Fill was called last. Where libpcap leaves out frames that the kernel counts
// (on loopback, of one direction) it cannot be known and is 0.
func (l *Live) Fill() float64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	most := 0.0
	for _, n := range l.lines {
		for _, a := range n.lanes {
			most = max(most, a.fill(n.cfg.BufferBytes/len(n.lanes)))
		}
	}
	return most
}

// Stats reads the counters of all interfaces together. After Close they stay
// as they were.
func (l *Live) Stats() (Stats, error) {
	var sum Stats
	list, err := l.StatsByInterface()
	for _, s := range list {
		sum = sum.add(s.Stats)
	}
	return sum, err
}

// InterfaceStats are the counters of one interface.
type InterfaceStats struct {
	Interface string
	// Up is false while the interface is down or away, and Returns counts how
	// often it came back.
	Up      bool
	Returns uint64
	Stats
}

// StatsByInterface reads the counters of each interface, in the order in which
// they were named. The kernel's have 32 bits: they are right as long as they
// are read at least once in 4 billion frames.
func (l *Live) StatsByInterface() ([]InterfaceStats, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	var list []InterfaceStats
	var errs []error
	for _, n := range l.lines {
		s, err := n.stats()
		errs = append(errs, err)
		list = append(list, InterfaceStats{n.cfg.Interface, n.lost.IsZero(), n.returns, s})
	}
	return list, errors.Join(errs...)
}
