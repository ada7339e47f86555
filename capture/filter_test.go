package capture

import (
	"encoding/binary"
	"errors"
	"strings"
	"testing"

	"spaniel/event"
)

// tcp is a bare IPv4 TCP packet to port.
func tcp(port uint16) []byte {
	p := make([]byte, 40)
	p[0], p[8], p[9] = 0x45, 64, 6
	binary.BigEndian.PutUint16(p[2:], 40)
	copy(p[12:], []byte{10, 0, 0, 1, 10, 0, 0, 2})
	binary.BigEndian.PutUint16(p[20:], 4000)
	binary.BigEndian.PutUint16(p[22:], port)
	p[32] = 5 << 4
	return p
}

// linked is packet behind the header of a link type.
func linked(link uint16, packet []byte) event.Frame {
	head := map[uint16]string{
		0:   "\x02\x00\x00\x00",
		1:   "\x02\x00\x00\x00\x00\x01\x02\x00\x00\x00\x00\x02\x08\x00",
		101: "",
		113: "\x00\x00\x00\x01\x00\x06\x02\x00\x00\x00\x00\x01\x00\x00\x08\x00",
		276: "\x08\x00\x00\x00\x00\x00\x00\x02\x00\x01\x00\x06\x02\x00\x00\x00\x00\x01\x00\x00",
	}[link]
	data := append([]byte(head), packet...)
	return event.Frame{Link: link, Length: len(data), Data: data}
}

func TestFilterOnEveryLink(t *testing.T) {
	for _, link := range []uint16{0, 1, 101, 113, 276} {
		m, err := NewFilter("tcp dst port 80 and host 10.0.0.2", link)
		if err != nil {
			t.Errorf("link %d: %v", link, err)
			continue
		}
		hit, miss := linked(link, tcp(80)), linked(link, tcp(81))
		if !m.Match(&hit) || m.Match(&miss) {
			t.Errorf("link %d: port 80 %v, port 81 %v", link, m.Match(&hit), m.Match(&miss))
		}
		if n := testing.AllocsPerRun(100, func() { m.Match(&hit) }); n != 0 {
			t.Errorf("link %d: %v allocations a match", link, n)
		}
		for cut := range hit.Data {
			short := event.Frame{Link: link, Length: len(hit.Data), Data: hit.Data[:cut]}
			if m.Match(&short) && cut < len(hit.Data)-20 {
				t.Errorf("link %d: matches with %d bytes", link, cut)
			}
		}
		other := linked(link, tcp(80))
		other.Link++
		if m.Match(&other) {
			t.Errorf("link %d: matches another link", link)
		}
	}
}

func TestFilterKnowsLengthOnTheWire(t *testing.T) {
	m, err := NewFilter("greater 1000", LinkEthernet)
	if err != nil {
		t.Fatal(err)
	}
	f := linked(1, tcp(80))
	if m.Match(&f) {
		t.Error("a short frame matches")
	}
	if f.Length = 1400; !m.Match(&f) {
		t.Error("a cut frame does not match")
	}
}

func TestEmptyFilterPassesAll(t *testing.T) {
	m, err := NewFilter("", 147)
	if err != nil {
		t.Fatal(err)
	}
	if f := linked(1, nil); !m.Match(&f) {
		t.Error("it does not")
	}
}

func TestBadFilter(t *testing.T) {
	for expr, want := range map[string]string{
		"tcp prot 80":           `filter "tcp prot 80": `,
		"port 99999":            "illegal port number 99999 > 65535",
		"host 300.1.1.1":        "invalid IPv4 address",
		"tcp[0":                 "syntax error",
		strings.Repeat("(", 50): "syntax error",
		"tcp\x00 or what":       "it holds a zero byte",
	} {
		err := CheckFilter(expr)
		var unusable *InputError
		if !errors.As(err, &unusable) || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "man pcap-filter") {
			t.Errorf("%s: %v", expr, err)
		}
	}
	// It would keep libpcap busy for hours.
	var unusable *InputError
	err := CheckFilter(strings.Repeat("host 10.1.2.3 or ", 1000) + "tcp")
	if !errors.As(err, &unusable) || !strings.Contains(err.Error(), "it has 17003 bytes, more than 4096") {
		t.Error(err)
	}
	if err := CheckFilter("tcp port 80 or (vlan and tcp port 80)"); err != nil {
		t.Error(err)
	}
	for _, link := range []uint16{190, 4000} { // no such link types
		if _, err := NewFilter("tcp port 80", link); !errors.As(err, &unusable) {
			t.Errorf("link %d: %v", link, err)
		}
	}
}
