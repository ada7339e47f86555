package capture

import (
	"errors"
	"fmt"
	"unsafe"

	"github.com/google/gopacket/pcap"
	"golang.org/x/sys/unix"
)

// linkCooked and linkCooked2 are what libpcap makes of interfaces without a
// header that it knows, "any" among them.
const (
	linkCooked  = 113
	linkCooked2 = 276
)

// packetKind is where a filter finds whether a frame arrives: SKF_AD_OFF and
// SKF_AD_PKTTYPE of linux/filter.h.
const packetKind = 0xfffff000 + 4

// openRings makes one ring, or a fan-out group of several. A handle of libpcap
// says before what the interface is and compiles the filter: only one that is
// open knows that the kernel keeps the VLAN tag beside the frame.
func openRings(cfg LiveConfig) ([]tap, Interface, error) {
	iface, program, err := inquire(&cfg)
	if err != nil {
		return nil, iface, err
	}
	if iface.Link == linkCooked || iface.Link == linkCooked2 {
		return nil, iface, &InputError{cfg.Interface, "afpacket cannot capture from it", "capture with the backend pcap"}
	}
	n := min(max(cfg.Rings, 1), MaxRings)
	var rings []*ring
	group := 0
	for range n {
		r, err := openRing(&cfg, iface.Link, n)
		if err != nil {
			return nil, iface, errors.Join(ringProblem(cfg.Interface, err), closeRings(rings))
		}
		rings = append(rings, r)
		if n > 1 {
			if group, err = r.join(group); err != nil {
				return nil, iface, errors.Join(fmt.Errorf("spreading frames of %s: %w", cfg.Interface, err), closeRings(rings))
			}
		}
	}
	var taps []tap
	for _, r := range rings { // only now they take anything: before the group was whole they would all have
		if err := r.begin(program); err != nil {
			return nil, iface, errors.Join(fmt.Errorf("filtering on %s: %w", cfg.Interface, err), closeRings(rings))
		}
		taps = append(taps, r)
	}
	rings[0].drops = openIfDrops(cfg.Interface)
	return taps, iface, nil
}

func closeRings(rings []*ring) error {
	for _, r := range rings {
		r.close()
	}
	return nil
}

func ringProblem(name string, err error) error {
	switch {
	case errors.Is(err, unix.EPERM):
		return activateProblem(name, activation(activateDenied))
	case errors.Is(err, unix.ENODEV), errors.Is(err, unix.ENXIO):
		return activateProblem(name, activation(activateNoDevice))
	case errors.Is(err, unix.ENOMEM):
		return &InputError{name, "the kernel has no memory for the buffer", "make capture.buffer smaller"}
	}
	return fmt.Errorf("capturing on %s: %w", name, err)
}

// inquire opens and closes a handle of libpcap.
func inquire(cfg *LiveConfig) (Interface, []unix.SockFilter, error) {
	small := *cfg
	small.BufferBytes, small.Promiscuous = probeBuffer, false
	handle, iface, err := activated(&small)
	if err != nil {
		return iface, nil, err
	}
	defer handle.Close()
	code, err := handle.CompileBPFFilter(cfg.Filter)
	if err != nil {
		return iface, nil, filterProblem(cfg.Filter, err)
	}
	return iface, append(sockDirection(direction(cfg)), sockFilter(code)...), nil
}

// direction is what of the interface is wanted. Loopback shows each frame as it
// leaves and as it arrives: once is enough, as it is to libpcap.
func direction(cfg *LiveConfig) string {
	if cfg.Direction == "" && loopback(cfg.Interface) {
		return DirectionIn
	}
	return cfg.Direction
}

// sockDirection is the beginning of a filter program that lets frames of one
// direction through to what follows.
func sockDirection(d string) []unix.SockFilter {
	var isOut, isIn uint8 // how many steps to pass over
	switch d {
	case DirectionIn:
		isIn = 1
	case DirectionOut:
		isOut = 1
	default:
		return nil
	}
	return []unix.SockFilter{
		{Code: unix.BPF_LD | unix.BPF_B | unix.BPF_ABS, K: packetKind},
		{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, Jt: isOut, Jf: isIn, K: unix.PACKET_OUTGOING},
		{Code: unix.BPF_RET | unix.BPF_K},
	}
}

func sockFilter(code []pcap.BPFInstruction) []unix.SockFilter {
	out := make([]unix.SockFilter, len(code))
	for i, c := range code {
		out[i] = unix.SockFilter{Code: c.Code, Jt: c.Jt, Jf: c.Jf, K: c.K}
	}
	return out
}

