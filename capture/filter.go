package capture

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"github.com/google/gopacket/pcap"

	"spaniel/event"
)

// LinkEthernet is the LINKTYPE_ value of Ethernet.
const LinkEthernet = 1

// maxFilter is the longest filter expression taken. libpcap's optimizer is
// worse than cubic: 200 hosts (4 KiB) take it half a second, 400 ten, and
// nothing can interrupt it.
const maxFilter = 4 << 10

// A Filter is a compiled BPF expression for frames of one link type, wherever
// they come from. It belongs to one goroutine.
type Filter struct {
	link uint16
	all  bool
	bpf  *pcap.BPF
}

// CheckFilter compiles expr, for Ethernet. The error is an *InputError with
// libpcap's words.
func CheckFilter(expr string) error {
	_, err := NewFilter(expr, LinkEthernet)
	return err
}

// NewFilter compiles expr for frames of the link type link; "" lets all pass.
// The error is an *InputError with libpcap's words, also for link types that
// libpcap cannot filter.
func NewFilter(expr string, link uint16) (*Filter, error) {
	if expr == "" {
		return &Filter{link: link, all: true}, nil
	}
	if err := checkText(expr); err != nil {
		return nil, err
	}
	compile := compileDirect
	if link > 0xff {
		compile = compileByFile
	}
	bpf, err := compile(expr, link)
	if err != nil {
		return nil, filterProblem(expr, err)
	}
	return &Filter{link: link, bpf: bpf}, nil
}

// Match says whether f passes. Frames of another link type do not, and with an
// expression none without data.
func (m *Filter) Match(f *event.Frame) bool {
	if m.all || f.Link != m.link || len(f.Data) == 0 {
		return m.all
	}
	return m.bpf.Matches(gopacket.CaptureInfo{Timestamp: time.Unix(0, f.Time), CaptureLength: len(f.Data), Length: f.Length}, f.Data)
}

// checkText refuses what must not reach libpcap, which reads C strings.
func checkText(expr string) error {
	switch {
	case len(expr) > maxFilter:
		return &InputError{"filter", fmt.Sprintf("it has %d bytes, more than %d", len(expr), maxFilter), "name networks instead of hosts"}
	case strings.ContainsRune(expr, 0):
		return filterProblem(expr, errors.New("it holds a zero byte"))
	}
	return nil
}

func filterProblem(expr string, err error) error {
	return &InputError{fmt.Sprintf("filter %q", expr), err.Error(), "the language is that of tcpdump: man pcap-filter"}
}

func compileDirect(expr string, link uint16) (*pcap.BPF, error) {
	return pcap.NewBPF(layers.LinkType(dltOf(uint8(link))), MaxRecord, expr)
}

// compileByFile serves link types above 255, which gopacket's type for them
// cannot hold (Linux cooked v2 is 276): libpcap learns them from the header of
// an empty capture, given through a pipe.
func compileByFile(expr string, link uint16) (*pcap.BPF, error) {
	r, w, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	_, err = NewWriter(w, link)
	if err = errors.Join(err, w.Close()); err != nil {
		return nil, errors.Join(err, r.Close())
	}
	h, err := pcap.OpenOffline(fmt.Sprintf("/dev/fd/%d", r.Fd()))
	if err = errors.Join(err, r.Close()); err != nil {
		return nil, err
	}
	defer h.Close()
	return h.NewBPF(expr)
}

// The DLT_ values of this machine that differ from the LINKTYPE_ values of
// files: 10 to 14 mean other things on other systems.
var dlts = [...]struct{ dlt, link uint8 }{{11, 100}, {12, 101}, {15, 102}, {16, 103}}

// linkOf is the LINKTYPE_ value for libpcap's dlt.
func linkOf(dlt uint8) uint16 {
	for _, p := range dlts {
		if p.dlt == dlt {
			return uint16(p.link)
		}
	}
	return uint16(dlt)
}

// dltOf is libpcap's value for a LINKTYPE_ below 256.
func dltOf(link uint8) uint8 {
	for _, p := range dlts {
		if p.link == link {
			return p.dlt
		}
	}
	return link
}
