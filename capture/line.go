package capture

import (
	"time"

	"spaniel/event"
)

// checkEvery is how often an interface that gives nothing is asked whether it
// is still there, retryEvery how often one that is not is opened anew.
const (
	checkEvery = 250 * time.Millisecond
	retryEvery = 500 * time.Millisecond
)

// A line is one interface under watch, with the taps on it.
type line struct {
	cfg   LiveConfig
	iface Interface
	place int      // index of the interface among all
	state *ifState // how the interface itself is
	lanes []*lane
	past  Stats     // of taps that are closed
	lost  time.Time // since when it gives nothing; zero while it does
	next  time.Time // when it is to be looked at again
	// returns is how often it gave something again.
	returns uint64
}

// A lane is a tap and the frame that waits in it for its turn.
type lane struct {
	tap   tap // nil once it is of no use
	line  *line
	ahead event.Frame
	has   bool
	// quiet: no frame of that time or before is to come any more, ns since 1970.
	quiet int64
	done  bool   // it is read up to the stop
	given uint64 // frames
	mean  int    // of the bytes of the latest, in sixteenths
	// dropped is how many the kernel had dropped when it was last asked how full
	// the buffer is.
	dropped uint64
}

// empty reports whether all that the kernel had taken is given, as far as it
// can be known.
func (n *lane) empty() bool {
	s, err := n.tap.stats()
	return err != nil || !n.tap.exact() || n.given >= s.Received-min(s.KernelDrops, s.Received)
}

// settles is how long after a stop a timeout may show a lane to be empty: longer
// where the counts cannot say so.
func (n *lane) settles() time.Duration {
	if n.tap.exact() {
		return 3 * gatherTime
	}
	return 300 * time.Millisecond
}

// open makes taps for the line.
func (n *line) open() error {
	taps, iface, err := openTaps(n.cfg)
	if err != nil {
		return err
	}
	n.iface, n.lanes = iface, nil
	for _, t := range taps {
		n.lanes = append(n.lanes, &lane{tap: t, line: n})
	}
	return n.state.note()
}

// drop closes a lane's tap and keeps what it counted.
func (n *line) drop(l *lane) {
	if l.tap == nil {
		return
	}
	s, _ := l.tap.stats() // of an interface that is gone: as they were read last
	if l.tap.exact() {
		s.RingDrops = s.Received - min(s.Received, s.KernelDrops+l.given)
	}
	n.past = n.past.add(s)
	l.tap.close()
	l.tap, l.has = nil, false
}

// dead reports whether no lane gives anything any more.
func (n *line) dead() bool {
	for _, l := range n.lanes {
		if l.tap != nil {
			return false
		}
	}
	return true
}

// fill is how full the lane's buffer is, 0 to 1, as far as it can be known; 1 where
// frames were dropped since it was last asked.
func (n *lane) fill(buffer int) float64 {
	if n.tap == nil || !n.tap.exact() {
		return 0
	}
	s, err := n.tap.stats()
	if err != nil {
		return 0
	}
	if dropped := s.KernelDrops; dropped > n.dropped {
		// Frames that come slowly take a block each few of them: then the kernel has
		// none left long before there are as many bytes.
		n.dropped = dropped
		return 1
	}
	if used, ok := n.tap.used(); ok {
		return used
	}
	waiting := s.Received - min(s.Received, s.KernelDrops+n.given)
	return min(1, float64(waiting)*float64(n.mean/16+frameOverhead)/float64(buffer))
}

// frameOverhead is what the kernel writes before each frame.
const frameOverhead = 96

func (n *line) stats() (Stats, error) {
	sum := n.past
	for _, l := range n.lanes {
		if l.tap == nil {
			continue
		}
		s, err := l.tap.stats()
		if err != nil {
			return sum, err
		}
		sum = sum.add(s)
	}
	return sum, nil
}