// nothing is the filter program that takes no frame.
func nothing() []unix.SockFilter {
	return []unix.SockFilter{{Code: unix.BPF_RET | unix.BPF_K}}
}

// openRing makes a ring bound to the interface that takes nothing yet. The
// socket has no protocol until it is bound, or it would take the frames of
// other interfaces.
func openRing(cfg *LiveConfig, link uint16, of int) (*ring, error) {
	fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	r := &ring{name: cfg.Interface, link: link, fd: fd}
	if err := r.set(cfg, of); err != nil {
		r.close()
		return nil, err
	}
	return r, nil
}

func (r *ring) set(cfg *LiveConfig, of int) error {
	if err := unix.SetsockoptInt(r.fd, unix.SOL_PACKET, unix.PACKET_VERSION, unix.TPACKET_V3); err != nil {
		return err
	}
	if err := unix.SetsockoptInt(r.fd, unix.SOL_PACKET, unix.PACKET_RESERVE, tagLen); err != nil {
		return err
	}
	if err := r.filter(nothing()); err != nil {
		return err
	}
	if err := r.mapped(cfg.BufferBytes/of, cfg.long); err != nil {
		return err
	}
	req, err := unix.NewIfreq(cfg.Interface)
	if err != nil {
		return err
	}
	if err := unix.IoctlIfreq(r.fd, unix.SIOCGIFINDEX, req); err != nil {
		return err
	}
	index := int(req.Uint32())
	if err := unix.Bind(r.fd, &unix.SockaddrLinklayer{Protocol: htons(unix.ETH_P_ALL), Ifindex: index}); err != nil {
		return err
	}
	if !cfg.Promiscuous {
		return nil
	}
	return unix.SetsockoptPacketMreq(r.fd, unix.SOL_PACKET, unix.PACKET_ADD_MEMBERSHIP, &unix.PacketMreq{Ifindex: int32(index), Type: unix.PACKET_MR_PROMISC})
}

// mapped asks for the ring and maps it.
func (r *ring) mapped(buffer int, long bool) error {
	r.block = 128 << 10
	if long {
		r.block = 512 << 10 // a frame may not be larger than a block
	}
	r.blocks = max(2, buffer/r.block)
	req := unix.TpacketReq3{
		Block_size: uint32(r.block), Block_nr: uint32(r.blocks),
		Frame_size: frameStep, Frame_nr: uint32(r.block / frameStep * r.blocks),
		Retire_blk_tov: uint32(gatherTime.Milliseconds()),
	}
	if err := unix.SetsockoptTpacketReq3(r.fd, unix.SOL_PACKET, unix.PACKET_RX_RING, &req); err != nil {
		return err
	}
	mem, err := unix.Mmap(r.fd, 0, r.block*r.blocks, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	r.mem = mem
	return err
}

// join puts the ring into a group among which the kernel spreads frames by
// flow, both directions alike; group 0 makes a new one.
func (r *ring) join(group int) (int, error) {
	how := unix.PACKET_FANOUT_HASH
	if group == 0 {
		how |= unix.PACKET_FANOUT_FLAG_UNIQUEID
	}
	if err := unix.SetsockoptInt(r.fd, unix.SOL_PACKET, unix.PACKET_FANOUT, group|how<<16); err != nil {
		return 0, err
	}
	got, err := unix.GetsockoptInt(r.fd, unix.SOL_PACKET, unix.PACKET_FANOUT)
	return got & 0xffff, err
}

// begin lets frames in, and counts from there.
func (r *ring) begin(program []unix.SockFilter) error {
	if _, err := unix.GetsockoptTpacketStatsV3(r.fd, unix.SOL_PACKET, unix.PACKET_STATISTICS); err != nil {
		return err
	}
	return r.filter(program)
}

func (r *ring) filter(program []unix.SockFilter) error {
	return unix.SetsockoptSockFprog(r.fd, unix.SOL_SOCKET, unix.SO_ATTACH_FILTER, &unix.SockFprog{Len: uint16(len(program)), Filter: &program[0]})
}

func htons(v uint16) uint16 {
	b := [2]byte{byte(v >> 8), byte(v)}
	return *(*uint16)(unsafe.Pointer(&b))
}

// An activation is an error of the kernel in the words that gopacket has for it.
type activation string

func (a activation) Error() string { return string(a) }
