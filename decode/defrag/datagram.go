package defrag

import (
	"bytes"
	"slices"
)

// What the bookkeeping of a piece and of a datagram is taken to cost, in
// bytes, so that tiny fragments cannot hide from the memory cap: the structs,
// the map entries and the allocator's rounding.
const (
	pieceCost    = 96
	datagramCost = 512
)

// A piece is a run of bytes nobody else in the datagram holds.
type piece struct {
	at   int
	data []byte
}

func (p *piece) end() int { return p.at + len(p.data) }

// A datagram under construction; pieces are sorted and do not overlap.
type datagram struct {
	key    Key
	born   int64 // packet clock of its first fragment
	pieces []piece
	stored int // fragments that brought bytes
	frames int // frames that are part of it
	from   []uint64
	have   int // bytes held
	end    int // where the furthest fragment ends
	last   bool
	ip6    bool
	policy Policy  // of the receiver
	told   [2]bool // overlap, conflict: each is reported once
	next   uint8
	ttl    uint8
	cost   int

	src                *source
	older, newer       *datagram // of all
	srcOlder, srcNewer *datagram // of the same source
}

func (d *datagram) whole() bool { return d.last && d.have == d.end }

// bounds checks a fragment's end against what is known, as Linux does: one
// end, and nothing past it. It reports whether the datagram may live.
func (d *datagram) bounds(end int, more bool) bool {
	if !more {
		if end < d.end || d.last && end != d.end {
			return false
		}
		d.last = true
	} else if d.last && end > d.end {
		return false
	}
	d.end = max(d.end, end)
	return true
}

// relation of a new fragment to the bytes already there.
type relation uint8

const (
	apart    relation = iota // no byte in common
	repeated                 // a fragment with exactly these bytes is there
	agrees                   // overlaps, equal bytes
	differs                  // overlaps, other bytes
)

// relate compares [at, at+len(data)) with the pieces and returns the first
// offset at which they differ, and whether the fragment has no byte that is
// not held.
func (d *datagram) relate(at int, data []byte) (r relation, where int, nothingNew bool) {
	shared := 0
	for i := d.search(at); i < len(d.pieces) && d.pieces[i].at < at+len(data); i++ {
		p := &d.pieces[i]
		lo, hi := max(at, p.at), min(at+len(data), p.end())
		shared += hi - lo
		a, b := data[lo-at:hi-at], p.data[lo-p.at:hi-p.at]
		switch {
		case r == differs:
		case !bytes.Equal(a, b):
			for a[0] == b[0] {
				a, b, lo = a[1:], b[1:], lo+1
			}
			r, where = differs, lo
		case p.at == at && len(p.data) == len(data):
			r = repeated
		default:
			r = agrees
		}
	}
	return r, where, shared == len(data)
}

// search returns the index of the first piece that ends after at.
func (d *datagram) search(at int) int {
	i, _ := slices.BinarySearchFunc(d.pieces, at, func(p piece, at int) int {
		if p.end() <= at {
			return -1
		}
		return 1
	})
	return i
}

// take puts a fragment among the pieces and returns how much memory that took.
func (d *datagram) take(at int, data []byte) (cost int) {
	if d.policy == Modern {
		return d.insert(at, data)
	}
	if rel, _, nothingNew := d.relate(at, data); nothingNew && rel != differs {
		return 0 // nothing to settle, and nothing to pay for
	}
	return d.settle(d.policy, at, data)
}

// insert copies those bytes of the fragment that are not held yet and returns
// how much memory that took.
func (d *datagram) insert(at int, data []byte) (cost int) {
	i := d.search(at)
	for len(data) > 0 {
		if i < len(d.pieces) && d.pieces[i].at <= at {
			skip := min(len(data), d.pieces[i].end()-at)
			at, data = at+skip, data[skip:]
			i++
			continue
		}
		n := len(data)
		if i < len(d.pieces) {
			n = min(n, d.pieces[i].at-at)
		}
		d.pieces = slices.Insert(d.pieces, i, piece{at: at, data: bytes.Clone(data[:n])})
		d.have += n
		cost += n + pieceCost
		at, data = at+n, data[n:]
		i++
	}
	d.cost += cost
	return cost
}
