package capture

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// An ifState asks the kernel how an interface is, through a socket of its own:
// the questions need no right, and stay in the namespace where it was opened.
type ifState struct {
	name  string
	fd    int
	index uint32 // of the interface that was opened
}

func newIfState(name string) (*ifState, error) {
	fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("asking about %s: %w", name, err)
	}
	return &ifState{name: name, fd: fd}, nil
}

// note remembers which interface has the name now.
func (s *ifState) note() error {
	if s.name == anyInterface {
		return nil
	}
	index, _, err := s.ask()
	if err != nil {
		return fmt.Errorf("asking about %s: %w", s.name, err)
	}
	s.index = index
	return nil
}

// problem says why the interface that was opened can give nothing, "" if it can.
func (s *ifState) problem() string {
	if s.name == anyInterface {
		return ""
	}
	index, up, err := s.ask()
	switch {
	case err != nil:
		return "the interface is gone"
	case index != s.index:
		return "another interface has its name"
	case !up:
		return "the interface is down"
	}
	return ""
}

func (s *ifState) ask() (index uint32, up bool, err error) {
	req, err := unix.NewIfreq(s.name)
	if err != nil {
		return 0, false, err
	}
	if err := unix.IoctlIfreq(s.fd, unix.SIOCGIFINDEX, req); err != nil {
		return 0, false, err
	}
	index = req.Uint32()
	if err := unix.IoctlIfreq(s.fd, unix.SIOCGIFFLAGS, req); err != nil {
		return 0, false, err
	}
	return index, req.Uint16()&unix.IFF_UP != 0, nil
}

func (s *ifState) close() error { return unix.Close(s.fd) }
