package capture

import (
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

// OpenLive begins to capture. It returns a *PermissionError when the process
// may not, and an *InputError when there is no such interface, it is down, or
// the filter is wrong.
func OpenLive(cfg LiveConfig) (*Live, error) {
	if cfg.Interface == "" {
		return nil, noInterface("no interface is named", "")
	}
	if strings.ContainsRune(cfg.Interface, 0) { // libpcap reads C strings
		return nil, noInterface("there is no such interface", cfg.Interface)
	}
	if err := checkText(cfg.Filter); err != nil {
		return nil, err
	}
	if cfg.Snaplen <= 0 || cfg.Snaplen > MaxRecord {
		cfg.Snaplen = MaxRecord
	}
	if cfg.BufferBytes <= 0 {
		cfg.BufferBytes = DefaultBuffer
	}
	if cfg.Interface == anyInterface {
		cfg.Promiscuous = false // not possible there
	}
	handle, err := activate(cfg)
	if err != nil && err.Error() == activateNoPromisc {
		cfg.Promiscuous = false // a device that takes everything, or cannot
		handle, err = activate(cfg)
	}
	if err != nil {
		return nil, activateProblem(cfg.Interface, err)
	}
	if cfg.Filter != "" {
		if err := handle.SetBPFFilter(cfg.Filter); err != nil {
			handle.Close()
			return nil, filterProblem(cfg.Filter, err)
		}
	}
	return &Live{
		name:   cfg.Interface,
		iface:  Interface{Name: cfg.Interface, Link: linkOf(uint8(handle.LinkType())), Snaplen: uint32(cfg.Snaplen)},
		handle: handle,
	}, nil
}

// activate opens the interface. Times come in nanoseconds where the kernel has
// them. The buffer is a ring with a 10 ms timer, not immediate mode: that one
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
		func() error { return in.SetTimeout(pollTime) },
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
			Remedy:    "grant it once: sudo setcap cap_net_raw,cap_net_admin+ep $(command -v spaniel)",
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
