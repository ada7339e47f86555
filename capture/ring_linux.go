package capture

import (
	"encoding/binary"
	"fmt"
	"sort"
	"sync/atomic"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"spaniel/event"
)

// tagLen is a VLAN tag in a frame: the kernel keeps that much room before each.
const tagLen = 4

// frameStep is a size that TPACKET_V3 asks for and does not use.
const frameStep = 2048

// macsLen is the two addresses before an Ethernet frame's tag.
const macsLen = 12

// A ring is memory that the kernel fills with frames, a block at a time:
// AF_PACKET with TPACKET_V3. A block is ours from when the kernel says so until
// we say that it may fill it again.
type ring struct {
	name   string
	link   uint16
	fd     int
	mem    []byte
	block  int // bytes of one
	blocks int

	at    int // the block to read, or that is being read
	held  bool
	left  uint32 // frames of it that were not given yet
	frame int    // where in mem the next of them begins

	broken error // what the socket said, once it was at fault
	since  time.Time

	counts Stats
	drops  *ifDrops // nil where another ring counts them
}

// A block begins with a tpacket_block_desc: version, offset of private data,
// then a tpacket_hdr_v1.
const (
	blockStatus = 8
	blockFrames = 12
	blockFirst  = 16
)

func (r *ring) status(block int) *uint32 {
	return (*uint32)(unsafe.Pointer(&r.mem[block*r.block+blockStatus]))
}

// next implements tap.
func (r *ring) next(f *event.Frame, wait bool) error {
	for {
		if r.left > 0 {
			r.one(f)
			return nil
		}
		if r.held {
			r.release()
		}
		if atomic.LoadUint32(r.status(r.at))&unix.TP_STATUS_USER != 0 {
			r.hold()
			continue
		}
		if r.broken != nil && time.Since(r.since) > 3*gatherTime {
			return fmt.Errorf("capturing on %s: %w", r.name, r.broken)
		}
		if !wait {
			return ErrTimeout
		}
		wait = false
		if err := r.poll(); err != nil {
			return err
		}
	}
}

// hold begins to read the block at the front.
func (r *ring) hold() {
	start := r.at * r.block
	r.held = true
	r.left = binary.NativeEndian.Uint32(r.mem[start+blockFrames:])
	r.frame = start + int(binary.NativeEndian.Uint32(r.mem[start+blockFirst:]))
}

// release gives the block back and turns to the next.
func (r *ring) release() {
	atomic.StoreUint32(r.status(r.at), unix.TP_STATUS_KERNEL)
	r.at = (r.at + 1) % r.blocks
	r.held = false
}

// one gives the next frame of the block.
func (r *ring) one(f *event.Frame) {
	h := (*unix.Tpacket3Hdr)(unsafe.Pointer(&r.mem[r.frame]))
	at := r.frame
	r.left--
	r.frame += int(h.Next_offset)
	start, end := at+int(h.Mac), at+int(h.Mac)+int(h.Snaplen)
	length := int(h.Len)
	if h.Status&unix.TP_STATUS_VLAN_VALID != 0 && r.link == LinkEthernet && h.Snaplen >= macsLen {
		start, length = r.retag(start, h), length+tagLen
	}
	*f = event.Frame{Time: int64(h.Sec)*1e9 + int64(h.Nsec), Length: max(length, end-start), Link: r.link, Data: r.mem[start:end:end]}
}

// retag puts the tag that the kernel took out back where it was, in the room
// before the frame, and returns where the frame begins now.
func (r *ring) retag(start int, h *unix.Tpacket3Hdr) int {
	moved := start - tagLen
	copy(r.mem[moved:moved+macsLen], r.mem[start:start+macsLen])
	kind := uint16(unix.ETH_P_8021Q)
	if h.Status&unix.TP_STATUS_VLAN_TPID_VALID != 0 {
		kind = h.Hv1.Vlan_tpid
	}
	binary.BigEndian.PutUint16(r.mem[moved+macsLen:], kind)
	binary.BigEndian.PutUint16(r.mem[moved+macsLen+2:], uint16(h.Hv1.Vlan_tci))
	return moved
}

// poll waits for a block, pollTime at the most. When the socket is at fault, the
// interface being down or gone, it lets the kernel's timer hand on what there is
// before that is told.
func (r *ring) poll() error {
	fds := [1]unix.PollFd{{Fd: int32(r.fd), Events: unix.POLLIN}}
	if r.broken != nil {
		fds[0].Fd = -1 // only the time is waited for
	}
	_, err := unix.Poll(fds[:], int(pollTime.Milliseconds()))
	if err != nil && err != unix.EINTR {
		return fmt.Errorf("waiting on %s: %w", r.name, err)
	}
	if fds[0].Revents&(unix.POLLERR|unix.POLLHUP|unix.POLLNVAL) != 0 {
		code, err := unix.GetsockoptInt(r.fd, unix.SOL_SOCKET, unix.SO_ERROR)
		if err != nil {
			return fmt.Errorf("asking the socket on %s: %w", r.name, err)
		}
		r.broken, r.since = unix.ENETDOWN, time.Now()
		if code != 0 {
			r.broken = unix.Errno(code)
		}
	}
	return nil
}

// stats implements tap. The kernel's counters begin anew each time they are
// read.
func (r *ring) stats() (Stats, error) {
	s, err := unix.GetsockoptTpacketStatsV3(r.fd, unix.SOL_PACKET, unix.PACKET_STATISTICS)
	if err != nil {
		return r.counts, fmt.Errorf("reading counters of %s: %w", r.name, err)
	}
	r.counts.Received += uint64(s.Packets) // those in Drops among them
	r.counts.KernelDrops += uint64(s.Drops)
	if r.drops != nil {
		r.counts.IfaceDrops = r.drops.count()
	}
	return r.counts, nil
}

func (r *ring) exact() bool { return true }

// used counts blocks: one that its timer handed on takes as much as a full one. They
// are filled in turn, so those that are ours lie together, from the front.
func (r *ring) used() (float64, bool) {
	n := sort.Search(r.blocks, func(i int) bool {
		return atomic.LoadUint32(r.status((r.at+i)%r.blocks))&unix.TP_STATUS_USER == 0
	})
	return float64(n) / float64(r.blocks), true
}

func (r *ring) close() {
	if r.mem != nil {
		_ = unix.Munmap(r.mem) // it was mapped whole, so this cannot fail
		r.mem = nil
	}
	if r.drops != nil {
		r.drops.close()
	}
	_ = unix.Close(r.fd) // nothing was written that could be lost
}
