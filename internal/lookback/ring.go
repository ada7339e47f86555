package lookback

import (
	"encoding/binary"
	"math/bits"
	"sync/atomic"

	"spaniel/event"
)

// Least is the least memory of a Ring: what is found in it has an eighth to
// itself, which must hold a frame of any length.
const Least = 4 << 20

// A Ring holds frames. It belongs to the goroutine that reads them, which calls
// Keep for each, Serve every now and then, and Leave when it is over; Look may be
// called from one other goroutine at a time.
//
// Positions grow forever; a record lies at its position modulo the memory, whole,
// so that the end of the memory may stay empty. Each record leads to the one before
// it whose connection has the same place in last: what is overwritten needs not be
// taken out, since its position tells that it is gone.
type Ring struct {
	mem  []byte
	pos  uint64 // where the next record begins; at least len(mem)
	off  int    // pos modulo len(mem)
	last []uint64
	// pieces is the latest record of a fragment, whose connection is not known.
	pieces uint64
	shift  uint

	found  Found
	asked  atomic.Bool // found is the owner's
	served chan struct{}
	left   chan struct{}
}

// A record begins with these, each in little endian.
const (
	atFlow   = 0  // 8 bytes
	atBefore = 8  // position of the record before it
	atNumber = 16 // of the frame
	atTime   = 24
	atClock  = 32
	atLength = 40 // 4 bytes: on the wire
	atSize   = 44 // likewise: bytes kept
	atParts  = 48 // 2 bytes: how many frames brought its fragments
	atKind   = 50 // likewise
	atIface  = 52 // likewise
	atLink   = 54 // likewise
	headLen  = 56
)

// maxParts is more than a datagram is given.
const maxParts = 1<<16 - 1

// The kinds of records.
const (
	segment   = iota // of a connection
	duplicate        // likewise, sent twice by the mirror
	piece            // a fragment
)

// New returns a ring of that many bytes in all, Least at the least.
func New(size int) *Ring {
	size = max(size, Least)
	places := 1 << (bits.Len(uint(size/1024)) - 1)
	room := size / 8
	r := &Ring{mem: make([]byte, (size-room-8*places)&^7), last: make([]uint64, places), shift: uint(64 - bits.Len(uint(places-1)))}
	r.pos = uint64(len(r.mem))
	r.found = Found{buf: make([]byte, 0, room)}
	r.served, r.left = make(chan struct{}, 1), make(chan struct{})
	return r
}

// Keep copies a frame, if its fate makes it one of a connection, or a part of one.
// flow is a hash of its connection, the same for both directions; parts are the
// numbers of the frames that brought the fragments it completes.
func (r *Ring) Keep(f *event.Frame, fate event.FrameFate, flow uint64, parts []uint64) {
	kind := uint64(segment)
	last := &r.last[flow>>r.shift]
	switch fate {
	case event.FrameStream:
		kind = segment
	case event.FrameDuplicate:
		kind = duplicate
	case event.FrameFragment:
		kind, flow, last = piece, 0, &r.pieces
	default:
		return
	}
	parts = parts[:min(len(parts), maxParts)]
	size := headLen + 8*len(parts) + (len(f.Data)+7)&^7
	if size > len(r.mem) {
		return // none is so long: a frame has 256 KiB at the most
	}
	if r.off+size > len(r.mem) {
		r.pos, r.off = r.pos+uint64(len(r.mem)-r.off), 0
	}
	b, le := r.mem[r.off:r.off+size:r.off+size], binary.LittleEndian
	le.PutUint64(b[atFlow:], flow)
	le.PutUint64(b[atBefore:], *last)
	le.PutUint64(b[atNumber:], f.Number)
	le.PutUint64(b[atTime:], uint64(f.Time))
	le.PutUint64(b[atClock:], uint64(f.Clock))
	le.PutUint32(b[atLength:], uint32(f.Length))
	le.PutUint32(b[atSize:], uint32(len(f.Data)))
	le.PutUint64(b[atParts:], uint64(len(parts))|kind<<16|uint64(uint16(f.Iface))<<32|uint64(f.Link)<<48)
	at := headLen
	for _, p := range parts {
		le.PutUint64(b[at:], p)
		at += 8
	}
	copy(b[at:], f.Data)
	*last = r.pos
	r.pos, r.off = r.pos+uint64(size), r.off+size
}

// holds reports whether the record at a position is still whole.
func (r *Ring) holds(pos uint64) bool { return pos != 0 && r.pos-pos <= uint64(len(r.mem)) }

// at returns the record at a position that the ring holds.
func (r *Ring) at(pos uint64) record {
	b := r.mem[pos%uint64(len(r.mem)):]
	return b[:record(b).size()]
}

// A record is a frame and what is known of it.
type record []byte

func (b record) u64(at int) uint64 { return binary.LittleEndian.Uint64(b[at:]) }
func (b record) u32(at int) int    { return int(binary.LittleEndian.Uint32(b[at:])) }
func (b record) u16(at int) int    { return int(binary.LittleEndian.Uint16(b[at:])) }
func (b record) number() uint64    { return b.u64(atNumber) }
func (b record) kind() int         { return b.u16(atKind) }
func (b record) parts() int        { return b.u16(atParts) }
func (b record) size() int         { return headLen + 8*b.parts() + (b.u32(atSize)+7)&^7 }

// part is the number of the i-th frame that brought a fragment.
func (b record) part(i int) uint64 { return b.u64(headLen + 8*i) }

// frame is what was kept; its bytes are the record's.
func (b record) frame() event.Frame {
	data := headLen + 8*b.parts()
	return event.Frame{Number: b.number(), Time: int64(b.u64(atTime)), Clock: int64(b.u64(atClock)), Length: b.u32(atLength),
		Iface: b.u16(atIface), Link: uint16(b.u16(atLink)), Data: b[data : data+b.u32(atSize)]}
}
