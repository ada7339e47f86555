package capture

import (
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"

	"github.com/google/gopacket/pcap"
)

// anyInterface is Linux's name for all interfaces at once.
const anyInterface = "any"

// What gopacket says of an activation; its error type is not exported.
const (
	activateNoPromisc   = "Cannot set as promisc"
	activateDenied      = "Permission Denied"
	activateNoDevice    = "No Such Device"
	activateDown        = "Interface Not Up"
	activateMayNotPromi = "unknown activated error: -11"
)

// probeBuffer is enough for a handle that only answers questions.
const probeBuffer = 1 << 20

// longFrame is the longest frame that there is but for those that hosts with large
// receive offloads, set so by hand, make of many: 64 KiB and its headers.
const longFrame = 65_535 + 100

// OpenLive begins to capture from one interface or several. It returns a
// *PermissionError when the process may not, and an *InputError when there is
// no such interface, it is down, it is named twice, or the filter is wrong.
func OpenLive(cfgs ...LiveConfig) (*Live, error) {
	if len(cfgs) == 0 {
		return nil, noInterface("no interface is named", "")
	}
	l := &Live{drain: drainTime}
	for i, cfg := range cfgs {
		n, err := newLine(cfg, i)
		if n != nil {
			l.lines = append(l.lines, n)
		}
		if err == nil && slices.ContainsFunc(cfgs[:i], func(c LiveConfig) bool { return c.Interface == cfg.Interface }) {
			err = &InputError{cfg.Interface, "the interface is named twice", "name it once"}
		}
		if err == nil {
			err = n.open()
		}
		if err != nil {
			return nil, errors.Join(err, l.Close())
		}
	}
	return l, nil
}

// newLine checks and completes cfg.
func newLine(cfg LiveConfig, place int) (*line, error) {
	if cfg.Interface == "" {
		return nil, noInterface("no interface is named", "")
	}
	if strings.ContainsRune(cfg.Interface, 0) { // libpcap reads C strings
		return nil, noInterface("there is no such interface", cfg.Interface)
	}
	if err := checkText(cfg.Filter); err != nil {
		return nil, err
	}
	cfg.long = cfg.Snaplen > longFrame
	if cfg.Snaplen <= 0 || cfg.Snaplen > MaxRecord {
		cfg.Snaplen = MaxRecord
	}
	if cfg.BufferBytes <= 0 {
		cfg.BufferBytes = DefaultBuffer
	}
	if cfg.Interface == anyInterface {
		cfg.Promiscuous = false // not possible there
	}
	state, err := newIfState(cfg.Interface)
	if err != nil {
		return nil, err
	}
	return &line{cfg: cfg, place: place, state: state}, nil
}

// openTaps opens what reads from one interface.
func openTaps(cfg LiveConfig) ([]tap, Interface, error) {
	switch cfg.Backend {
	case "", BackendPcap:
		return openPcap(cfg)
	case BackendAFPacket:
		return openRings(cfg)
	}
	return nil, Interface{}, &InputError{cfg.Backend, "there is no such way to capture", "use pcap or afpacket"}
}

func openPcap(cfg LiveConfig) ([]tap, Interface, error) {
	handle, iface, err := activated(&cfg)
	if err != nil {
		return nil, iface, err
	}
	if cfg.Filter != "" {
		if err := handle.SetBPFFilter(cfg.Filter); err != nil {
			handle.Close()
			return nil, iface, filterProblem(cfg.Filter, err)
		}
	}
	if d := pcapDirection(cfg.Direction); d != pcap.DirectionInOut {
		if err := handle.SetDirection(d); err != nil {
			handle.Close()
			return nil, iface, fmt.Errorf("choosing the direction on %s: %w", cfg.Interface, err)
		}
	}
	return []tap{&pcapTap{name: cfg.Interface, link: iface.Link, handle: handle, sorts: cfg.Direction != "" || loopback(cfg.Interface)}}, iface, nil
}

// loopback reports whether frames are seen as they leave and as they arrive.
func loopback(name string) bool {
	i, err := net.InterfaceByName(name)
	return name == anyInterface || err == nil && i.Flags&net.FlagLoopback != 0
}

func pcapDirection(d string) pcap.Direction {
	switch d {
	case DirectionIn:
		return pcap.DirectionIn
	case DirectionOut:
		return pcap.DirectionOut
	}
	return pcap.DirectionInOut
}

// activated opens the interface, and says what it is.
func activated(cfg *LiveConfig) (*pcap.Handle, Interface, error) {
	handle, err := activate(*cfg)
	if err != nil && err.Error() == activateNoPromisc {
		cfg.Promiscuous = false // a device that takes everything, or cannot
		handle, err = activate(*cfg)
	}
	if err != nil {
		return nil, Interface{}, activateProblem(cfg.Interface, err)
	}
	return handle, Interface{Name: cfg.Interface, Link: linkOf(uint8(handle.LinkType())), Snaplen: uint32(cfg.Snaplen)}, nil
}

// activate opens the interface. Times come in nanoseconds where the kernel has
// them. The buffer is a ring with a timer, not immediate mode: that one
// reserves a whole snapshot for every frame, however short.
func activate(cfg LiveConfig) (*pcap.Handle, error) {
	in, err := pcap.NewInactiveHandle(cfg.Interface)
	if err != nil {
		return nil, err
	}
	defer in.CleanUp()
	for _, set := range []func() error{
		func() error { return in.SetSnapLen(cfg.Snaplen) },
		func() error { return in.SetPromisc(cfg.Promiscuous) },
		func() error { return in.SetTimeout(gatherTime) },
		func() error { return in.SetBufferSize(cfg.BufferBytes) },
	} {
		if err := set(); err != nil {
			return nil, err
		}
	}
	return in.Activate()
}

// activateProblem is the error for an interface that cannot be captured from.
// What does not exist is said first: rights would not help there.
func activateProblem(name string, err error) error {
	text := err.Error()
	if _, missing := net.InterfaceByName(name); missing != nil && name != anyInterface &&
		(text == activateNoDevice || text == activateDenied) {
		return noInterface("there is no such interface", name)
	}
	switch text {
	case activateDenied, activateMayNotPromi:
		return &PermissionError{
			Interface: name,
			Problem:   "capturing raw packets needs a right this process has not",
			Remedy:    "grant it once: sudo setcap cap_net_raw+ep $(command -v spaniel)",
		}
	case activateDown:
		return &InputError{name, "the interface is down", "bring it up: sudo ip link set " + name + " up"}
	case activateNoDevice:
		return noInterface("it cannot be captured from", name)
	}
	return fmt.Errorf("capturing on %s: %w", name, err)
}

// noInterface is an *InputError that names the interfaces there are.
func noInterface(problem, name string) error {
	ifs, err := net.Interfaces()
	if err != nil {
		return &InputError{name, problem, "list them: ip link"}
	}
	var names []string
	for _, i := range ifs {
		names = append(names, i.Name)
	}
	slices.Sort(names)
	return &InputError{name, problem, "there are: " + strings.Join(append(names, anyInterface), ", ")}
}
