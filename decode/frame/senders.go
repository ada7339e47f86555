package frame

import (
	"fmt"
	"net/netip"
)

const (
	// senderSets times senderWays hosts are remembered.
	senderSets, senderWays = 1024, 4
	// maxBadNotes anomalies about one host's checksums are told while it is
	// remembered, a power of two; beyond that one whenever their number has
	// doubled, which says how many were not told.
	maxBadNotes = 8
)

// sender is what is known of a host's checksums at one capture interface.
type sender struct {
	hi, lo uint64
	iface  int32
	used   bool
	noted  bool   // as offloading
	told   uint32 // or would have been
	// good and bad count its segments with payload whose checksum was right
	// and its segments whose checksum was wrong; badHeaders the wrong ones of IPv4 headers.
	good, bad, badHeaders uint32
	clock                 int64
}

// senders remembers hosts in fixed memory. Within a set the host heard of
// least lately goes, one without right checksums before the others, so that
// forged senders do not soon make a true one forgotten.
type senders struct {
	all  []sender   // made at the first packet
	last [2]*sender // packets come in trains, and from two ends in turn
	// unfilled of the checked segments were left to a network card.
	checked, unfilled uint64
}

// of returns what is known of a host, to be changed in place.
func (t *senders) of(a netip.Addr, p *Packet) *sender {
	hi, lo := addressWords(a)
	iface := int32(p.Iface)
	for _, s := range t.last {
		if s != nil && s.lo == lo && s.hi == hi && s.iface == iface {
			s.clock = p.Stamp.Clock
			return s
		}
	}
	if t.all == nil {
		t.all = make([]sender, senderSets*senderWays)
	}
	set := t.all[int(mix(lo^mulA, hi^uint64(iface)^mulB)%senderSets)*senderWays:][:senderWays]
	for i := range set {
		if s := &set[i]; s.lo == lo && s.hi == hi && s.iface == iface && s.used {
			s.clock, t.last = p.Stamp.Clock, [2]*sender{s, t.last[0]}
			return s
		}
	}
	worst := &set[0]
	for i := range set {
		if s := &set[i]; s.before(worst) {
			worst = s
		}
	}
	*worst = sender{hi: hi, lo: lo, iface: iface, used: true, clock: p.Stamp.Clock}
	t.last = [2]*sender{worst, t.last[0]}
	return worst
}

// before reports whether s makes room before o does.
func (s *sender) before(o *sender) bool {
	if s.used != o.used {
		return !s.used
	}
	if a, b := s.good > 0, o.good > 0; a != b {
		return !a
	}
	return s.clock < o.clock
}

// merged reports whether the capture is at a host that leaves checksums to
// its card. Such a host also joins the segments it receives and leaves their
// checksum unfilled. A stranger would need an eighth of all packets for the
// show.
func (t *senders) merged() bool { return t.unfilled*8 >= t.checked }

// badChecksum reports a wrong checksum of a host that sends right ones.
func (d *Decoder) badChecksum(s *sender, what string, src, dst netip.Addr) {
	s.told++
	switch n := s.told; {
	case n <= maxBadNotes:
	case n&(n-1) == 0:
		what += fmt.Sprintf("; %d more were not told", n/2-1)
	default:
		d.led.AnomaliesHeld++
		return
	}
	d.anomaly(AnomalyChecksum, what, src, dst)
}

// offloads reports, once, a host without right checksums.
func (d *Decoder) offloads(s *sender, what string, src, dst netip.Addr) {
	if !s.noted {
		d.anomaly(AnomalyOffload, what, src, dst)
	}
	s.noted = true
}
